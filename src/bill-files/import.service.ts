import { type AgencyEvent, recordAgencyEvents } from '../agencies/index.ts';
import type { Logger } from '../contract/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import { type Db, type Tx, transact } from '../infra/db/index.ts';
import { sha256OfFile } from '../infra/files/index.ts';
import { ThreadDied } from '../infra/threads/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import { newId, randomShardHint } from '../kernel/ids.ts';
import type { BillBook, BillRevision, ImportSummary } from './bill-files.types.ts';
import { BillLoader, NOTHING_CHANGED } from './bill-loader.ts';
import { readBillParts } from './bill-parts.ts';
import * as bills from './bills.repo.ts';
import * as books from './books.repo.ts';
import type { LineProblem } from './lines.rules.ts';

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

/**
 * Reads a file of bills into the books of an agency, as it is set up. The bills are loaded beside those that hold and change nothing
 * until all are there and durable; then one small transaction makes them the ones that hold. Whatever breaks before leaves
 * the books as they were. Throws DomainError `bill_book_not_found`, `bill_import_running`, `bill_import_broken_off`.
 */
export async function importBillFile(deps: BillFilesDeps, request: ImportRequest): Promise<ImportResult> {
  const fileSha256 = await sha256OfFile(request.path);
  const begun = await begin(deps, request, fileSha256);
  const { book, revision } = begun;
  const { currency } = book;
  if (begun.kind === 'alreadyImported') return { kind: 'alreadyImported', revision, currency };
  await tidy(deps, book, begun.dead);
  const loader = new BillLoader(deps, book, revision);
  const terms = { table: book, vault: deps.vault, agencyId: book.agencyId, revision: revision.revision };
  try {
    await readBillParts(request.path, terms, (part) => loader.take(part));
    await loader.flush();
  } catch (error) {
    // What the machine did to us; the file may be fine, and is tried again by hand.
    await loader.settle();
    await giveUp(deps, revision, loader.summary(), loader.problems);
    throw error instanceof ThreadDied
      ? new DomainError('unavailable', 'bill_import_broken_off', { cause: error })
      : error;
  }
  const problems = [...loader.problems];
  if (loader.billCount === 0 && problems.length === 0)
    problems.push({ line: 0, field: '', code: 'no_bills' });
  const isRefused =
    loader.billCount === 0 ||
    !loader.isWhole ||
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
