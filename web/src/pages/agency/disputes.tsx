import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf, newIdempotencyKey } from '../../api/client.ts';
import type { Dispute } from '../../api/types.ts';
import { formatExactTime } from '../../format.ts';
import { TextArea } from '../../parts/field.tsx';
import { Action, CONSOLE_KEY, Panel } from './parts.tsx';
import { useTexts } from './texts.ts';

const MOST_SHOWN = 100;

/** What residents object to and the agency has to answer: what is overdue first, then what is due next. */
export function AgencyDisputes({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const disputes = useQuery({
    queryKey: [CONSOLE_KEY, 'disputes', agencyId],
    queryFn: async ({ signal }) => {
      const params = { path: { agencyId }, query: { status: 'open' as const, limit: MOST_SHOWN } };
      const { items } = bodyOf(await api.GET('/v1/agencies/{agencyId}/disputes', { params, signal }));
      return [...items].sort((a, b) => a.dueAt.localeCompare(b.dueAt));
    },
    staleTime: 0,
  });
  return (
    <Panel title={texts.disputes} query={disputes}>
      {disputes.data?.length === 0 ? <p>{texts.noDisputes}</p> : null}
      <ul className="stack">
        {disputes.data?.map((dispute) => (
          <OpenDispute key={dispute.disputeId} agencyId={agencyId} dispute={dispute} />
        ))}
      </ul>
    </Panel>
  );
}

function OpenDispute({ agencyId, dispute }: { agencyId: string; dispute: Dispute }) {
  const texts = useTexts();
  const [answer, setAnswer] = useState('');
  const { disputeId, paymentId, reason, note, dueAt, overdue } = dispute;
  const decide = (decision: 'upheld' | 'declined') => () =>
    api.POST('/v1/agencies/{agencyId}/disputes/{disputeId}/answer', {
      params: {
        path: { agencyId, disputeId },
        header: { 'Idempotency-Key': newIdempotencyKey() },
      },
      body: { decision, answer: answer.trim() },
    });
  return (
    <li className="stack-tight task">
      <p>
        <strong>{texts.reasons[reason]}</strong>{' '}
        {overdue ? <strong className="bad">{texts.overdue}</strong> : null}
      </p>
      {note ? <p>{note}</p> : null}
      <p className="weak small">
        {texts.due} {formatExactTime(dueAt)} · {texts.payment} {paymentId}
      </p>
      <TextArea label={texts.answer} value={answer} onChange={setAnswer} maxLength={500} />
      <Action label={texts.uphold} isPrimary isDisabled={!answer.trim()} run={decide('upheld')} />
      <Action label={texts.decline} isDisabled={!answer.trim()} run={decide('declined')} />
    </li>
  );
}
