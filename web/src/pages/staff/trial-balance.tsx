import { useQuery } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '../../api/client.ts';
import { formatMinorText } from '../../format.ts';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Waiting } from '../../parts/waiting.tsx';

/** The two sides of the ledger, which must be equal at every instant. */
export function TrialBalance() {
  const { t } = useTranslation();
  const balance = useQuery({
    queryKey: ['staff', 'trialBalance'],
    queryFn: async ({ signal }) => bodyOf(await api.GET('/v1/ops/trial-balance', { signal })),
    staleTime: 0,
  });
  return (
    <section className="panel stack" aria-labelledby="balance-heading">
      <h2 id="balance-heading">{t('staff.balance')}</h2>
      {balance.isPending ? <Waiting /> : null}
      {balance.isError ? <ProblemNote error={balance.error} /> : null}
      {balance.data ? (
        <>
          <Note
            tone={balance.data.balanced ? 'good' : 'bad'}
            title={t(balance.data.balanced ? 'staff.balanced' : 'staff.notBalanced')}
          />
          {balance.data.currencies.map(({ currency, debitMinor, creditMinor, differenceMinor }) => (
            <dl key={currency} className="facts">
              <dt>{t('staff.debit')}</dt>
              <dd className="number">{formatMinorText(debitMinor, currency)}</dd>
              <dt>{t('staff.credit')}</dt>
              <dd className="number">{formatMinorText(creditMinor, currency)}</dd>
              <dt>{t('staff.difference')}</dt>
              <dd className="number">{formatMinorText(differenceMinor, currency)}</dd>
            </dl>
          ))}
          {balance.data.currencies.length === 0 ? <p>{t('staff.noEntries')}</p> : null}
        </>
      ) : null}
      <Button onClick={() => void balance.refetch()} loading={balance.isFetching} loadingText={t('app.wait')}>
        {t('staff.refresh')}
      </Button>
    </section>
  );
}
