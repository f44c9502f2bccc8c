import type { Knex } from 'knex';
import { byIndex, type Db, type RowOf, streamRows, toInt, toIntOrNull } from '../infra/db/index.ts';
import { beginningOfIds } from '../kernel/ids.ts';
import type { PaymentStatus } from './billing.types.ts';
import { debitAmountOf, sharesOf } from './fees.rules.ts';
import type { PaymentReturn } from './returns.repo.ts';

/** What our books say of one movement at a channel or an agency. Holds no personal data. */
export interface Movement {
  /** `debit`, `refund`: at the channel; `posting`, `undoing`: at the agency. */
  kind: 'debit' | 'posting' | PaymentReturn['kind'];
  paymentId: string;
  agencyId: string;
  /** Ours, under which it was asked for. */
  reference: string;
  /** The other side's own number. */
  theirReference: string | null;
  /** Positive: collected. Negative: given back. A debit is what the channel took, a posting what the agency was told. */
  amountMinor: number;
  currency: string;
  /** How much of it the agency is owed, with the sign of the amount; 0 at a channel. */
  agencyMinor: number;
  /** `failed`: nothing has moved, and nothing will. */
  status: PaymentReturn['status'];
  /** When the other side did it, as it says; before that, when it was asked to. */
  atMs: number;
}

/** From `fromMs` on, and before `toMs`. */
export interface MovementSpan {
  connectionId: string;
  fromMs: number;
  toMs: number;
}

/** A payment is debited within its order's time, and is posted after: older ids can't have moved in the span. */
const LONGEST_ORDER_MS = 2 * 86_400_000;

/** What the index `payments_debited` has of a payment, and `payments_posted`: more would have each of them looked up. */
const DEBITED = [
  'payment_id',
  'agency_id',
  'currency',
  'debited_minor',
  'debited_at_ms',
  'channel_reference',
];
const POSTED = [
  ...['payment_id', 'agency_id', 'currency', 'amount_minor', 'agency_minor', 'posted_at_ms'],
  'agency_reference',
];
const PRICE = ['amount_minor', 'fees'];

/** What a channel debited and gave back in a span, what it was asked to, and what came of nothing. In one order, some hundreds at a time. */
export async function* channelMovements(db: Db, span: MovementSpan): AsyncGenerator<Movement[]> {
  const ofChannel = () =>
    db
      .from(byIndex(db, 'payments', 'payments_debited'))
      .where('channel_id', span.connectionId)
      .select(DEBITED);
  for await (const rows of inTime(db, ofChannel(), 'debited_at_ms', span)) yield rows.map(toDebit);
  const neverDebited = ofChannel().select(PRICE).select('status', 'created_at_ms').whereNull('debited_at_ms');
  for await (const rows of inOrder(db, neverDebited, span)) yield rows.map(toDebit);
  yield* returns(db, span);
}

/** What an agency's connection posted and undid in a span, what it was asked to, and what it refused. In one order, some hundreds at a time. */
export async function* agencyMovements(db: Db, span: MovementSpan): AsyncGenerator<Movement[]> {
  const { connectionId, fromMs, toMs } = span;
  const ofConnection = () =>
    db
      .from(byIndex(db, 'payments', 'payments_posted'))
      .where('connection_id', connectionId)
      .select(POSTED);
  for await (const rows of inTime(db, ofConnection(), 'posted_at_ms', span))
    yield (await withFees(db, rows)).map(toPosting);
  const neverPosted = ofConnection()
    .select('fees', 'status', 'debited_at_ms')
    .whereNull('posted_at_ms')
    .andWhere('debited_at_ms', '>=', fromMs)
    .andWhere('debited_at_ms', '<', toMs);
  const asked = { fromMs: Math.max(0, fromMs - LONGEST_ORDER_MS), toMs };
  for await (const rows of inOrder(db, neverPosted, asked)) yield rows.map(toPosting);
  yield* returns(db, span);
}

/** Payments from before their shares were written beside them say what they come to by their fees. */
async function withFees(db: Db, rows: Columns[]): Promise<Columns[]> {
  const ids = rows.flatMap((row) => (row.agency_minor === null ? [String(row.payment_id)] : []));
  if (ids.length === 0) return rows;
  const looked = await db('payments')
    .whereIn('payment_id', ids)
    .whereNotNull('fees')
    .select('payment_id', 'fees');
  const fees = new Map(looked.map((row) => [row.payment_id, row.fees]));
  return rows.map((row) => ({ ...row, fees: fees.get(row.payment_id) ?? null }));
}

/** When the first movement over a connection was: a debit at a channel, a posting at an agency. Null: there was none yet. */
export async function firstMovementAtMs(
  db: Db,
  role: 'channel' | 'agency',
  connectionId: string,
): Promise<number | null> {
  const [place, time] =
    role === 'channel' ? ['channel_id', 'debited_at_ms'] : ['connection_id', 'posted_at_ms'];
  const row = await db('payments').where(place, connectionId).min({ first: time }).first();
  return toIntOrNull(row?.first);
}

