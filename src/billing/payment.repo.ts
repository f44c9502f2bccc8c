import type { ChargeKind } from '../contract/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import { type Db, type Tx, toInt, toIntOrNull } from '../infra/db/index.ts';
import { money } from '../kernel/money.ts';
import type { Payment, PaymentStatus, PaymentStep } from './billing.types.ts';
import { sharesOf } from './fees.rules.ts';

const SEALED_DETAILS = 'payments.sealed_details';
const SEALED_FULFILMENT = 'payments.sealed_fulfilment';

/** Columns that change after a payment is made, and how their values travel in a bulk update. */
export const CHANGING_COLUMNS = {
  status: 'text',
  version: 'bigint',
  debited_minor: 'bigint',
  confirm_url: 'text',
  debited_at_ms: 'bigint',
  channel_reference: 'text',
  posted_at_ms: 'bigint',
  agency_reference: 'text',
  sealed_fulfilment: 'text',
  undo_order: 'text',
  refunded_at_ms: 'bigint',
  refund_round: 'bigint',
  promised_by_ms: 'bigint',
  reason: 'text',
  updated_at_ms: 'bigint',
} as const;

/** The changing columns of a payment, as they are stored. */
export function changingColumnsOf(
  payment: Payment,
  vault: Vault,
): Record<keyof typeof CHANGING_COLUMNS, unknown> {
  return {
    status: payment.status,
    version: payment.version,
    debited_minor: payment.debitedMinor,
    confirm_url: payment.confirmUrl,
    debited_at_ms: payment.debitedAtMs,
    channel_reference: payment.channelReference,
    posted_at_ms: payment.postedAtMs,
    agency_reference: payment.agencyReference,
    // A token is as good as money to whoever reads it.
    sealed_fulfilment:
      payment.fulfilment && vault.seal(JSON.stringify(payment.fulfilment), SEALED_FULFILMENT),
    undo_order: payment.undo && JSON.stringify(payment.undo),
    refunded_at_ms: payment.refundedAtMs,
    refund_round: payment.refundRound,
    promised_by_ms: payment.promisedByMs,
    reason: payment.reason ? JSON.stringify(payment.reason) : null,
    updated_at_ms: payment.updatedAtMs,
  };
}

export async function insertPayments(tx: Tx, vault: Vault, payments: readonly Payment[]): Promise<void> {
  await tx('payments').insert(
    payments.map((payment) => ({
      payment_id: payment.paymentId,
      resident_id: payment.residentId,
      command_key: payment.commandKey,
      agency_id: payment.agencyId,
      manifest_version: payment.manifestVersion,
      connection_id: payment.connectionId,
      agency_code: payment.agencyCode,
      account_key: payment.accountKey,
      channel_id: payment.channelId,
      currency: payment.amount.currency,
      amount_minor: payment.amount.amountMinor,
      fees: payment.fees.length > 0 ? JSON.stringify(payment.fees) : null,
      agency_minor: sharesOf(payment).agencyMinor,
      sealed_details: vault.seal(
        JSON.stringify({
          inputs: payment.inputs,
          holder: payment.holder,
          queryReference: payment.queryReference,
          creditMinor: payment.credit?.amountMinor,
          planId: payment.planId,
          planName: payment.planName,
          payer: payment.payer,
        }),
        SEALED_DETAILS,
      ),
      masked_account: payment.maskedAccount,
      bills: JSON.stringify(
        payment.bills.map((bill) => ({
          billId: bill.billId,
          period: bill.period,
          minor: bill.amount.amountMinor,
          charges: bill.charges?.map(({ kind, amount }) => ({ kind, minor: amount.amountMinor })),
        })),
      ),
      created_at_ms: payment.createdAtMs,
      expires_at_ms: payment.expiresAtMs,
      ...changingColumnsOf(payment, vault),
    })),
  );
}

/** Adds one step of history for each payment: where it stands now. */
export async function insertSteps(tx: Tx, payments: readonly Payment[]): Promise<void> {
  if (payments.length === 0) return;
  await tx('payment_steps').insert(
    payments.map((payment) => ({
      payment_id: payment.paymentId,
      version: payment.version,
      status: payment.status,
      at_ms: payment.updatedAtMs,
      reason: payment.reason ? JSON.stringify(payment.reason) : null,
    })),
  );
}

export async function loadPayments(
  db: Db | Tx,
  vault: Vault,
  paymentIds: readonly string[],
): Promise<Payment[]> {
  if (paymentIds.length === 0) return [];
  const rows = await db('payments').whereIn('payment_id', [...paymentIds]);
  return rows.map((row) => toPayment(row, vault));
}

/** Whose bills payments pay, of those that there are: the agency's id by the payment's. */
export async function agenciesOfPayments(
  db: Db | Tx,
  paymentIds: readonly string[],
): Promise<Map<string, string>> {
  if (paymentIds.length === 0) return new Map();
  const rows = await db('payments')
    .whereIn('payment_id', [...paymentIds])
    .select('payment_id', 'agency_id');
  return new Map(rows.map((row) => [row.payment_id, row.agency_id]));
}

/** The payment that a command made; null when it made none. */
export async function findByCommand(db: Db, vault: Vault, commandKey: string): Promise<Payment | null> {
  const row = await db('payments').where('command_key', commandKey).first();
  return row ? toPayment(row, vault) : null;
}

