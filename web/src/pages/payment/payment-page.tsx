import Steps from 'antd-mobile/es/components/steps';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import type { Payment } from '../../api/types.ts';
import { formatExactTime, formatMoney, formatPeriod, formatTime, local } from '../../format.ts';
import { announce } from '../../parts/announce.ts';
import { CostFacts, Fact } from '../../parts/facts.tsx';
import { FulfilmentCard } from '../../parts/fulfilment.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { DisputeLink, DisputeList } from '../dispute/dispute-list.tsx';
import './payment.css';
import { isSafeToLeave, type ProgressStep, stepsOf, storyOf, toneOf } from './payment-progress.ts';
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
  const story = storyOf(payment ?? { status: 'created', undone: false });
  const before = useRef(status);
  useEffect(() => {
    if (status && before.current && status !== before.current) announce(t(`${story}.title`));
    before.current = status;
  }, [status, story, t]);
}

function Progress({ payment }: { payment: Payment }) {
  const { t } = useTranslation();
  const confirmUrl = payment.status === 'debitPending' ? bankUrl(payment) : null;
  return (
    <>
      <Note tone={toneOf(payment.status)} title={t(`${storyOf(payment)}.title`)}>
        <p>
          {t(`${storyOf(payment)}.body`, {
            amount: formatMoney(payment.amount),
            total: formatMoney(payment.total),
          })}
        </p>
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
      {payment.fulfilment && payment.status === 'posted' ? (
        <FulfilmentCard fulfilment={payment.fulfilment} />
      ) : null}
      {payment.postedAt ? <DisputeList paymentId={payment.paymentId} /> : null}
      {isSafeToLeave(payment) ? <p className="weak">{t('payment.safeToLeave')}</p> : null}
      <section className="panel" aria-label={t('payment.steps')}>
        <ProgressSteps steps={stepsOf(payment)} />
      </section>
      <PaymentFacts payment={payment} />
      <Timeline payment={payment} />
      {payment.status === 'posted' ? <DisputeLink paymentId={payment.paymentId} /> : null}
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
        {payment.fee.amountMinor === 0 ? (
          <Fact label={t('payment.amount')} isNumber>
            <strong>{formatMoney(payment.amount)}</strong>
          </Fact>
        ) : (
          <CostFacts {...payment} />
        )}
        {payment.credit ? (
          <Fact label={t('cost.credit')} isNumber>
            {formatMoney(payment.credit)}
          </Fact>
        ) : null}
        <Fact label={t('confirm.to')}>{local(payment.agency.names)}</Fact>
        <Fact label={t('confirm.account')} isNumber>
          {payment.maskedAccount}
        </Fact>
        {payment.planName ? <Fact label={t('confirm.plan')}>{local(payment.planName)}</Fact> : null}
        {payment.bills.length > 0 ? (
          <Fact label={t('confirm.periods')}>
            {payment.bills.map((bill) => formatPeriod(bill.period)).join(t('app.listSeparator'))}
          </Fact>
        ) : null}
        <Fact label={t('payment.number')} isNumber>
          <span className="small">{payment.paymentId}</span>
        </Fact>
      </dl>
    </section>
  );
}

/** Everything that happened, for who wants to know or has to explain it on the phone. */
function Timeline({ payment }: { payment: Payment }) {
  const { t } = useTranslation();
  const undoneFrom = payment.timeline.findIndex(({ status }) => status === 'reversing');
  return (
    <details className="panel fold timeline">
      <summary>{t('payment.timeline')}</summary>
      <ol>
        {payment.timeline.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: history only grows at its end
          <li key={index}>
            <span className="weak small number">{formatExactTime(step.at)}</span>
            <br />
            {t(`${storyOf({ status: step.status, undone: undoneFrom >= 0 && index > undoneFrom })}.title`)}
            {step.reason ? <span className="weak"> · {t(`reason.${step.reason.code}`)}</span> : null}
          </li>
        ))}
      </ol>
    </details>
  );
}
