import { useQuery } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ApiProblem } from '../../api/problem.ts';
import { channelsQuery } from '../../api/queries.ts';
import type { AgencyDetail, BillQuery, Money, SavedAccount } from '../../api/types.ts';
import { formatMoney, formatPeriod, formatSpan, local } from '../../format.ts';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { type Order, usePlaceOrder } from './use-place-order.ts';

interface ConfirmSheetProps {
  agency: AgencyDetail;
  account: SavedAccount;
  answer: BillQuery;
  order: Omit<Order, 'channelId'>;
  /** The bills are being asked for again. */
  isAsking: boolean;
  onBillChanged(): void;
  onClose(): void;
}

/** Everything once more in one place: to whom, for which account, how much, from where; then to the bank. */
export function ConfirmSheet({
  agency,
  account,
  answer,
  order,
  isAsking,
  onBillChanged,
  onClose,
}: ConfirmSheetProps) {
  const { t } = useTranslation();
  const channels = useQuery(channelsQuery);
  const [chosenChannel, setChosenChannel] = useState<string | null>(null);
  const channelId = chosenChannel ?? channels.data?.[0]?.channelId ?? null;
  const { place, replacedAmount } = usePlaceOrder(account.savedAccountId, onBillChanged);
  const periods = answer.bills
    .filter((bill) => order.billIds.includes(bill.billId))
    .map((bill) => formatPeriod(bill.period))
    .join(t('app.listSeparator'));
  return (
    <Sheet title={t('confirm.title')} onClose={onClose}>
      <div className="stack">
        {replacedAmount && !isAsking ? <ChangedAmount before={replacedAmount} now={order.amount} /> : null}
        <p className="amount-large">{formatMoney(order.amount)}</p>
        <dl className="facts">
          <dt>{t('confirm.to')}</dt>
          <dd>{local(agency.names)}</dd>
          <dt>{t('confirm.account')}</dt>
          <dd>
            {account.label ? `${account.label} · ` : ''}
            <span className="number">{account.maskedAccount}</span>
            {answer.holder?.maskedName ? ` · ${answer.holder.maskedName}` : ''}
          </dd>
          <dt>{t('confirm.periods')}</dt>
          <dd>{periods}</dd>
        </dl>
        {channels.isPending ? <Waiting lines={2} /> : null}
        {channels.isError ? (
          <ProblemNote error={channels.error} onRetry={() => void channels.refetch()} />
        ) : null}
        {channels.data ? (
          <fieldset>
            <legend className="field-label">{t('confirm.channel')}</legend>
            <div className="choices">
              {channels.data.map((channel) => (
                <label key={channel.channelId} className="choice">
                  <input
                    type="radio"
                    name="channel"
                    checked={channel.channelId === channelId}
                    onChange={() => setChosenChannel(channel.channelId)}
                  />
                  <span className="choice-main">{local(channel.names)}</span>
                </label>
              ))}
            </div>
          </fieldset>
        ) : null}
        <p className="weak small">
          {t('confirm.explain', { span: formatSpan(agency.postingPromiseSeconds) })}
        </p>
        {place.isError ? <OrderProblem error={place.error} /> : null}
        <div className="sheet-action">
          <Button
            color="primary"
            size="large"
            block
            disabled={channelId === null || isAsking}
            loading={place.isPending || isAsking}
            loadingText={t('app.wait')}
            onClick={() => {
              if (channelId) place.mutate({ ...order, channelId });
            }}
          >
            {t('confirm.pay', { amount: formatMoney(order.amount) })}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}

/** The agency changed the bill while it was looked at: both amounts, and the question again. */
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
  if (problem?.code === 'bill_changed') return null;
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
