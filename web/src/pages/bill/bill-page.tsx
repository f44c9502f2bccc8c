import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { agencyQuery, billsQuery, savedAccountsQuery } from '../../api/queries.ts';
import type { BillQuery, SavedAccount } from '../../api/types.ts';
import { formatTime, local } from '../../format.ts';
import { CategoryBadge } from '../../parts/category.tsx';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { AccountMenu } from './account-menu.tsx';
import './bill.css';
import { OtherOutcome } from './other-outcome.tsx';
import { PayForm } from './pay-form.tsx';

export default function BillPage() {
  const { t } = useTranslation();
  const { savedAccountId = '' } = useParams();
  const accounts = useQuery(savedAccountsQuery);
  const account = accounts.data?.find((each) => each.savedAccountId === savedAccountId);
  const title = account ? account.label || local(account.agency.names) : t('bill.title');
  return (
    <Page title={title} back="/">
      {accounts.isPending ? <Waiting lines={5} /> : null}
      {accounts.isError ? (
        <ProblemNote error={accounts.error} onRetry={() => void accounts.refetch()} />
      ) : null}
      {accounts.data && !account ? (
        <Note tone="info" title={t('bill.goneTitle')}>
          <p>{t('bill.goneBody')}</p>
        </Note>
      ) : null}
      {account ? <AccountBills account={account} /> : null}
    </Page>
  );
}

function AccountBills({ account }: { account: SavedAccount }) {
  // What is paid for must be what is owed now, not what was seen on the page before.
  const bills = useQuery({ ...billsQuery(account.savedAccountId), refetchOnMount: 'always' });
  const agency = useQuery(agencyQuery(account.agency.agencyId));
  const retry = () => {
    void bills.refetch();
    void agency.refetch();
  };
  return (
    <>
      <AccountHead account={account} answer={bills.data ?? null} />
      {bills.isPending || agency.isPending ? <Waiting lines={6} /> : null}
      {bills.isError || agency.isError ? (
        <ProblemNote error={bills.error ?? agency.error} onRetry={retry} />
      ) : null}
      {bills.data && agency.data ? (
        bills.data.outcome === 'due' && bills.data.queryId ? (
          <PayForm
            agency={agency.data}
            account={account}
            answer={bills.data}
            queryId={bills.data.queryId}
            isAsking={bills.isFetching}
          />
        ) : (
          <OtherOutcome
            answer={bills.data}
            agency={agency.data}
            isAsking={bills.isFetching}
            onRetry={retry}
          />
        )
      ) : null}
    </>
  );
}

/** Whose account it is, so that nobody pays a stranger's bill. */
function AccountHead({ account, answer }: { account: SavedAccount; answer: BillQuery | null }) {
  const { t } = useTranslation();
  const holder = answer?.holder ?? account.holder;
  return (
    <section className="panel account-summary" aria-label={t('bill.accountLabel')}>
      <CategoryBadge category={account.agency.category} />
      <div>
        <p>
          <strong>{local(account.agency.names)}</strong>
        </p>
        <p className="weak small">
          {t('bill.accountNumber')} <span className="number">{account.maskedAccount}</span>
          {holder?.maskedName ? ` · ${holder.maskedName}` : ''}
        </p>
        {holder?.maskedAddress ? <p className="weak small">{holder.maskedAddress}</p> : null}
        {answer ? (
          <p className="weak small">{t('bill.asOf', { time: formatTime(answer.queriedAt) })}</p>
        ) : null}
      </div>
      <AccountMenu account={account} />
    </section>
  );
}
