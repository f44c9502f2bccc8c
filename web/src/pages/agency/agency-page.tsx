import { Navigate, useParams } from 'react-router';
import { useSession } from '../../api/queries.ts';
import { local } from '../../format.ts';
import { Page } from '../../parts/page.tsx';
import { SignOut } from '../settings/settings-page.tsx';
import '../staff/staff.css';
import './agency.css';
import { BillFiles } from './bill-files.tsx';
import { AgencyDisputes } from './disputes.tsx';
import { AgencyKeys } from './keys.tsx';
import { Operate } from './operate.tsx';
import { Overview, useOnboarding } from './overview.tsx';
import { ConformanceReports } from './reports.tsx';
import { Settlement } from './settlement.tsx';
import { AgencySettlements } from './settlements.tsx';
import { useTexts } from './texts.ts';
import { Versions } from './versions.tsx';
import { AgencyWebhooks } from './webhooks.tsx';

/** One agency: for its own users, and for operators. */
export default function AgencyPage() {
  const { agencyId } = useParams();
  const user = useSession().data?.user;
  const isOperator = user?.roles.includes('operator') ?? false;
  if (agencyId && isOperator) return <Console agencyId={agencyId} isOperator />;
  if (user?.agencyId) return <Console agencyId={user.agencyId} isOperator={false} />;
  return <Navigate to="/staff" replace />;
}

function Console({ agencyId, isOperator }: { agencyId: string; isOperator: boolean }) {
  const texts = useTexts();
  const onboarding = useOnboarding(agencyId).data;
  const title = onboarding ? local(onboarding.names) : texts.title;
  return (
    <Page title={title} {...(isOperator ? { back: '/staff' } : {})}>
      <div className="staff-grid">
        <Overview agencyId={agencyId} />
        {isOperator ? <Operate agencyId={agencyId} /> : null}
        <AgencyDisputes agencyId={agencyId} />
        <BillFiles agencyId={agencyId} />
        <ConformanceReports agencyId={agencyId} />
        <Versions agencyId={agencyId} />
        <AgencyWebhooks agencyId={agencyId} />
        <AgencyKeys agencyId={agencyId} />
        <AgencySettlements agencyId={agencyId} />
        <Settlement agencyId={agencyId} />
      </div>
      {isOperator ? null : <SignOut to="/staff/sign-in" />}
    </Page>
  );
}
