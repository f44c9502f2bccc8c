import { useInfiniteQuery } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paymentsQuery } from '../../api/queries.ts';
import type { Payment } from '../../api/types.ts';
import { formatMoney, formatPeriod, formatTime, local } from '../../format.ts';
import { CategoryBadge } from '../../parts/category.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { toneOf } from '../payment/payment-progress.ts';
import './history.css';

export default function HistoryPage() {
  const { t } = useTranslation();
  const payments = useInfiniteQuery({ ...paymentsQuery, refetchOnMount: 'always' });
  const months = byMonth(payments.data?.pages.flatMap((page) => page.items) ?? []);
  return (
    <Page title={t('history.title')}>
      {payments.isPending ? <Waiting lines={6} /> : null}
      {payments.isSuccess && months.length === 0 ? (
        <section className="panel stack">
          <p>{t('history.empty')}</p>
          <Link className="button-link" to="/">
            {t('app.toHome')}
          </Link>
        </section>
      ) : null}
      {months.map(({ month, items }) => (
        <section key={month} className="stack-tight" aria-labelledby={`month-${month}`}>
          <h2 id={`month-${month}`}>{formatPeriod(month)}</h2>
          <ul className="panel flush">
            {items.map((payment) => (
              <li key={payment.paymentId}>
                <PaymentRow payment={payment} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {payments.isError ? (
        <ProblemNote error={payments.error} onRetry={() => void payments.refetch()} />
      ) : null}
      {payments.hasNextPage ? (
        <LoadMore isLoading={payments.isFetchingNextPage} onMore={() => void payments.fetchNextPage()} />
      ) : null}
    </Page>
  );
}

/** The whole row is the link: one large target, one stop for the keyboard. */
function PaymentRow({ payment }: { payment: Payment }) {
  const { t } = useTranslation();
  return (
    <Link className="payment-row" to={`/payments/${payment.paymentId}`}>
      <CategoryBadge category={payment.agency.category} />
      <span className="payment-what">
        <strong>{local(payment.agency.names)}</strong>
        <span className="weak small">
          {payment.bills.length > 0
            ? payment.bills.map((bill) => formatPeriod(bill.period)).join(t('app.listSeparator'))
            : payment.maskedAccount}
        </span>
        <span className="weak small number">{formatTime(payment.createdAt)}</span>
      </span>
      <span className="payment-how">
        <strong className="number">{formatMoney(payment.total)}</strong>
        <span className={`tag ${toneOf(payment.status)}`}>{t(`payment.status.${payment.status}.short`)}</span>
      </span>
    </Link>
  );
}

function byMonth(payments: readonly Payment[]): { month: string; items: Payment[] }[] {
  const months = new Map<string, Payment[]>();
  for (const payment of payments) {
    const at = new Date(payment.createdAt);
    const month = `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}`;
    months.set(month, [...(months.get(month) ?? []), payment]);
  }
  return [...months].map(([month, items]) => ({ month, items }));
}

/** Loads by itself when scrolled to; it is a button too, so that the keyboard never runs after a list that grows. */
function LoadMore({ isLoading, onMore }: { isLoading: boolean; onMore(): void }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const more = useRef(onMore);
  more.current = onMore;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && more.current(), {
      rootMargin: '200px',
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={box}>
      <Button block onClick={onMore} loading={isLoading} loadingText={t('app.loading')}>
        {t('app.more')}
      </Button>
    </div>
  );
}
