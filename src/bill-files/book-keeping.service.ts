import type {
  PostingOutcome,
  PostingRequest,
  QueryOutcome,
  Reason,
  ReasonCode,
  UndoOutcome,
  UndoRequest,
} from '../contract/index.ts';
import { isUniqueViolation, type Tx, transact } from '../infra/db/index.ts';
import { businessDateOf, localTime } from '../kernel/business-date.ts';
import { sumMinor } from '../kernel/money.ts';
import type { BillBook } from './bill-files.types.ts';
import { findBills, type StoredBill } from './bills.repo.ts';
import { findBook } from './books.repo.ts';
import { accountIndexOf } from './filed-rows.ts';
import type { BillFilesDeps } from './import.service.ts';
import { accountKey } from './lines.rules.ts';
import * as repo from './postings.repo.ts';
import { amountOn, isOwed, shownBill } from './shown-bills.rules.ts';

/** Losing a race for a reference or a bill, one finds out on the second look. */
const MAX_TRIES = 3;

const ofAgency = (code: ReasonCode, detail?: string): Reason => ({
  code,
  source: 'agency',
  ...(detail !== undefined && { detail }),
});

/** What an account owes by the books. */
export async function queryBook(
  { db, vault, clock }: BillFilesDeps,
  book: BillBook,
  inputs: PostingRequest['inputs'],
): Promise<QueryOutcome> {
  if (!book.setup.isOpen) return { kind: 'closedNow', reason: ofAgency('outside_service_hours') };
  const account = accountOf(book, inputs);
  const stored =
    account === null ? null : await findBills(db, vault, book, accountIndexOf(vault, book.agencyId, account));
  if (account === null || stored === null) {
    return { kind: 'noSuchAccount', reason: ofAgency('account_not_found') };
  }
  const maskedName = stored.find((bill) => bill.maskedName !== null)?.maskedName;
  const holder = maskedName ? { maskedName } : {};
  const day = localTime(clock.nowMs(), book.timeZone).date;
  const bills = stored
    .filter(isOwed)
    .map((bill) => shownBill(bill, book.currency, day))
    .sort((a, b) => (a.period < b.period || (a.period === b.period && a.billId < b.billId) ? -1 : 1));
  if (bills.length === 0) return { kind: 'nothingDue', holder };
  return { kind: 'due', holder, bills, queryReference: `${book.agencyId}-${book.liveRevision}`, account };
}

/** Writes bills off, once per reference. A definite no is written down too: it stays one. */
export async function postToBook(
  deps: BillFilesDeps,
  book: BillBook,
  request: PostingRequest,
): Promise<PostingOutcome> {
  if (!book.setup.isOpen) return { kind: 'notAttempted', reason: ofAgency('outside_service_hours') };
  const posting = await retriedWhenRaced(() =>
    transact(deps.db, async (tx) => {
      const there = await repo.findPosting(tx, deps.vault, request.reference);
      if (there) return there;
      const made = await makePosting(deps, tx, book, request);
      await repo.insertPosting(tx, deps.vault, made);
      return made;
    }),
  );
  return outcomeOf(posting);
}

async function makePosting(
  { vault, clock }: BillFilesDeps,
  tx: Tx,
  book: BillBook,
  { reference, inputs, bills, amount, payer, debitedAtMs }: PostingRequest,
): Promise<repo.FiledPosting> {
  const account = accountOf(book, inputs) ?? '';
  const accountIndex = accountIndexOf(vault, book.agencyId, account);
  const stored = (await findBills(tx, vault, book, accountIndex)) ?? [];
  const reason = refusalOf(book, stored, { bills, amount, debitedAtMs });
  const nowMs = clock.nowMs();
  const periodOf = (billId: string) => stored.find((bill) => bill.billId === billId)?.details.period ?? '';
  return {
    reference,
    connectionId: book.connectionId,
    agencyId: book.agencyId,
    accountIndex,
    status: reason === null ? 'posted' : 'rejected',
    reason,
    currency: book.currency,
    amountMinor: amount.amountMinor,
    businessDate: businessDateOf(nowMs, book),
    debitedAtMs,
    postedAtMs: nowMs,
    details: {
      inputs,
      bills: bills.map(({ billId, amount: { amountMinor } }) => ({
        billId,
        amountMinor,
        period: periodOf(billId),
      })),
      ...(payer && { payer }),
    },
  };
}

