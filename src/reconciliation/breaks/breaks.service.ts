import type { DoneBy } from '../../accounts/index.ts';
import { type Tx, transact } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { isId, newId, shardHintOf } from '../../kernel/ids.ts';
import type { AttachedEvidence, BreakRow, BreakState, StoredBreak } from './break.types.ts';
import { recordBreakEvents } from './break-events.repo.ts';
import { moveRows, rowsOfBreaks } from './break-rows.repo.ts';
import { auditBreaks, type BreaksDeps, changeBreak, personOf } from './breaks.context.ts';
import { findBreak, insertBreak, lockBreaks } from './breaks.repo.ts';
import { insertEvidence, readEvidence, sha256Of } from './evidence.repo.ts';
import { evidenceTypeOf, MAX_EVIDENCE_BYTES, plainFileName } from './evidence-type.rules.ts';
import { reopenBreak } from './reopening.ts';
import { severityOf } from './severity.rules.ts';
import { partOf } from './split.rules.ts';

/** What people do with breaks short of closing them. Each refuses with `break_not_found`. */
export class Breaks {
  private readonly deps: BreaksDeps;

  constructor(deps: BreaksDeps) {
    this.deps = deps;
  }

  /** Gives breaks to a person, or to nobody. Refuses with `break_owner_unknown`. */
  async assign(
    breakIds: readonly string[],
    owner: string | null,
    reason: string | null,
    by: DoneBy,
  ): Promise<void> {
    const staff = await this.deps.financeStaff();
    if (owner !== null && !staff.some(({ staffId }) => staffId === owner)) {
      throw new DomainError('invalid', 'break_owner_unknown');
    }
    await this.change(breakIds, ['open', 'proposed'], by, 'break.assign', async (tx, found) => {
      const happened = { event: 'assigned', actor: personOf(by), reason, details: { owner } } as const;
      await changeBreak(tx, this.deps, found, { owner }, happened);
    });
  }

  async comment(breakIds: readonly string[], text: string, by: DoneBy): Promise<void> {
    await this.change(breakIds, ['open', 'proposed', 'closed'], by, 'break.comment', async (tx, found) => {
      await changeBreak(tx, this.deps, found, {}, { event: 'commented', actor: personOf(by), reason: text });
    });
  }

  /** Keeps a file with a break. Refuses with `evidence_too_large`, `evidence_type_unknown`. */
  async attach(
    breakId: string,
    { fileName, bytes }: { fileName: string; bytes: Uint8Array },
    by: DoneBy,
  ): Promise<AttachedEvidence> {
    if (bytes.length > MAX_EVIDENCE_BYTES) throw new DomainError('invalid', 'evidence_too_large');
    const mediaType = evidenceTypeOf(bytes);
    if (!mediaType) throw new DomainError('invalid', 'evidence_type_unknown');
    const attachedAtMs = this.deps.clock.nowMs();
    const evidence: AttachedEvidence = {
      evidenceId: newId('bev', attachedAtMs, isId('brk', breakId) ? shardHintOf(breakId) : 0),
      breakId,
      fileName: plainFileName(fileName),
      mediaType,
      sizeBytes: bytes.length,
      sha256: sha256Of(bytes),
      attachedBy: personOf(by),
      attachedAtMs,
    };
    await this.change([breakId], ['open', 'proposed', 'closed'], by, 'break.attach', async (tx, found) => {
      await insertEvidence(tx, this.deps.vault, evidence, bytes);
      const { evidenceId, sha256 } = evidence;
      const details = { evidenceId, sha256 };
      const happened = { event: 'evidenceAttached', actor: personOf(by), details } as const;
      await changeBreak(tx, this.deps, found, {}, happened);
    });
    return evidence;
  }

  /** Refuses with `evidence_not_found`. */
  async evidence(
    breakId: string,
    evidenceId: string,
  ): Promise<{ evidence: AttachedEvidence; bytes: Uint8Array }> {
    const isShaped = isId('brk', breakId) && isId('bev', evidenceId);
    const found = isShaped ? await readEvidence(this.deps.db, this.deps.vault, breakId, evidenceId) : null;
    if (!found) throw new DomainError('notFound', 'evidence_not_found');
    return found;
  }

  /**
   * Makes some of an open break's rows a break of their own; returns its id. What stands in suspense is the same before and after. Refuses
   * with `break_not_open`, `break_split_empty` (no row, all rows, or rows that it does not have).
   */
  async split(
    breakId: string,
    rows: readonly Pick<BreakRow, 'statementId' | 'rowNo'>[],
    reason: string,
    by: DoneBy,
  ): Promise<string> {
    const nowMs = this.deps.clock.nowMs();
    const known = isId('brk', breakId) ? await findBreak(this.deps.db, breakId) : null;
    if (!known) throw new DomainError('notFound', 'break_not_found');
    const { role } = await this.deps.sources.get(known.sourceId);
    let partId = '';
    await this.change([breakId], ['open'], by, 'break.split', async (tx, found) => {
      const active = ((await rowsOfBreaks(tx, [breakId])).get(breakId) ?? []).filter(
        ({ isActive }) => isActive,
      );
      const isChosen = (row: BreakRow) =>
        rows.some(({ statementId, rowNo }) => row.statementId === statementId && row.rowNo === rowNo);
      const [taken, left] = [active.filter(isChosen), active.filter((row) => !isChosen(row))];
      if (taken.length !== rows.length || taken.length === 0 || left.length === 0) {
        throw new DomainError('conflict', 'break_split_empty');
      }
      partId = newId('brk', nowMs, shardHintOf(breakId));
      const part = partOf(found, taken, role);
      await insertBreak(tx, {
        ...found,
        ...part,
        breakId: partId,
        severity: severityOf(part),
        version: 1,
        openedAtMs: nowMs,
        waitsFor: 'person',
      });
      await moveRows(tx, breakId, partId, taken);
      const actor = personOf(by);
      await recordBreakEvents(tx, this.deps.vault, [
        {
          breakId: partId,
          version: 1,
          event: 'opened',
          actor,
          reason,
          details: { splitFrom: breakId },
          atMs: nowMs,
        },
      ]);
      const rest = partOf(found, left, role);
      const happened = { event: 'split', actor, reason, details: { breakId: partId } } as const;
      await changeBreak(tx, this.deps, found, { ...rest, waitsFor: 'person' }, happened);
    });
    return partId;
  }

  /** Refuses with `break_not_resolved`, `break_refund_under_way`. */
  reopen(breakId: string, reason: string, by: DoneBy): Promise<void> {
    return reopenBreak(this.deps, breakId, reason, by);
  }

  private async change(
    breakIds: readonly string[],
    states: readonly BreakState[],
    by: DoneBy,
    action: string,
    work: (tx: Tx, found: StoredBreak) => Promise<void>,
  ): Promise<void> {
    if (!breakIds.every((breakId) => isId('brk', breakId)))
      throw new DomainError('notFound', 'break_not_found');
    await transact(this.deps.db, async (tx) => {
      const found = await lockBreaks(tx, breakIds);
      if (found.length !== new Set(breakIds).size) throw new DomainError('notFound', 'break_not_found');
      for (const one of found) {
        if (!states.includes(one.state)) {
          throw new DomainError('conflict', 'break_not_open', { params: { breakId: one.breakId } });
        }
        await work(tx, one);
        await auditBreaks(tx, this.deps, by, action, { kind: 'break', id: one.breakId });
      }
    });
  }
}
