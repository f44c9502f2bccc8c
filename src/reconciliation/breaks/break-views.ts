import type { DoneBy, StaffMember } from '../../accounts/index.ts';
import type { PaymentStanding, SurplusRefund } from '../../billing/index.ts';
import { transact } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { ResolutionAccount } from '../../ledger/index.ts';
import type { StatementSource } from '../intake/intake.types.ts';
import { readRaw } from '../intake/pieces.repo.ts';
import { findStatement } from '../intake/statements.repo.ts';
import { refundIdOf } from './booking.ts';
import {
  type AttachedEvidence,
  type BreakRow,
  MANUAL_KINDS,
  type ManualKind,
  type Resolution,
  type ResolutionItem,
  type StoredBreak,
} from './break.types.ts';
import { type BreakEvent, eventsOfBreak } from './break-events.repo.ts';
import { rowsOfBreaks, rowsOfPayments } from './break-rows.repo.ts';
import { auditBreaks, type BreaksDeps, paymentIdsOf, sourceOfBreaks } from './breaks.context.ts';
import { type BreakFilter, type BreakTotal, breakTotals, findBreak, findBreaks } from './breaks.repo.ts';
import { evidenceOfBreak } from './evidence.repo.ts';
import { readToResolve } from './locked-breaks.ts';
import { findResolutions, resolutionsOfBreak } from './resolutions.repo.ts';
import { MAX_BREAKS_AT_ONCE } from './resolutions.service.ts';
import { ADJUSTMENT_ACCOUNTS, obstacleOf, suspenseMinorOf } from './resolving.rules.ts';

/** A row of a break as it came. Personal data. */
export interface RawBreakRow extends BreakRow {
  fileName: string;
  revision: number;
  /** As it came; null where the statement is not kept any more. */
  raw: string | null;
  sha256: string | null;
}

/** A break as a list shows it. */
export interface ListedBreak extends StoredBreak {
  /** 长款 or 短款 by the source's setting; null where neither side has more. */
  word: 'surplus' | 'shortage' | null;
  /** The reference of its first row. */
  ref: string | null;
}

/** Everything that is known of a break. */
export interface BreakDetail extends ListedBreak {
  role: StatementSource['role'];
  suspenseMinor: number;
  rows: readonly BreakRow[];
  /** Other breaks' rows about the same payments: what the third side says. */
  elsewhere: readonly BreakRow[];
  /** What our books say of its payments now. */
  payments: readonly PaymentStanding[];
  events: readonly BreakEvent[];
  resolutions: readonly { resolution: Resolution; item: ResolutionItem; refund: SurplusRefund | null }[];
  evidence: readonly AttachedEvidence[];
  /** How a person may close it. */
  actions: readonly { kind: ManualKind; accounts: readonly ResolutionAccount[] }[];
}

/** What people see of breaks. */
export class BreakViews {
  private readonly deps: BreaksDeps;

  constructor(deps: BreaksDeps) {
    this.deps = deps;
  }

