import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { billsQuery, paymentsQuery, savedAccountsQuery } from '../../api/queries.ts';
import type { BillQuery, SavedAccount } from '../../api/types.ts';
import { formatMoney, local, totals } from '../../format.ts';
import { Icon } from '../../parts/icons.tsx';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { storyOf } from '../payment/payment-progress.ts';
import { AccountCard } from './account-card.tsx';
import './home.css';

export default function HomePage() {
  const { t } = useTranslation();
  const accounts = useQuery(savedAccountsQuery);
  return (
    <Page title={t('home.title')}>
      <InProgress />
      {accounts.isPending ? <Waiting lines={5} /> : null}
      {accounts.isError ? (
        <ProblemNote error={accounts.error} onRetry={() => void accounts.refetch()} />
      ) : null}
      {accounts.data?.length === 0 ? <FirstAccount /> : null}
      {accounts.data && accounts.data.length > 0 ? <Accounts accounts={accounts.data} /> : null}
    </Page>
  );
}

function Accounts({ accounts }: { accounts: SavedAccount[] }) {
  const { t } = useTranslation();
  return (
    <>
      <TotalDue accounts={accounts} />
      <section aria-labelledby="accounts-heading" className="stack">
        <div className="row-apart">
          <h2 id="accounts-heading">{t('home.accounts')}</h2>
          <Link className="text-button add-link" to="/accounts/new">
            <Icon name="plus" />
            {t('home.add')}
          </Link>
        </div>
        <ul className="account-grid">
          {accounts.map((account) => (
            <li key={account.savedAccountId}>
              <AccountCard account={account} />
            </li>
          ))}
        </ul>
        <Link className="line-link" to="/pay">
          {t('home.payOnce')}
        </Link>
      </section>
    </>
  );
}

/** The sum of what is known to be due; says so while some billers have not answered. */
function TotalDue({ accounts }: { accounts: SavedAccount[] }) {
  const { t } = useTranslation();
  const answers = useQueries({ queries: accounts.map((account) => billsQuery(account.savedAccountId)) });
  const bills = answers.flatMap((answer) => (answer.data?.outcome === 'due' ? answer.data.bills : []));
  const due = totals(bills.filter((bill) => bill.inFlightPaymentId === null).map((bill) => bill.amountDue));
  const isComplete = answers.every((answer) => answer.data && hasAnswer(answer.data.outcome));
  const isAsking = answers.some((answer) => answer.isPending);
  const payable = answers.filter((answer) =>
    answer.data?.bills.some((bill) => bill.inFlightPaymentId === null),
  ).length;
  return (
    <section className="total-due" aria-labelledby="total-heading">
      <h2 id="total-heading">{isComplete ? t('home.total') : t('home.totalSoFar')}</h2>
      {due.length === 0 ? (
        <p className="total-nothing">
          {isAsking ? t('home.asking') : t(isComplete ? 'home.nothing' : 'home.nothingKnown')}
        </p>
      ) : (
        due.map((amount) => (
          <p key={amount.currency} className="amount-large">
            {formatMoney(amount)}
          </p>
        ))
      )}
      {due.length > 0 ? <p>{t('home.dueAt', { count: payable })}</p> : null}
    </section>
  );
}

function hasAnswer(outcome: BillQuery['outcome']): boolean {
  return outcome !== 'closedNow' && outcome !== 'unavailable';
}

/** Payments that are not over yet, so that leaving their page loses nothing. */
function InProgress() {
  const { t } = useTranslation();
  const payments = useInfiniteQuery({ ...paymentsQuery, refetchOnMount: 'always' });
  const open = payments.data?.pages.flatMap((page) => page.items).filter((payment) => !payment.final) ?? [];
  return open.map((payment) => (
    <Note key={payment.paymentId} tone="wait" title={t(`${storyOf(payment)}.title`)}>
      <p>
        {local(payment.agency.names)} <span className="number">{formatMoney(payment.total)}</span>
      </p>
      <Link className="button-link" to={`/payments/${payment.paymentId}`}>
        {t('home.seeProgress')}
      </Link>
    </Note>
  ));
}

function FirstAccount() {
  const { t } = useTranslation();
  return (
    <section className="panel stack first-account">
      <h2>{t('home.emptyTitle')}</h2>
      <p>{t('home.emptyBody')}</p>
      <Link className="button-link primary block" to="/accounts/new">
        <Icon name="plus" />
        {t('home.addFirst')}
      </Link>
      <Link className="button-link block" to="/pay">
        {t('home.payOnce')}
      </Link>
    </section>
  );
}
