import { type Tx, transact } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { isId, newId, randomShardHint } from '../../kernel/ids.ts';
import type { Page } from '../agencies.types.ts';
import {
  type DecidedRequest,
  findRequests,
  insertDecision,
  insertRequest,
  lockRequest,
} from './approvals.repo.ts';
import { stateOf } from './approvals.rules.ts';
import { type OnboardingContext, record, SEALED } from './onboarding.context.ts';
import type { Actor, Approval, ApprovalKind } from './onboarding.types.ts';

/** What approving, returning and showing a kind of request means. Everything happens in the transaction of the decision. */
export interface ApprovalEffects<Payload> {
  /** Carries out what was asked for, or says from when it holds. Throws DomainError where it is no longer possible. */
  approve(
    tx: Tx,
    request: DecidedRequest,
    payload: Payload,
    by: Actor,
  ): Promise<{ takesEffectAtMs: number | null }>;
  /** Undoes what asking for it had changed. */
  drop(tx: Tx, request: DecidedRequest, how: 'returned' | 'withdrawn', reason: string | null): Promise<void>;
  /** What may be shown of it: no secrets. */
  summary(payload: Payload): Approval['summary'];
  /** After the transaction: lets others see what changed. */
  after?(request: DecidedRequest): void;
}

type Effects = Readonly<Record<ApprovalKind, ApprovalEffects<unknown>>>;

/** Asks, in a transaction, for what another person has to approve; returns the request's id. */
export async function askApproval(
  tx: Tx,
  { vault, clock }: OnboardingContext,
  kind: ApprovalKind,
  subjectId: string,
  payload: unknown,
  by: Actor,
): Promise<string> {
  const submittedAtMs = clock.nowMs();
  const requestId = newId('apr', submittedAtMs, randomShardHint());
  const payloadSealed = vault.seal(JSON.stringify(payload), SEALED.approvalPayload);
  await insertRequest(tx, { requestId, kind, subjectId, payloadSealed, submittedBy: by.id, submittedAtMs });
  await record(
    tx,
    { clock },
    by,
    'approval.submit',
    { kind: 'approval', id: requestId },
    { kind, subjectId },
  );
  return requestId;
}

export function payloadOf(
  { vault }: Pick<OnboardingContext, 'vault'>,
  { payloadSealed }: Pick<DecidedRequest, 'payloadSealed'>,
): unknown {
  return JSON.parse(vault.open(payloadSealed, SEALED.approvalPayload));
}

/** What one person asks for and another one decides (law 7). */
export class Approvals {
  private readonly context: OnboardingContext;
  private readonly effects: Effects;

  constructor(context: OnboardingContext, effects: Effects) {
    this.context = context;
    this.effects = effects;
  }

  /** Newest first. Refuses with `cursor_invalid`. */
  async list(filter: {
    isOpen?: boolean;
    subjectId?: string;
    limit: number;
    cursor?: string;
  }): Promise<Page<Approval>> {
    const { cursor, limit, ...rest } = filter;
    if (cursor !== undefined && !isId('apr', cursor)) throw new DomainError('invalid', 'cursor_invalid');
    const found = await findRequests(this.context.db, { ...rest, beforeId: cursor, limit: limit + 1 });
    const items = found.slice(0, limit).map((request) => this.shown(request));
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.requestId ?? null) : null };
  }

  /**
   * Approves what somebody else asked for, and carries it out. Refuses with `approval_not_found`, `approval_decided`,
   * `approval_by_submitter`, and whatever stands in the way of carrying it out.
   */
  approve(requestId: string, by: Actor): Promise<Approval> {
    return this.decide(requestId, 'approved', null, by);
  }

  /** Sends it back with a reason. Refuses as `approve` does. */
  return(requestId: string, reason: string, by: Actor): Promise<Approval> {
    return this.decide(requestId, 'returned', reason, by);
  }

  /**
   * Takes it back, whoever asked for it, as long as it is not in effect: also while an approved one waits. Refuses with
   * `approval_not_found` (also for one about something else than `subjectId`), `approval_decided`.
   */
  withdraw(requestId: string, reason: string | null, by: Actor, subjectId?: string): Promise<Approval> {
    return this.decide(requestId, 'withdrawn', reason, by, subjectId);
  }

  private async decide(
    requestId: string,
    decision: 'approved' | 'returned' | 'withdrawn',
    reason: string | null,
    by: Actor,
    subjectId?: string,
  ): Promise<Approval> {
    const { db, clock } = this.context;
    const request = await transact(db, async (tx) => {
      const nowMs = clock.nowMs();
      const asked = isId('apr', requestId) ? await lockRequest(tx, requestId) : null;
      if (!asked || (subjectId !== undefined && asked.subjectId !== subjectId)) {
        throw new DomainError('notFound', 'approval_not_found');
      }
      const { state } = stateOf(asked, nowMs);
      const isStillOpen = state === 'open' || (state === 'waiting' && decision === 'withdrawn');
      if (!isStillOpen) throw new DomainError('conflict', 'approval_decided', { params: { state } });
      if (decision !== 'withdrawn' && asked.submittedBy === by.id) {
        throw new DomainError('forbidden', 'approval_by_submitter');
      }
      const takesEffectAtMs = await this.carryOut(tx, asked, decision, reason, by);
      await insertDecision(tx, asked, {
        decision,
        decidedBy: by.id,
        reason,
        decidedAtMs: nowMs,
        takesEffectAtMs,
      });
      const object = { kind: 'approval', id: requestId };
      const detail = { kind: asked.kind, subjectId: asked.subjectId };
      await record(tx, this.context, by, `approval.${VERBS[decision]}`, object, detail);
      return lockRequest(tx, requestId);
    });
    if (!request) throw new Error('a request that was just decided is not there');
    this.effects[request.kind].after?.(request);
    return this.shown(request);
  }

  private async carryOut(
    tx: Tx,
    request: DecidedRequest,
    decision: 'approved' | 'returned' | 'withdrawn',
    reason: string | null,
    by: Actor,
  ): Promise<number | null> {
    const effects = this.effects[request.kind];
    if (decision === 'approved') {
      const { takesEffectAtMs } = await effects.approve(tx, request, payloadOf(this.context, request), by);
      return takesEffectAtMs;
    }
    await effects.drop(tx, request, decision, reason);
    return null;
  }

  private shown(request: DecidedRequest): Approval {
    const { state, decision } = stateOf(request, this.context.clock.nowMs());
    const { requestId, kind, subjectId, submittedBy, submittedAtMs } = request;
    return {
      requestId,
      kind,
      subjectId,
      submittedBy,
      submittedAtMs,
      state,
      decidedBy: decision?.decidedBy ?? null,
      decidedAtMs: decision?.decidedAtMs ?? null,
      reason: decision?.reason ?? null,
      takesEffectAtMs: decision?.takesEffectAtMs ?? null,
      summary: this.effects[kind].summary(payloadOf(this.context, request)),
    };
  }
}

const VERBS = { approved: 'approve', returned: 'return', withdrawn: 'withdraw' } as const;
