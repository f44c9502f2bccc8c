import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgencyDetail, BillQuery } from '../../api/types.ts';
import { ComingMaintenance } from '../../parts/agency-notices.tsx';
import { Note } from '../../parts/note.tsx';
import { OpenAmountForm } from './open-amount-form.tsx';
import { OtherOutcome } from './other-outcome.tsx';
import { PayForm } from './pay-form.tsx';
import { PlanForm } from './plan-form.tsx';

interface AnswerViewProps {
  agency: AgencyDetail;
  /** What the resident calls the account; empty when it is not saved. */
  label: string;
  answer: BillQuery;
  /** The agency is being asked again. */
  isAsking: boolean;
  askAgain(): Promise<unknown>;
  /** Where to correct an account that does not exist. */
  correct: ReactNode;
}

/** An answer of which something can be paid. */
export type PayableAnswer = Omit<AnswerViewProps, 'correct'> & { queryId: string };

/** What the agency said of an account, and what can be done about it: by the outcome, whoever the agency is. */
export function AnswerView({ correct, ...asked }: AnswerViewProps) {
  const { t } = useTranslation();
  const { agency, answer } = asked;
  // Only what could be paid before is missed when it is there no more.
  const [offered] = useState(answer.queryId ? answer.outcome : null);
  const { queryId } = answer;
  return (
    <>
      <ComingMaintenance agency={agency} />
      {offered === null || answer.outcome === offered ? null : (
        <Note tone="info" title={t('outcome.changed.title')} isAlert>
          <p>{t('outcome.changed.body')}</p>
        </Note>
      )}
      {agency.isQueryForSameDay && queryId ? <p className="weak small">{t('bill.sameDay')}</p> : null}
      {queryId && answer.outcome === 'due' ? <PayForm {...asked} queryId={queryId} /> : null}
      {queryId && answer.outcome === 'plans' ? <PlanForm {...asked} queryId={queryId} /> : null}
      {queryId && answer.outcome === 'payable' ? <OpenAmountForm {...asked} queryId={queryId} /> : null}
      {queryId && answer.outcome !== 'nothingDue' ? null : (
        <OtherOutcome
          answer={answer}
          agency={agency}
          isAsking={asked.isAsking}
          onRetry={() => void asked.askAgain()}
          correct={correct}
        />
      )}
      {queryId && answer.outcome === 'nothingDue' ? (
        <details className="fold">
          <summary>{t('amount.payInAdvance')}</summary>
          <OpenAmountForm {...asked} queryId={queryId} />
        </details>
      ) : null}
    </>
  );
}
