import Button from 'antd-mobile/es/components/button';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgencyDetail, BillQuery, Money, SavedAccount } from '../../api/types.ts';
import { formatMoney, formatSpan, parseAmount, plainAmount } from '../../format.ts';
import { focusFirstInvalid, TextField } from '../../parts/field.tsx';
import { Note } from '../../parts/note.tsx';
import { BillCard } from './bill-card.tsx';
import {
  type AmountRefusal,
  chosenTotal,
  initialChoice,
  oldestFirst,
  payableBills,
  refuseAmount,
  toggleBill,
} from './bill-choice.rules.ts';
import { ConfirmSheet } from './confirm-sheet.tsx';

interface PayFormProps {
  agency: AgencyDetail;
  account: SavedAccount;
  answer: BillQuery;
  queryId: string;
  isAsking: boolean;
}

/** Choose periods and an amount as the agency allows; then everything is said once more before money moves. */
export function PayForm({ agency, account, answer, queryId, isAsking }: PayFormProps) {
  const { t } = useTranslation();
  const payable = payableBills(answer.bills);
  const [touched, setTouched] = useState<readonly string[] | null>(null);
  const [typedAmount, setTypedAmount] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<AmountRefusal | null>(null);
  const [isConfirming, setConfirming] = useState(false);
  // A bill that is gone since the last answer is no longer chosen.
  const chosen = (touched ?? initialChoice(agency.billShape, payable)).filter((id) =>
    payable.some((bill) => bill.billId === id),
  );
  const due = chosenTotal(payable, chosen);
  const amount = due && amountToPay(due, typedAmount);
  const choose = (billIds: readonly string[] | null) => {
    setTouched(billIds);
    setTypedAmount(null);
    setRefusal(null);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!due) return;
    const refused = refuseAmount(agency.amountRule, due.amountMinor, amount?.amountMinor ?? null);
    setRefusal(refused);
    if (refused) return focusFirstInvalid(event.currentTarget);
    setConfirming(true);
  };
  return (
    <>
      <form className="pay-layout" onSubmit={submit} noValidate>
        <fieldset className="stack">
          <legend className="visually-hidden">{t('bill.choose')}</legend>
          {payable.length > 1 ? <ShapeHint shape={agency.billShape} /> : null}
          {oldestFirst(answer.bills).map((bill) => (
            <BillCard
              key={bill.billId}
              bill={bill}
              shape={agency.billShape}
              isChosen={chosen.includes(bill.billId)}
              isOnly={answer.bills.length === 1}
              onToggle={() => choose(toggleBill(agency.billShape, payable, chosen, bill.billId))}
            />
          ))}
        </fieldset>
        <section className="panel stack pay-summary" aria-label={t('bill.summary')}>
          {due && agency.amountRule.kind !== 'exact' ? (
            <AmountField
              due={due}
              typed={typedAmount ?? plainAmount(due)}
              refusal={refusal}
              onType={(text) => {
                setTypedAmount(text);
                setRefusal(null);
              }}
            />
          ) : null}
          <div className="row-apart" aria-live="polite">
            <span>{t('bill.chosen', { count: chosen.length })}</span>
            <span className="amount-large">{amount ? formatMoney(amount) : '—'}</span>
          </div>
          <p className="weak small">
            {t('bill.promise', { span: formatSpan(agency.postingPromiseSeconds) })}
          </p>
          {payable.length === 0 ? <Note tone="wait" title={t('bill.allInFlight')} /> : null}
          <Button type="submit" color="primary" size="large" block disabled={!due}>
            {t('bill.next')}
          </Button>
        </section>
      </form>
      {isConfirming && amount ? (
        <ConfirmSheet
          agency={agency}
          account={account}
          answer={answer}
          order={{ queryId, billIds: chosen, amount }}
          isAsking={isAsking}
          onBillChanged={() => choose(null)}
          onClose={() => setConfirming(false)}
        />
      ) : null}
    </>
  );
}

function amountToPay(due: Money, typed: string | null): Money | null {
  const amountMinor = typed === null ? due.amountMinor : parseAmount(typed, due.currency);
  return amountMinor === null ? null : { ...due, amountMinor };
}

function ShapeHint({ shape }: { shape: AgencyDetail['billShape'] }) {
  const { t } = useTranslation();
  return shape === 'some' ? null : <p className="weak">{t(`bill.shape.${shape}`)}</p>;
}

interface AmountFieldProps {
  due: Money;
  typed: string;
  refusal: AmountRefusal | null;
  onType(text: string): void;
}

function AmountField({ due, typed, refusal, onType }: AmountFieldProps) {
  const { t } = useTranslation();
  const amountOf = (amountMinor: number) => formatMoney({ ...due, amountMinor });
  const error =
    refusal === null
      ? null
      : refusal.code === 'notAnAmount'
        ? t('bill.amountWrong.notAnAmount')
        : t(`bill.amountWrong.${refusal.code}`, { amount: amountOf(refusal.amountMinor) });
  return (
    <TextField
      label={t('bill.payAmount')}
      hint={t('bill.dueHint', { amount: formatMoney(due) })}
      inputMode="decimal"
      autoComplete="off"
      value={typed}
      onChange={onType}
      error={error}
    />
  );
}
