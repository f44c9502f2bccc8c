import type { DoneBy } from '../../accounts/index.ts';
import { isUniqueViolation, type Tx, transact } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { Resolution } from './break.types.ts';
import {
  auditBreaks,
  type BreaksDeps,
  changeBreak,
  personOf,
  type SourceOfBreaks,
  sourceOfBreaks,
} from './breaks.context.ts';
import { lockBreaks } from './breaks.repo.ts';
import { CarryOut } from './carry-out.ts';
import { type LockedBreak, lockToResolve } from './locked-breaks.ts';
import { assertPossible, draftOf, hashOfLocked, type Proposal, suspensesOf } from './resolution-draft.ts';
import {
  decideResolution,
  endItems,
  findResolution,
  insertResolution,
  itemsOfResolution,
  lockResolution,
} from './resolutions.repo.ts';
import { peopleNeeded, stakeMinor } from './resolving.rules.ts';

/** More breaks are not resolved at once: one transaction holds them all. */
export const MAX_BREAKS_AT_ONCE = 500;

/** Closing breaks by hand: one person asks, another one approves where money moves (law 7). */
export class Resolutions {
  private readonly deps: BreaksDeps;
  private readonly carryOut: CarryOut;

  constructor(deps: BreaksDeps) {
    this.deps = deps;
    this.carryOut = new CarryOut(deps);
  }

  /**
   * Asks for breaks to be closed in one way; what needs no second person is done at once. Refuses with `break_not_found`,
   * `break_not_open`, `breaks_of_several_sources`, `breaks_changed`, `break_amounts_differ`, `break_above_limit`, and what stands in the
   * way of the kind (`break_not_refundable`, …).
   */
  async propose(proposal: Proposal, by: DoneBy): Promise<Resolution> {
    const { db } = this.deps;
    const source = await this.sourceOf(proposal.breakIds);
    try {
      const resolutionId = await transact(db, async (tx) => {
        const locked = await lockToResolve(tx, proposal.breakIds, source, 'open');
        assertPossible(proposal, locked, source);
        return this.write(tx, proposal, locked, source, by);
      });
      const resolution = await this.get(resolutionId);
      if (resolution.state === 'applied' && resolution.kind === 'resend')
        await this.carryOut.resend(resolution);
      return resolution;
    } catch (error) {
      if (isUniqueViolation(error)) throw new DomainError('conflict', 'break_not_open');
      throw error;
    }
  }

  /**
   * Approves what somebody else asked for, and carries it out. `breaksSha256` is that of what the second person has seen. Refuses with
   * `resolution_not_found`, `resolution_decided`, `resolution_by_maker`, `breaks_changed`.
   */
  async approve(resolutionId: string, breaksSha256: string, by: DoneBy): Promise<Resolution> {
    const { db, vault, clock } = this.deps;
    const { sourceId } = await this.get(resolutionId);
    const source = await sourceOfBreaks(this.deps, sourceId);
    await transact(db, async (tx) => {
      const resolution = await this.lockProposed(tx, resolutionId, by, { isMakerAllowed: false });
      const items = await itemsOfResolution(tx, resolutionId);
      const locked = await lockToResolve(
        tx,
        items.map(({ breakId }) => breakId),
        source,
        'proposed',
      );
      const hash = hashOfLocked(locked);
      if (hash !== resolution.breaksSha256 || hash !== breaksSha256) {
        throw new DomainError('conflict', 'breaks_changed');
      }
      const decision = {
        state: 'applied',
        checker: personOf(by),
        answer: null,
        atMs: clock.nowMs(),
      } as const;
      if (!(await decideResolution(tx, vault, resolutionId, decision)))
        throw new DomainError('conflict', 'resolution_decided');
      await this.carryOut.apply(tx, { ...resolution, ...decision }, items, locked, source);
      await auditBreaks(tx, this.deps, by, 'breakResolution.approve', object(resolutionId));
    });
    const resolution = await this.get(resolutionId);
    if (resolution.kind === 'resend') await this.carryOut.resend(resolution);
    return resolution;
  }

  /** Says no to what somebody else asked for. Refuses as `approve` does. */
  reject(resolutionId: string, reason: string, by: DoneBy): Promise<Resolution> {
    return this.drop(resolutionId, 'rejected', reason, by);
  }

  /** Takes back what waits; whoever asked for it may. Refuses with `resolution_not_found`, `resolution_decided`. */
  withdraw(resolutionId: string, reason: string, by: DoneBy): Promise<Resolution> {
    return this.drop(resolutionId, 'withdrawn', reason, by);
  }

