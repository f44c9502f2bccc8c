import { type Db, type Tx, toInt } from '../infra/db/index.ts';
import type { BusinessDate } from '../kernel/business-date.ts';
import type { PayoutStatus } from './payouts.types.ts';
import type {
  HeldItem,
  HeldReserve,
  HoldReason,
  ItemKind,
  Settlement,
  SettlementItem,
  SettlementTotals,
} from './settlement.types.ts';

/** What becomes of the money: `none` to pay, `due`, in a file (`prepared`), with the bank (`sent`), or as the bank says. */
export const PAYOUT_STATES = ['none', 'due', 'prepared', 'sent', 'accepted', 'rejected', 'returned'] as const;
export type PayoutState = (typeof PAYOUT_STATES)[number];

/** A settlement as it is stored, without its items. */
export interface SettlementRecord extends Omit<Settlement, 'settled' | 'held'> {
  settlementId: string;
  termsId: string;
  itemCount: number;
  heldCount: number;
  itemsAsOfMs: number;
  createdAtMs: number;
  payout: { state: PayoutState; instructionId: string | null; batchId: string | null };
}

const ROWS_PER_INSERT = 1_000;

/** Columns of the totals. */
const TOTALS: Readonly<Record<keyof SettlementTotals, string>> = {
  carriedInMinor: 'carried_in_minor',
  grossMinor: 'gross_minor',
  refundsMinor: 'refunds_minor',
  feesMinor: 'fees_minor',
  feesReturnedMinor: 'fees_returned_minor',
  adjustmentsMinor: 'adjustments_minor',
  payoutsReturnedMinor: 'payouts_returned_minor',
  reserveReleasedMinor: 'reserve_released_minor',
  reserveHeldMinor: 'reserve_held_minor',
  netMinor: 'net_minor',
  payoutMinor: 'payout_minor',
  carriedOutMinor: 'carried_out_minor',
};
const TOTAL_NAMES = Object.keys(TOTALS) as (keyof SettlementTotals)[];

/** Writes a settlement with its items; the database refuses a second one of a window, and an item that is settled. */
export async function insertSettlement(
  tx: Tx,
  settlement: Settlement,
  about: Pick<SettlementRecord, 'settlementId' | 'termsId' | 'itemsAsOfMs' | 'createdAtMs'>,
): Promise<void> {
  const { agencyId, window, settled, held, totals, opening, closing } = settlement;
  const { settlementId } = about;
  await tx('settlements').insert({
    settlement_id: settlementId,
    agency_id: agencyId,
    terms_id: about.termsId,
    currency: settlement.currency,
    basis: settlement.basis,
    window_from: window.from,
    window_to: window.to,
    due_on: window.dueOn,
    ...Object.fromEntries(TOTAL_NAMES.map((name) => [TOTALS[name], totals[name]])),
    opening_reserves: JSON.stringify(opening.reserves),
    closing_reserves: JSON.stringify(closing.reserves),
    item_count: settled.length,
    held_count: held.length,
    items_as_of_ms: about.itemsAsOfMs,
    created_at_ms: about.createdAtMs,
  });
  const settledRows = settled.map((item, lineNo) => ({
    agency_id: agencyId,
    settlement_id: settlementId,
    line_no: lineNo,
    ...columnsOf(item),
  }));
  const heldRows = held.map(({ item, reason }) => ({
    settlement_id: settlementId,
    ...columnsOf(item),
    state: item.state,
    reason,
  }));
  await tx.batchInsert('settlement_items', settledRows, ROWS_PER_INSERT);
  await tx.batchInsert('settlement_held_items', heldRows, ROWS_PER_INSERT);
}

/** Moves an agency's position behind a window. The caller holds its lock. */
export async function advancePosition(
  tx: Tx,
  settlementId: string,
  { agencyId, window, closing }: Settlement,
  nowMs: number,
): Promise<void> {
  await tx('settlement_positions')
    .where('agency_id', agencyId)
    .update({
      settled_to: window.to,
      last_settlement_id: settlementId,
      carried_minor: closing.carriedMinor,
      reserves: JSON.stringify(closing.reserves),
      version: tx.raw('version + 1'),
      updated_at_ms: nowMs,
    });
}

/** Newest first, before `beforeId`. */
export async function listSettlements(
  db: Db | Tx,
  filter: { agencyId?: string | undefined; beforeId?: string | undefined; limit: number },
): Promise<SettlementRecord[]> {
  const query = withPayout(db).orderBy('s.settlement_id', 'desc').limit(filter.limit);
  if (filter.agencyId !== undefined) query.where('s.agency_id', filter.agencyId);
  if (filter.beforeId !== undefined) query.where('s.settlement_id', '<', filter.beforeId);
  return (await query).map(recordOf);
}

/** Settlements of an agency whose windows end in a range of dates, oldest first. */
export async function settlementsOfDates(
  db: Db,
  agencyId: string,
  { from, to }: { from: BusinessDate; to: BusinessDate },
): Promise<SettlementRecord[]> {
  const rows = await withPayout(db)
    .where('s.agency_id', agencyId)
    .whereBetween('s.window_to', [from, to])
    .orderBy('s.window_to');
  return rows.map(recordOf);
}

