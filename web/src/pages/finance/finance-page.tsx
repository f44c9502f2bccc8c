import { Suspense } from 'react';
import { Link, Navigate, Outlet, useLocation } from 'react-router';
import { useSession } from '../../api/queries.ts';
import { Waiting } from '../../parts/waiting.tsx';
import '../agency/agency.css';
import '../staff/staff.css';
import './finance.css';
import { FINANCE_PAGES } from './navigation.ts';
import { useTexts } from './texts.ts';

/** The frame of every page for finance: where else one can go. Operators may look; what they may not do is refused. */
export default function FinancePage() {
  const texts = useTexts();
  // `/staff/finance/breaks/brk_…` is of the part `breaks`.
  const part = useLocation().pathname.split('/')[3] ?? '';
  const roles = useSession().data?.user?.roles ?? [];
  if (!roles.includes('finance') && !roles.includes('operator')) return <Navigate to="/staff" replace />;
  return (
    <>
      <nav className="finance-nav no-print" aria-label={texts.navigation}>
        {FINANCE_PAGES.map(({ to, label, parts }) => (
          <Link key={to} to={to} aria-current={parts.includes(part) ? 'page' : undefined}>
            {texts.pages[label]}
          </Link>
        ))}
      </nav>
      <Suspense fallback={<Waiting />}>
        <Outlet />
      </Suspense>
    </>
  );
}
