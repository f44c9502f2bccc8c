import Button from 'antd-mobile/es/components/button';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgencyDetail, Bill } from '../../api/types.ts';
import { formatMoney, formatPeriod, parseAmount, plainAmount } from '../../format.ts';
import { focusFirstInvalid } from '../../parts/field.tsx';
import { Note } from '../../parts/note.tsx';
import { type AmountRefusal, amountBounds, refuseAmount, suggestedMinor } from './amount.rules.ts';
import { AmountField } from './amount-field.tsx';
import type { PayableAnswer } from './answer-view.tsx';
import { BillCard } from './bill-card.tsx';
import { chosenTotal, initialChoice, oldestFirst, payableBills, toggleBill } from './bill-choice.rules.ts';
import { ConfirmSheet } from './confirm-sheet.tsx';
import { PaySummary } from './pay-summary.tsx';
import { SpreadNote } from './spread-note.tsx';

/** Choose periods and an amount as the agency allows; then everything is said once more before money moves. */
export function PayForm(payable: PayableAnswer) {
  const { agency, answer, queryId } = payable;
  const { t } = useTranslation();
  const choice = useBillChoice(agency, answer.bills);
  const [refusal, setRefusal] = useState<AmountRefusal | null>(null);
  const [isConfirming, setConfirming] = useState(false);
  const { offered, chosen, due, bounds, amount } = choice;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!bounds) return;
    const refused = refuseAmount(bounds, amount?.amountMinor ?? null);
    setRefusal(refused);
    if (refused) return focusFirstInvalid(event.currentTarget);
    setConfirming(true);
  };
  const chosenBills = offered.filter(({ billId }) => chosen.includes(billId));
  return (
    <>
      <form className="pay-layout" onSubmit={submit} noValidate>
        <fieldset className="stack">
          <legend className="visually-hidden">{t('bill.choose')}</legend>
          {offered.length > 1 ? <ShapeHint shape={agency.billShape} /> : null}
          {oldestFirst(answer.bills).map((bill) => (
            <BillCard
              key={bill.billId}
              bill={bill}
              agency={agency}
              isChosen={chosen.includes(bill.billId)}
              isOnly={answer.bills.length === 1}
              onToggle={() => {
                choice.choose(toggleBill(agency.billShape, offered, chosen, bill.billId));
                setRefusal(null);
              }}
            />
          ))}
        </fieldset>
        <PaySummary agency={agency} label={t('bill.chosen', { count: chosen.length })} amount={amount}>
          {due && bounds && bounds.leastMinor < bounds.mostMinor ? (
            <AmountField
              agency={agency}
              bounds={bounds}
              due={due}
              typed={choice.typed}
              refusal={refusal}
              onType={(text) => {
                choice.type(text);
                setRefusal(null);
              }}
            />
          ) : null}
          {amount && bounds && !refuseAmount(bounds, amount.amountMinor) ? (
            <SpreadNote agency={agency} bills={chosenBills} amount={amount} />
          ) : null}
          {offered.length === 0 ? <Note tone="wait" title={t('bill.allInFlight')} /> : null}
          {due && !bounds ? (
            <Note tone="wait" title={t('amount.overLimitTitle')}>
              <p>{t('amount.overLimit', { amount: formatMoney(agency.paymentLimit) })}</p>
            </Note>
          ) : null}
          <Button type="submit" color="primary" size="large" block disabled={!bounds || !due}>
            {t('bill.next')}
          </Button>
        </PaySummary>
      </form>
      {isConfirming && amount ? (
        <ConfirmSheet
          {...payable}
          order={{ queryId, billIds: chosen, amount }}
          what={{ label: t('confirm.periods'), text: periodsOf(chosenBills, t('app.listSeparator')) }}
          onBillChanged={choice.reset}
          onClose={() => setConfirming(false)}
        />
      ) : null}
    </>
  );
}

/** What is ticked and how much of it is paid. What was never touched follows the agency's answer. */
function useBillChoice(agency: AgencyDetail, bills: readonly Bill[]) {
  const offered = payableBills(bills);
  const [touched, setTouched] = useState<readonly string[] | null>(null);
  const [typedAmount, setTypedAmount] = useState<string | null>(null);
  // A bill that is gone since the last answer is no longer chosen.
  const chosen = (touched ?? initialChoice(agency.billShape, offered)).filter((id) =>
    offered.some((bill) => bill.billId === id),
  );
  const due = chosenTotal(offered, chosen);
  const chosenBills = offered.filter(({ billId }) => chosen.includes(billId));
  const bounds = due && amountBounds(agency, chosenBills);
  const suggested = due && bounds && { ...due, amountMinor: suggestedMinor(bounds, due.amountMinor) };
  const typedMinor = due && typedAmount !== null ? parseAmount(typedAmount, due.currency) : null;
  const amount =
    typedAmount === null
      ? suggested
      : due && typedMinor !== null
        ? { ...due, amountMinor: typedMinor }
        : null;
  const choose = (billIds: readonly string[] | null) => {
    setTouched(billIds);
    setTypedAmount(null);
  };
  return {
    offered,
    chosen,
    due,
    bounds,
    amount,
    typed: typedAmount ?? (suggested ? plainAmount(suggested) : ''),
    type: setTypedAmount,
    choose,
    reset: () => choose(null),
  };
}

function periodsOf(bills: readonly Bill[], separator: string): string {
  return oldestFirst(bills)
    .map((bill) => formatPeriod(bill.period))
    .join(separator);
}

function ShapeHint({ shape }: { shape: AgencyDetail['billShape'] }) {
  const { t } = useTranslation();
  return shape === 'some' ? null : <p className="weak">{t(`bill.shape.${shape}`)}</p>;
}
