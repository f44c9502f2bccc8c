import { type Db, type Tx, toInt, toIntOrNull } from '../../infra/db/index.ts';
import type { Statement, StatementSide } from './intake.types.ts';

/** Adds a statement as it is, its rows apart. */
export async function insertStatement(tx: Tx, statement: Statement): Promise<void> {
  await tx('statements').insert(columnsOf(statement));
}

/** Puts down what has become of a statement: everything but which one it is. */
export async function updateStatement(tx: Tx, statement: Statement): Promise<void> {
  const { statement_id, ...columns } = columnsOf(statement);
  await tx('statements').where({ statement_id }).update(columns);
}

/** Forgets statements of a batch's side that were begun and never finished; nobody has seen them. */
export async function deleteUnfinished(
  tx: Tx,
  batch: { sourceId: string; businessDate: string },
  side: StatementSide,
): Promise<void> {
  await tx('statements')
    .where({ ...keyOf(batch), side, status: 'loading' })
    .del();
}

/** The number that the next statement of a batch's side has. */
export async function nextRevision(
  tx: Tx,
  batch: { sourceId: string; businessDate: string },
  side: StatementSide,
): Promise<number> {
  const row = await tx('statements')
    .where({ ...keyOf(batch), side })
    .max({ last: 'revision' })
    .first();
  return (toIntOrNull(row?.last) ?? 0) + 1;
}

export async function findStatement(db: Db | Tx, statementId: string): Promise<Statement | null> {
  const row = await db('statements').where({ statement_id: statementId }).first();
  return row ? toStatement(row) : null;
}

/** All of a batch that were finished, by side and revision. */
export async function listOfBatch(
  db: Db | Tx,
  batch: { sourceId: string; businessDate: string },
): Promise<Statement[]> {
  const rows = await db('statements')
    .where(keyOf(batch))
    .whereNot({ status: 'loading' })
    .orderBy(['side', 'revision']);
  return rows.map(toStatement);
}

const keyOf = ({ sourceId, businessDate }: { sourceId: string; businessDate: string }) => ({
  source_id: sourceId,
  business_date: businessDate,
});

function columnsOf(statement: Statement) {
  return {
    statement_id: statement.statementId,
    source_id: statement.sourceId,
    side: statement.side,
    business_date: statement.businessDate,
    revision: statement.revision,
    status: statement.status,
    file_name: statement.fileName,
    format: statement.format,
    file_sha256: statement.fileSha256,
    rows_sha256: statement.rowsSha256,
    row_count: statement.rowCount,
    sequence: statement.sequence,
    summary: JSON.stringify(statement.content),
    findings: JSON.stringify(statement.findings),
    received_by: statement.receivedBy,
    received_at_ms: statement.receivedAtMs,
    decided_by: statement.decidedBy,
    decided_at_ms: statement.decidedAtMs,
    decision_reason: statement.decisionReason,
  };
}

/** A row as the drivers give it: a BIGINT is text. */
type StatementColumns = Omit<ReturnType<typeof columnsOf>, 'received_at_ms' | 'decided_at_ms'> & {
  received_at_ms: string;
  decided_at_ms: string | null;
};

export function toStatement(row: StatementColumns): Statement {
  return {
    statementId: row.statement_id,
    sourceId: row.source_id,
    side: row.side,
    businessDate: row.business_date,
    revision: toInt(row.revision),
    status: row.status,
    fileName: row.file_name,
    format: row.format,
    fileSha256: row.file_sha256,
    rowsSha256: row.rows_sha256,
    rowCount: toInt(row.row_count),
    sequence: row.sequence,
    content: JSON.parse(row.summary),
    findings: JSON.parse(row.findings),
    receivedBy: row.received_by,
    receivedAtMs: toInt(row.received_at_ms),
    decidedBy: row.decided_by,
    decidedAtMs: toIntOrNull(row.decided_at_ms),
    decisionReason: row.decision_reason,
  };
}

/** Locks a statement until the transaction ends. */
export async function lockStatement(tx: Tx, statementId: string): Promise<Statement | null> {
  const row = await tx('statements').where({ statement_id: statementId }).forUpdate().first();
  return row ? toStatement(row) : null;
}

/** Forgets a statement that was begun; its pieces stay, and are never read. */
export async function deleteStatement(tx: Tx, statementId: string): Promise<void> {
  await tx('statements').where({ statement_id: statementId, status: 'loading' }).del();
}

/** Their statements of other batches with the same rows in the same order, that were let in or wait for a person. */
export async function listWithRows(
  tx: Tx,
  rowsSha256: string,
  other: { sourceId: string; businessDate: string },
): Promise<Statement[]> {
  const rows = await tx('statements')
    .where({ rows_sha256: rowsSha256, side: 'theirs' })
    .whereIn('status', ['accepted', 'stopped'])
    .whereNot(keyOf(other))
    .orderBy('received_at_ms')
    .limit(10);
  return rows.map(toStatement);
}

/** Their statement that holds for the latest date before this one. */
export async function findPrevious(
  tx: Tx,
  { sourceId, businessDate }: { sourceId: string; businessDate: string },
): Promise<Statement | null> {
  const row = await tx('statements')
    .where({ source_id: sourceId, side: 'theirs', status: 'accepted' })
    .andWhere('business_date', '<', businessDate)
    .orderBy([
      { column: 'business_date', order: 'desc' },
      { column: 'revision', order: 'desc' },
    ])
    .first();
  return row ? toStatement(row) : null;
}

/** Newest first, before a given one. */
export async function listStatements(
  db: Db,
  filter: {
    sourceId?: string | undefined;
    businessDate?: string | undefined;
    side?: StatementSide | undefined;
  },
  page: { limit: number; beforeId: string | null },
): Promise<Statement[]> {
  const { sourceId, businessDate, side } = filter;
  const query = db('statements')
    .whereNot({ status: 'loading' })
    .orderBy('statement_id', 'desc')
    .limit(page.limit);
  if (sourceId !== undefined) query.andWhere('source_id', sourceId);
  if (businessDate !== undefined) query.andWhere('business_date', businessDate);
  if (side !== undefined) query.andWhere('side', side);
  if (page.beforeId !== null) query.andWhere('statement_id', '<', page.beforeId);
  return (await query).map(toStatement);
}
