import { useMutation, useQuery } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { type FormEvent, type RefObject, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { api, bodyOf, newIdempotencyKey } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import { agencyQuery, disputesQuery, paymentQuery, queryClient } from '../../api/queries.ts';
import type { AgencyDetail, Dispute, Payment } from '../../api/types.ts';
import { formatMoney, formatSpan, local } from '../../format.ts';
import { announce } from '../../parts/announce.ts';
import { Fact } from '../../parts/facts.tsx';
import { TextArea } from '../../parts/field.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Waiting } from '../../parts/waiting.tsx';

const REASONS = ['paidTwice', 'wrongAmount', 'wrongAccount', 'notReceived', 'other'] as const;
/** The server's own limit. */
const MAX_NOTE_LENGTH = 500;
const DAY_MS = 86_400_000;

export default function DisputePage() {
  const { t } = useTranslation();
  const { paymentId = '' } = useParams();
  const payment = useQuery(paymentQuery(paymentId));
  const agencyId = payment.data?.agency.agencyId ?? '';
  const agency = useQuery({ ...agencyQuery(agencyId), enabled: agencyId !== '' });
  const error = payment.error ?? agency.error;
  return (
    <Page title={t('dispute.title')} back={`/payments/${paymentId}`}>
      {error ? (
        <ProblemNote
          error={error}
          onRetry={() => void (payment.isError ? payment.refetch() : agency.refetch())}
        />
      ) : null}
      {!error && !(payment.data && agency.data) ? <Waiting lines={6} /> : null}
      {payment.data && agency.data ? <DisputeForm payment={payment.data} agency={agency.data} /> : null}
    </Page>
  );
}

/** What is wrong, in one choice and perhaps some words; what happens next, and by when, stands before the button. */
function DisputeForm({ payment, agency }: { payment: Payment; agency: AgencyDetail }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState<Dispute['reason'] | null>(null);
  const [note, setNote] = useState('');
  const [isMissing, setMissing] = useState(false);
  const firstChoice = useRef<HTMLInputElement>(null);
  const open = useOpenDispute(payment.paymentId);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(reason === null);
    if (reason) open.mutate({ reason, ...(note.trim() ? { note: note.trim() } : {}) });
    else firstChoice.current?.focus();
  };
  if (!isDisputable(payment, agency)) {
    return (
      <Note tone="info" title={t('dispute.tooLateTitle')}>
        <p>{t('dispute.tooLate', { count: agency.disputes.withinDays })}</p>
        {agency.servicePhone ? <p>{t('add.servicePhone', { phone: agency.servicePhone })}</p> : null}
      </Note>
    );
  }
  const span = formatSpan(agency.disputes.answerWithinHours * 3_600);
  return (
    <form className="panel stack" onSubmit={submit} noValidate>
      <dl className="facts">
        <Fact label={t('confirm.to')}>{local(payment.agency.names)}</Fact>
        <Fact label={t('payment.amount')} isNumber>
          {formatMoney(payment.total)}
        </Fact>
      </dl>
      <Reasons
        chosen={reason}
        isMissing={isMissing}
        firstChoice={firstChoice}
        onChoose={(each) => {
          setReason(each);
          setMissing(false);
        }}
      />
      <TextArea
        label={t('dispute.noteLabel')}
        hint={t('dispute.noteHint')}
        maxLength={MAX_NOTE_LENGTH}
        value={note}
        onChange={setNote}
      />
      <Note tone="info" title={t('dispute.nextTitle')}>
        <p>{t('dispute.next', { span })}</p>
      </Note>
      {open.isError ? <ProblemNote error={open.error} noAnswer={t('dispute.noAnswer')} /> : null}
      <Button
        type="submit"
        color="primary"
        size="large"
        block
        loading={open.isPending}
        loadingText={t('app.wait')}
      >
        {t('dispute.submit')}
      </Button>
    </form>
  );
}

interface ReasonsProps {
  chosen: Dispute['reason'] | null;
  isMissing: boolean;
  /** Where the keyboard goes when nothing was chosen. */
  firstChoice: RefObject<HTMLInputElement | null>;
  onChoose(reason: Dispute['reason']): void;
}

function Reasons({ chosen, isMissing, firstChoice, onChoose }: ReasonsProps) {
  const { t } = useTranslation();
  return (
    <fieldset aria-describedby={isMissing ? 'reason-missing' : undefined}>
      <legend className="field-label">{t('dispute.question')}</legend>
      <div className="choices">
        {REASONS.map((each, index) => (
          <label key={each} className="choice">
            <input
              ref={index === 0 ? firstChoice : undefined}
              type="radio"
              name="reason"
              checked={each === chosen}
              onChange={() => onChoose(each)}
            />
            <span className="choice-main">{t(`dispute.reason.${each}`)}</span>
          </label>
        ))}
      </div>
      {isMissing ? (
        <p className="field-error" id="reason-missing" role="alert">
          <Icon name="alert" />
          {t('dispute.missing')}
        </p>
      ) : null}
    </fieldset>
  );
}

/** Opens it once: sent again after a lost answer, it goes under the same key. */
function useOpenDispute(paymentId: string) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [idempotencyKey, setIdempotencyKey] = useState(newIdempotencyKey);
  return useMutation({
    mutationFn: async (body: { reason: Dispute['reason']; note?: string }) => {
      const params = { path: { paymentId }, header: { 'Idempotency-Key': idempotencyKey } };
      return bodyOf(await api.POST('/v1/payments/{paymentId}/disputes', { params, body }));
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: disputesQuery(paymentId).queryKey });
      navigate(`/payments/${paymentId}`, { replace: true });
      announce(t('dispute.opened'));
    },
    // What was refused was not carried out; what is corrected is another command.
    onError: (error) => {
      if (error instanceof ApiProblem && !error.isOutcomeUnknown) setIdempotencyKey(newIdempotencyKey());
    },
  });
}

/** Whether the agency still takes objections; the server decides. */
function isDisputable({ status, postedAt }: Payment, { disputes }: AgencyDetail): boolean {
  return (
    status === 'posted' &&
    postedAt !== null &&
    Date.parse(postedAt) + disputes.withinDays * DAY_MS > Date.now()
  );
}
