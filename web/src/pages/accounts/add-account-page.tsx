import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { agencyQuery } from '../../api/queries.ts';
import { local } from '../../format.ts';
import { ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { AccountForm } from './account-form.tsx';
import { AgencyList } from './agency-list.tsx';
import { RegionList } from './region-list.tsx';

/**
 * City, then biller, then what the biller asks for. The step is in the URL, so that the browser's back button goes
 * back one step; what is typed is not.
 */
export default function AddAccountPage() {
  const [search] = useSearchParams();
  const region = search.get('region');
  const agencyId = search.get('agency');
  if (agencyId) return <FormStep key={agencyId} agencyId={agencyId} region={region} />;
  if (region) return <AgencyStep key={region} region={region} />;
  return <RegionStep />;
}

function RegionStep() {
  const { t } = useTranslation();
  return (
    <Page title={t('add.regionTitle')} back="/">
      <RegionList base="/accounts/new" />
    </Page>
  );
}

function AgencyStep({ region }: { region: string }) {
  const { t } = useTranslation();
  return (
    <Page title={t('add.agencyTitle')} back="/accounts/new">
      <AgencyList region={region} />
    </Page>
  );
}

function FormStep({ agencyId, region }: { agencyId: string; region: string | null }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const agency = useQuery(agencyQuery(agencyId));
  return (
    <Page
      title={agency.data ? local(agency.data.names) : t('add.formTitle')}
      back={region ? `/accounts/new?region=${encodeURIComponent(region)}` : '/accounts/new'}
    >
      {agency.isPending ? <Waiting lines={5} /> : null}
      {agency.isError ? <ProblemNote error={agency.error} onRetry={() => void agency.refetch()} /> : null}
      {agency.data ? (
        <>
          <AccountForm
            agency={agency.data}
            onSaved={(account) => navigate(`/bills/${account.savedAccountId}`, { replace: true })}
          />
          <Link className="line-link" to={`/pay/${agencyId}${region ? `?region=${region}` : ''}`}>
            {t('add.payOnce')}
          </Link>
        </>
      ) : null}
    </Page>
  );
}
