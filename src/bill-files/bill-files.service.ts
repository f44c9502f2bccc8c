import { type Agencies, maskAccount } from '../agencies/index.ts';
import type { AdviceFormat, StatementFetch } from '../contract/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { adviceOf } from './advice.ts';
import type { BillBook, BillRevision } from './bill-files.types.ts';
import * as books from './books.repo.ts';
import {
  type BillFilesDeps,
  type ImportRequest,
  type ImportResult,
  importBillFile,
} from './import.service.ts';
import type { FiledBill, LineProblem } from './lines.rules.ts';
import { accountPatterns, type BillFileSetup, checkedSetup } from './setup.ts';
import { readBillTable } from './table.ts';

const PREVIEW_LINES = 20;

/** A line as it would be taken in; the account masked, as everywhere on a page. */
export interface PreviewedBill extends Omit<FiledBill, 'account'> {
  maskedAccount: string;
}

export interface BillFilePreview {
  bills: readonly PreviewedBill[];
  problems: readonly LineProblem[];
}

export interface BillFiles {
  /**
   * Opens the books of an agency, or sets them up anew; what is in them stays. Its manifest has to name the agency's own id as
   * `agencyCode`. Throws DomainError `agency_not_found`, `bill_book_not_possible`, `bill_file_setup_invalid`.
   */
  setUp(agencyId: string, setup: unknown): Promise<BillFileSetup>;
  /** Throws DomainError `bill_book_not_found`, as all below. */
  getSetup(agencyId: string): Promise<BillFileSetup>;
  /** The first lines of a file as they would be understood, by a setup that need not be stored yet. Stores nothing. */
  preview(agencyId: string, path: string, setup?: unknown): Promise<BillFilePreview>;
  /** Throws DomainError `bill_import_running` too. */
  importFile(request: ImportRequest): Promise<ImportResult>;
  /** The newest first; the cursor is the number of the last one. */
  listRevisions(
    agencyId: string,
    page: { limit: number; cursor?: string },
  ): Promise<{ items: readonly BillRevision[]; nextCursor: string | null }>;
  /** Throws DomainError `bill_revision_not_found` too. */
  getRevision(agencyId: string, revisionId: string): Promise<BillRevision>;
  /** What was paid and undone on a business date, once it is over. */
  advice(agencyId: string, businessDate: string, format: AdviceFormat): Promise<StatementFetch>;
}

export function createBillFiles(deps: BillFilesDeps & { agencies: Pick<Agencies, 'getAgency'> }): BillFiles {
  const { db, clock } = deps;
  const bookOf = async (agencyId: string): Promise<BillBook> => {
    const book = await books.findBook(db, agencyId);
    if (!book) throw new DomainError('notFound', 'bill_book_not_found');
    return book;
  };
  return {
    async setUp(agencyId, input) {
      const terms = await termsOf(deps, agencyId, input);
      await books.saveBook(db, terms, clock.nowMs());
      return terms.setup;
    },
    getSetup: async (agencyId) => (await bookOf(agencyId)).setup,
    async preview(agencyId, path, input) {
      const terms = input === undefined ? await bookOf(agencyId) : await termsOf(deps, agencyId, input);
      return previewOf(path, terms);
    },
    importFile: (request) => importBillFile(deps, request),
    async listRevisions(agencyId, { limit, cursor }) {
      if (cursor !== undefined && !/^\d{1,9}$/.test(cursor))
        throw new DomainError('invalid', 'cursor_invalid');
      await bookOf(agencyId);
      const beforeRevision = cursor === undefined ? null : Number(cursor);
      // One more than asked for tells whether there is a next page.
      const found = await books.listRevisions(db, agencyId, { limit: limit + 1, beforeRevision });
      const items = found.slice(0, limit);
      const last = items.at(-1);
      return { items, nextCursor: found.length > limit && last ? String(last.revision) : null };
    },
    async getRevision(agencyId, revisionId) {
      const revision = await books.findRevision(db, agencyId, revisionId);
      if (!revision) throw new DomainError('notFound', 'bill_revision_not_found');
      return revision;
    },
    advice: async (agencyId, businessDate, format) =>
      adviceOf(deps, [await bookOf(agencyId)], { businessDate, format, name: agencyId }),
  };
}

type BookSetup = Parameters<typeof books.saveBook>[1];

async function termsOf(
  { agencies }: { agencies: Pick<Agencies, 'getAgency'> },
  agencyId: string,
  input: unknown,
): Promise<BookSetup> {
  const agency = await agencies.getAgency(agencyId);
  if (!agency) throw new DomainError('notFound', 'agency_not_found');
  const { manifest } = agency;
  // The books are found by this code, and it must not name those of another.
  if (manifest.agencyCode !== agencyId) throw new DomainError('conflict', 'bill_book_not_possible');
  const setup = checkedSetup(input, manifest);
  return {
    agencyId,
    connectionId: manifest.connection,
    currency: manifest.currency,
    timeZone: manifest.serviceHours.timeZone,
    cutOff: manifest.cutOff,
    setup,
    patterns: accountPatterns(setup, manifest),
  };
}

async function previewOf(
  path: string,
  terms: Pick<BillBook, 'setup' | 'patterns' | 'currency'>,
): Promise<BillFilePreview> {
  const bills: PreviewedBill[] = [];
  const problems: LineProblem[] = [];
  const isFull = () => bills.length + problems.length >= PREVIEW_LINES;
  await readBillTable(path, terms, {
    bill({ account, ...bill }) {
      if (!isFull()) bills.push({ ...bill, maskedAccount: maskAccount(account) });
    },
    bad(found) {
      if (!isFull()) problems.push(...found);
    },
    unreadable(problem) {
      if (!isFull()) problems.push(problem);
    },
    room: async () => !isFull(),
  });
  return { bills, problems };
}
