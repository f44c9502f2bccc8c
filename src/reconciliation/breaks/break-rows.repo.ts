import type { Db, Tx } from '../../infra/db/index.ts';
import type { BreakRow } from './break.types.ts';
import { toBreakRow } from './breaks.repo.ts';

/** The rows of breaks, in the order of their lines. */
export async function rowsOfBreaks(
  db: Db | Tx,
  breakIds: readonly string[],
): Promise<Map<string, BreakRow[]>> {
  const rows = new Map<string, BreakRow[]>(breakIds.map((breakId) => [breakId, []]));
  if (breakIds.length === 0) return rows;
  const found = await db('break_rows')
    .whereIn('break_id', [...new Set(breakIds)])
    .orderBy(['break_id', 'side', 'statement_id', 'row_no']);
  for (const row of found) rows.get(row.break_id)?.push(toBreakRow(row));
  return rows;
}

/** Other breaks' rows about the same payments: what the third side says. */
export async function rowsOfPayments(
  db: Db | Tx,
  paymentIds: readonly string[],
  exceptBreakId: string,
): Promise<BreakRow[]> {
  if (paymentIds.length === 0) return [];
  const rows = await db('break_rows')
    .whereIn('payment_id', [...paymentIds])
    .whereNot('break_id', exceptBreakId)
    .orderBy(['break_id', 'statement_id', 'row_no'])
    .limit(200);
  return rows.map(toBreakRow);
}

/** Gives rows of one break to another, as its only active claim. */
export async function moveRows(
  tx: Tx,
  fromBreakId: string,
  toBreakId: string,
  rows: readonly BreakRow[],
): Promise<void> {
  for (const { statementId, rowNo } of rows) {
    await tx('break_rows')
      .where({ break_id: fromBreakId, statement_id: statementId, row_no: rowNo })
      .update({ is_active: null });
  }
  await tx('break_rows').insert(
    rows.map((row) => ({
      break_id: toBreakId,
      statement_id: row.statementId,
      row_no: row.rowNo,
      side: row.side,
      line: row.line,
      ref: row.ref,
      payment_id: row.paymentId,
      amount_minor: row.amountMinor,
      currency: row.currency,
      status: row.status,
      booked_on: row.bookedOn,
      is_active: 1,
    })),
  );
}
