import { Suspense } from 'react';
import { Navigate, NavLink, Outlet } from 'react-router';
import { useSession } from '../../api/queries.ts';
import { Waiting } from '../../parts/waiting.tsx';
import '../staff/staff.css';
import './finance.css';
import { FINANCE_PAGES } from './navigation.ts';
import { useTexts } from './texts.ts';

/** The frame of every page for finance: where else one can go. Operators may look; what they may not do is refused. */
export default function FinancePage() {
  const texts = useTexts();
  const roles = useSession().data?.user?.roles ?? [];
  if (!roles.includes('finance') && !roles.includes('operator')) return <Navigate to="/staff" replace />;
  return (
    <>
      <nav className="finance-nav no-print" aria-label={texts.navigation}>
        {FINANCE_PAGES.map(({ to, label }) => (
          <NavLink key={to} to={to} end={to === '/staff/finance'}>
            {texts.pages[label]}
          </NavLink>
        ))}
      </nav>
      <Suspense fallback={<Waiting />}>
        <Outlet />
      </Suspense>
    </>
  );
}
