import type { BookedPayment, BookedUndoing } from './agency-books.ts';

/** The part of an agency's books that its accounts of a day are made of. */
interface Movements {
  payments(): BookedPayment[];
  undoings(): BookedUndoing[];
  payment(reference: string): BookedPayment | undefined;
}

/** Money that moved: a posting, or an undoing with its amount negative. */
export interface Movement {
  kind: 'posting' | BookedUndoing['way'];
  reference: string;
  agencyReference: string;
  accountNo: string;
  amountFen: number;
  atMs: number;
}

/** A posting as tests compare books. */
export interface Posting {
  reference: string;
  agencyReference: string;
  accountNo: string;
  amountMinor: number;
  billIds: string[];
  businessDate: string;
}

/** What was posted and undone, by time. */
export function movementsOf(books: Movements): Movement[] {
  const postings = books.payments().flatMap((payment): Movement[] => {
    const { reference, agencyReference, accountNo, amountFen, state, postedAtMs } = payment;
    if (state !== 'posted' || postedAtMs === null) return [];
    return [{ kind: 'posting', reference, agencyReference, accountNo, amountFen, atMs: postedAtMs }];
  });
  const undoings = accepted(books).map(
    ({ way, reference, agencyReference, originalReference, amountFen, undoneAtMs }): Movement => ({
      kind: way,
      reference,
      agencyReference,
      accountNo: books.payment(originalReference)?.accountNo ?? '',
      amountFen: -amountFen,
      atMs: undoneAtMs,
    }),
  );
  return [...postings, ...undoings].sort((a, b) => a.atMs - b.atMs);
}

/** What was posted, oldest first, undone since or not. */
export function postingsOf(books: Movements, dateOf: (atMs: number) => string): Posting[] {
  return movementsOf(books)
    .filter(({ kind }) => kind === 'posting')
    .map(({ reference, agencyReference, accountNo, amountFen, atMs }) => ({
      reference,
      agencyReference,
      accountNo,
      amountMinor: amountFen,
      billIds: (books.payment(reference)?.details ?? []).map(({ billNo }) => billNo),
      businessDate: dateOf(atMs),
    }));
}

/** What was undone, in the order of the books. */
export function undoingsOf(
  books: Movements,
): { reference: string; originalReference: string; amountMinor: number }[] {
  return accepted(books).map(({ reference, originalReference, amountFen }) => ({
    reference,
    originalReference,
    amountMinor: amountFen,
  }));
}

function accepted(books: Movements): BookedUndoing[] {
  return books.undoings().filter(({ refusedCode }) => refusedCode === null);
}
