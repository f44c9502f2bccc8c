import { type Tx, transact } from '../../infra/db/index.ts';
import { type Fence, holdFence } from '../batches/fence.ts';
import type { AutomaticStep, Examined } from './automatic.rules.ts';
import type { ResolutionKind, ResolveSummary, StoredBreak, WaitsFor } from './break.types.ts';
import { type BreakEvent, recordBreakEvents, SYSTEM } from './break-events.repo.ts';
import { type BreaksDeps, changeBreak, type SourceOfBreaks } from './breaks.context.ts';
import { lockBreaks, updateWaits } from './breaks.repo.ts';
import { CarryOut } from './carry-out.ts';
import { type LockedBreak, readToResolve } from './locked-breaks.ts';
import { draftOf } from './resolution-draft.ts';
import { insertResolution } from './resolutions.repo.ts';

/** What is to be written about a break that was looked at. */
export interface Decided {
  examined: Pick<Examined, 'found'>;
  outcome:
    | Extract<AutomaticStep, { kind: 'wait' | 'handOver' | 'bookFee' | 'queueRefund' }>
    | { kind: 'resent'; for: 'nextFile' }
    | { kind: 'booksAgree' };
}

type Waiting = Extract<Decided['outcome'], { kind: 'wait' | 'handOver' | 'resent' }>;

/** Writes what was decided without a person, many breaks in a transaction, under the batch's fence. */
export class AutomaticWriter {
  private readonly deps: BreaksDeps;
  private readonly fence: Fence;
  private readonly runId: string;
  private readonly source: SourceOfBreaks;
  private readonly summary: ResolveSummary;

  constructor(
    deps: BreaksDeps,
    fence: Fence,
    runId: string,
    source: SourceOfBreaks,
    summary: ResolveSummary,
  ) {
    this.deps = deps;
    this.fence = fence;
    this.runId = runId;
    this.source = source;
    this.summary = summary;
  }

  /** A break that somebody else has changed meanwhile is left alone: it is looked at again the next time. */
  async write(decided: readonly Decided[]): Promise<void> {
    if (decided.length === 0) return;
    const counts = await transact(this.deps.db, async (tx) => {
      await holdFence(tx, this.fence);
      const seen = new Map(decided.map((one) => [one.examined.found.breakId, one]));
      const locked = (await lockBreaks(tx, [...seen.keys()])).filter(({ breakId, version, state }) => {
        return state === 'open' && version === seen.get(breakId)?.examined.found.version;
      });
      const outcomeOf = ({ breakId }: StoredBreak) => seen.get(breakId)?.outcome;
      const of = (kind: Decided['outcome']['kind']) => locked.filter((one) => outcomeOf(one)?.kind === kind);
      const fees = await this.resolve(tx, 'feeDifference', of('bookFee'));
      const agreed = await this.resolve(tx, 'booksAgree', of('booksAgree'));
      for (const found of of('queueRefund')) await this.queueRefund(tx, found);
      await this.wait(
        tx,
        locked.flatMap((found) => {
          const outcome = outcomeOf(found);
          return outcome && isWaiting(outcome) ? [{ found, outcome }] : [];
        }),
      );
      return {
        resolved: fees + agreed,
        proposed: of('queueRefund').length,
        waiting: of('wait').length + of('resent').length,
        handedOver: of('handOver').length,
      };
    });
    this.summary.resolved += counts.resolved;
    this.summary.proposed += counts.proposed;
    this.summary.waiting += counts.waiting;
    this.summary.handedOver += counts.handedOver;
  }

  /** Matches breaks with each other that are one movement. */
  async pair(tx: Tx, pair: readonly StoredBreak[]): Promise<void> {
    const locked = (
      await lockBreaks(
        tx,
        pair.map(({ breakId }) => breakId),
      )
    ).filter(({ state, breakId, version }) => {
      return state === 'open' && pair.some((one) => one.breakId === breakId && one.version === version);
    });
    if (locked.length !== pair.length) return;
    const read = await readToResolve(tx, locked, this.source);
    if (read.reduce((sum, { suspenseMinor }) => sum + suspenseMinor, 0) !== 0) return;
    this.summary.resolved += await this.apply(tx, 'match', read);
  }

  private async resolve(tx: Tx, kind: ResolutionKind, found: readonly StoredBreak[]): Promise<number> {
    if (found.length === 0) return 0;
    return this.apply(tx, kind, await readToResolve(tx, found, this.source));
  }

  private async apply(tx: Tx, kind: ResolutionKind, locked: readonly LockedBreak[]): Promise<number> {
    const { resolution, items } = this.draft(kind, locked, { needsChecker: false });
    await insertResolution(tx, this.deps.vault, resolution, items);
    await new CarryOut(this.deps).apply(tx, resolution, items, locked, this.source);
    return locked.length;
  }

  /** Giving money back is for a person to approve, always. */
  private async queueRefund(tx: Tx, found: StoredBreak): Promise<void> {
    const locked = await readToResolve(tx, [found], this.source);
    const { resolution, items } = this.draft('refund', locked, { needsChecker: true });
    await insertResolution(tx, this.deps.vault, resolution, items);
    const { resolutionId, kind } = resolution;
    await changeBreak(
      tx,
      this.deps,
      found,
      { state: 'proposed', waitsFor: 'checker' },
      { event: 'proposed', actor: SYSTEM, details: { resolutionId, kind, runId: this.runId } },
    );
  }

  private draft(
    kind: ResolutionKind,
    locked: readonly LockedBreak[],
    { needsChecker }: { needsChecker: boolean },
  ) {
    const nowMs = this.deps.clock.nowMs();
    const made = { maker: SYSTEM, runId: this.runId, needsChecker, nowMs };
    return draftOf({ kind, account: null, reason: null }, locked, this.source, made);
  }

  /** Says once what a break waits for. */
  private async wait(tx: Tx, waiting: readonly { found: StoredBreak; outcome: Waiting }[]): Promise<void> {
    const changed = waiting.filter(
      ({ found, outcome }) => found.waitsFor !== waitsForOf(outcome) || outcome.kind === 'resent',
    );
    for (const waitsFor of new Set(changed.map(({ outcome }) => waitsForOf(outcome)))) {
      const of = changed.filter(({ outcome }) => waitsForOf(outcome) === waitsFor);
      await updateWaits(
        tx,
        of.map(({ found }) => found.breakId),
        waitsFor,
      );
    }
    const atMs = this.deps.clock.nowMs();
    const events = changed.map(({ found, outcome }): BreakEvent => {
      const { breakId, version } = found;
      const because = outcome.kind === 'handOver' ? { because: outcome.because } : {};
      return {
        breakId,
        version: version + 1,
        event: EVENTS[outcome.kind],
        actor: SYSTEM,
        details: { waitsFor: waitsForOf(outcome), runId: this.runId, ...because },
        atMs,
      };
    });
    await recordBreakEvents(tx, this.deps.vault, events);
  }
}

const EVENTS = { wait: 'held', handOver: 'handedOver', resent: 'resent' } as const;

const isWaiting = (outcome: Decided['outcome']): outcome is Waiting => outcome.kind in EVENTS;

const waitsForOf = (outcome: Waiting): WaitsFor => (outcome.kind === 'handOver' ? 'person' : outcome.for);
