import type { Knex } from 'knex';
import { type Db, toInt } from '../infra/db/index.ts';
import { beginningOfIds } from '../kernel/ids.ts';
import type { JournalKind } from '../ledger/index.ts';

/** A movement at a channel or an agency: when the other side did it, and when we booked it. */
export interface BookedMovement {
  connectionId: string;
  movedAtMs: number;
  bookedAtMs: number;
}

interface BookedSpan {
  /** Booked from then on, and before `bookedToMs`. */
  bookedFromMs: number;
  bookedToMs: number;
  /** And moved before this: what is booked as it happens is left out by the database. */
  movedBeforeMs: number;
}

const PAGE = 5_000;

/** Where the place and the time of what a journal booked stand. */
interface Place {
  kind: JournalKind;
  join(query: Knex.QueryBuilder): unknown;
  connection: string;
  movedAt: string;
}

const PLACES: readonly Place[] = [
  { kind: 'debit', join: ofPayment, connection: 'moved.channel_id', movedAt: 'moved.debited_at_ms' },
  { kind: 'posting', join: ofPayment, connection: 'moved.connection_id', movedAt: 'moved.posted_at_ms' },
  {
    kind: 'reversal',
    join: ofReturn('undoing'),
    connection: 'moved.connection_id',
    movedAt: 'moved.at_ms',
  },
  { kind: 'refund', join: ofReturn('refund'), connection: 'moved.connection_id', movedAt: 'moved.at_ms' },
  {
    kind: 'surplusRefund',
    join: (query) => query.join('surplus_refunds as moved', 'moved.refund_id', 'journals.subject_id'),
    connection: 'moved.channel_id',
    movedAt: 'moved.refunded_at_ms',
  },
];

/**
 * Movements by when they were booked, page by page: what has moved has a journal, and journals' ids sort by time, so that this reads
 * no more than was booked in the span.
 */
export async function* bookedMovements(db: Db, span: BookedSpan): AsyncGenerator<BookedMovement[]> {
  for (const place of PLACES) yield* bookedAt(db, place, span);
}

async function* bookedAt(
  db: Db,
  { kind, join, connection, movedAt }: Place,
  { bookedFromMs, bookedToMs, movedBeforeMs }: BookedSpan,
): AsyncGenerator<BookedMovement[]> {
  const endId = beginningOfIds('jrn', bookedToMs);
  for (let afterId = beginningOfIds('jrn', bookedFromMs); ; ) {
    const rows: Record<string, unknown>[] = await db('journals')
      .modify(join)
      .where('journals.journal_id', '>', afterId)
      .andWhere('journals.journal_id', '<', endId)
      .andWhere('journals.kind', kind)
      .andWhere(movedAt, '<', movedBeforeMs)
      .orderBy('journals.journal_id')
      .limit(PAGE)
      .select({
        journalId: 'journals.journal_id',
        bookedAt: 'journals.created_at_ms',
        connection,
        movedAt,
      });
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map((row) => ({
      connectionId: String(row.connection),
      movedAtMs: toInt(row.movedAt),
      bookedAtMs: toInt(row.bookedAt),
    }));
    if (rows.length < PAGE) return;
    afterId = String(last.journalId);
  }
}

function ofPayment(query: Knex.QueryBuilder) {
  return query.join('payments as moved', 'moved.payment_id', 'journals.subject_id');
}

function ofReturn(kind: 'undoing' | 'refund') {
  return (query: Knex.QueryBuilder) =>
    query
      .join('payment_returns as moved', 'moved.payment_id', 'journals.subject_id')
      .where({ 'moved.kind': kind, 'moved.status': 'final' });
}