/** Payments to an account since a moment, but for those that moved nothing or were given back. */
export async function paidToAccount(
  db: Db,
  accountKey: string,
  sinceMs: number,
): Promise<{ createdAtMs: number; amountMinor: number }[]> {
  const rows = await db('payments')
    .select('created_at_ms', 'amount_minor')
    .where('account_key', accountKey)
    .andWhere('created_at_ms', '>=', sinceMs)
    .whereNotIn('status', ['debitFailed', 'expired', 'refunded'] satisfies PaymentStatus[]);
  return rows.map((row) => ({ createdAtMs: toInt(row.created_at_ms), amountMinor: toInt(row.amount_minor) }));
}

/** Locks payments and tells their present versions; sorted, so that two batches lock in one order. */
export async function lockVersions(tx: Tx, paymentIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx('payments')
    .select('payment_id', 'version')
    .whereIn('payment_id', [...paymentIds].sort())
    .orderBy('payment_id')
    .forUpdate();
  return new Map(rows.map((row) => [row.payment_id, toInt(row.version)]));
}

/** Present versions, for whoever watches payments. */
export async function readVersions(db: Db, paymentIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await db('payments')
    .select('payment_id', 'version')
    .whereIn('payment_id', [...paymentIds]);
  return new Map(rows.map((row) => [row.payment_id, toInt(row.version)]));
}

/** A resident's payments, newest first, before a given one. */
export async function listPayments(
  db: Db,
  vault: Vault,
  residentId: string,
  page: { limit: number; beforeId: string | null },
): Promise<Payment[]> {
  const query = db('payments')
    .where('resident_id', residentId)
    .orderBy('payment_id', 'desc')
    .limit(page.limit);
  if (page.beforeId) query.andWhere('payment_id', '<', page.beforeId);
  return (await query).map((row) => toPayment(row, vault));
}

export async function listSteps(db: Db, paymentIds: readonly string[]): Promise<Map<string, PaymentStep[]>> {
  const rows = await db('payment_steps')
    .whereIn('payment_id', [...paymentIds])
    .orderBy(['payment_id', 'version']);
  const steps = new Map<string, PaymentStep[]>();
  for (const row of rows) {
    const list = steps.get(row.payment_id) ?? [];
    list.push({
      status: row.status as PaymentStatus,
      atMs: toInt(row.at_ms),
      reason: row.reason ? JSON.parse(row.reason) : null,
    });
    steps.set(row.payment_id, list);
  }
  return steps;
}

interface StoredBill {
  billId: string;
  period: string;
  minor: number;
  charges?: { kind: ChargeKind; minor: number }[];
}

/** A row as the drivers give it: a BIGINT is text. */
interface PaymentRow {
  payment_id: string;
  resident_id: string;
  command_key: string | null;
  agency_id: string;
  manifest_version: number;
  connection_id: string;
  agency_code: string | null;
  account_key: string | null;
  channel_id: string;
  status: PaymentStatus;
  version: number;
  currency: string;
  amount_minor: string;
  fees: string | null;
  debited_minor: string | null;
  sealed_details: string;
  masked_account: string;
  bills: string;
  confirm_url: string | null;
  created_at_ms: string;
  expires_at_ms: string;
  debited_at_ms: string | null;
  channel_reference: string | null;
  posted_at_ms: string | null;
  agency_reference: string | null;
  sealed_fulfilment: string | null;
  undo_order: string | null;
  refunded_at_ms: string | null;
  refund_round: number;
  promised_by_ms: string | null;
  reason: string | null;
  updated_at_ms: string;
}

function toPayment(row: PaymentRow, vault: Vault): Payment {
  const details = JSON.parse(vault.open(row.sealed_details, SEALED_DETAILS));
  const inCurrency = (minor: number) => money(minor, row.currency);
  return {
    paymentId: row.payment_id,
    residentId: row.resident_id,
    commandKey: row.command_key,
    agencyId: row.agency_id,
    manifestVersion: toInt(row.manifest_version),
    connectionId: row.connection_id,
    agencyCode: row.agency_code,
    accountKey: row.account_key,
    channelId: row.channel_id,
    status: row.status,
    version: toInt(row.version),
    amount: inCurrency(toInt(row.amount_minor)),
    fees: row.fees ? JSON.parse(row.fees) : [],
    debitedMinor: toIntOrNull(row.debited_minor),
    inputs: details.inputs,
    holder: details.holder,
    queryReference: details.queryReference ?? null,
    credit: details.creditMinor ? inCurrency(details.creditMinor) : null,
    planId: details.planId ?? null,
    planName: details.planName ?? null,
    payer: details.payer ?? null,
    maskedAccount: row.masked_account,
    bills: JSON.parse(row.bills).map(({ billId, period, minor, charges }: StoredBill) => ({
      billId,
      period,
      amount: inCurrency(minor),
      ...(charges && {
        charges: charges.map((charge) => ({ kind: charge.kind, amount: inCurrency(charge.minor) })),
      }),
    })),
    confirmUrl: row.confirm_url,
    createdAtMs: toInt(row.created_at_ms),
    expiresAtMs: toInt(row.expires_at_ms),
    debitedAtMs: toIntOrNull(row.debited_at_ms),
    channelReference: row.channel_reference,
    postedAtMs: toIntOrNull(row.posted_at_ms),
    agencyReference: row.agency_reference,
    fulfilment: row.sealed_fulfilment
      ? JSON.parse(vault.open(row.sealed_fulfilment, SEALED_FULFILMENT))
      : null,
    undo: row.undo_order ? JSON.parse(row.undo_order) : null,
    refundedAtMs: toIntOrNull(row.refunded_at_ms),
    refundRound: toInt(row.refund_round),
    promisedByMs: toIntOrNull(row.promised_by_ms),
    reason: row.reason ? JSON.parse(row.reason) : null,
    updatedAtMs: toInt(row.updated_at_ms),
  };
}
