import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { recordAudit } from '../../accounts/index.ts';
import type { Actor, Agencies, Called } from '../../agencies/index.ts';
import { insertExchanges } from '../../billing/index.ts';
import type { Reason, StatementFetch } from '../../contract/index.ts';
import { type Tx, transact } from '../../infra/db/index.ts';
import { dateEndMs } from '../../kernel/business-date.ts';
import { DomainError } from '../../kernel/errors.ts';
import { isId, newId, randomShardHint } from '../../kernel/ids.ts';
import type { Fence } from '../batches/fence.ts';
import { beginStatement, finishStatement } from './begin-statement.ts';
import { isWaivable } from './gates.rules.ts';
import type { IntakeResult, RawRow, Statement, StatementSide, StatementSource } from './intake.types.ts';
import { readRaw } from './pieces.repo.ts';
import type { StatementSources } from './sources.service.ts';
import { writeSheet } from './statement-pieces.ts';
import * as repo from './statements.repo.ts';
import { type TakeInDeps, takeEmptyDay, takeIn } from './take-in.ts';

export interface IntakeDeps extends TakeInDeps {
  agencies: Pick<Agencies, 'gateway'>;
  sources: Pick<StatementSources, 'get'>;
}

const unavailable = (code: Reason['code']): StatementFetch => ({
  kind: 'unavailable',
  reason: { code, source: 'civicpay' },
});
/** When a plug-in breaks its word, and when our own limits held the call back. */
const BROKEN = unavailable('answer_not_understood');
const BUSY = unavailable('too_busy');

/** Brings statements in: their files, fetched or handed in, and the sheets of our own books. */
export class StatementIntake {
  private readonly deps: IntakeDeps;

  constructor(deps: IntakeDeps) {
    this.deps = deps;
  }

  /**
   * Asks a batch's source for its file and takes it in. Asked again it changes nothing that is there. Throws DomainError
   * `statement_source_not_found`, `connection_not_found`, `batch_taken_over`.
   */
  async fetch(fence: Fence): Promise<IntakeResult> {
    const source = await this.deps.sources.get(fence.sourceId);
    const { outcome, exchanges } = await this.call(source, fence.businessDate);
    const statementId = this.newStatementId();
    await this.keepEvidence(source, statementId, exchanges);
    switch (outcome.kind) {
      case 'emptyDay':
        return takeEmptyDay(this.deps, fence, source, statementId);
      case 'notReady':
      case 'unavailable':
        return outcome;
      case 'ready': {
        const { fileName, format, content } = outcome;
        return withFile(content, (file) =>
          takeIn(this.deps, fence, source, { statementId, path: file, fileName, format, receivedBy: null }),
        );
      }
    }
  }

  /** Takes in a file that a person hands in for a batch. Throws as `fetch`. */
  async take(
    fence: Fence,
    file: { path: string; fileName: string; receivedBy: string },
  ): Promise<IntakeResult> {
    const source = await this.deps.sources.get(fence.sourceId);
    return takeIn(this.deps, fence, source, { ...file, statementId: this.newStatementId() });
  }

  /**
   * Writes down what our books say of a batch, in the form of a statement. As long as they say the same it is the one that is there.
   * Throws DomainError `statement_source_not_found`, `batch_taken_over`.
   */
  async makeSheet(fence: Fence): Promise<Statement> {
    const source = await this.deps.sources.get(fence.sourceId);
    const { db, clock } = this.deps;
    const ofBatch = await repo.listOfBatch(db, fence);
    const expectedRows = Math.max(0, ...ofBatch.map(({ rowCount }) => rowCount));
    const reading = { statementId: this.newStatementId(), source, businessDate: fence.businessDate };
    const last = ofBatch.findLast(({ side }) => side === 'ours');
    if (last) {
      // Reading twice costs less than keeping a second sheet that says the same.
      const { rowsSha256 } = await writeSheet(this.deps, null, reading, expectedRows);
      if (rowsSha256 === last.rowsSha256) return last;
    }
    const begun = await beginStatement(db, fence, {
      statementId: reading.statementId,
      side: 'ours',
      fileName: `ledger-${fence.sourceId}-${fence.businessDate}`,
      format: null,
      receivedBy: null,
      receivedAtMs: clock.nowMs(),
    });
    const { gathered, rowsSha256, onlyAgencyId } = await writeSheet(this.deps, fence, reading, expectedRows);
    return finishStatement(db, fence, { begun, gathered }, async (tx, whole) => {
      const content = { ...whole.content, ...(onlyAgencyId !== null && { onlyAgencyId }) };
      const sheet: Statement = { ...whole, status: 'accepted', fileSha256: rowsSha256, rowsSha256, content };
      await repo.updateStatement(tx, sheet);
      return sheet;
    });
  }

