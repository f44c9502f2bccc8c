import type { Db } from '../src/infra/db/index.ts';

const PAGE = 1_000;

export async function up(db: Db): Promise<void> {
  await fill(db);
  await db.schema.alterTable('payment_returns', (table) => {
    table.index(['connection_id', 'at_ms', 'reference'], 'payment_returns_of_connection');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payment_returns', (table) => {
    table.dropIndex([], 'payment_returns_of_connection');
  });
}

/** What had gone back before anybody wrote it down. May be run again where it broke off. */
async function fill(db: Db): Promise<void> {
  for (let afterId = ''; ; ) {
    const payments = await db('payments')
      .where('payment_id', '>', afterId)
      .where((given) => given.whereIn('status', GIVEN_BACK).orWhereNotNull('undo_order'))
      .orderBy('payment_id')
      .limit(PAGE);
    const last = payments.at(-1);
    if (!last) return;
    const returns = payments.flatMap((payment) => [...refundOf(payment), ...undoingOf(payment)]);
    if (returns.length > 0) await db('payment_returns').insert(returns).onConflict().ignore();
    afterId = last.payment_id;
  }
}

const GIVEN_BACK = ['refunding', 'refundPending', 'refundUnknown', 'refundBlocked', 'refunded'];

type Columns = Record<string, string | number | null>;

/** As references were made when this was written. */
const referenceOf = (payment: Columns, letters: string, round: unknown) =>
  String(payment.payment_id).replace(/^pay/, `${letters}${Number(round).toString(36)}`);

function refundOf(payment: Columns) {
  if (!GIVEN_BACK.includes(String(payment.status))) return [];
  const status = { refunded: 'final', refundBlocked: 'failed' }[String(payment.status)] ?? 'pending';
  return [
    {
      reference: referenceOf(payment, 'rf', payment.refund_round),
      payment_id: payment.payment_id,
      connection_id: payment.channel_id,
      kind: 'refund',
      status,
      at_ms: payment.refunded_at_ms ?? payment.updated_at_ms,
    },
  ];
}

function undoingOf(payment: Columns) {
  if (payment.undo_order === null) return [];
  const { round } = JSON.parse(String(payment.undo_order));
  // Posted again: the undoing was refused.
  const status = { reversing: 'pending', posted: 'failed' }[String(payment.status)] ?? 'final';
  return [
    {
      reference: referenceOf(payment, 'rv', round),
      payment_id: payment.payment_id,
      connection_id: payment.connection_id,
      kind: 'undoing',
      status,
      at_ms: payment.updated_at_ms,
    },
  ];
}
