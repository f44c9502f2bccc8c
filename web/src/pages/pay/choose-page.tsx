import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Page } from '../../parts/page.tsx';
import { AgencyList } from '../accounts/agency-list.tsx';
import { RegionList } from '../accounts/region-list.tsx';

/** City, then agency, for who pays once; the step is in the URL. */
export default function ChoosePage() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const region = search.get('region');
  if (region) {
    return (
      <Page key={region} title={t('add.agencyTitle')} back="/pay">
        <AgencyList region={region} isPayingOnce />
      </Page>
    );
  }
  return (
    <Page key="regions" title={t('pay.title')} back="/">
      <RegionList base="/pay" />
    </Page>
  );
}
