import { bulkInsert, type Db, type Tx, toInt } from '../../infra/db/index.ts';
import type { BreakClass, Scores } from '../matching/matching.types.ts';
import { paymentIdOf } from './publish.rules.ts';
import { slices } from './run-breaks.repo.ts';
import type { RowPlace } from './runs.types.ts';
import type { FoundRow } from './work.types.ts';

/** A claim of a break on a row. */
export type Claim = RowPlace & { breakId: string };

/** All claims on rows of statements there have been, and which hold now. */
export async function claimsOn(
  tx: Tx,
  statementIds: readonly string[],
): Promise<(Claim & { isActive: boolean })[]> {
  const rows = await tx('break_rows')
    .whereIn('statement_id', statementIds)
    .select('break_id', 'statement_id', 'row_no', 'is_active');
  return rows.map((row) => ({
    breakId: row.break_id,
    statementId: row.statement_id,
    rowNo: toInt(row.row_no),
    isActive: row.is_active !== null,
  }));
}

/** All claims that breaks have ever had. */
export async function claimsOf(tx: Tx, breakIds: readonly string[]): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const some of slices(breakIds)) {
    const rows = await tx('break_rows')
      .whereIn('break_id', some)
      .select('break_id', 'statement_id', 'row_no');
    claims.push(
      ...rows.map((row) => ({
        breakId: row.break_id,
        statementId: row.statement_id,
        rowNo: toInt(row.row_no),
      })),
    );
  }
  return claims;
}

export async function setClaims(tx: Tx, claims: readonly Claim[], isActive: boolean): Promise<void> {
  for (const some of slices(claims)) {
    await tx('break_rows')
      .whereIn(
        ['break_id', 'statement_id', 'row_no'],
        some.map(({ breakId, statementId, rowNo }) => [breakId, statementId, rowNo]),
      )
      .update({ is_active: isActive ? 1 : null });
  }
}

export async function insertClaims(
  tx: Tx,
  claims: readonly { breakId: string; found: FoundRow }[],
): Promise<void> {
  await bulkInsert(tx, 'break_rows', claims, ({ breakId, found: { statementId, rowNo, side, row } }) => ({
    break_id: breakId,
    statement_id: statementId,
    row_no: rowNo,
    side,
    line: row.line,
    ref: row.ref?.slice(0, 140) ?? null,
    payment_id: paymentIdOf([row.ref, row.originalRef]),
    amount_minor: row.amountMinor,
    currency: row.currency,
    status: row.status,
    booked_on: row.bookedOn,
    is_active: 1,
  }));
}

/** The row of a held break stands in another revision now; whichever break claims it goes with it. */
export async function moveClaims(tx: Tx, from: RowPlace, to: RowPlace): Promise<void> {
  await tx('break_rows')
    .where({ statement_id: from.statementId, row_no: from.rowNo })
    .update({ statement_id: to.statementId, row_no: to.rowNo });
}

/** The break that claims a row, open or not. */
export async function breakClaiming(db: Db, { statementId, rowNo }: RowPlace) {
  const row = await db({ r: 'break_rows' })
    .join({ b: 'breaks' }, 'b.break_id', 'r.break_id')
    .where({ 'r.statement_id': statementId, 'r.row_no': rowNo, 'r.is_active': 1 })
    .first(
      'b.break_id',
      'b.last_run_id',
      'b.class',
      'b.rule',
      'b.state',
      'b.how',
      'b.closed_by_run_id',
      'b.scores',
    );
  return row
    ? {
        breakId: String(row.break_id),
        runId: String(row.last_run_id),
        class: row.class as BreakClass,
        rule: String(row.rule),
        state: String(row.state),
        how: row.how as string | null,
        closedByRunId: row.closed_by_run_id as string | null,
        scores: JSON.parse(row.scores) as Scores,
      }
    : null;
}

/** The rows that a break claims, by statement. */
export async function rowsClaimedBy(db: Db, breakId: string): Promise<RowPlace[]> {
  const rows = await db('break_rows')
    .where({ break_id: breakId, is_active: 1 })
    .orderBy(['side', 'row_no'])
    .select('statement_id', 'row_no');
  return rows.map((row) => ({ statementId: row.statement_id, rowNo: toInt(row.row_no) }));
}

/** How many rows of a statement active breaks claim. */
export async function countClaims(tx: Db | Tx, statementId: string): Promise<number> {
  const row = await tx('break_rows')
    .where({ statement_id: statementId, is_active: 1 })
    .count({ count: '*' })
    .first();
  return toInt(row?.count ?? 0);
}
