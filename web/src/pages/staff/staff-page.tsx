import { useTranslation } from 'react-i18next';
import { Link, Navigate } from 'react-router';
import { useSession } from '../../api/queries.ts';
import { Page } from '../../parts/page.tsx';
import { SignOut } from '../settings/settings-page.tsx';
import { Agencies, Approvals, ConnectionHealth } from './agencies.tsx';
import { ParkedTasks } from './parked-tasks.tsx';
import { RegisterPasskey } from './register-passkey.tsx';
import { TrialBalance } from './trial-balance.tsx';
import './staff.css';

/** What finance and operators look at every day. */
export default function StaffPage() {
  const { t } = useTranslation();
  const user = useSession().data?.user;
  const roles = user?.roles ?? [];
  const isOperator = roles.includes('operator');
  if (user?.agencyId) return <Navigate to="/staff/agency" replace />;
  return (
    <Page title={t('staff.title')}>
      <p className="weak">
        {user?.displayName} · {roles.map((role) => t(`staff.roles.${role}`)).join(t('app.listSeparator'))}
      </p>
      <div className="staff-grid">
        {isOperator || roles.includes('finance') ? <TrialBalance /> : null}
        {isOperator ? (
          <>
            <Approvals />
            <Agencies />
            <ConnectionHealth />
            <ParkedTasks />
          </>
        ) : null}
        <section className="panel stack" aria-labelledby="tools-heading">
          <h2 id="tools-heading">{t('staff.tools')}</h2>
          {isOperator || roles.includes('finance') ? (
            <Link className="button-link" to="/staff/finance">
              {t('staff.finance')}
            </Link>
          ) : null}
          {isOperator ? (
            <a className="button-link" href="/ops/queues">
              {t('staff.queues')}
            </a>
          ) : null}
          <a className="button-link" href="/docs">
            {t('staff.docs')}
          </a>
        </section>
        <section className="panel stack" aria-labelledby="account-heading">
          <h2 id="account-heading">{t('staff.account')}</h2>
          <RegisterPasskey />
          <SignOut to="/staff/sign-in" />
        </section>
      </div>
    </Page>
  );
}
