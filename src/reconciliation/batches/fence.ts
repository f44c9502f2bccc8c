import { type Tx, toInt } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';

/** The right to write for one business date of one source, until somebody else has claimed it. */
export interface Fence {
  sourceId: string;
  businessDate: string;
  /** The batch's `fence` when it was claimed. */
  token: number;
}

/**
 * Locks the batch until the transaction ends. Throws DomainError `batch_taken_over` where another has claimed it since: nothing of
 * the transaction may be written then.
 */
export async function holdFence(tx: Tx, { sourceId, businessDate, token }: Fence): Promise<void> {
  const row = await tx('reconciliation_batches')
    .where({ source_id: sourceId, business_date: businessDate })
    .forUpdate()
    .first('fence');
  if (!row || toInt(row.fence) !== token) throw new DomainError('conflict', 'batch_taken_over');
}
