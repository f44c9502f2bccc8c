import type { Texts } from './texts-zh.ts';

/** What finance can go to, in this order. A part that adds a page adds its line here and its route in `routes.tsx`. */
export const FINANCE_PAGES: readonly { to: string; label: keyof Texts['pages'] }[] = [
  { to: '/staff/finance', label: 'days' },
  { to: '/staff/finance/breaks', label: 'breaks' },
  { to: '/staff/finance/settlements', label: 'settlements' },
  { to: '/staff/finance/payouts', label: 'payouts' },
  { to: '/staff/finance/months', label: 'months' },
];
