import { useQuery } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { ApiProblem } from '../../api/problem.ts';
import { receiptQuery } from '../../api/queries.ts';
import type { Receipt } from '../../api/types.ts';
import { formatExactTime, formatMoney, formatPeriod, local } from '../../format.ts';
import { CostFacts, Fact } from '../../parts/facts.tsx';
import { FulfilmentCard } from '../../parts/fulfilment.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { DisputeLink } from '../dispute/dispute-list.tsx';
import './receipt.css';

/** Its encoder is only needed here. */
const QrCode = lazy(() => import('./qr-code.tsx'));

export default function ReceiptPage() {
  const { t } = useTranslation();
  const { paymentId = '' } = useParams();
  const receipt = useQuery(receiptQuery(paymentId));
  const isNotThereYet = receipt.error instanceof ApiProblem && receipt.error.kind === 'answered';
  return (
    <Page title={t('receipt.title')} back={`/payments/${paymentId}`}>
      {receipt.isPending ? <Waiting lines={8} /> : null}
      {receipt.isError ? (
        <ProblemNote error={receipt.error} onRetry={() => void receipt.refetch()}>
          {isNotThereYet ? <Link to={`/payments/${paymentId}`}>{t('receipt.toPayment')}</Link> : null}
        </ProblemNote>
      ) : null}
      {receipt.data ? <ReceiptCard receipt={receipt.data} /> : null}
    </Page>
  );
}

function ReceiptCard({ receipt }: { receipt: Receipt }) {
  const { t } = useTranslation();
  return (
    <>
      <article className="panel receipt" aria-label={t('receipt.title')}>
        <header className="receipt-head">
          <p className="tag good">{t('receipt.paid')}</p>
          <p className="amount-large">{formatMoney(receipt.total)}</p>
          <p>{local(receipt.agency.names)}</p>
        </header>
        {receipt.fulfilment ? <FulfilmentCard fulfilment={receipt.fulfilment} /> : null}
        <ReceiptFacts receipt={receipt} />
        <figure className="receipt-code">
          <Suspense fallback={<Waiting lines={2} />}>
            <QrCode text={receipt.verifyUrl} label={t('receipt.qrLabel')} />
          </Suspense>
          <figcaption className="small">
            {t('receipt.qrHelp')}
            <br />
            <a href={receipt.verifyUrl}>{t('receipt.verifyLink')}</a>
            <br />
            {t('receipt.code')} <strong className="number">{receipt.verificationCode}</strong>
          </figcaption>
        </figure>
      </article>
      <div className="row no-print">
        <a
          className="button-link primary"
          href={`/v1/payments/${encodeURIComponent(receipt.paymentId)}/receipt.pdf`}
          download
        >
          {t('receipt.pdf')}
        </a>
        <Button onClick={() => window.print()}>{t('receipt.print')}</Button>
        <Link className="button-link" to="/">
          {t('app.toHome')}
        </Link>
        <DisputeLink paymentId={receipt.paymentId} />
      </div>
    </>
  );
}

function ReceiptFacts({ receipt }: { receipt: Receipt }) {
  const { t } = useTranslation();
  return (
    <dl className="facts">
      <dt>{t('receipt.account')}</dt>
      <dd className="number">{receipt.maskedAccount}</dd>
      {receipt.holder?.maskedName ? (
        <>
          <dt>{t('receipt.holder')}</dt>
          <dd>{receipt.holder.maskedName}</dd>
        </>
      ) : null}
      {receipt.bills.map((bill) => (
        <div key={bill.billId} style={{ display: 'contents' }}>
          <dt>{t('receipt.bill', { period: formatPeriod(bill.period) })}</dt>
          <dd className="number">{formatMoney(bill.amount)}</dd>
        </div>
      ))}
      {receipt.credit ? (
        <Fact label={t('cost.credit')} isNumber>
          {formatMoney(receipt.credit)}
        </Fact>
      ) : null}
      <CostFacts {...receipt} />
      {receipt.planName ? <Fact label={t('confirm.plan')}>{local(receipt.planName)}</Fact> : null}
      {receipt.payerName ? <Fact label={t('confirm.payer')}>{receipt.payerName}</Fact> : null}
      <dt>{t('receipt.debitedAt')}</dt>
      <dd>{formatExactTime(receipt.debitedAt)}</dd>
      <dt>{t('receipt.postedAt')}</dt>
      <dd>{formatExactTime(receipt.postedAt)}</dd>
      <dt>{t('receipt.channel')}</dt>
      <dd>
        {local(receipt.channel.names)}
        <br />
        <span className="number small">{receipt.channel.reference}</span>
      </dd>
      <dt>{t('receipt.agencyReference')}</dt>
      <dd className="number small">{receipt.agencyReference}</dd>
      <dt>{t('receipt.number')}</dt>
      <dd className="number small">{receipt.receiptId}</dd>
    </dl>
  );
}
