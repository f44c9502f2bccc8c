import type { Texts } from './texts-zh.ts';

interface FinancePage {
  to: string;
  label: keyof Texts['pages'];
  /** What follows `/staff/finance/` on it, and on the pages that it leads to. */
  parts: readonly string[];
}

/** What finance can go to, in this order. A part that adds a page adds its line here and its route in `routes.tsx`. */
export const FINANCE_PAGES: readonly FinancePage[] = [
  { to: '/staff/finance', label: 'days', parts: ['', 'days', 'batches', 'payments'] },
  { to: '/staff/finance/breaks', label: 'breaks', parts: ['breaks', 'break-resolutions'] },
  { to: '/staff/finance/settlements', label: 'settlements', parts: ['settlements'] },
  { to: '/staff/finance/payouts', label: 'payouts', parts: ['payouts'] },
  { to: '/staff/finance/months', label: 'months', parts: ['months'] },
];
