import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import type { Approval } from '../../api/types.ts';
import { formatExactTime, formatSpan, local } from '../../format.ts';
import { TextField } from '../../parts/field.tsx';
import { More, usePages } from '../../parts/pages.tsx';
import { Action, CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { useTexts } from '../agency/texts.ts';

const STAGES = ['draft', 'sandbox', 'conformancePassed', 'submitted', 'approved', 'live'] as const;
type StageName = (typeof STAGES)[number];
const REFRESH_MS = 10_000;

/** Every agency and how far it has come. */
export function Agencies() {
  const texts = useTexts();
  const [stage, setStage] = useState<StageName | ''>('');
  const { query, items } = usePages([CONSOLE_KEY, 'onboardings', stage], async (cursor, signal) => {
    const params = { query: { ...(stage ? { stage } : {}), ...cursor } };
    return bodyOf(await api.GET('/v1/onboardings', { params, signal }));
  });
  return (
    <Panel title={texts.agencies} query={query}>
      <label className="field">
        <span className="field-label">{texts.stage}</span>
        <select value={stage} onChange={(event) => setStage(event.target.value as StageName | '')}>
          <option value="">{texts.allStages}</option>
          {STAGES.map((name) => (
            <option key={name} value={name}>
              {texts.stages[name]}
            </option>
          ))}
        </select>
      </label>
      {query.isSuccess && items.length === 0 ? <p>{texts.noAgencies}</p> : null}
      <ul className="stack-tight">
        {items.map((agency) => (
          <li key={agency.agencyId} className="task">
            <Link className="line-link" to={`/staff/agencies/${agency.agencyId}`}>
              {local(agency.names)}
            </Link>
            <p className="weak small">
              {texts.stages[agency.stage]} · {texts.statuses[agency.status]}
            </p>
          </li>
        ))}
      </ul>
      <More of={query} />
    </Panel>
  );
}

/** What one person asked for and another has to decide. */
export function Approvals() {
  const texts = useTexts();
  const approvals = useQuery({
    queryKey: [CONSOLE_KEY, 'approvals'],
    queryFn: async ({ signal }) => bodyOf(await api.GET('/v1/approvals', { signal })).items,
    staleTime: 0,
  });
  return (
    <Panel title={texts.approvals} query={approvals}>
      {approvals.data?.length === 0 ? <p>{texts.noApprovals}</p> : null}
      <ul className="stack">
        {approvals.data?.map((approval) => (
          <OpenApproval key={approval.requestId} approval={approval} />
        ))}
      </ul>
    </Panel>
  );
}

function OpenApproval({ approval }: { approval: Approval }) {
  const texts = useTexts();
  const userId = useSession().data?.user?.userId;
  const [reason, setReason] = useState('');
  const { requestId, kind, subjectId, summary, submittedAt, submittedBy } = approval;
  const params = { path: { requestId } };
  return (
    <li className="stack-tight task">
      <p>
        <strong>{texts.kinds[kind]}</strong> · {subjectId}
      </p>
      <p className="weak small">
        {texts.submittedAt} {formatExactTime(submittedAt)}
      </p>
      <p className="small long-text">
        {Object.entries(summary)
          .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
          .join(' · ')}
      </p>
      {submittedBy === userId ? (
        <p>{texts.own}</p>
      ) : (
        <>
          <Action
            label={texts.approve}
            isPrimary
            run={() => api.POST('/v1/approvals/{requestId}/approve', { params })}
          />
          <TextField label={texts.reason} value={reason} onChange={setReason} maxLength={1_000} />
          <Action
            label={texts.return}
            isDisabled={!reason.trim()}
            run={() =>
              api.POST('/v1/approvals/{requestId}/return', { params, body: { reason: reason.trim() } })
            }
          />
        </>
      )}
    </li>
  );
}

/** How every connection does, and how long agencies take to post. */
export function ConnectionHealth() {
  const texts = useTexts();
  const connections = useQuery({
    queryKey: [CONSOLE_KEY, 'health'],
    queryFn: async ({ signal }) => bodyOf(await api.GET('/v1/ops/connections', { signal })).items,
    staleTime: 0,
    refetchInterval: REFRESH_MS,
  });
  const words = { closed: texts.healthy, open: texts.breakerOpen, openInSome: texts.openInSome };
  return (
    <Panel title={texts.health} query={connections}>
      <ul className="stack-tight">
        {connections.data?.map(({ connectionId, breaker, recent, postingDelay }) => (
          <li key={connectionId} className="task">
            <p>
              <strong>{connectionId}</strong>{' '}
              <span className={breaker === 'closed' ? 'good' : 'bad'}>{words[breaker]}</span>
            </p>
            <p className="weak small">
              {texts.calls} {recent.calls} · {texts.failures} {recent.failures}
              {recent.p99Ms === null ? '' : ` · ${texts.p99} ${recent.p99Ms} ms`}
              {postingDelay ? ` · ${texts.delay} ${formatSpan(Math.ceil(postingDelay.p95Ms / 1_000))}` : ''}
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