  /** Those that are due first come first. Refuses with `cursor_invalid`. */
  async list(
    filter: BreakFilter,
    page: { limit: number; cursor?: string },
  ): Promise<{ items: ListedBreak[]; nextCursor: string | null }> {
    const { cursor, limit } = page;
    if (cursor !== undefined && !isId('brk', cursor)) throw new DomainError('invalid', 'cursor_invalid');
    const { db, clock } = this.deps;
    const found = await findBreaks(db, filter, { limit: limit + 1, afterId: cursor }, clock.nowMs());
    const items = await this.listed(found.slice(0, limit));
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.breakId ?? null) : null };
  }

  totals(filter: BreakFilter): Promise<BreakTotal[]> {
    return breakTotals(this.deps.db, filter, this.deps.clock.nowMs());
  }

  /** Refuses with `break_not_found`. */
  async get(breakId: string): Promise<BreakDetail> {
    const { db, vault, billing } = this.deps;
    const found = isId('brk', breakId) ? await findBreak(db, breakId) : null;
    const [listed] = found ? await this.listed([found]) : [];
    if (!listed) throw new DomainError('notFound', 'break_not_found');
    const source = await this.deps.sources.get(listed.sourceId);
    const rows = (await rowsOfBreaks(db, [breakId])).get(breakId) ?? [];
    const paymentIds = paymentIdsOf(rows);
    const resolutions = await resolutionsOfBreak(db, vault, breakId);
    const refunds = await billing.surplusRefunds.find(resolutions.map(({ item }) => refundIdOf(item.itemId)));
    return {
      ...listed,
      role: source.role,
      suspenseMinor: suspenseMinorOf(listed, rows, source.currency),
      rows,
      elsewhere: await rowsOfPayments(db, paymentIds, breakId),
      payments: [...(await billing.reviews.standings(paymentIds)).values()],
      events: await eventsOfBreak(db, vault, breakId),
      resolutions: resolutions.map((one) => ({
        ...one,
        refund: refunds.get(refundIdOf(one.item.itemId)) ?? null,
      })),
      evidence: await evidenceOfBreak(db, vault, breakId),
      actions: await this.actionsFor(listed),
    };
  }

  /** A break's rows as they came; who looked at them is written to the audit trail. Refuses with `break_not_found`. */
  async rows(breakId: string, by: DoneBy): Promise<RawBreakRow[]> {
    const { db } = this.deps;
    const found = isId('brk', breakId) ? await findBreak(db, breakId) : null;
    if (!found) throw new DomainError('notFound', 'break_not_found');
    await transact(db, (tx) =>
      auditBreaks(tx, this.deps, by, 'break.readRows', { kind: 'break', id: breakId }),
    );
    return this.shown((await rowsOfBreaks(db, [breakId])).get(breakId) ?? []);
  }

  /** Who may own breaks. */
  owners(): Promise<StaffMember[]> {
    return this.deps.financeStaff();
  }

  /** The ids that a filter finds, to be previewed and resolved at once. Refuses with `breaks_too_many`. */
  async idsOf(filter: BreakFilter): Promise<string[]> {
    const { db, clock } = this.deps;
    const found = await findBreaks(db, filter, { limit: MAX_BREAKS_AT_ONCE + 1 }, clock.nowMs());
    if (found.length > MAX_BREAKS_AT_ONCE) throw new DomainError('conflict', 'breaks_too_many');
    return found.map(({ breakId }) => breakId);
  }

  /** What waits for a second person, oldest first. Refuses with `cursor_invalid`. */
  async proposals(page: {
    limit: number;
    cursor?: string;
  }): Promise<{ items: Resolution[]; nextCursor: string | null }> {
    const { cursor, limit } = page;
    if (cursor !== undefined && !isId('brs', cursor)) throw new DomainError('invalid', 'cursor_invalid');
    const { db, vault } = this.deps;
    const found = await findResolutions(db, vault, { state: 'proposed', limit: limit + 1, afterId: cursor });
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.resolutionId ?? null) : null };
  }

  private async listed(found: readonly StoredBreak[]): Promise<ListedBreak[]> {
    const rows = await rowsOfBreaks(
      this.deps.db,
      found.map(({ breakId }) => breakId),
    );
    const sides = new Map<string, 'ours' | 'theirs'>();
    for (const sourceId of new Set(found.map((one) => one.sourceId))) {
      sides.set(sourceId, (await this.deps.sources.get(sourceId)).settings.surplusSide);
    }
    return found.map((one) => ({
      ...one,
      word: wordFor(one.differenceMinor, sides.get(one.sourceId) ?? 'theirs'),
      ref: rows.get(one.breakId)?.find(({ ref }) => ref !== null)?.ref ?? null,
    }));
  }

  private async shown(rows: readonly BreakRow[]): Promise<RawBreakRow[]> {
    const { db, vault } = this.deps;
    const shown: RawBreakRow[] = [];
    for (const statementId of new Set(rows.map((row) => row.statementId))) {
      const of = rows.filter((row) => row.statementId === statementId);
      const statement = await findStatement(db, statementId);
      const raws = await readRaw(
        db,
        vault,
        statementId,
        of.map(({ rowNo }) => rowNo),
      );
      const byNo = new Map(raws.map((raw) => [raw.rowNo, raw]));
      shown.push(
        ...of.map((row) => ({
          ...row,
          fileName: statement?.fileName ?? '',
          revision: statement?.revision ?? 0,
          raw: byNo.get(row.rowNo)?.raw ?? null,
          sha256: byNo.get(row.rowNo)?.sha256 ?? null,
        })),
      );
    }
    return shown;
  }

  private async actionsFor(found: StoredBreak): Promise<BreakDetail['actions']> {
    if (found.state !== 'open') return [];
    const source = await sourceOfBreaks(this.deps, found.sourceId);
    const [one] = await transact(this.deps.db, (tx) => readToResolve(tx, [found], source));
    if (!one) return [];
    const adjustments = ADJUSTMENT_ACCOUNTS[source.role];
    const accountsFor = { adjust: adjustments, match: [...adjustments, 'writeOffs'] } as const;
    return MANUAL_KINDS.flatMap((kind) => {
      const accounts = kind === 'adjust' || kind === 'match' ? accountsFor[kind] : [];
      const isPossible = obstacleOf(kind, accounts[0] ?? null, source.role, one) === null;
      return isPossible ? [{ kind, accounts }] : [];
    });
  }
}

function wordFor(differenceMinor: number | null, surplusSide: 'ours' | 'theirs'): ListedBreak['word'] {
  if (differenceMinor === null || differenceMinor === 0) return null;
  return differenceMinor > 0 === (surplusSide === 'theirs') ? 'surplus' : 'shortage';
}