  /** Throws `resolution_not_found`. */
  async get(resolutionId: string): Promise<Resolution> {
    const { db, vault } = this.deps;
    const found = isId('brs', resolutionId) ? await findResolution(db, vault, resolutionId) : null;
    if (!found) throw new DomainError('notFound', 'resolution_not_found');
    return found;
  }

  private async drop(
    resolutionId: string,
    state: 'rejected' | 'withdrawn',
    reason: string,
    by: DoneBy,
  ): Promise<Resolution> {
    const { db, vault, clock } = this.deps;
    await this.get(resolutionId);
    await transact(db, async (tx) => {
      await this.lockProposed(tx, resolutionId, by, { isMakerAllowed: state === 'withdrawn' });
      const items = await itemsOfResolution(tx, resolutionId);
      const checker = state === 'rejected' ? personOf(by) : null;
      const decision = { state, checker, answer: reason, atMs: clock.nowMs() };
      if (!(await decideResolution(tx, vault, resolutionId, decision)))
        throw new DomainError('conflict', 'resolution_decided');
      await endItems(
        tx,
        items.map(({ itemId }) => itemId),
      );
      const breaks = await lockBreaks(
        tx,
        items.map(({ breakId }) => breakId),
      );
      const happened = { event: state, actor: personOf(by), reason, details: { resolutionId } };
      for (const one of breaks) {
        await changeBreak(tx, this.deps, one, { state: 'open', waitsFor: 'person' }, happened);
      }
      const verb = state === 'rejected' ? 'reject' : 'withdraw';
      await auditBreaks(tx, this.deps, by, `breakResolution.${verb}`, object(resolutionId));
    });
    return this.get(resolutionId);
  }

  private async lockProposed(
    tx: Tx,
    resolutionId: string,
    by: DoneBy,
    { isMakerAllowed }: { isMakerAllowed: boolean },
  ): Promise<Resolution> {
    const resolution = await lockResolution(tx, this.deps.vault, resolutionId);
    if (!resolution) throw new DomainError('notFound', 'resolution_not_found');
    if (resolution.state !== 'proposed') {
      throw new DomainError('conflict', 'resolution_decided', { params: { state: resolution.state } });
    }
    if (!isMakerAllowed && resolution.maker === personOf(by)) {
      throw new DomainError('forbidden', 'resolution_by_maker');
    }
    return resolution;
  }

  private async sourceOf(breakIds: readonly string[]): Promise<SourceOfBreaks> {
    if (!breakIds.every((breakId) => isId('brk', breakId)))
      throw new DomainError('notFound', 'break_not_found');
    const sourceIds: string[] = await this.deps
      .db('breaks')
      .whereIn('break_id', [...breakIds])
      .distinct('source_id')
      .pluck('source_id');
    const [sourceId] = sourceIds;
    if (sourceId === undefined) throw new DomainError('notFound', 'break_not_found');
    if (sourceIds.length > 1) throw new DomainError('conflict', 'breaks_of_several_sources');
    return sourceOfBreaks(this.deps, sourceId);
  }

  private async write(
    tx: Tx,
    proposal: Proposal,
    locked: readonly LockedBreak[],
    source: SourceOfBreaks,
    by: DoneBy,
  ): Promise<string> {
    const { vault, clock } = this.deps;
    const amountMinor = stakeMinor(proposal.kind, suspensesOf(locked));
    const people = peopleNeeded(amountMinor, source.settings.resolving);
    if (people === 'refused') throw new DomainError('conflict', 'break_above_limit');
    const { resolution, items } = draftOf(proposal, locked, source, {
      maker: personOf(by),
      runId: null,
      needsChecker: people === 2,
      nowMs: clock.nowMs(),
    });
    const { resolutionId } = resolution;
    await insertResolution(tx, vault, resolution, items);
    if (people === 1) await this.carryOut.apply(tx, resolution, items, locked, source);
    else {
      const { kind, account } = proposal;
      const details = { resolutionId, kind, account, breaks: items.length };
      const happened = { event: 'proposed', actor: personOf(by), reason: proposal.reason, details } as const;
      for (const { found } of locked) {
        await changeBreak(tx, this.deps, found, { state: 'proposed', waitsFor: 'checker' }, happened);
      }
    }
    await auditBreaks(tx, this.deps, by, 'breakResolution.propose', object(resolutionId), {
      kind: proposal.kind,
      breaks: items.length,
      amountMinor,
    });
    return resolutionId;
  }
}

const object = (id: string) => ({ kind: 'breakResolution', id }) as const;