export async function findSettlement(db: Db | Tx, settlementId: string): Promise<SettlementRecord | null> {
  const row = await withPayout(db).where('s.settlement_id', settlementId).first();
  return row ? recordOf(row) : null;
}

/** Due by a date, with something to pay, and in no file yet; in the order of agencies and windows. */
export async function findDuePayouts(
  tx: Tx,
  filter: { currency: string; dueBy: BusinessDate; limit: number },
): Promise<{ settlementId: string; agencyId: string; from: string; to: string; payoutMinor: number }[]> {
  const rows = await tx('settlements as s')
    .leftJoin('payout_instructions as i', 'i.active_settlement_id', 's.settlement_id')
    .whereNull('i.instruction_id')
    .where('s.currency', filter.currency)
    .where('s.due_on', '<=', filter.dueBy)
    .where('s.payout_minor', '>', 0)
    .orderBy(['s.agency_id', 's.window_to'])
    .limit(filter.limit)
    .select('s.*');
  return rows.map((row) => ({
    settlementId: String(row.settlement_id),
    agencyId: String(row.agency_id),
    from: String(row.window_from),
    to: String(row.window_to),
    payoutMinor: toInt(row.payout_minor),
  }));
}

/** Everything of a settlement, as it was worked out. */
export async function readSettlement(db: Db, record: SettlementRecord): Promise<Settlement> {
  const settled = await db('settlement_items').where('settlement_id', record.settlementId).orderBy('line_no');
  const held = await heldItems(db, record.settlementId);
  const { agencyId, currency, basis, window, totals, opening, closing } = record;
  return {
    agencyId,
    currency,
    basis,
    window,
    settled: settled.map((row) => ({ ...itemOf(row), state: 'reconciled' as const })),
    held,
    totals,
    opening,
    closing,
  };
}

export async function heldItems(db: Db, settlementId: string): Promise<HeldItem[]> {
  const rows = await db('settlement_held_items')
    .where('settlement_id', settlementId)
    .orderBy(['business_date', 'item_id']);
  return rows.map((row) => ({
    item: { ...itemOf(row), state: row.state as SettlementItem['state'] },
    reason: row.reason as HoldReason,
  }));
}

/** Of an agency's items of some dates, those that are settled. */
export async function settledIds(
  db: Db,
  agencyId: string,
  filter: { businessDate: BusinessDate } | { itemIds: readonly string[] },
): Promise<Set<string>> {
  const query = db('settlement_items').where('agency_id', agencyId).select('item_id');
  if ('businessDate' in filter) query.where('business_date', filter.businessDate);
  else query.whereIn('item_id', [...filter.itemIds]);
  return new Set((await query).map((row) => String(row.item_id)));
}

function withPayout(db: Db | Tx) {
  return db('settlements as s')
    .leftJoin('payout_instructions as i', 'i.active_settlement_id', 's.settlement_id')
    .leftJoin('payout_batches as b', 'b.batch_id', 'i.batch_id')
    .select('s.*', 'i.instruction_id', 'i.batch_id', { payout_status: 'i.status', batch_state: 'b.state' });
}

function columnsOf(item: SettlementItem) {
  return {
    item_id: item.itemId,
    kind: item.kind,
    payment_id: item.paymentId,
    business_date: item.businessDate,
    amount_minor: item.amountMinor,
    fee_minor: item.feeMinor,
    note: item.note,
  };
}

type Row = Record<string, unknown>;

function itemOf(row: Row): Omit<SettlementItem, 'state'> {
  return {
    itemId: String(row.item_id),
    kind: row.kind as ItemKind,
    paymentId: row.payment_id as string | null,
    businessDate: String(row.business_date),
    amountMinor: toInt(row.amount_minor),
    feeMinor: toInt(row.fee_minor),
    note: row.note as string | null,
  };
}

function recordOf(row: Row): SettlementRecord {
  const totals = Object.fromEntries(
    TOTAL_NAMES.map((name) => [name, toInt(row[TOTALS[name]])]),
  ) as unknown as SettlementTotals;
  const reserves = (column: string) => JSON.parse(String(row[column])) as HeldReserve[];
  return {
    settlementId: String(row.settlement_id),
    agencyId: String(row.agency_id),
    termsId: String(row.terms_id),
    currency: String(row.currency),
    basis: row.basis as Settlement['basis'],
    window: { from: String(row.window_from), to: String(row.window_to), dueOn: String(row.due_on) },
    totals,
    opening: { carriedMinor: totals.carriedInMinor, reserves: reserves('opening_reserves') },
    closing: { carriedMinor: totals.carriedOutMinor, reserves: reserves('closing_reserves') },
    itemCount: toInt(row.item_count),
    heldCount: toInt(row.held_count),
    itemsAsOfMs: toInt(row.items_as_of_ms),
    createdAtMs: toInt(row.created_at_ms),
    payout: {
      state: payoutStateOf(row, totals.payoutMinor),
      instructionId: row.instruction_id as string | null,
      batchId: row.batch_id as string | null,
    },
  };
}

function payoutStateOf(row: Row, payoutMinor: number): PayoutState {
  if (payoutMinor === 0) return 'none';
  if (row.instruction_id === null) return 'due';
  const status = row.payout_status as PayoutStatus;
  if (status !== 'pending') return status;
  return row.batch_state === 'sent' ? 'sent' : 'prepared';
}
