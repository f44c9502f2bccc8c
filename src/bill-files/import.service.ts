import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type AgencyEvent, recordAgencyEvents } from '../agencies/index.ts';
import type { Logger } from '../contract/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import { type BulkRow, type Db, type Tx, transact } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import { newId, randomShardHint } from '../kernel/ids.ts';
import type { BillBook, BillRevision, ImportSummary } from './bill-files.types.ts';
import * as bills from './bills.repo.ts';
import * as books from './books.repo.ts';
import type { FiledBill, LineProblem } from './lines.rules.ts';
import { readBillTable, type TableSink } from './table.ts';

/** Rows that go to the database at once: enough for its fastest way in, and a few megabytes. */
const ROWS_PER_LOAD = 10_000;
/** Problems that are kept and listed; all are counted. */
const MAX_PROBLEMS = 10_000;
const SIGN_OF_LIFE_EVERY_MS = 10_000;
/** An import that has given no sign of life for so long belongs to a process that died. */
const DEAD_AFTER_MS = 120_000;

export interface BillFilesDeps {
  db: Db;
  vault: Vault;
  clock: Clock;
  log: Logger;
}

export interface ImportRequest {
  agencyId: string;
  path: string;
  fileName: string;
  importedBy: string | null;
  /** Take the file in although it was taken in before. */
  isAgain?: boolean;
}

export interface ImportResult {
  kind: 'imported' | 'alreadyImported' | 'refused';
  revision: BillRevision;
  /** Of the amounts in it. */
  currency: string;
}

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

/**
 * Reads a file of bills into the books of an agency, as it is set up. The bills are loaded beside those that hold and change nothing
 * until all are there and durable; then one small transaction makes them the ones that hold. Whatever breaks before leaves
 * the books as they were. Throws DomainError `bill_book_not_found`, `bill_import_running`.
 */
export async function importBillFile(deps: BillFilesDeps, request: ImportRequest): Promise<ImportResult> {
  const fileSha256 = await sha256Of(request.path);
  const begun = await begin(deps, request, fileSha256);
  const { book, revision } = begun;
  const { currency } = book;
  if (begun.kind === 'alreadyImported') return { kind: 'alreadyImported', revision, currency };
  await tidy(deps, book, begun.dead);
  const loader = new BillLoader(deps, book, revision);
  try {
    await readBillTable(request.path, book, loader);
    await loader.flush();
  } catch (error) {
    // What the machine did to us; the file may be fine, and is tried again by hand.
    await giveUp(deps, revision, loader.summary(), loader.problems);
    throw error;
  }
  const problems = [...loader.problems];
  if (loader.billCount === 0 && problems.length === 0)
    problems.push({ line: 0, field: '', code: 'no_bills' });
  const isRefused =
    loader.billCount === 0 ||
    problems.some(({ line, code }) => line === 0 || code === 'file_unreadable') ||
    (problems.length > 0 && book.setup.onBadLines === 'refuseWhole');
  if (isRefused) {
    const refused = await giveUp(deps, revision, loader.summary(), problems);
    return { kind: 'refused', revision: refused, currency };
  }
  const live = await publish(deps, revision, loader.summary(), problems);
  const now = await books.findBook(deps.db, request.agencyId);
  if (now) await removeSuperseded(deps, now);
  return { kind: 'imported', revision: live, currency };
}

type Begun =
  | { kind: 'begun'; book: BillBook; revision: BillRevision; dead: readonly BillRevision[] }
  | { kind: 'alreadyImported'; book: BillBook; revision: BillRevision };

async function begin(deps: BillFilesDeps, request: ImportRequest, fileSha256: string): Promise<Begun> {
  const { agencyId, fileName, importedBy, isAgain } = request;
  const nowMs = deps.clock.nowMs();
  return transact(deps.db, async (tx): Promise<Begun> => {
    const book = await books.findBook(tx, agencyId, true);
    if (!book) throw new DomainError('notFound', 'bill_book_not_found');
    const known = isAgain ? null : await books.findLiveOfFile(tx, agencyId, fileSha256);
    if (known) return { kind: 'alreadyImported', book, revision: known };
    const loading = await books.findLoading(tx, agencyId);
    if (loading.some(({ aliveAtMs }) => aliveAtMs > nowMs - DEAD_AFTER_MS)) {
      throw new DomainError('conflict', 'bill_import_running', { retryAfterSeconds: 60 });
    }
    const revision: BillRevision = {
      revisionId: newId('brv', nowMs, randomShardHint()),
      agencyId,
      revision: (await books.lastRevision(tx, agencyId)) + 1,
      status: 'loading',
      mode: book.setup.mode,
      fileName: [...fileName].slice(0, 200).join(''),
      fileSha256,
      importedBy,
      beganAtMs: nowMs,
      endedAtMs: null,
      summary: NOTHING_CHANGED,
      problems: [],
    };
    await books.insertRevision(tx, revision);
    return { kind: 'begun', book, revision, dead: loading.map((each) => each.revision) };
  });
}

/** What earlier imports left behind must be gone before this one is compared with what holds. */
async function tidy(deps: BillFilesDeps, book: BillBook, dead: readonly BillRevision[]): Promise<void> {
  for (const revision of dead) await giveUp(deps, revision, NOTHING_CHANGED, []);
  if (book.tidiedRevision < book.liveRevision) await removeSuperseded(deps, book);
}

