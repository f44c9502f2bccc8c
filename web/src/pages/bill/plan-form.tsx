import Button from 'antd-mobile/es/components/button';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatMoney, local } from '../../format.ts';
import { Note } from '../../parts/note.tsx';
import type { PayableAnswer } from './answer-view.tsx';
import { ConfirmSheet } from './confirm-sheet.tsx';
import { PaySummary } from './pay-summary.tsx';

/** A prepaid account is topped up with one of what the agency sells. */
export function PlanForm(payable: PayableAnswer) {
  const { agency, answer, queryId } = payable;
  const { t } = useTranslation();
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [isConfirming, setConfirming] = useState(false);
  const plan = answer.plans.find(({ planId }) => planId === chosenId) ?? null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (plan) setConfirming(true);
  };
  if (answer.plans.length === 0) return <Note tone="info" title={t('plan.none')} />;
  return (
    <>
      <form className="pay-layout" onSubmit={submit} noValidate>
        <fieldset>
          <legend className="field-label">{t('plan.choose')}</legend>
          <div className="choices">
            {answer.plans.map((each) => (
              <label key={each.planId} className="choice">
                <input
                  type="radio"
                  name="plan"
                  checked={each.planId === plan?.planId}
                  onChange={() => setChosenId(each.planId)}
                />
                <span className="choice-main">
                  <strong>{local(each.name)}</strong>
                  {each.description ? (
                    <>
                      <br />
                      <span className="weak small">{local(each.description)}</span>
                    </>
                  ) : null}
                </span>
                <strong className="number together">{formatMoney(each.price)}</strong>
              </label>
            ))}
          </div>
        </fieldset>
        <PaySummary
          agency={agency}
          label={plan ? local(plan.name) : t('plan.notChosen')}
          amount={plan?.price ?? null}
        >
          <Button type="submit" color="primary" size="large" block disabled={!plan}>
            {t('bill.next')}
          </Button>
        </PaySummary>
      </form>
      {isConfirming && plan ? (
        <ConfirmSheet
          {...payable}
          order={{ queryId, billIds: [], planId: plan.planId, amount: plan.price }}
          what={{ label: t('confirm.plan'), text: local(plan.name) }}
          onBillChanged={() => {}}
          onClose={() => setConfirming(false)}
        />
      ) : null}
    </>
  );
}
