import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import { formatDate, formatExactTime, formatMoney } from '../../format.ts';
import { Fact } from '../../parts/facts.tsx';
import { TextField } from '../../parts/field.tsx';
import { Note } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Action, CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { useNames } from './names.tsx';
import { useSettlementTexts } from './texts-settlement.ts';

const usePayout = (batchId: string) =>
  useQuery({
    queryKey: [CONSOLE_KEY, 'payout', batchId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/payouts/{batchId}', { params: { path: { batchId } }, signal })),
    staleTime: 0,
  });
type Payout = NonNullable<ReturnType<typeof usePayout>['data']>;

/** One file of payouts: what is approved, by whom, and what the bank said of each instruction. */
export default function PayoutPage() {
  const texts = useSettlementTexts();
  const { batchId = '' } = useParams();
  const isFinance = useSession().data?.user?.roles.includes('finance') ?? false;
  const query = usePayout(batchId);
  const { data } = query;
  return (
    <Page title={texts.payoutFile} back="/staff/finance/payouts">
      <div className="staff-grid">
        <Panel title={texts.batchStates[data?.state ?? 'waiting']} query={query}>
          {data ? <Facts payout={data} /> : null}
          {data && isFinance ? <Acts payout={data} /> : null}
        </Panel>
        {data ? <Instructions payout={data} /> : null}
        {data ? <Answers payout={data} /> : null}
      </div>
    </Page>
  );
}

function Facts({ payout }: { payout: Payout }) {
  const texts = useSettlementTexts();
  const names = useNames();
  return (
    <>
      <dl className="facts">
        <Fact label={texts.sum} isNumber>
          <strong>{formatMoney(payout.total)}</strong>
        </Fact>
        <Fact label={texts.count} isNumber>
          {payout.instructionCount}
        </Fact>
        <Fact label={texts.executeOn}>{formatDate(payout.executeOn)}</Fact>
        <Fact label={texts.format}>{texts.formats[payout.format]}</Fact>
      </dl>
      <p className="small">{texts.messageId}</p>
      <p className="long-text number">{payout.messageId}</p>
      <p className="small">{texts.hash}</p>
      <p className="long-text number">{payout.sha256}</p>
      <p className="weak small long-text">
        {texts.madeBy} {names.person(payout.madeBy)} · {formatExactTime(payout.madeAt)}
      </p>
      <h3>
        {texts.approvals} {payout.approvals.length}/{payout.approvalsNeeded}
      </h3>
      {payout.approvals.map(({ approvedBy, approvedAt }) => (
        <p key={approvedBy} className="weak small long-text">
          {names.person(approvedBy)} · {formatExactTime(approvedAt)}
        </p>
      ))}
    </>
  );
}

function Acts({ payout }: { payout: Payout }) {
  const texts = useSettlementTexts();
  const [reason, setReason] = useState('');
  const { batchId, sha256, state, approvals, approvalsNeeded } = payout;
  const params = { path: { batchId } };
  const userId = useSession().data?.user?.userId;
  const mayApprove = payout.madeBy !== userId && !approvals.some(({ approvedBy }) => approvedBy === userId);
  const isApproved = approvals.length >= approvalsNeeded;
  if (state === 'cancelled') return <p>{payout.reason}</p>;
  return (
    <div className="stack-tight">
      {state === 'waiting' && !isApproved ? <p className="weak small">{texts.approvalHint}</p> : null}
      {state === 'waiting' && !isApproved && mayApprove ? (
        <Action
          label={texts.approveHash}
          isPrimary
          isForGood
          run={() => api.POST('/v1/payouts/{batchId}/approve', { params, body: { sha256 } })}
        />
      ) : null}
      {state === 'waiting' && !isApproved && !mayApprove ? <p>{texts.notYours}</p> : null}
      {isApproved ? (
        <Action
          label={state === 'sent' ? texts.resend : texts.send}
          isPrimary={state === 'waiting'}
          isForGood={state === 'waiting'}
          run={() => download(payout)}
        />
      ) : null}
      {state === 'waiting' ? (
        <>
          <TextField label={texts.reason} value={reason} onChange={setReason} maxLength={500} />
          <Action
            label={texts.cancel}
            isForGood
            isDisabled={!reason.trim()}
            run={() => api.POST('/v1/payouts/{batchId}/cancel', { params, body: { reason } })}
          />
        </>
      ) : null}
    </div>
  );
}

/** Sending is a command, so the file comes as its answer and is handed to the browser. */
async function download({ batchId, messageId, format }: Payout): Promise<void> {
  const options = { params: { path: { batchId } }, parseAs: 'blob' as const };
  const { data } = await api.POST('/v1/payouts/{batchId}/send', options);
  const url = URL.createObjectURL(data as unknown as Blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = `${messageId}.${format === 'pain001' ? 'xml' : 'csv'}`;
  link.click();
  URL.revokeObjectURL(url);
}

function Instructions({ payout }: { payout: Payout }) {
  const texts = useSettlementTexts();
  const names = useNames(payout.instructions.map(({ agencyId }) => agencyId));
  return (
    <Panel title={texts.instructions}>
      <ul className="stack">
        {payout.instructions.map((one) => (
          <li key={one.instructionId} className="task">
            <p className="number">
              {formatMoney(one.amount)} · {texts.statuses[one.status]} {one.answer}
            </p>
            <p className="long-text">
              {names.agency(one.agencyId)} · {one.maskedHolderName} {one.bankName} {one.maskedAccountNumber}
            </p>
            <p className="weak small long-text">{one.instructionId}</p>
            {one.contradiction ? (
              <Note tone="bad" title={`${texts.contradiction}${one.contradiction}`} />
            ) : null}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Answers({ payout }: { payout: Payout }) {
  const texts = useSettlementTexts();
  const names = useNames();
  return (
    <Panel title={texts.answers}>
      {payout.answers.length === 0 ? <p>{texts.noAnswers}</p> : null}
      {payout.answers.map(({ sha256, acknowledgementId, receivedAt, receivedBy, changes }) => (
        <p key={sha256} className="long-text">
          {acknowledgementId} · {names.person(receivedBy)} · {formatExactTime(receivedAt)} · {texts.changes}{' '}
          {changes.length}
        </p>
      ))}
    </Panel>
  );
}
