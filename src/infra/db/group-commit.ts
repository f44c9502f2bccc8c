import { DomainError } from '../../kernel/errors.ts';
import { type Db, type Tx, transact } from './db.ts';

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Commits together what has queued, and never waits for more: a commit costs one disk flush whether it carries
 * one item or two hundred. While one batch commits, the next gathers; under no load every item goes at once.
 *
 * When a batch is refused, its halves are tried again, and theirs, so that a bad item takes nobody with it. When
 * the connection is lost while committing, nobody knows whether it happened: all its items are told so, and none
 * is tried again.
 */
export class GroupCommit<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private running = 0;
  private readonly db: Db;
  private readonly commit: (tx: Tx, items: readonly Item[]) => Promise<readonly Result[]>;
  private readonly afterCommit: (items: readonly Item[], results: readonly Result[]) => void;
  private readonly maxBatch: number;
  private readonly lanes: number;

  /**
   * @param commit writes all items in one transaction and returns one result for each, in order
   * @param afterCommit told of each batch once it is durable; must not throw
   */
  constructor(
    db: Db,
    commit: (tx: Tx, items: readonly Item[]) => Promise<readonly Result[]>,
    options: {
      afterCommit?: (items: readonly Item[], results: readonly Result[]) => void;
      maxBatch?: number;
      /** Batches under way at once. */
      lanes?: number;
    } = {},
  ) {
    this.db = db;
    this.commit = commit;
    this.afterCommit = options.afterCommit ?? (() => {});
    this.maxBatch = options.maxBatch ?? 200;
    this.lanes = options.lanes ?? 1;
  }

  /** Resolves when the item is durable. */
  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      // A microtask later, so that items submitted in one tick share a batch.
      queueMicrotask(() => void this.drain());
    });
  }

  private async drain(): Promise<void> {
    if (this.running >= this.lanes || this.waiting.length === 0) return;
    this.running++;
    try {
      while (this.waiting.length > 0) await this.commitBatch(this.waiting.splice(0, this.maxBatch));
    } finally {
      this.running--;
    }
  }

  private async commitBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const items = batch.map((entry) => entry.item);
    let committing = false;
    try {
      const results = await transact(this.db, async (tx) => {
        committing = false;
        const made = await this.commit(tx, items);
        if (made.length !== items.length) throw new RangeError('commit must return one result for each item');
        committing = true;
        return made;
      });
      this.settle(batch, results);
    } catch (error) {
      if (batch.length === 1 || committing || isOutOfReach(error)) {
        for (const entry of batch) entry.reject(error);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await this.commitBatch(batch.slice(0, half));
      await this.commitBatch(batch.slice(half));
    }
  }

  private settle(batch: readonly Waiting<Item, Result>[], results: readonly Result[]): void {
    try {
      this.afterCommit(
        batch.map((entry) => entry.item),
        results,
      );
    } catch (bug) {
      // What is committed stays committed: the bug comes out on its own, not as these items' failure.
      queueMicrotask(() => {
        throw bug;
      });
    }
    for (const [index, entry] of batch.entries()) entry.resolve(results[index] as Result);
  }
}

/** The database, not an item, is at fault: splitting the batch would only ask it more often. */
function isOutOfReach(error: unknown): boolean {
  return error instanceof DomainError && error.kind === 'unavailable';
}
