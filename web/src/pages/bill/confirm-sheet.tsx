import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ApiProblem } from '../../api/problem.ts';
import { type ChosenPart, channelsQuery, quoteQuery } from '../../api/queries.ts';
import type { Money } from '../../api/types.ts';
import { formatMoney, formatSpan, local } from '../../format.ts';
import { CostFacts, Fact } from '../../parts/facts.tsx';
import { TextField } from '../../parts/field.tsx';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { accountLabelOf } from '../accounts/account-form.rules.ts';
import type { PayableAnswer } from './answer-view.tsx';
import { usePlaceOrder } from './use-place-order.ts';

interface ConfirmSheetProps extends PayableAnswer {
  order: ChosenPart;
  /** What the money is for, where it is not just the account. */
  what: { label: string; text: string } | null;
  onBillChanged(): void;
  onClose(): void;
}

/** The server's own limit. */
const MAX_NAME_LENGTH = 60;

/** Everything once more in one place: to whom, for which account, how much in all, from where; then to the bank. */
export function ConfirmSheet(sheet: ConfirmSheetProps) {
  const { agency, answer, order, what, isAsking, askAgain, onBillChanged, onClose } = sheet;
  const { t } = useTranslation();
  const quote = useQuery({ ...quoteQuery(order), placeholderData: keepPreviousData });
  const channels = useQuery(channelsQuery);
  const [chosenChannel, setChosenChannel] = useState<string | null>(null);
  const channelId = chosenChannel ?? channels.data?.[0]?.channelId ?? null;
  const payer = usePayerName(agency.payer === 'named');
  const { place, replacedTotal } = usePlaceOrder(askAgain, onBillChanged);
  const isWaiting = place.isPending || isAsking || quote.isFetching;
  const total = quote.data?.total ?? order.amount;
  const accountLabel = accountLabelOf(agency);
  const pay = () => {
    if (channelId === null || !quote.data || !payer.check()) return;
    place.mutate({ ...order, total: quote.data.total, channelId, ...payer.value });
  };
  return (
    <Sheet title={t('confirm.title')} onClose={onClose}>
      <div className="stack">
        {replacedTotal && !isAsking && !quote.isFetching ? (
          <ChangedAmount before={replacedTotal} now={total} />
        ) : null}
        <p className="amount-large">{formatMoney(total)}</p>
        <dl className="facts">
          <Fact label={t('confirm.to')}>{local(agency.names)}</Fact>
          <Fact label={accountLabel ? local(accountLabel) : t('confirm.account')}>
            {sheet.label ? `${sheet.label} · ` : ''}
            <span className="number">{answer.maskedAccount}</span>
            {answer.holder?.maskedName ? ` · ${answer.holder.maskedName}` : ''}
          </Fact>
          {what ? <Fact label={what.label}>{what.text}</Fact> : null}
          {quote.data ? <CostFacts {...quote.data} /> : null}
        </dl>
        {quote.isError ? (
          <ProblemNote
            error={quote.error}
            // What is out of date is seen anew, and then costs what it costs.
            onRetry={() => void (isOutOfDate(quote.error) ? askAgain() : quote.refetch())}
          />
        ) : null}
        {payer.isAsked ? <PayerField payer={payer} /> : null}
        <Channels chosen={channelId} onChoose={setChosenChannel} />
        <p className="weak small">
          {t('confirm.explain', { span: formatSpan(agency.postingPromiseSeconds) })}
        </p>
        {place.isError ? <OrderProblem error={place.error} /> : null}
        <div className="sheet-action">
          <Button
            color="primary"
            size="large"
            block
            disabled={channelId === null || isWaiting || !quote.data}
            loading={isWaiting}
            loadingText={t('app.wait')}
            onClick={pay}
          >
            {t('confirm.pay', { amount: formatMoney(total) })}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}

function isOutOfDate(error: Error): boolean {
  return error instanceof ApiProblem && ['query_expired', 'query_not_found'].includes(error.code);
}

/** Who pays, for agencies that want to know. */
function usePayerName(isAsked: boolean) {
  const [name, setName] = useState('');
  const [isMissing, setMissing] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  return {
    isAsked,
    name,
    isMissing,
    box,
    value: isAsked ? { payerName: name.trim() } : {},
    type(text: string) {
      setName(text);
      setMissing(false);
    },
    /** Whether the question is answered; if not, the keyboard goes there. */
    check(): boolean {
      const isAnswered = !isAsked || name.trim() !== '';
      setMissing(!isAnswered);
      if (!isAnswered) box.current?.querySelector('input')?.focus();
      return isAnswered;
    },
  };
}

function PayerField({ payer }: { payer: ReturnType<typeof usePayerName> }) {
  const { t } = useTranslation();
  return (
    <div ref={payer.box}>
      <TextField
        label={t('confirm.payer')}
        hint={t('confirm.payerHint')}
        autoComplete="name"
        maxLength={MAX_NAME_LENGTH}
        value={payer.name}
        onChange={payer.type}
        error={payer.isMissing ? t('confirm.payerMissing') : null}
        required
      />
    </div>
  );
}

function Channels({ chosen, onChoose }: { chosen: string | null; onChoose(channelId: string): void }) {
  const { t } = useTranslation();
  const channels = useQuery(channelsQuery);
  if (channels.isPending) return <Waiting lines={2} />;
  if (channels.isError) {
    return <ProblemNote error={channels.error} onRetry={() => void channels.refetch()} />;
  }
  return (
    <fieldset>
      <legend className="field-label">{t('confirm.channel')}</legend>
      <div className="choices">
        {channels.data.map((channel) => (
          <label key={channel.channelId} className="choice">
            <input
              type="radio"
              name="channel"
              checked={channel.channelId === chosen}
              onChange={() => onChoose(channel.channelId)}
            />
            <span className="choice-main">{local(channel.names)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** What is to be paid changed while it was looked at: both amounts, and the question again. */
function ChangedAmount({ before, now }: { before: Money; now: Money }) {
  const { t } = useTranslation();
  return (
    <Note tone="wait" title={t('confirm.changedTitle')} isAlert>
      <p>{t('confirm.changedBody')}</p>
      <p className="old-new">
        <s>
          <span className="visually-hidden">{t('confirm.before')}</span>
          {formatMoney(before)}
        </s>
        <span aria-hidden="true">→</span>
        <strong>
          <span className="visually-hidden">{t('confirm.now')}</span>
          {formatMoney(now)}
        </strong>
      </p>
    </Note>
  );
}

/** Why the order was not placed, and the way on where there is one. */
function OrderProblem({ error }: { error: Error }) {
  const { t } = useTranslation();
  const problem = error instanceof ApiProblem ? error : null;
  // Said by the amounts themselves.
  if (problem?.code === 'bill_changed' || problem?.code === 'total_changed') return null;
  const otherPayment = problem?.code === 'bill_payment_in_flight' ? problem.params.paymentId : null;
  return (
    <ProblemNote error={error} noAnswer={t('confirm.noAnswer')}>
      {problem?.kind === 'answered' && problem.isOutcomeUnknown ? <p>{t('confirm.noAnswer')}</p> : null}
      {typeof otherPayment === 'string' ? (
        <Link className="button-link" to={`/payments/${otherPayment}`}>
          {t('confirm.seeOther')}
        </Link>
      ) : null}
    </ProblemNote>
  );
}