async function removeSuperseded({ db, log }: BillFilesDeps, book: BillBook): Promise<void> {
  if (book.tidiedRevision >= book.liveRevision) return;
  // The first bills of an agency take nobody's place.
  if (book.tidiedRevision > 0) await bills.removeSuperseded(db, book);
  await books.setRevisions(db, book.agencyId, { tidied_revision: book.liveRevision });
  log.debug('bills that others took the place of are gone', { agencyId: book.agencyId });
}

async function giveUp(
  { db, clock }: BillFilesDeps,
  revision: BillRevision,
  summary: ImportSummary,
  problems: readonly LineProblem[],
): Promise<BillRevision> {
  await bills.removeRevision(db, revision.agencyId, revision.revision);
  const refused = { ...revision, status: 'refused' as const, endedAtMs: clock.nowMs(), summary, problems };
  await books.endRevision(db, refused);
  return refused;
}

async function publish(
  { db, clock }: BillFilesDeps,
  revision: BillRevision,
  counted: ImportSummary,
  problems: readonly LineProblem[],
): Promise<BillRevision> {
  return transact(db, async (tx: Tx) => {
    const book = await books.findBook(tx, revision.agencyId, true);
    if (!book) throw new DomainError('notFound', 'bill_book_not_found');
    const isFull = revision.mode === 'full';
    const difference = await bills.differenceOf(tx, book, revision.revision, isFull);
    const repeatedCount = counted.billCount - difference.billCount;
    const summary = { ...counted, ...difference, repeatedCount };
    const live = { ...revision, status: 'live' as const, endedAtMs: clock.nowMs(), summary, problems };
    if (!(await books.endRevision(tx, live))) throw new DomainError('conflict', 'bill_import_running');
    const { revision: number } = revision;
    await books.setRevisions(tx, revision.agencyId, {
      live_revision: number,
      ...(isFull && { base_revision: number }),
    });
    await recordAgencyEvents(tx, [importedEvent(live)], clock.nowMs());
    return live;
  });
}

function importedEvent({ agencyId, revisionId, revision, summary }: BillRevision): AgencyEvent {
  const { lineCount, billCount, badLineCount } = summary;
  const data = { revisionId, revision, lineCount, billCount, badLineCount };
  return { agencyId, type: 'billFile.imported', data };
}

/** Takes bills as they are read, and loads them while the next are read. */
class BillLoader implements TableSink {
  readonly problems: LineProblem[] = [];
  billCount = 0;
  private badLineCount = 0;
  private rows: BulkRow[] = [];
  private loading: Promise<void> = Promise.resolve();
  private lastSignMs: number;
  private readonly deps: BillFilesDeps;
  private readonly revision: BillRevision;
  private readonly isWhole: boolean;
  private readonly rowOf: (bill: FiledBill) => BulkRow;

  constructor(deps: BillFilesDeps, book: BillBook, revision: BillRevision) {
    this.deps = deps;
    this.revision = revision;
    this.isWhole = book.setup.onBadLines === 'refuseWhole';
    this.lastSignMs = revision.beganAtMs;
    this.rowOf = bills.rowMaker(deps.vault, book.agencyId, revision.revision);
  }

  bill(bill: FiledBill): void {
    this.billCount += 1;
    // A file that will be refused is read to its end for the list of what is wrong with it, and for nothing else.
    if (this.isWhole && this.badLineCount > 0) return;
    this.rows.push(this.rowOf(bill));
  }

  bad(problems: readonly LineProblem[]): void {
    this.badLineCount += 1;
    this.problems.push(...problems.slice(0, MAX_PROBLEMS - this.problems.length));
  }

  async room(): Promise<boolean> {
    if (this.rows.length >= ROWS_PER_LOAD) await this.loadNext();
    return true;
  }

  async flush(): Promise<void> {
    await this.loadNext();
    await this.loading;
  }

  /** `billCount` is of good lines, until it is known how many of them repeat a bill. */
  summary(): ImportSummary {
    const lineCount = this.billCount + this.badLineCount;
    return { ...NOTHING_CHANGED, lineCount, billCount: this.billCount, badLineCount: this.badLineCount };
  }

  /** Hands over what was gathered, once what was handed over before is durable. */
  private async loadNext(): Promise<void> {
    await this.loading;
    const rows = this.rows;
    this.rows = [];
    this.loading = this.load(rows);
    // It is awaited later; until then nobody listens, and that must not end the process.
    this.loading.catch(() => {});
  }

  private async load(rows: readonly BulkRow[]): Promise<void> {
    const nowMs = this.deps.clock.nowMs();
    if (nowMs - this.lastSignMs >= SIGN_OF_LIFE_EVERY_MS) {
      this.lastSignMs = nowMs;
      const { revisionId } = this.revision;
      if (!(await books.stillLoading(this.deps.db, revisionId, nowMs))) {
        throw new DomainError('conflict', 'bill_import_running');
      }
    }
    await bills.insertBills(this.deps.db, rows);
  }
}

async function sha256Of(path: string): Promise<string> {
  const sha256 = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) sha256.update(chunk);
  return sha256.digest('hex');
}
