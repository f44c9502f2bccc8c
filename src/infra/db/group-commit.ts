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
 * When a batch fails, its items are tried again one by one, so that a bad one takes nobody with it.
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

  private async commitBatch(batch: Waiting<Item, Result>[]): Promise<void> {
    const items = batch.map((entry) => entry.item);
    try {
      const results = await transact(this.db, (tx) => this.commit(tx, items));
      this.afterCommit(items, results);
      for (const [index, entry] of batch.entries()) entry.resolve(results[index] as Result);
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const entry of batch) await this.commitBatch([entry]);
    }
  }
}
