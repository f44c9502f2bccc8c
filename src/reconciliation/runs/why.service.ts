import { recordAudit } from '../../accounts/index.ts';
import type { Actor } from '../../agencies/index.ts';
import { placesOfPayment } from '../../billing/index.ts';
import type { Vault } from '../../infra/crypto/index.ts';
import type { Db } from '../../infra/db/index.ts';
import { businessDateOf } from '../../kernel/business-date.ts';
import type { Clock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Statement, StatementSource } from '../intake/intake.types.ts';
import { readPiece, readRaw } from '../intake/pieces.repo.ts';
import { findStatement } from '../intake/statements.repo.ts';
import { ROWS_PER_CHUNK, tableOfChunk } from '../matching/row-chunks.ts';
import type { RowTable } from '../matching/row-table.ts';
import { breakClaiming, rowsClaimedBy } from './claims.repo.ts';
import { slotInSheet } from './match-sheet.ts';
import {
  activeSheet,
  findGroup,
  findGroupWithBreak,
  findRun,
  type KeptGroup,
  type Run,
} from './runs.repo.ts';
import type { PaymentWord, RowPlace, ShownRow, WhyAnswer } from './runs.types.ts';

/** As many rows of a match or break are shown. */
const MAX_ROWS = 200;
/** As many rows with one reference are given. */
const MAX_PLACES = 100;

interface ExplanationsDeps {
  db: Db;
  vault: Vault;
  clock: Clock;
  sources: { list(): Promise<StatementSource[]> };
}

/** Tells of any row what became of it, and by which rule. */
export class Explanations {
  private readonly deps: ExplanationsDeps;
  private readonly db: Db;
  private readonly vault: Vault;

  constructor(deps: ExplanationsDeps) {
    this.deps = deps;
    this.db = deps.db;
    this.vault = deps.vault;
  }

  /**
   * The match or break that has the row now, with all its rows as they came, which is written down: they are personal data. Throws
   * DomainError `row_not_found`.
   */
  async why(place: RowPlace, actor: Actor): Promise<WhyAnswer> {
    await this.audit('statement', place.statementId, { rowNo: place.rowNo }, actor);
    return this.explain(place);
  }

  /**
   * What each side says of a payment: a line for each source and date where its money moved, with the matches and breaks that its rows
   * are in. None of a source or date that has not been matched yet. Throws DomainError `payment_not_found`.
   */
  async whyPayment(paymentId: string, actor: Actor): Promise<PaymentWord[]> {
    const places = await placesOfPayment(this.db, paymentId);
    if (places.length === 0) throw new DomainError('notFound', 'payment_not_found');
    await this.audit('payment', paymentId, {}, actor);
    const sources = new Map((await this.deps.sources.list()).map((source) => [source.sourceId, source]));
    const batches = new Map<string, { source: StatementSource; businessDate: string }>();
    for (const { connectionId, atMs } of places) {
      const source = sources.get(connectionId);
      if (!source) continue;
      const businessDate = businessDateOf(atMs, source.cutOff);
      batches.set(`${connectionId} ${businessDate}`, { source, businessDate });
    }
    const words: PaymentWord[] = [];
    for (const { source, businessDate } of batches.values()) {
      const { sourceId, role } = source;
      const answers: WhyAnswer[] = [];
      const explained = new Set<string>();
      for (const place of await this.findRows({ sourceId, businessDate, ref: paymentId })) {
        if (explained.has(keyOf(place))) continue;
        const answer = await this.explain(place);
        for (const row of answer.rows) explained.add(keyOf(row));
        if (answer.kind !== 'superseded') answers.push(answer);
      }
      words.push({ sourceId, role, businessDate, answers });
    }
    return words;
  }

  private async explain({ statementId, rowNo }: RowPlace): Promise<WhyAnswer> {
    const { db } = this;
    const statement = await findStatement(db, statementId);
    if (!statement || rowNo >= statement.rowCount) throw new DomainError('notFound', 'row_not_found');
    const claim = await breakClaiming(db, { statementId, rowNo });
    if (claim) return this.whyBroken(statement, claim);
    const sheet = await activeSheet(db, statementId, Math.floor(rowNo / ROWS_PER_CHUNK));
    const run = sheet && (await findRun(db, sheet.runId));
    if (!sheet || !run) return this.answer(statement, null, [{ statementId, rowNo }], { kind: 'superseded' });
    const slot = slotInSheet(sheet.slots, rowNo % ROWS_PER_CHUNK);
    if (slot.kind === 'pair') {
      const otherId = statementId === run.oursId ? run.theirsId : run.oursId;
      const other = { statementId: otherId ?? '', rowNo: slot.counterpartRowNo };
      const rows = [{ statementId, rowNo }, other];
      return this.answer(statement, run.runId, rows, { kind: 'match', rule: slot.rule, scores: {} });
    }
    const group = slot.kind === 'group' ? await findGroup(db, run.runId, slot.matchNo) : null;
    if (group) return this.whyMatched(statement, run, group);
    return this.whyLate(statement, run, rowNo);
  }