  /**
   * A person lets a stopped file in, or refuses it for good. Who uploaded it may refuse it, and not let it in. Throws DomainError
   * `statement_not_found`, `statement_decided`, `statement_not_whole`, `statement_replaced`, `approval_by_submitter`.
   */
  decide(
    statementId: string,
    { accept, reason }: { accept: boolean; reason: string },
    actor: Actor,
  ): Promise<Statement> {
    const { db, clock } = this.deps;
    const nowMs = clock.nowMs();
    return transact(db, async (tx) => {
      const known = isId('stm', statementId) ? await repo.lockStatement(tx, statementId) : null;
      if (!known || known.status === 'loading') throw notFound();
      if (known.status !== 'stopped') {
        throw new DomainError('conflict', 'statement_decided', { params: { status: known.status } });
      }
      if (accept) await assertMayAccept(tx, known, actor);
      const decided: Statement = {
        ...known,
        status: accept ? 'accepted' : 'refused',
        decidedBy: actor.id,
        decidedAtMs: nowMs,
        decisionReason: reason,
      };
      await repo.updateStatement(tx, decided);
      await this.audit(tx, known, accept ? 'statement.accept' : 'statement.refuse', actor, { reason });
      return decided;
    });
  }

  /** Newest first, before `beforeId`. */
  list(
    filter: {
      sourceId?: string | undefined;
      businessDate?: string | undefined;
      side?: StatementSide | undefined;
    },
    page: { limit: number; beforeId: string | null },
  ): Promise<Statement[]> {
    return repo.listStatements(this.deps.db, filter, page);
  }

  /** Throws DomainError `statement_not_found`. */
  async get(statementId: string): Promise<Statement> {
    const found = isId('stm', statementId) ? await repo.findStatement(this.deps.db, statementId) : null;
    if (!found || found.status === 'loading') throw notFound();
    return found;
  }

  /** Rows as they came, from a place on; personal data, so it is written down who looked. Throws DomainError `statement_not_found`. */
  async rawRows(
    statementId: string,
    page: { fromRow: number; limit: number },
    actor: Actor,
  ): Promise<RawRow[]> {
    const { db, vault } = this.deps;
    const statement = await this.get(statementId);
    const { fromRow, limit } = page;
    await this.audit(db, statement, 'statement.readRows', actor, { fromRow, limit });
    const count = Math.max(0, Math.min(limit, statement.rowCount - fromRow));
    return readRaw(
      db,
      vault,
      statementId,
      Array.from({ length: count }, (_, at) => fromRow + at),
    );
  }

  private call(
    { sourceId, role, cutOff }: StatementSource,
    businessDate: string,
  ): Promise<Called<StatementFetch>> {
    const { agencies, clock } = this.deps;
    // Before its end a date is asked for only because a person has it run.
    const isInterim = clock.nowMs() < dateEndMs(businessDate, cutOff);
    const request = { businessDate, ...(isInterim && { isInterim }) };
    return role === 'channel'
      ? agencies.gateway.channel(sourceId, 'fetchStatement', request, BROKEN, BUSY)
      : agencies.gateway.provider(sourceId, 'fetchStatement', request, BROKEN, BUSY);
  }

  private async keepEvidence(
    { sourceId }: StatementSource,
    subjectId: string,
    exchanges: Called<unknown>['exchanges'],
  ): Promise<void> {
    const { db, vault } = this.deps;
    const evidence = { subjectId, connectionId: sourceId, operation: 'fetchStatement', exchanges };
    await transact(db, (tx) => insertExchanges(tx, vault, [evidence]));
  }

  private audit(
    tx: Parameters<typeof recordAudit>[0],
    { statementId }: Statement,
    action: string,
    { kind, id, traceId, addressIndex }: Actor,
    detail: Readonly<Record<string, string | number>>,
  ): Promise<void> {
    const object = { kind: 'statement', id: statementId };
    const atMs = this.deps.clock.nowMs();
    const actor = { kind, id };
    return recordAudit(tx, { atMs, actor, action, object, outcome: 'ok', traceId, addressIndex, detail });
  }

  private newStatementId(): string {
    return newId('stm', this.deps.clock.nowMs(), randomShardHint());
  }
}

async function assertMayAccept(tx: Tx, known: Statement, actor: Actor): Promise<void> {
  if (!isWaivable(known.findings)) throw new DomainError('conflict', 'statement_not_whole');
  if (known.receivedBy === actor.id) throw new DomainError('forbidden', 'approval_by_submitter');
  const isReplaced = (await repo.listOfBatch(tx, known)).some(
    ({ side, status, revision }) => side === 'theirs' && status === 'accepted' && revision > known.revision,
  );
  if (isReplaced) throw new DomainError('conflict', 'statement_replaced');
}

const notFound = () => new DomainError('notFound', 'statement_not_found');

/** Readers read from the disk; what was fetched lies there, for nobody else to read, as long as `work` takes. */
async function withFile<T>(content: Uint8Array, work: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'civicpay-statement-'));
  try {
    const file = path.join(folder, 'statement');
    await writeFile(file, content, { mode: 0o600 });
    return await work(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
