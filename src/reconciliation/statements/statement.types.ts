/** Which way money moved on the account that the statement is of: `credit` in, `debit` out. */
export type Direction = 'credit' | 'debit';

/** One line of a statement in our words, with what it was read from. */
export interface StatementRow {
  /**
   * Where `raw` begins: the line of the unpacked text, 1-based; the row number in a spreadsheet. Of several files in an archive the lines
   * are counted on from one to the next.
   */
  line: number;
  /** Which file of an archive of several it stands in; null for any other file. */
  entry: EntryPlace | null;
  /** Which statement of the file, 0-based. */
  statement: number;
  /** The reference that the other side of the payment knows too; null when the file gives none. */
  ref: string | null;
  /** The institution's own reference. */
  bankRef: string | null;
  /** Of what takes back an earlier entry: that entry's reference, where the file tells it. */
  originalRef: string | null;
  /** Never negative: `direction` says which way. */
  amountMinor: number;
  /** ISO 4217; null when the file does not say it (then the statement is not complete). */
  currency: string | null;
  direction: Direction;
  /** `YYYY-MM-DD` in the institution's own time. */
  bookedOn: string | null;
  valueOn: string | null;
  counterparty: string | null;
  memo: string | null;
  /** What was kept back of the amount, or given back with it; 0 when none, or not told. Never negative. */
  feeMinor: number;
  /** The settlement batch of a payment, where the file tells it. */
  batch: string | null;
  /** One movement for many payments, where the file tells it. */
  isSettlement: boolean;
  /** False for what is only announced (pending, expected): shown, and in no total. */
  isBooked: boolean;
  /** True when it takes back an earlier entry; `direction` is already that of the taking back. */
  isReversal: boolean;
  /** The payments inside a batch booking; empty when the row is one payment. */
  details: StatementDetail[];
  /** What it was read from, as text, unchanged. */
  raw: string;
}

/** One payment of a batch booking. The amount is null where the file leaves it out. */
export interface StatementDetail {
  ref: string | null;
  bankRef: string | null;
  amountMinor: number | null;
  currency: string | null;
  direction: Direction;
  counterparty: string | null;
  memo: string | null;
}

/** A place in one of several files of an archive. */
export interface EntryPlace {
  /** As the archive calls the file. */
  name: string;
  /** The line in that file, 1-based; 0 for it as a whole. */
  line: number;
}

/** What a reader knows of a row; the rest is filled in by `StatementCollector`. */
export type RowDraft = Pick<StatementRow, 'line' | 'amountMinor' | 'currency' | 'direction' | 'raw'> &
  Partial<Omit<StatementRow, 'entry'>>;

/**
 * `opening` and `closing` are booked balances; `openingPage` and `closingPage` those between the pages of one statement;
 * `derived…` follow from the balance beside each row. The others say what could be drawn, and are only shown.
 */
export type BalanceKind =
  | 'opening'
  | 'openingPage'
  | 'derivedOpening'
  | 'closing'
  | 'closingPage'
  | 'derivedClosing'
  | 'interim'
  | 'openingAvailable'
  | 'closingAvailable'
  | 'forwardAvailable'
  | 'other';

export interface StatementBalance {
  statement: number;
  kind: BalanceKind;
  /** Negative when the account is overdrawn. */
  amountMinor: number;
  currency: string | null;
  on: string | null;
  line: number;
}

/** What was counted, or what the file says that there is. `null` where the file says nothing. */
export interface DeclaredTotals {
  line: number;
  count?: number;
  creditCount?: number;
  creditMinor?: number;
  debitCount?: number;
  debitMinor?: number;
  /** Credits less debits. */
  netMinor?: number;
}

/** The booked rows of one statement in one currency. */
export interface StatementTotals {
  statement: number;
  /** The file of the archive that it stands in; absent where the archive does not hold several. */
  entryName?: string;
  /** What the institution calls the statement, and the account it is of. */
  statementId: string | null;
  /** Its running number, as the file writes it; of the next statement it is one more. */
  sequence: string | null;
  account: string | null;
  currency: string | null;
  creditCount: number;
  creditMinor: number;
  debitCount: number;
  debitMinor: number;
  notBookedCount: number;
  declared: DeclaredTotals | null;
  /** Whether opening + credits - debits = closing; `notPossible` when the file does not have both. */
  balanceProof: 'proved' | 'failed' | 'notPossible';
}

/** Something about the file that a person must know. An error means: this is not the whole statement. */
export interface StatementProblem {
  severity: 'error' | 'warning';
  /** Stable; listed in docs/statements.md. */
  code: string;
  /** 1-based; 0 for the file as a whole. Counted as those of the rows. */
  line: number;
  /** Which file of an archive of several is meant; absent for any other file. `message` begins with it too. */
  entry?: EntryPlace;
  /** Plain English. Holds no personal data beyond what stands in the line itself. */
  message: string;
}

export interface StatementSummary {
  /** `camt.053`, `mt940`, …; null when no reader knows the file. */
  format: string | null;
  /** A finer name, such as `camt.053.001.08`. */
  variant: string | null;
  /** Character set that the text was read with. */
  encoding: string | null;
  /** True only when the file was read to its end, understood, and agrees with itself. */
  complete: boolean;
  rowCount: number;
  balances: StatementBalance[];
  totals: StatementTotals[];
  problems: StatementProblem[];
  /** Beyond those that `problems` has room for. */
  problemsLeftOut: number;
  /** SHA-256 of the file as it lies on disk, hex. */
  fileSha256: string;
  /** SHA-256 over the rows' own hashes in their order: the same rows under another name give the same. */
  rowsSha256: string;
}

/** Reads text, piece by piece, and tells a `StatementCollector` what it found. */
export interface StatementParser {
  /** Takes the next piece of the text. Throws `UnreadableFile` when nothing after it can be trusted. */
  write(text: string): void;
  end(): void;
}
