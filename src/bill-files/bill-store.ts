import type { BillStore, Reason } from '../contract/index.ts';
import { isDatabaseLost } from '../infra/db/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { adviceOf } from './advice.ts';
import type { BillBook } from './bill-files.types.ts';
import { outcomeOf, postToBook, queryBook, undoInBook } from './book-keeping.service.ts';
import { agenciesOfConnection, findBook } from './books.repo.ts';
import { type BillFilesDeps, importBillFile } from './import.service.ts';
import { findPosting } from './postings.repo.ts';
import { importReport } from './report.ts';

const DOWN: Reason = { code: 'agency_down', source: 'civicpay' };
const NO_ANSWER: Reason = { code: 'no_answer', source: 'civicpay' };
const NOT_KNOWN: Reason = { code: 'reference_not_known', source: 'agency' };
const NO_ACCOUNT: Reason = { code: 'account_not_found', source: 'agency' };

/** The books as the providers of a connection see them; see `BillStore`. */
export function createBillStore(deps: BillFilesDeps): (connectionId: string) => BillStore {
  return (connectionId) => {
    const bookOf = async (agencyCode: string | undefined): Promise<BillBook | null> => {
      const book = agencyCode === undefined ? null : await findBook(deps.db, agencyCode);
      return book?.connectionId === connectionId ? book : null;
    };
    return {
      findBills: ({ agencyCode, inputs }) =>
        asking(
          async () => {
            const book = await bookOf(agencyCode);
            return book ? queryBook(deps, book, inputs) : { kind: 'noSuchAccount', reason: NO_ACCOUNT };
          },
          { kind: 'unavailable', reason: DOWN },
        ),
      async post(request) {
        const book = await asking(() => bookOf(request.agencyCode), 'down');
        if (book === 'down') return { kind: 'notAttempted', reason: DOWN };
        if (!book) return { kind: 'notAttempted', reason: NO_ACCOUNT };
        return telling(() => postToBook(deps, book, request));
      },
      findPosting: ({ reference }) =>
        asking(
          async () => {
            const posting = await findPosting(deps.db, deps.vault, reference);
            return posting?.connectionId === connectionId
              ? outcomeOf(posting)
              : { kind: 'notAttempted', reason: NOT_KNOWN };
          },
          { kind: 'unknown', reason: NO_ANSWER },
        ),
      reverse: (request) => telling(() => undoInBook(deps, connectionId, 'reverse', request)),
      refund: (request) => telling(() => undoInBook(deps, connectionId, 'refund', request)),
      advice: ({ agencyCode, ...request }) =>
        asking(
          async () => {
            const agencyIds =
              agencyCode === undefined ? await agenciesOfConnection(deps.db, connectionId) : [agencyCode];
            const books = await Promise.all(agencyIds.map(bookOf));
            const ours = books.filter((book) => book !== null);
            return adviceOf(deps, ours, { ...request, name: agencyCode ?? connectionId });
          },
          { kind: 'unavailable', reason: DOWN },
        ),
      importFile: ({ agencyCode, path, fileName }) =>
        asking(
          async () => {
            const book = await bookOf(agencyCode);
            if (!book) return { kind: 'unavailable' };
            const result = await importBillFile(deps, {
              agencyId: book.agencyId,
              path,
              fileName,
              importedBy: null,
            });
            const { revisionId } = result.revision;
            return { kind: result.kind, revisionId, report: importReport(result) };
          },
          { kind: 'unavailable' },
        ),
    };
  };
}

/** What changes nothing may be asked again. */
async function asking<T, const O>(work: () => Promise<T>, otherwise: O): Promise<T | O> {
  try {
    return await work();
  } catch (error) {
    if (isRefusedForNow(error) || isDatabaseLost(error)) return otherwise;
    throw error;
  }
}

type Unsure = { kind: 'notAttempted' | 'unknown'; reason: Reason };

/** What may have been committed when the connection broke is not known; what never began is. */
async function telling<T>(work: () => Promise<T>): Promise<T | Unsure> {
  try {
    return await work();
  } catch (error) {
    if (isRefusedForNow(error)) return { kind: 'notAttempted', reason: DOWN };
    if (isDatabaseLost(error)) return { kind: 'unknown', reason: NO_ANSWER };
    throw error;
  }
}

/** Nothing was changed, as the database itself or the way to it says. */
function isRefusedForNow(error: unknown): boolean {
  return (
    error instanceof DomainError && (error.kind === 'unavailable' || error.code === 'bill_import_running')
  );
}
