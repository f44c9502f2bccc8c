import { type Tx, transact } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { recordAgencyEvents } from '../webhooks/agency-events.ts';
import { type DecidedRequest, findRequests } from './approvals.repo.ts';
import { stateOf } from './approvals.rules.ts';
import { type ApprovalEffects, askApproval, payloadOf } from './approvals.service.ts';
import { notify, type OnboardingContext } from './onboarding.context.ts';
import { maskSettlementAccount } from './onboarding.rules.ts';
import type { Actor, MaskedSettlementAccount, SettlementAccount } from './onboarding.types.ts';
import { lockKnown } from './versions-in-work.ts';

const DAY_MS = 86_400_000;
/** Far more changes than an agency makes in its life. */
const CHANGES_READ = 1_000;

/** What may be shown of an agency's settlement account. */
export interface SettlementAccountView {
  current: (MaskedSettlementAccount & { since: number }) | null;
  /** Asked for, or approved and not in effect yet; `takesEffectAtMs` is null before it is approved. */
  pending: (MaskedSettlementAccount & { requestId: string; takesEffectAtMs: number | null }) | null;
}

/**
 * Where an agency's money goes. Another account takes two people and a waiting period, in which it can still be
 * withdrawn; the agency is told at each step, so that whoever got hold of one person's account gains nothing.
 */
export class SettlementAccounts {
  private readonly context: OnboardingContext;
  private readonly waitMs: number;

  constructor(context: OnboardingContext) {
    this.context = context;
    this.waitMs = context.settlementWaitMs ?? DAY_MS;
  }

  /**
   * Asks for another account. Returns the request's id. Refuses with `onboarding_not_found`,
   * `settlement_change_pending`: one at a time.
   */
  propose(agencyId: string, account: SettlementAccount, by: Actor): Promise<string> {
    const { db, clock } = this.context;
    return transact(db, async (tx) => {
      await lockKnown(tx, agencyId, clock.nowMs());
      if (this.pendingOf(await this.changes(tx, agencyId))) {
        throw new DomainError('conflict', 'settlement_change_pending');
      }
      const requestId = await askApproval(tx, this.context, 'settlementAccount', agencyId, account, by);
      const params = { requestId, ...maskSettlementAccount(account) };
      await notify(tx, this.context, agencyId, 'settlementAccount.submitted', params);
      const event = { agencyId, type: 'settlementAccount.changeRequested', data: { requestId } } as const;
      await recordAgencyEvents(tx, [event], clock.nowMs());
      return requestId;
    });
  }

  readonly effects: ApprovalEffects<SettlementAccount> = {
    approve: async (tx, { subjectId, requestId }, account) => {
      const takesEffectAtMs = this.context.clock.nowMs() + this.waitMs;
      const params = { requestId, takesEffectAtMs, ...maskSettlementAccount(account) };
      await notify(tx, this.context, subjectId, 'settlementAccount.approved', params);
      return { takesEffectAtMs };
    },
    drop: async (tx, { subjectId, requestId }, how, reason) => {
      await notify(tx, this.context, subjectId, `settlementAccount.${how}`, { requestId, reason });
    },
    summary: (account) => ({ ...maskSettlementAccount(account) }),
  };

  /** Refuses with `onboarding_not_found`. */
  view(agencyId: string): Promise<SettlementAccountView> {
    const { db, clock } = this.context;
    return transact(db, async (tx) => {
      await lockKnown(tx, agencyId, clock.nowMs());
      const changes = await this.changes(tx, agencyId);
      const [current, pending] = [this.currentOf(changes), this.pendingOf(changes)];
      return {
        current: current && { ...this.masked(current.request), since: current.since },
        pending: pending && {
          ...this.masked(pending.request),
          requestId: pending.request.requestId,
          takesEffectAtMs: pending.takesEffectAtMs,
        },
      };
    });
  }

  /** The account that payouts of this moment go to, in clear; null when there is none. */
  async inEffect(agencyId: string): Promise<SettlementAccount | null> {
    const current = this.currentOf(await this.changes(this.context.db, agencyId));
    return current ? this.accountOf(current.request) : null;
  }

  private changes(db: OnboardingContext['db'] | Tx, agencyId: string): Promise<DecidedRequest[]> {
    return findRequests(db, { subjectId: agencyId, kind: 'settlementAccount', limit: CHANGES_READ });
  }

  /** Of those in effect, the last to have come into it. */
  private currentOf(changes: readonly DecidedRequest[]) {
    const nowMs = this.context.clock.nowMs();
    const inEffect = changes.flatMap((request) => {
      const { state, decision } = stateOf(request, nowMs);
      return state === 'approved' && decision
        ? [{ request, since: decision.takesEffectAtMs ?? decision.decidedAtMs }]
        : [];
    });
    return inEffect.sort((a, b) => b.since - a.since)[0] ?? null;
  }

  private pendingOf(changes: readonly DecidedRequest[]) {
    const nowMs = this.context.clock.nowMs();
    for (const request of changes) {
      const { state, decision } = stateOf(request, nowMs);
      if (state === 'open' || state === 'waiting') {
        return { request, takesEffectAtMs: decision?.takesEffectAtMs ?? null };
      }
    }
    return null;
  }

  private accountOf(request: DecidedRequest): SettlementAccount {
    return payloadOf(this.context, request) as SettlementAccount;
  }

  private masked(request: DecidedRequest): MaskedSettlementAccount {
    return maskSettlementAccount(this.accountOf(request));
  }
}
