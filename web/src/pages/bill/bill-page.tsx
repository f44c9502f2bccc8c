import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { agencyQuery, billsQuery, savedAccountsQuery } from '../../api/queries.ts';
import type { BillQuery, SavedAccount } from '../../api/types.ts';
import { formatTime, local } from '../../format.ts';
import { CategoryBadge } from '../../parts/category.tsx';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { AccountMenu } from './account-menu.tsx';
import { AnswerView } from './answer-view.tsx';
import './bill.css';

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
  const { t } = useTranslation();
  // What is paid for must be what is owed now, not what was seen on the page before.
  const bills = useQuery({ ...billsQuery(account.savedAccountId), refetchOnMount: 'always' });
  const agency = useQuery(agencyQuery(account.agency.agencyId));
  const retry = () => Promise.all([bills.refetch(), agency.refetch()]);
  return (
    <>
      <AccountHead account={account} answer={bills.data ?? null} />
      {bills.isPending || agency.isPending ? <Waiting lines={6} /> : null}
      {bills.isError || agency.isError ? (
        <ProblemNote error={bills.error ?? agency.error} onRetry={() => void retry()} />
      ) : null}
      {bills.data && agency.data ? (
        <AnswerView
          agency={agency.data}
          label={account.label}
          answer={bills.data}
          isAsking={bills.isFetching}
          askAgain={retry}
          correct={
            <Link className="button-link" to={`/accounts/new?agency=${agency.data.agencyId}`}>
              {t('outcome.noSuchAccount.action')}
            </Link>
          }
        />
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
