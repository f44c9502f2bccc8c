import type { Vault } from '../../infra/crypto/index.ts';
import type { Db } from '../../infra/db/index.ts';
import type { BusinessDate } from '../../kernel/business-date.ts';
import { readRaw } from '../intake/pieces.repo.ts';
import { slices } from './run-breaks.repo.ts';
import type { ReconciledItem } from './runs.types.ts';

/** What the rows of an agency's sheet say of themselves. */
interface SheetLine {
  paymentId: string;
  agencyId: string;
  kind: ReconciledItem['kind'];
  reference: string;
  status: string;
  agencyMinor: number;
  feeMinor: number;
}

const ROWS_AT_ONCE = 4_096;

/**
 * What was posted and undone for an agency on a business date of its connections, as the runs that hold have it. The amount is what the
 * agency's account was credited or debited, before fees that were kept back. Nothing of a batch that was not matched.
 */
export async function* reconciledItems(
  db: Db,
  vault: Vault,
  of: { agencyId: string; sourceIds: readonly string[]; businessDate: BusinessDate },
): AsyncGenerator<ReconciledItem> {
  const runs = await db('reconciliation_batches as b')
    .join('reconciliation_runs as r', 'r.run_id', 'b.run_id')
    .join('statements as s', 's.statement_id', 'r.ours_id')
    .whereIn('b.source_id', [...of.sourceIds])
    .where('b.business_date', of.businessDate)
    .orderBy('b.source_id')
    .select('r.ours_id', 'r.theirs_id', 's.row_count');
  for (const run of runs) {
    for (let first = 0; first < Number(run.row_count); first += ROWS_AT_ONCE) {
      const rowNos = Array.from(
        { length: Math.min(ROWS_AT_ONCE, Number(run.row_count) - first) },
        (_, offset) => first + offset,
      );
      const rows = await readRaw(db, vault, run.ours_id, rowNos);
      const lines = rows
        .map(({ raw }) => JSON.parse(raw) as SheetLine)
        .filter((line) => line.agencyId === of.agencyId && line.status === 'final');
      const broken = await paymentsInBreaks(
        db,
        lines.map(({ paymentId }) => paymentId),
      );
      for (const line of lines) {
        const isReconciled = run.theirs_id !== null && !broken.has(line.paymentId);
        yield {
          itemId: line.kind === 'payment' ? line.paymentId : line.reference,
          kind: line.kind,
          paymentId: line.paymentId,
          businessDate: of.businessDate,
          amountMinor: line.agencyMinor + Math.sign(line.agencyMinor) * line.feeMinor,
          feeMinor: line.feeMinor,
          state: isReconciled ? 'reconciled' : 'unreconciled',
        };
      }
    }
  }
}

/** Of payments, those that a break speaks of which is not closed, at the agency's side or at the channel's. */
async function paymentsInBreaks(db: Db, paymentIds: readonly string[]): Promise<Set<string>> {
  const broken = new Set<string>();
  for (const some of slices(paymentIds)) {
    const rows = await db('break_rows as r')
      .join('breaks as b', 'b.break_id', 'r.break_id')
      .whereIn('r.payment_id', some)
      .where('r.is_active', 1)
      .where('b.state', '<>', 'closed')
      .distinct('r.payment_id');
    for (const row of rows) broken.add(String(row.payment_id));
  }
  return broken;
}
