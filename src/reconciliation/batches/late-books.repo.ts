import { type Db, toInt, transact } from '../../infra/db/index.ts';
import type { BatchKey } from './batches.types.ts';
import { type Fence, holdFence } from './fence.ts';

const TABLE = 'reconciliation_batches';
const WATCHED = 'watched_books';
const BOOK = 'journals';

/** Up to when our books have been looked through; from `beginMs` on where they never were. */
export async function watchedUntilMs(db: Db, beginMs: number): Promise<number> {
  await db(WATCHED).insert({ book: BOOK, until_ms: beginMs }).onConflict('book').ignore();
  const row = await db(WATCHED).where({ book: BOOK }).first('until_ms');
  return toInt(row?.until_ms ?? beginMs);
}

/** The books have been looked through. Of many that do so at once the furthest counts. */
export async function setWatchedUntil(db: Db, untilMs: number): Promise<void> {
  await db(WATCHED).where({ book: BOOK }).andWhere('until_ms', '<', untilMs).update({ until_ms: untilMs });
}

/**
 * Puts down when the reading of our books for a batch began, and, where the date was not over, that another is due at its end.
 * Throws DomainError `batch_taken_over`.
 */
export async function setBooksRead(
  db: Db,
  fence: Fence,
  { readAtMs, dateEndsAtMs }: { readAtMs: number; dateEndsAtMs: number },
): Promise<void> {
  await transact(db, async (tx) => {
    await holdFence(tx, fence);
    await tx(TABLE)
      .where(whereKey(fence))
      .update({
        books_read_at_ms: readAtMs,
        ...(readAtMs < dateEndsAtMs && { books_complete_at_ms: dateEndsAtMs }),
      });
  });
}

/** A reading of our books has all that is known of a batch's date only from then on. */
export async function setBooksComplete(db: Db, key: BatchKey, completeAtMs: number): Promise<void> {
  await db(TABLE)
    .where(whereKey(key))
    .andWhere((earlier) =>
      earlier.whereNull('books_complete_at_ms').orWhere('books_complete_at_ms', '<', completeAtMs),
    )
    .update({ books_complete_at_ms: completeAtMs });
}

/** Batches whose books were read before they were complete, as far as they are now. */
export async function batchesReadTooEarly(
  db: Db,
  nowMs: number,
): Promise<(BatchKey & { readAtMs: number })[]> {
  const rows: Record<string, unknown>[] = await db(TABLE)
    .where('books_complete_at_ms', '<=', nowMs)
    .andWhereRaw('books_read_at_ms < books_complete_at_ms')
    .orderBy(['business_date', 'source_id'])
    .select('source_id', 'business_date', 'books_read_at_ms');
  return rows.map((row) => ({
    sourceId: String(row.source_id),
    businessDate: String(row.business_date),
    readAtMs: toInt(row.books_read_at_ms),
  }));
}

const whereKey = ({ sourceId, businessDate }: BatchKey) => ({
  source_id: sourceId,
  business_date: businessDate,
});
