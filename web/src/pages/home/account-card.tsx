import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { billsQuery } from '../../api/queries.ts';
import type { BillQuery, SavedAccount } from '../../api/types.ts';
import { formatDate, formatMoney, formatTime, isPast, local, totals } from '../../format.ts';
import { CategoryBadge } from '../../parts/category.tsx';
import { Icon, type IconName } from '../../parts/icons.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { Waiting } from '../../parts/waiting.tsx';

/** One saved account, and what is due on it as the biller says now. */
export function AccountCard({ account }: { account: SavedAccount }) {
  const bills = useQuery(billsQuery(account.savedAccountId));
  const name = account.label || local(account.agency.names);
  return (
    <article className="panel account-card" aria-label={name} aria-busy={bills.isFetching}>
      <div className="account-head">
        <CategoryBadge category={account.agency.category} />
        <div>
          <h3>{name}</h3>
          <p className="weak small">
            {account.label ? `${local(account.agency.names)} · ` : ''}
            <span className="number">{account.maskedAccount}</span>
            {account.holder?.maskedName ? (
              <>
                {' · '}
                <span className="together">{account.holder.maskedName}</span>
              </>
            ) : null}
          </p>
        </div>
      </div>
      <div className="account-state">
        {bills.isPending ? <Waiting lines={2} /> : null}
        {bills.isError ? <ProblemNote error={bills.error} onRetry={() => void bills.refetch()} /> : null}
        {bills.data ? (
          <DueState account={account} answer={bills.data} onRetry={() => void bills.refetch()} />
        ) : null}
      </div>
    </article>
  );
}

interface DueStateProps {
  account: SavedAccount;
  answer: BillQuery;
  onRetry(): void;
}

/** Each answer said differently: what is owed, open to pay to, nothing, no such account, closed, and no answer. */
function DueState({ account, answer, onRetry }: DueStateProps) {
  const { t } = useTranslation();
  const to = `/bills/${account.savedAccountId}`;
  switch (answer.outcome) {
    case 'due':
      return <Due to={to} answer={answer} name={account.label || local(account.agency.names)} />;
    case 'nothingDue':
      return (
        <State tone="good" icon="check" title={t('outcome.nothingDue.title')}>
          {answer.nextBillOn ? (
            <p className="weak">{t('outcome.nextBill', { date: formatDate(answer.nextBillOn) })}</p>
          ) : null}
          <Link to={to}>{t('home.details')}</Link>
        </State>
      );
    case 'payable':
    case 'plans':
      return (
        <State tone="good" icon="check" title={t('outcome.payable.title')}>
          <p className="weak">{t(`outcome.${answer.outcome}.short`)}</p>
          <Link
            className="button-link primary block"
            to={to}
            aria-label={t('home.payFor', { name: account.label || local(account.agency.names) })}
          >
            {t('home.pay')}
          </Link>
        </State>
      );
    case 'noSuchAccount':
      return (
        <State tone="bad" icon="alert" title={t('outcome.noSuchAccount.title')}>
          <p className="weak">{t('outcome.noSuchAccount.short')}</p>
          <Link to={to}>{t('home.manage')}</Link>
        </State>
      );
    case 'closedNow':
      return (
        <State tone="wait" icon="clock" title={t('outcome.closedNow.title')}>
          <p className="weak">
            {answer.opensAt
              ? t('outcome.opensAt', { time: formatTime(answer.opensAt) })
              : t('outcome.closedNow.short')}
          </p>
          <Link to={to}>{t('home.details')}</Link>
        </State>
      );
    case 'unavailable':
      return (
        <State tone="wait" icon="alert" title={t('outcome.unavailable.title')}>
          <p className="weak">{t('outcome.unavailable.short')}</p>
          <button type="button" className="button-link" onClick={onRetry}>
            {t('app.retry')}
          </button>
        </State>
      );
  }
}

function Due({ to, answer, name }: { to: string; answer: BillQuery; name: string }) {
  const { t } = useTranslation();
  const open = answer.bills.filter((bill) => bill.inFlightPaymentId === null);
  const dueDates = open.flatMap((bill) => (bill.dueDate ? [bill.dueDate] : [])).sort();
  const first = dueDates[0];
  if (open.length === 0) {
    const paymentId = answer.bills[0]?.inFlightPaymentId;
    return (
      <State tone="wait" icon="clock" title={t('home.beingPaid')}>
        {paymentId ? <Link to={`/payments/${paymentId}`}>{t('home.seeProgress')}</Link> : null}
      </State>
    );
  }
  return (
    <>
      <div>
        {totals(open.map((bill) => bill.amountDue)).map((amount) => (
          <p key={amount.currency} className="account-amount number">
            {formatMoney(amount)}
          </p>
        ))}
        <p className="weak small">
          {t('home.bills', { count: open.length })}
          {first
            ? ` · ${t(isPast(first) ? 'home.overdueSince' : 'home.payBefore', { date: formatDate(first) })}`
            : ''}
        </p>
      </div>
      <Link className="button-link primary block" to={to} aria-label={t('home.payFor', { name })}>
        {t('home.pay')}
      </Link>
    </>
  );
}

interface StateProps {
  tone: 'good' | 'wait' | 'bad';
  icon: IconName;
  title: string;
  children: React.ReactNode;
}

function State({ tone, icon, title, children }: StateProps) {
  return (
    <>
      <p className={`state-line ${tone}`}>
        <Icon name={icon} />
        {title}
      </p>
      {children}
    </>
  );
}