/** Why the bills can't be written off with this money; null when they can. */
function refusalOf(
  book: BillBook,
  stored: readonly StoredBill[],
  { bills, amount, debitedAtMs }: Pick<PostingRequest, 'bills' | 'amount' | 'debitedAtMs'>,
): ReasonCode | null {
  // The day that the resident paid on decides what it costs, not the day that the bank told us.
  const day = localTime(debitedAtMs, book.timeZone).date;
  if (bills.length === 0) return 'bill_not_found';
  if (new Set(bills.map(({ billId }) => billId)).size < bills.length) return 'refused_by_agency';
  for (const { billId, amount: paid } of bills) {
    const bill = stored.find((candidate) => candidate.billId === billId);
    if (!bill) return 'bill_not_found';
    if (!isOwed(bill)) return 'bill_already_paid';
    if (paid.currency !== book.currency || paid.amountMinor !== amountOn(bill, day)) return 'amount_changed';
  }
  const totalMinor = sumMinor(bills.map(({ amount: { amountMinor } }) => amountMinor));
  return amount.currency === book.currency && amount.amountMinor === totalMinor ? null : 'amount_changed';
}

/** What a posting, or a refusal of one, came to. */
export function outcomeOf({ reference, status, reason, postedAtMs }: repo.FiledPosting): PostingOutcome {
  if (status === 'rejected') {
    return { kind: 'rejected', reason: ofAgency(reason ?? 'refused_by_agency') };
  }
  return { kind: 'accepted', agencyReference: `F-${reference}`, postedAtMs };
}

/** Takes a posting back, once. */
export async function undoInBook(
  { db, vault, clock }: BillFilesDeps,
  connectionId: string,
  way: repo.FiledUndoing['way'],
  { reference, originalReference, amount }: UndoRequest,
): Promise<UndoOutcome> {
  return retriedWhenRaced(() =>
    transact(db, async (tx): Promise<UndoOutcome> => {
      const posting = await repo.findPosting(tx, vault, originalReference);
      const isOurs = posting?.status === 'posted' && posting.connectionId === connectionId;
      const book = isOurs ? await findBook(tx, posting.agencyId) : null;
      if (!posting || !book) return { kind: 'notAttempted', reason: ofAgency('reference_not_known') };
      const there = await repo.findUndoing(tx, originalReference);
      if (there?.reference === reference) return undoneAs(there);
      if (there) return { kind: 'rejected', reason: ofAgency('refused_by_agency', 'undone already') };
      if (amount.amountMinor !== posting.amountMinor || amount.currency !== posting.currency) {
        return { kind: 'rejected', reason: ofAgency('amount_not_allowed', 'undone whole or not at all') };
      }
      const undoneAtMs = clock.nowMs();
      const businessDate = businessDateOf(undoneAtMs, book);
      if (way === 'reverse' && businessDate !== posting.businessDate) {
        return { kind: 'rejected', reason: ofAgency('refused_by_agency', 'its business date is over') };
      }
      const { agencyId } = posting;
      const undoing = { originalReference, reference, agencyId, way, businessDate, undoneAtMs };
      await repo.insertUndoing(tx, undoing, posting);
      return undoneAs(undoing);
    }),
  );
}

function undoneAs({ reference, undoneAtMs }: repo.FiledUndoing): UndoOutcome {
  return { kind: 'accepted', agencyReference: `F-${reference}`, undoneAtMs };
}

/** The account that inputs name; null when they are not those that the files name it by. */
function accountOf({ setup }: BillBook, inputs: PostingRequest['inputs']): string | null {
  const parts: Record<string, string> = {};
  for (const name of Object.keys(setup.columns.inputs)) {
    const value = inputs[name];
    if (value === undefined) return null;
    parts[name] = value;
  }
  return accountKey(parts);
}

async function retriedWhenRaced<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isUniqueViolation(error) || attempt >= MAX_TRIES) throw error;
    }
  }
}
