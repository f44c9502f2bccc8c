import type { BulkLines } from '../infra/bulk-lines/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import { bulkUpsert, type Db, type Tx, toInt } from '../infra/db/index.ts';
import type { BillBook, ImportSummary } from './bill-files.types.ts';
import { FILED_BILLS, SEALED_ACCOUNT } from './filed-rows.ts';
import type { BillDetails } from './lines.rules.ts';

const ROWS_PER_DELETE = 5_000;

/** A bill as the files left it. */
export interface StoredBill {
  billId: string;
  amountMinor: number;
  dueDate: string | null;
  details: BillDetails;
  maskedName: string | null;
  isPaidHere: boolean;
}

/** Adds bills to a revision; of two with one id, the later holds. */
export function insertBills(db: Db, bills: BulkLines): Promise<void> {
  return bulkUpsert(db, FILED_BILLS, bills);
}

/** The bills of an account that hold now, settled ones too; null for an account that no file has named. */
export async function findBills(
  db: Db | Tx,
  vault: Vault,
  { agencyId, baseRevision, liveRevision }: BillBook,
  accountIndex: string,
): Promise<StoredBill[] | null> {
  const rows = await db('filed_bills as b')
    .leftJoin('filed_payments_of_bills as p', (on) =>
      on
        .on('p.agency_id', 'b.agency_id')
        .andOn('p.account_index', 'b.account_index')
        .andOn('p.bill_id', 'b.bill_id'),
    )
    .where({ 'b.agency_id': agencyId, 'b.account_index': accountIndex })
    .andWhere('b.revision', '<=', liveRevision)
    .orderBy([{ column: 'b.bill_id' }, { column: 'b.revision', order: 'desc' }])
    .select('b.*', 'p.reference');
  if (rows.length === 0) return null;
  const latest = rows.filter((row, at) => row.bill_id !== rows[at - 1]?.bill_id);
  return latest
    .filter((row) => toInt(row.revision) >= baseRevision)
    .map((row) => ({
      billId: row.bill_id,
      amountMinor: toInt(row.amount_minor),
      dueDate: row.due_date,
      details: JSON.parse(row.details),
      maskedName: JSON.parse(vault.open(row.sealed_account, SEALED_ACCOUNT))[1],
      isPaidHere: row.reference !== null,
    }));
}

type Difference = Omit<ImportSummary, 'lineCount' | 'badLineCount' | 'repeatedCount'>;

/** What a revision that is not live yet would change. What later revisions took the place of must be gone. */
export async function differenceOf(
  tx: Tx,
  { agencyId, baseRevision, liveRevision }: BillBook,
  revision: number,
  isFull: boolean,
): Promise<Difference> {
  const isLive = (alias: string) =>
    `${alias}.revision between ${Number(baseRevision)} and ${Number(liveRevision)}`;
  const row = await tx('filed_bills as n')
    .leftJoin('filed_bills as o', (on) =>
      on
        .on('o.agency_id', 'n.agency_id')
        .andOn('o.account_index', 'n.account_index')
        .andOn('o.bill_id', 'n.bill_id')
        .andOn(tx.raw(isLive('o'))),
    )
    .where({ 'n.agency_id': agencyId, 'n.revision': revision })
    .select(
      tx.raw(`count(*) as bills, coalesce(sum(n.amount_minor), 0) as amount,
        coalesce(sum(case when o.revision is null then 1 else 0 end), 0) as added,
        coalesce(sum(case when o.amount_minor = n.amount_minor and o.details = n.details
          and coalesce(o.due_date, '') = coalesce(n.due_date, '') then 1 else 0 end), 0) as unchanged,
        coalesce(sum(case when n.amount_minor = 0 then 1 else 0 end), 0) as settled,
        coalesce(sum(case when o.amount_minor > 0 then 1 else 0 end), 0) as open_before`),
    )
    .first();
  const counts = row as unknown as Record<string, unknown>;
  const [bills, added, unchanged] = [toInt(counts.bills), toInt(counts.added), toInt(counts.unchanged)];
  const open = isFull && liveRevision > 0 ? await countOpen(tx, agencyId, tx.raw(isLive('filed_bills'))) : 0;
  return {
    billCount: bills,
    amountMinor: toInt(counts.amount),
    addedCount: added,
    changedCount: bills - added - unchanged,
    unchangedCount: unchanged,
    statedPaidCount: toInt(counts.settled),
    withdrawnCount: isFull && liveRevision > 0 ? open - toInt(counts.open_before) : 0,
    keptPaidCount: await countKeptPaid(tx, agencyId, revision),
  };
}

async function countOpen(tx: Tx, agencyId: string, isLive: ReturnType<Tx['raw']>): Promise<number> {
  const row = await tx('filed_bills')
    .where({ agency_id: agencyId })
    .andWhere('amount_minor', '>', 0)
    .andWhereRaw(isLive)
    .count({ open: '*' })
    .first();
  return toInt(row?.open);
}

async function countKeptPaid(tx: Tx, agencyId: string, revision: number): Promise<number> {
  const row = await tx('filed_payments_of_bills as p')
    .join('filed_bills as n', (on) =>
      on
        .on('n.agency_id', 'p.agency_id')
        .andOn('n.account_index', 'p.account_index')
        .andOn('n.bill_id', 'p.bill_id'),
    )
    .where({ 'p.agency_id': agencyId, 'n.revision': revision })
    .andWhere('n.amount_minor', '>', 0)
    .count({ kept: '*' })
    .first();
  return toInt(row?.kept);
}

/** Removes the rows of a revision that never went live. */
export async function removeRevision(db: Db, agencyId: string, revision: number): Promise<void> {
  await removeInPieces(db, agencyId, (query) => query.where('o.revision', revision));
}

/**
 * Removes rows that later live ones took the place of. Bills that a full file no longer lists stay as they are: they hold no
 * more, and by them an account without debts is known from one that never was.
 */
export async function removeSuperseded(db: Db, { agencyId, liveRevision }: BillBook): Promise<void> {
  await removeInPieces(db, agencyId, (query) =>
    query
      .join('filed_bills as n', (on) =>
        on
          .on('n.agency_id', 'o.agency_id')
          .andOn('n.account_index', 'o.account_index')
          .andOn('n.bill_id', 'o.bill_id')
          .andOn('n.revision', '>', 'o.revision'),
      )
      .where('n.revision', '<=', liveRevision),
  );
}

type BillsQuery = ReturnType<typeof billsOf>;

const billsOf = (db: Db, agencyId: string) =>
  db('filed_bills as o').where('o.agency_id', agencyId).select('o.account_index', 'o.bill_id', 'o.revision');

/** Short transactions, from one end of the table to the other: nobody waits for them, and they may stop anywhere. */
async function removeInPieces(
  db: Db,
  agencyId: string,
  which: (query: BillsQuery) => BillsQuery,
): Promise<void> {
  let after = '';
  for (;;) {
    const rows = await which(billsOf(db, agencyId))
      .where('o.account_index', '>=', after)
      .orderBy('o.account_index')
      .limit(ROWS_PER_DELETE);
    if (rows.length === 0) return;
    await db('filed_bills')
      .where({ agency_id: agencyId })
      .whereIn(
        ['account_index', 'bill_id', 'revision'],
        rows.map((row) => [row.account_index, row.bill_id, row.revision]),
      )
      .delete();
    after = rows.at(-1)?.account_index ?? after;
  }
}
