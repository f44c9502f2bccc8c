import { type DoneBy, recordAudit } from '../accounts/index.ts';
import { transact } from '../infra/db/index.ts';
import type { BusinessDate } from '../kernel/business-date.ts';
import { DomainError } from '../kernel/errors.ts';
import { isId, newId, randomShardHint } from '../kernel/ids.ts';
import { personOf, type SettlementDeps } from './settlement.deps.ts';
import {
  decideTerms,
  insertTerms,
  listTerms,
  lockPosition,
  lockTerms,
  type TermsRecord,
  type TermsState,
} from './terms.repo.ts';
import type { AgreedTerms } from './terms.schema.ts';

const VERBS = { approved: 'approve', rejected: 'reject', withdrawn: 'withdraw' } as const;

/** When and how each agency is paid: asked for by one person, decided by another, from a date on. */
export class SettlementTermsBook {
  private readonly deps: SettlementDeps;

  constructor(deps: SettlementDeps) {
    this.deps = deps;
  }

  /** Newest first. */
  list(filter: { agencyId?: string | undefined; state?: TermsState | undefined }): Promise<TermsRecord[]> {
    return listTerms(this.deps.db, filter);
  }

  /**
   * Asks for terms from a date on. Refuses with `terms_too_late` (dates that are settled already), `terms_currency_fixed`, and
   * as `namesOf` does.
   */
  async propose(
    agencyId: string,
    asked: { effectiveFrom: BusinessDate; terms: AgreedTerms },
    by: DoneBy,
  ): Promise<TermsRecord> {
    await this.deps.namesOf(agencyId);
    const nowMs = this.deps.clock.nowMs();
    const record: TermsRecord = {
      termsId: newId('trm', nowMs, randomShardHint()),
      agencyId,
      ...asked,
      state: 'proposed',
      proposedBy: personOf(by),
      proposedAtMs: nowMs,
      decidedBy: null,
      decidedAtMs: null,
      reason: null,
    };
    await transact(this.deps.db, async (tx) => {
      const { settledTo } = await lockPosition(tx, agencyId, nowMs);
      assertInTime(record, settledTo, await listTerms(tx, { agencyId, state: 'approved' }));
      await insertTerms(tx, record);
      await recordAudit(tx, audit(record, 'settlementTerms.propose', nowMs, by));
    });
    return record;
  }

  /**
   * Decides what somebody else asked for; withdrawing is for whoever asked, too. Refuses with `terms_not_found`, `terms_decided`,
   * `approval_by_submitter`, and as `propose` does.
   */
  decide(
    termsId: string,
    decision: { state: keyof typeof VERBS; reason: string | null },
    by: DoneBy,
  ): Promise<TermsRecord> {
    const nowMs = this.deps.clock.nowMs();
    return transact(this.deps.db, async (tx) => {
      const known = isId('trm', termsId) ? await lockTerms(tx, termsId) : null;
      if (!known) throw new DomainError('notFound', 'terms_not_found');
      if (known.state !== 'proposed') {
        throw new DomainError('conflict', 'terms_decided', { params: { state: known.state } });
      }
      if (decision.state !== 'withdrawn' && known.proposedBy === personOf(by)) {
        throw new DomainError('forbidden', 'approval_by_submitter');
      }
      if (decision.state === 'approved') {
        const { settledTo } = await lockPosition(tx, known.agencyId, nowMs);
        const others = await listTerms(tx, { agencyId: known.agencyId, state: 'approved' });
        assertInTime(known, settledTo, others);
      }
      const decided = { ...known, ...decision, decidedBy: personOf(by), decidedAtMs: nowMs };
      await decideTerms(tx, termsId, decided);
      await recordAudit(tx, audit(known, `settlementTerms.${VERBS[decision.state]}`, nowMs, by));
      return decided;
    });
  }
}

function assertInTime(
  { effectiveFrom, terms }: TermsRecord,
  settledTo: BusinessDate | null,
  approved: readonly TermsRecord[],
): void {
  if (settledTo !== null && effectiveFrom <= settledTo) {
    throw new DomainError('conflict', 'terms_too_late', { params: { settledTo } });
  }
  const other = approved.find((one) => one.terms.currency !== terms.currency);
  if (other) {
    throw new DomainError('conflict', 'terms_currency_fixed', { params: { currency: other.terms.currency } });
  }
}

function audit({ termsId, agencyId, effectiveFrom }: TermsRecord, action: string, atMs: number, by: DoneBy) {
  const object = { kind: 'settlementTerms', id: termsId };
  return { ...by, atMs, action, object, outcome: 'ok', detail: { agencyId, effectiveFrom } };
}