  /** The rows of a batch's statements, as they hold now, that have a reference as their own, the channel's or the original's. */
  async findRows(batch: { sourceId: string; businessDate: string; ref: string }): Promise<RowPlace[]> {
    const found = await this.db('reconciliation_batches')
      .where({ source_id: batch.sourceId, business_date: batch.businessDate })
      .first('ours_id', 'theirs_id');
    const places: RowPlace[] = [];
    for (const statementId of [found?.ours_id, found?.theirs_id]) {
      const statement = statementId ? await findStatement(this.db, statementId) : null;
      if (statement) await this.collect(statement, batch.ref, places);
    }
    return places;
  }

  private audit(kind: string, id: string, detail: { rowNo?: number }, actor: Actor): Promise<void> {
    const { traceId, addressIndex } = actor;
    return recordAudit(this.db, {
      atMs: this.deps.clock.nowMs(),
      actor: { kind: actor.kind, id: actor.id },
      action: 'reconciliation.why',
      object: { kind, id },
      outcome: 'ok',
      traceId,
      addressIndex,
      detail,
    });
  }

  /** Most pieces are passed over without a look at their rows: the reference's bytes are not in them. */
  private async collect(
    { statementId, rowCount }: Statement,
    ref: string,
    places: RowPlace[],
  ): Promise<void> {
    for (let chunkNo = 0; chunkNo * ROWS_PER_CHUNK < rowCount; chunkNo++) {
      const chunk = await readPiece(this.db, this.vault, statementId, chunkNo);
      if (!chunk.includes(ref)) continue;
      const table = tableOfChunk(chunk);
      for (let at = 0; at < table.count && places.length < MAX_PLACES; at++) {
        const isIt = (['ref', 'channelRef', 'originalRef'] as const).some(
          (name) => table.textAt(name, at) === ref,
        );
        if (isIt) places.push({ statementId, rowNo: chunkNo * ROWS_PER_CHUNK + at });
      }
    }
  }

  private async whyBroken(
    statement: Statement,
    claim: NonNullable<Awaited<ReturnType<typeof breakClaiming>>>,
  ): Promise<WhyAnswer> {
    const { breakId, runId, closedByRunId } = claim;
    // A row that the next date's file had is in a match of that date's run.
    const later = closedByRunId && claim.how === 'matched' ? await findRun(this.db, closedByRunId) : null;
    const group = later && (await findGroupWithBreak(this.db, later.runId, breakId));
    if (later && group) return this.whyMatched(statement, later, group);
    const { class: found, rule, state, scores } = claim;
    const rows = await rowsClaimedBy(this.db, breakId);
    return this.answer(statement, runId, rows, { kind: 'break', breakId, class: found, rule, state, scores });
  }

  private whyMatched(
    statement: Statement,
    run: Run,
    { ours, theirs, rule, scores }: KeptGroup,
  ): Promise<WhyAnswer> {
    return this.answer(statement, run.runId, [...ours, ...theirs], { kind: 'match', rule, scores });
  }

  private async whyLate(statement: Statement, run: Run, rowNo: number): Promise<WhyAnswer> {
    const { statementId, sourceId, businessDate } = statement;
    const late = await this.db('breaks')
      .where({ source_id: sourceId, business_date: businessDate, class: 'lateFile', last_run_id: run.runId })
      .first();
    if (!late) throw new Error('a row waits for a file without a break');
    return this.answer(statement, run.runId, [{ statementId, rowNo }], {
      kind: 'break',
      breakId: late.break_id,
      class: 'lateFile',
      rule: late.rule,
      state: late.state,
      scores: JSON.parse(late.scores),
    });
  }

  private async answer<Reason>(
    { sourceId, businessDate }: Statement,
    runId: string | null,
    places: readonly RowPlace[],
    reason: Reason,
  ): Promise<{ sourceId: string; businessDate: string; runId: string | null; rows: ShownRow[] } & Reason> {
    const rows = await this.shown(places.slice(0, MAX_ROWS));
    return { sourceId, businessDate, runId, rows, ...reason };
  }

  private async shown(places: readonly RowPlace[]): Promise<ShownRow[]> {
    const rows: ShownRow[] = [];
    for (const statementId of [...new Set(places.map((place) => place.statementId))]) {
      const statement = await findStatement(this.db, statementId);
      if (!statement) continue;
      const rowNos = places.filter((place) => place.statementId === statementId).map(({ rowNo }) => rowNo);
      const raw = await readRaw(this.db, this.vault, statementId, rowNos);
      const tables = new Map<number, RowTable>();
      for (const { rowNo, line, raw: text, sha256 } of raw) {
        const chunkNo = Math.floor(rowNo / ROWS_PER_CHUNK);
        const table =
          tables.get(chunkNo) ?? tableOfChunk(await readPiece(this.db, this.vault, statementId, chunkNo));
        tables.set(chunkNo, table);
        const { batch, text: said, kind, isNearCutOff, ...row } = table.rowAt(rowNo % ROWS_PER_CHUNK);
        const { side, fileName, revision } = statement;
        rows.push({ ...row, statementId, rowNo, side, fileName, revision, line, raw: text, sha256 });
      }
    }
    return rows;
  }
}

const keyOf = ({ statementId, rowNo }: RowPlace) => `${statementId} ${rowNo}`;