/** Where and when money of a payment has moved: at its channel, at its agency, and back. */
export async function placesOfPayment(
  db: Db,
  paymentId: string,
): Promise<{ connectionId: string; atMs: number }[]> {
  const payment = await db('payments')
    .where({ payment_id: paymentId })
    .first('channel_id', 'connection_id', 'debited_at_ms', 'posted_at_ms');
  if (!payment) return [];
  const returned = await db('payment_returns')
    .where({ payment_id: paymentId })
    .orderBy('at_ms')
    .select('connection_id', 'at_ms');
  return [
    { connectionId: String(payment.channel_id), atMs: toIntOrNull(payment.debited_at_ms) },
    { connectionId: String(payment.connection_id), atMs: toIntOrNull(payment.posted_at_ms) },
    ...returned.map((row) => ({ connectionId: String(row.connection_id), atMs: toInt(row.at_ms) })),
  ].flatMap(({ connectionId, atMs }) => (atMs === null ? [] : [{ connectionId, atMs }]));
}

type Columns = RowOf<string>;

/** All by a time and the id. */
function inTime(db: Db, query: Knex.QueryBuilder, column: string, { fromMs, toMs }: MovementSpan) {
  return streamRows(
    db,
    query.andWhere(column, '>=', fromMs).andWhere(column, '<', toMs).orderBy([column, 'payment_id']),
  );
}

/** All by their ids: those of a span of time. */
function inOrder(db: Db, query: Knex.QueryBuilder, { fromMs, toMs }: Pick<MovementSpan, 'fromMs' | 'toMs'>) {
  const ids = { from: beginningOfIds('pay', fromMs), to: beginningOfIds('pay', toMs) };
  return streamRows(
    db,
    query.andWhere('payment_id', '>', ids.from).andWhere('payment_id', '<', ids.to).orderBy('payment_id'),
  );
}

async function* returns(db: Db, { connectionId, fromMs, toMs }: MovementSpan): AsyncGenerator<Movement[]> {
  const query = db('payment_returns as returned')
    .join('payments', 'payments.payment_id', 'returned.payment_id')
    .where('returned.connection_id', connectionId)
    .andWhere('returned.at_ms', '>=', fromMs)
    .andWhere('returned.at_ms', '<', toMs)
    .orderBy(['returned.at_ms', 'returned.reference'])
    .select(
      'returned.reference',
      'returned.kind',
      'returned.status as return_status',
      'returned.at_ms',
      ...['payment_id', 'agency_id', 'currency', ...PRICE].map((column) => `payments.${column}`),
      'payments.debited_minor',
    );
  for await (const rows of streamRows(db, query)) yield rows.map(toReturn);
}

/** Written out, here and below: a spread takes twice the time and memory, and a day has millions. */
function toDebit(row: Columns): Movement {
  const status = row.status as PaymentStatus;
  const isDone = row.debited_at_ms !== null;
  const isOver = status === 'debitFailed' || status === 'expired';
  return {
    kind: 'debit',
    paymentId: String(row.payment_id),
    agencyId: String(row.agency_id),
    currency: String(row.currency),
    reference: String(row.payment_id),
    theirReference: row.channel_reference ?? null,
    amountMinor: toIntOrNull(row.debited_minor) ?? debitAmountOf(priceOf(row)).amountMinor,
    agencyMinor: 0,
    status: isDone ? 'final' : isOver ? 'failed' : 'pending',
    atMs: toInt(isDone ? row.debited_at_ms : row.created_at_ms),
  };
}

function toPosting(row: Columns): Movement {
  const isDone = row.posted_at_ms !== null;
  // Without a posting, what is given back was refused, or never asked for.
  const isOver = String(row.status).startsWith('refund');
  return {
    kind: 'posting',
    paymentId: String(row.payment_id),
    agencyId: String(row.agency_id),
    currency: String(row.currency),
    reference: String(row.payment_id),
    theirReference: row.agency_reference ?? null,
    amountMinor: toInt(row.amount_minor),
    agencyMinor: toIntOrNull(row.agency_minor) ?? sharesOf(priceOf(row)).agencyMinor,
    status: isDone ? 'final' : isOver ? 'failed' : 'pending',
    atMs: toInt(isDone ? row.posted_at_ms : row.debited_at_ms),
  };
}

function toReturn(row: Columns): Movement {
  const kind = row.kind as PaymentReturn['kind'];
  const price = priceOf(row);
  const debitedMinor = toIntOrNull(row.debited_minor) ?? debitAmountOf(price).amountMinor;
  const isRefund = kind === 'refund';
  return {
    kind,
    paymentId: String(row.payment_id),
    agencyId: String(row.agency_id),
    currency: String(row.currency),
    reference: String(row.reference),
    theirReference: null,
    amountMinor: 0 - (isRefund ? debitedMinor : price.amount.amountMinor),
    agencyMinor: isRefund ? 0 : 0 - sharesOf(price).agencyMinor,
    status: row.return_status as PaymentReturn['status'],
    atMs: toInt(row.at_ms),
  };
}

const NO_FEES: readonly never[] = [];
const priceOf = (row: Columns) => ({
  amount: { amountMinor: toInt(row.amount_minor), currency: String(row.currency) },
  fees: row.fees ? JSON.parse(row.fees) : NO_FEES,
});
