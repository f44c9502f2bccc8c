import Steps from 'antd-mobile/es/components/steps';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import type { Payment } from '../../api/types.ts';
import { formatExactTime, formatMoney, formatPeriod, formatTime, local } from '../../format.ts';
import { announce } from '../../parts/announce.ts';
import { Icon } from '../../parts/icons.tsx';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import './payment.css';
import { isSafeToLeave, type ProgressStep, stepsOf, toneOf } from './payment-progress.ts';
import { usePayment } from './use-payment.ts';

export default function PaymentPage() {
  const { t } = useTranslation();
  const { paymentId = '' } = useParams();
  const payment = usePayment(paymentId);
  useGoToBank(payment.data ?? null);
  useAnnouncedStatus(payment.data ?? null);
  return (
    <Page title={t('payment.title')} back="/">
      {payment.isPending ? <Waiting lines={6} /> : null}
      {payment.isError && !payment.data ? (
        <ProblemNote error={payment.error} onRetry={() => void payment.refetch()} />
      ) : null}
      {payment.data ? <Progress payment={payment.data} /> : null}
    </Page>
  );
}

/** Straight on to the bank, once, when the order was placed on the page before. */
function useGoToBank(payment: Payment | null): void {
  const navigate = useNavigate();
  const { state } = useLocation();
  const isWanted = typeof state === 'object' && state !== null && 'toBank' in state;
  const confirmUrl = payment?.status === 'debitPending' ? bankUrl(payment) : null;
  useEffect(() => {
    if (!isWanted || !confirmUrl) return;
    // Coming back from the bank with the browser's back button must not lead straight there again.
    navigate('.', { replace: true, state: null });
    window.location.assign(confirmUrl);
  }, [isWanted, confirmUrl, navigate]);
}

/** The page to confirm on; anything but a web address is not followed. */
function bankUrl(payment: Payment): string | null {
  return payment.confirmUrl && /^https?:\/\//.test(payment.confirmUrl) ? payment.confirmUrl : null;
}

/** Screen readers hear each change once, wherever the focus is. */
function useAnnouncedStatus(payment: Payment | null): void {
  const { t } = useTranslation();
  const status = payment?.status;
  const before = useRef(status);
  useEffect(() => {
    if (status && before.current && status !== before.current) announce(t(`payment.status.${status}.title`));
    before.current = status;
  }, [status, t]);
}

function Progress({ payment }: { payment: Payment }) {
  const { t } = useTranslation();
  const confirmUrl = payment.status === 'debitPending' ? bankUrl(payment) : null;
  return (
    <>
      <Note tone={toneOf(payment.status)} title={t(`payment.status.${payment.status}.title`)}>
        <p>{t(`payment.status.${payment.status}.body`, { amount: formatMoney(payment.amount) })}</p>
        {payment.reason && payment.status !== 'posted' ? (
          <p>{t('app.because', { reason: t(`reason.${payment.reason.code}`) })}</p>
        ) : null}
        <NextByWhen payment={payment} />
        {confirmUrl ? (
          <a className="button-link primary" href={confirmUrl}>
            {t('payment.toBank')}
          </a>
        ) : null}
        {payment.status === 'posted' ? (
          <Link className="button-link primary" to={`/receipts/${payment.paymentId}`}>
            {t('payment.toReceipt')}
          </Link>
        ) : null}
      </Note>
      {isSafeToLeave(payment) ? <p className="weak">{t('payment.safeToLeave')}</p> : null}
      <section className="panel" aria-label={t('payment.steps')}>
        <ProgressSteps steps={stepsOf(payment)} />
      </section>
      <PaymentFacts payment={payment} />
      <Timeline payment={payment} />
      <Link className="button-link block" to="/">
        {t('app.toHome')}
      </Link>
    </>
  );
}

/** What happens next, by when; nothing once it is over. */
function NextByWhen({ payment }: { payment: Payment }) {
  const { t } = useTranslation();
  if (payment.final) return null;
  if (payment.status === 'created' || payment.status === 'debitPending') {
    return <p>{t('payment.confirmBefore', { time: formatTime(payment.expiresAt) })}</p>;
  }
  return payment.promisedBy ? (
    <p>{t('payment.promisedBy', { time: formatTime(payment.promisedBy) })}</p>
  ) : null;
}

const STEP_STATES = { done: 'finish', current: 'process', waiting: 'wait', failed: 'error' } as const;
const STEP_ICONS = { done: 'check', current: 'clock', waiting: 'clock', failed: 'cross' } as const;

function ProgressSteps({ steps }: { steps: readonly ProgressStep[] }) {
  const { t } = useTranslation();
  return (
    <Steps direction="vertical" className="progress-steps">
      {steps.map(({ name, state, at }) => (
        <Steps.Step
          key={name}
          status={STEP_STATES[state]}
          icon={
            <span className={`step-icon ${state}`}>
              <Icon name={STEP_ICONS[state]} />
            </span>
          }
          title={t(`payment.step.${name}`)}
          description={
            <>
              {t(`payment.stepState.${state}`)}
              {at && state === 'done' ? ` · ${formatTime(at)}` : ''}
            </>
          }
        />
      ))}
    </Steps>
  );
}

function PaymentFacts({ payment }: { payment: Payment }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-label={t('payment.facts')}>
      <dl className="facts">
        <dt>{t('payment.amount')}</dt>
        <dd className="number">
          <strong>{formatMoney(payment.amount)}</strong>
        </dd>
        <dt>{t('confirm.to')}</dt>
        <dd>{local(payment.agency.names)}</dd>
        <dt>{t('confirm.account')}</dt>
        <dd className="number">{payment.maskedAccount}</dd>
        <dt>{t('confirm.periods')}</dt>
        <dd>{payment.bills.map((bill) => formatPeriod(bill.period)).join(t('app.listSeparator'))}</dd>
        <dt>{t('payment.number')}</dt>
        <dd className="number small">{payment.paymentId}</dd>
      </dl>
    </section>
  );
}

/** Everything that happened, for who wants to know or has to explain it on the phone. */
function Timeline({ payment }: { payment: Payment }) {
  const { t } = useTranslation();
  return (
    <details className="panel fold timeline">
      <summary>{t('payment.timeline')}</summary>
      <ol>
        {payment.timeline.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: history only grows at its end
          <li key={index}>
            <span className="weak small number">{formatExactTime(step.at)}</span>
            <br />
            {t(`payment.status.${step.status}.title`)}
            {step.reason ? <span className="weak"> · {t(`reason.${step.reason.code}`)}</span> : null}
          </li>
        ))}
      </ol>
    </details>
  );
}
