import Button from 'antd-mobile/es/components/button';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parseAmount } from '../../format.ts';
import { focusFirstInvalid } from '../../parts/field.tsx';
import { type AmountRefusal, amountBounds, refuseAmount } from './amount.rules.ts';
import { AmountField } from './amount-field.tsx';
import type { PayableAnswer } from './answer-view.tsx';
import { ConfirmSheet } from './confirm-sheet.tsx';
import { PaySummary } from './pay-summary.tsx';
import { SpreadNote } from './spread-note.tsx';

/** No bill says how much: the resident does, within what the agency takes. Where nothing is due it is in advance. */
export function OpenAmountForm(payable: PayableAnswer) {
  const { agency, answer, queryId } = payable;
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [refusal, setRefusal] = useState<AmountRefusal | null>(null);
  const [isConfirming, setConfirming] = useState(false);
  const { currency } = agency.paymentLimit;
  const bounds = amountBounds(agency, []);
  const amountMinor = parseAmount(typed, currency);
  const isTaken = bounds !== null && refuseAmount(bounds, amountMinor) === null;
  const amount = isTaken && amountMinor !== null ? { amountMinor, currency } : null;
  const isAdvance = answer.outcome === 'nothingDue';
  const label = t(isAdvance ? 'amount.inAdvance' : 'amount.toPay');
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!bounds) return;
    const refused = refuseAmount(bounds, amountMinor);
    setRefusal(refused);
    if (refused) return focusFirstInvalid(event.currentTarget);
    setConfirming(true);
  };
  return (
    <>
      <form onSubmit={submit} noValidate>
        <PaySummary agency={agency} label={label} amount={amount}>
          {bounds ? (
            <AmountField
              agency={agency}
              bounds={bounds}
              due={null}
              typed={typed}
              refusal={refusal}
              onType={(text) => {
                setTyped(text);
                setRefusal(null);
              }}
            />
          ) : null}
          {isAdvance && amount ? <SpreadNote agency={agency} bills={[]} amount={amount} /> : null}
          <Button type="submit" color="primary" size="large" block disabled={!bounds}>
            {t('bill.next')}
          </Button>
        </PaySummary>
      </form>
      {isConfirming && amount ? (
        <ConfirmSheet
          {...payable}
          order={{ queryId, billIds: [], amount }}
          what={isAdvance ? { label: t('confirm.purpose'), text: t('amount.inAdvance') } : null}
          onBillChanged={() => setConfirming(false)}
          onClose={() => setConfirming(false)}
        />
      ) : null}
    </>
  );
}
