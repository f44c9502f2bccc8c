import type { Db } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import type { BillBook, BillRevision, ImportSummary } from './bill-files.types.ts';
import { insertBills } from './bills.repo.ts';
import { stillLoading } from './books.repo.ts';
import type { BillPart } from './filed-rows.ts';
import type { LineProblem } from './lines.rules.ts';
import { MAX_PROBLEMS } from './piece.ts';

const SIGN_OF_LIFE_EVERY_MS = 10_000;

export const NOTHING_CHANGED: ImportSummary = {
  lineCount: 0,
  billCount: 0,
  badLineCount: 0,
  repeatedCount: 0,
  amountMinor: 0,
  addedCount: 0,
  changedCount: 0,
  unchangedCount: 0,
  statedPaidCount: 0,
  withdrawnCount: 0,
  keptPaidCount: 0,
};

/** Takes the parts of a file as they are read, and loads one while the next is read. */
export class BillLoader {
  readonly problems: LineProblem[] = [];
  /** Whether the file was read to its end. */
  isWhole = true;
  billCount = 0;
  private badLineCount = 0;
  private loading: Promise<void> = Promise.resolve();
  private lastSignMs: number;
  private readonly deps: { db: Db; clock: Clock };
  private readonly revision: BillRevision;
  private readonly refusesBadLines: boolean;

  constructor(deps: { db: Db; clock: Clock }, book: BillBook, revision: BillRevision) {
    this.deps = deps;
    this.revision = revision;
    this.refusesBadLines = book.setup.onBadLines === 'refuseWhole';
    this.lastSignMs = revision.beganAtMs;
  }

  /** Begins to load a part, once what was handed over before is durable. */
  async take({ bills, badLineCount, problems, unreadable }: BillPart): Promise<void> {
    this.billCount += bills.count;
    this.badLineCount += badLineCount;
    this.problems.push(...problems.slice(0, MAX_PROBLEMS - this.problems.length));
    if (unreadable) {
      this.isWhole = false;
      // It is listed however many there are: nothing else says why the file is refused.
      this.problems.push(unreadable);
    }
    await this.loading;
    // A file that will be refused is read to its end for the list of what is wrong with it, and for nothing else.
    if (this.refusesBadLines && this.badLineCount > 0) return;
    this.loading = this.load(bills);
    // It is awaited later; until then nobody listens, and that must not end the process.
    this.loading.catch(() => {});
  }

  /** Resolves when all is durable. */
  async flush(): Promise<void> {
    await this.loading;
  }

  /** Resolves when nothing is under way any more: what is removed then stays removed. */
  async settle(): Promise<void> {
    await this.loading.catch(() => {});
  }

  /** `billCount` is of good lines, until it is known how many of them repeat a bill. */
  summary(): ImportSummary {
    const lineCount = this.billCount + this.badLineCount;
    return { ...NOTHING_CHANGED, lineCount, billCount: this.billCount, badLineCount: this.badLineCount };
  }

  private async load(bills: BillPart['bills']): Promise<void> {
    const nowMs = this.deps.clock.nowMs();
    if (nowMs - this.lastSignMs >= SIGN_OF_LIFE_EVERY_MS) {
      this.lastSignMs = nowMs;
      if (!(await stillLoading(this.deps.db, this.revision.revisionId, nowMs))) {
        throw new DomainError('conflict', 'bill_import_running');
      }
    }
    await insertBills(this.deps.db, bills);
  }
}
