import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { disputesQuery } from '../../api/queries.ts';
import type { Dispute } from '../../api/types.ts';
import { formatTime } from '../../format.ts';
import { Note, ProblemNote } from '../../parts/note.tsx';

const TONES = { open: 'wait', upheld: 'good', declined: 'info' } as const;

/** Every objection to a payment: what was said, by when the agency answers, what it answered. */
export function DisputeList({ paymentId }: { paymentId: string }) {
  const disputes = useQuery(disputesQuery(paymentId));
  if (disputes.isError) {
    return <ProblemNote error={disputes.error} onRetry={() => void disputes.refetch()} />;
  }
  return disputes.data?.map((dispute) => <DisputeNote key={dispute.disputeId} dispute={dispute} />);
}

/** The way to object, while no objection is open. */
export function DisputeLink({ paymentId }: { paymentId: string }) {
  const { t } = useTranslation();
  const disputes = useQuery(disputesQuery(paymentId));
  if (!disputes.data || disputes.data.some(({ status }) => status === 'open')) return null;
  return (
    <Link className="line-link no-print" to={`/payments/${paymentId}/dispute`}>
      {t('dispute.link')}
    </Link>
  );
}

function DisputeNote({ dispute }: { dispute: Dispute }) {
  const { t } = useTranslation();
  const { status, reason, note, openedAt, dueAt, overdue, answer, answeredAt } = dispute;
  return (
    <Note tone={TONES[status]} title={t(`dispute.status.${status}`)}>
      <p>
        {t('dispute.said', { time: formatTime(openedAt), reason: t(`dispute.reason.${reason}`) })}
        {note ? t('dispute.note', { note }) : ''}
      </p>
      {status === 'open' ? (
        <p>{t(overdue ? 'dispute.overdue' : 'dispute.answerBy', { time: formatTime(dueAt) })}</p>
      ) : null}
      {answer && answeredAt ? <p>{t('dispute.answered', { time: formatTime(answeredAt), answer })}</p> : null}
      {status === 'upheld' ? <p>{t('dispute.upheldNext')}</p> : null}
    </Note>
  );
}
