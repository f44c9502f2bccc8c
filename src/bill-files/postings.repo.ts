import type { AccountInputs, BillPayment, Payer, ReasonCode } from '../contract/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import { type Db, type Tx, toInt } from '../infra/db/index.ts';

const SEALED_DETAILS = 'filed_postings.details';

/** One posting in the books, or a refusal of one. */
export interface FiledPosting {
  reference: string;
  connectionId: string;
  agencyId: string;
  accountIndex: string;
  status: 'posted' | 'rejected';
  reason: ReasonCode | null;
  currency: string;
  amountMinor: number;
  businessDate: string;
  debitedAtMs: number;
  postedAtMs: number;
  details: PostingDetails;
}

/** Personal data: sealed. */
export interface PostingDetails {
  inputs: AccountInputs;
  bills: readonly (Pick<BillPayment, 'billId'> & { amountMinor: number; period: string })[];
  payer?: Payer;
}

export interface FiledUndoing {
  originalReference: string;
  reference: string;
  agencyId: string;
  way: 'reverse' | 'refund';
  businessDate: string;
  undoneAtMs: number;
}

export async function findPosting(
  db: Db | Tx,
  vault: Vault,
  reference: string,
): Promise<FiledPosting | null> {
  const row = await db('filed_postings').where({ reference }).first();
  return row ? toPosting(vault, row) : null;
}

/** Throws a unique violation when the reference is there, or one of the bills has a posting. */
export async function insertPosting(tx: Tx, vault: Vault, posting: FiledPosting): Promise<void> {
  await tx('filed_postings').insert({
    reference: posting.reference,
    connection_id: posting.connectionId,
    agency_id: posting.agencyId,
    account_index: posting.accountIndex,
    status: posting.status,
    reason: posting.reason,
    currency: posting.currency,
    amount_minor: posting.amountMinor,
    business_date: posting.businessDate,
    debited_at_ms: posting.debitedAtMs,
    posted_at_ms: posting.postedAtMs,
    sealed_details: vault.seal(JSON.stringify(posting.details), SEALED_DETAILS),
  });
  if (posting.status === 'rejected') return;
  const keys = [...billKeys(posting)].sort((a, b) => (a.bill_id < b.bill_id ? -1 : 1));
  await tx('filed_payments_of_bills').insert(keys.map((key) => ({ ...key, reference: posting.reference })));
}

export async function findUndoing(db: Db | Tx, originalReference: string): Promise<FiledUndoing | null> {
  const row = await db('filed_undoings').where({ original_reference: originalReference }).first();
  return row ? toUndoing(row) : null;
}

/** Writes an undoing down, and leaves the posting's bills owed again. Throws a unique violation when it is undone already. */
export async function insertUndoing(tx: Tx, undoing: FiledUndoing, posting: FiledPosting): Promise<void> {
  await tx('filed_undoings').insert({
    original_reference: undoing.originalReference,
    reference: undoing.reference,
    agency_id: undoing.agencyId,
    way: undoing.way,
    business_date: undoing.businessDate,
    undone_at_ms: undoing.undoneAtMs,
  });
  for (const key of billKeys(posting)) {
    await tx('filed_payments_of_bills')
      .where({ ...key, reference: posting.reference })
      .delete();
  }
}

/** What was posted to an agency's books on a business date, in the order of time. */
export async function postingsOf(
  db: Db,
  vault: Vault,
  agencyId: string,
  businessDate: string,
): Promise<FiledPosting[]> {
  const rows = await db('filed_postings')
    .where({ agency_id: agencyId, business_date: businessDate, status: 'posted' })
    .orderBy(['posted_at_ms', 'reference']);
  return rows.map((row) => toPosting(vault, row));
}

/** What was undone on a business date, with the postings it was done to. */
export async function undoingsOf(
  db: Db,
  vault: Vault,
  agencyId: string,
  businessDate: string,
): Promise<{ undoing: FiledUndoing; posting: FiledPosting }[]> {
  const undoings = await db('filed_undoings')
    .where({ agency_id: agencyId, business_date: businessDate })
    .orderBy('original_reference');
  const references = undoings.map((row) => row.original_reference);
  const rows = await db('filed_postings').whereIn('reference', references);
  const postings = new Map(rows.map((row) => [row.reference, row]));
  return undoings.flatMap((row) => {
    const posting = postings.get(row.original_reference);
    return posting ? [{ undoing: toUndoing(row), posting: toPosting(vault, posting) }] : [];
  });
}

function billKeys({ agencyId, accountIndex, details }: FiledPosting) {
  return details.bills.map(({ billId }) => ({
    agency_id: agencyId,
    account_index: accountIndex,
    bill_id: billId,
  }));
}

type Row = Readonly<Record<string, unknown>>;

function toPosting(vault: Vault, row: Row): FiledPosting {
  return {
    reference: String(row.reference),
    connectionId: String(row.connection_id),
    agencyId: String(row.agency_id),
    accountIndex: String(row.account_index),
    status: row.status as FiledPosting['status'],
    reason: row.reason as FiledPosting['reason'],
    currency: String(row.currency),
    amountMinor: toInt(row.amount_minor),
    businessDate: String(row.business_date),
    debitedAtMs: toInt(row.debited_at_ms),
    postedAtMs: toInt(row.posted_at_ms),
    details: JSON.parse(vault.open(String(row.sealed_details), SEALED_DETAILS)),
  };
}

function toUndoing(row: Row): FiledUndoing {
  return {
    originalReference: String(row.original_reference),
    reference: String(row.reference),
    agencyId: String(row.agency_id),
    way: row.way as FiledUndoing['way'],
    businessDate: String(row.business_date),
    undoneAtMs: toInt(row.undone_at_ms),
  };
}
