import { createHash } from 'node:crypto';
import { AMOUNT_MESSAGES, type AmountReading, UnreadableFile } from '../../infra/files/index.ts';
import { EntryLines } from './entry-lines.ts';
import {
  checkDeclaredTotals,
  emptySums,
  type OpenStatement,
  proveBalance,
  type Sums,
  sideOf,
} from './gates.ts';
import { LIMITS } from './limits.ts';
import type {
  BalanceKind,
  DeclaredTotals,
  RowDraft,
  StatementBalance,
  StatementProblem,
  StatementRow,
  StatementTotals,
} from './statement.types.ts';

/** `1.23457E+17`: what spreadsheets save of a long number as CSV. */
const LOST_DIGITS = /^\d(\.\d+)?E\+\d{2}$/;

const ZERO = 48;

/** Takes what a reader finds: completes and hashes rows, adds up, and holds the file to what it says of itself. */
export class StatementCollector {
  readonly balances: StatementBalance[] = [];
  readonly totals: StatementTotals[] = [];
  readonly problems: StatementProblem[] = [];
  problemsLeftOut = 0;
  hasErrors = false;
  rowCount = 0;
  /** What the reader found the file to be; a finer name than what it was taken for. */
  format: string | null = null;
  variant: string | null = null;
  private rows: StatementRow[] = [];
  private current: OpenStatement | null = null;
  private statementCount = 0;
  private readonly lines = new EntryLines();
  private readonly rowsHash = createHash('sha256');

  /** What comes until `endEntry` stands in this file of an archive of several; its lines are those of the file. */
  beginEntry(name: string): void {
    this.lines.begin(name);
    this.format = null;
    this.variant = null;
  }

  /** Ends the file of the archive that has so many lines, and what is open in it. */
  endEntry(lineCount = 0): void {
    this.endStatement();
    this.lines.end(lineCount);
  }

  /** Begins a statement; what comes until `endStatement` belongs to it. */
  beginStatement(line: number, id: string | null = null, account: string | null = null): void {
    if (this.current) this.endStatement();
    if (this.statementCount >= LIMITS.statements) {
      throw new UnreadableFile('too_many_statements', `more than ${LIMITS.statements} statements`, line);
    }
    this.current = {
      index: this.statementCount,
      line,
      id,
      sequence: null,
      account,
      sums: new Map(),
      balances: [],
      declared: null,
    };
    this.statementCount += 1;
  }

  /** Names the statement that is open, as far as the file does. */
  nameStatement(names: { id?: string | null; sequence?: string | null; account?: string | null }): void {
    Object.assign(this.opened(0), names);
  }

  row(draft: RowDraft): void {
    const statement = this.opened(draft.line);
    const row: StatementRow = {
      line: this.lines.through(draft.line),
      entry: this.lines.placeOf(draft.line),
      statement: statement.index,
      ref: numbered(draft.ref),
      bankRef: numbered(draft.bankRef),
      originalRef: numbered(draft.originalRef),
      amountMinor: draft.amountMinor,
      currency: draft.currency,
      direction: draft.direction,
      bookedOn: draft.bookedOn ?? null,
      valueOn: draft.valueOn ?? null,
      counterparty: draft.counterparty ?? null,
      memo: draft.memo ?? null,
      feeMinor: draft.feeMinor ?? 0,
      batch: numbered(draft.batch),
      isSettlement: draft.isSettlement ?? false,
      isBooked: draft.isBooked ?? true,
      isReversal: draft.isReversal ?? false,
      details: draft.details ?? [],
      raw: draft.raw,
    };
    this.add(statement, row, draft.line);
    if (row.raw.includes('\uFFFD')) this.reportDamagedText(row, draft.line);
    if (LOST_DIGITS.test(row.ref ?? '') || LOST_DIGITS.test(row.bankRef ?? '')) {
      this.error(
        'reference_damaged',
        draft.line,
        'a spreadsheet has made a number of a reference, and lost its digits',
      );
    }
    this.rowCount += 1;
    this.rows.push(row);
  }

  balance(
    kind: BalanceKind,
    amountMinor: number,
    currency: string | null,
    on: string | null,
    line: number,
  ): void {
    const statement = this.opened(line);
    const balance = { statement: statement.index, kind, amountMinor, currency, on, line };
    const isTwice = statement.balances.some(
      (other) => sideOf(other.kind) && sideOf(other.kind) === sideOf(kind),
    );
    if (isTwice) this.error('balance_twice', line, `a second ${sideOf(kind)} balance in one statement`);
    // More than a few balances in one statement is a made-up file; the limit is on what is kept.
    if (statement.balances.length < 100) {
      statement.balances.push(balance);
      this.balances.push({ ...balance, line: this.lines.through(line) });
    }
  }

  /** Adds to what the file says of the open statement's totals. */
  declare(declared: DeclaredTotals): void {
    const statement = this.opened(declared.line);
    statement.declared = { ...statement.declared, ...declared };
  }

  /** Ends the open statement and holds it to its totals and balances; `checkDeclared: false` leaves its totals to the reader. */
  endStatement({ checkDeclared = true } = {}): void {
    const statement = this.current;
    if (!statement) return;
    this.current = null;
    // Without rows, and without rows in its currency, a balance still has to stay what it was.
    const inBalances = statement.balances[0]?.currency;
    if (statement.sums.size === 0 || inBalances) {
      const currency = inBalances ?? null;
      if (!statement.sums.has(currency)) statement.sums.set(currency, emptySums());
    }
    if (checkDeclared) checkDeclaredTotals(statement, this);
    for (const [currency, sums] of statement.sums) {
      this.addTotals(statement, currency, sums, proveBalance(statement, currency, sums, this));
    }
  }

  /** Ends the open statement without holding it to anything: the file could not be read to its end. */
  abandon(): void {
    const statement = this.current;
    this.current = null;
    if (statement) {
      for (const [currency, sums] of statement.sums) this.addTotals(statement, currency, sums, 'notPossible');
    }
    this.lines.end();
  }

  get isOpen(): boolean {
    return this.current !== null;
  }

  /** What was added up so far in the open statement, over all currencies; for readers that have totals of their own. */
  openSums(): Sums {
    const total = emptySums();
    for (const sums of this.current?.sums.values() ?? []) {
      for (const key of Object.keys(total) as (keyof Sums)[]) total[key] += sums[key];
    }
    return total;
  }

  error(code: string, line: number, message: string): void {
    this.hasErrors = true;
    this.problem('error', code, line, message);
  }

  warn(code: string, line: number, message: string): void {
    this.problem('warning', code, line, message);
  }

  /** An amount, or null after saying what is wrong with it. */
  amount(reading: AmountReading, text: string, line: number, what = 'amount'): number | null {
    if (typeof reading === 'number') return reading;
    this.error(reading, line, `${what} “${excerpt(text)}”: ${AMOUNT_MESSAGES[reading]}`);
    return null;
  }

  /** Hands over the rows since the last call. */
  takeRows(): StatementRow[] {
    const rows = this.rows;
    this.rows = [];
    if (rows.length > 0) this.rowsHash.update(rows.map(({ raw }) => raw).join('\n')).update('\n');
    return rows;
  }

  /** Over all rows that were taken. */
  rowsSha256(): string {
    return this.rowsHash.copy().digest('hex');
  }

  private opened(line: number): OpenStatement {
    if (!this.current) this.beginStatement(line);
    return this.current as OpenStatement;
  }

  private addTotals(
    { index, id, sequence, account, declared }: OpenStatement,
    currency: string | null,
    sums: Sums,
    balanceProof: StatementTotals['balanceProof'],
  ): void {
    const { entryName } = this.lines;
    this.totals.push({
      statement: index,
      ...(entryName !== null && { entryName }),
      statementId: id,
      sequence,
      account,
      currency,
      ...sums,
      declared: declared && { ...declared, line: this.lines.through(declared.line) },
      balanceProof,
    });
  }

  private problem(severity: StatementProblem['severity'], code: string, line: number, message: string): void {
    if (this.problems.length < LIMITS.problems)
      this.problems.push({ severity, code, ...this.lines.problemAt(line, message) });
    else this.problemsLeftOut += 1;
  }

  /** `line`: in the file that the row stands in. */
  private add(statement: OpenStatement, row: StatementRow, line: number): void {
    let sums = statement.sums.get(row.currency);
    if (!sums) {
      if (statement.sums.size >= LIMITS.currencies) {
        throw new UnreadableFile('too_many_currencies', `more than ${LIMITS.currencies} currencies`, line);
      }
      sums = emptySums();
      statement.sums.set(row.currency, sums);
    }
    if (!row.isBooked) {
      sums.notBookedCount += 1;
      return;
    }
    if (row.direction === 'credit') {
      sums.creditCount += 1;
      sums.creditMinor += row.amountMinor;
    } else {
      sums.debitCount += 1;
      sums.debitMinor += row.amountMinor;
    }
    if (!Number.isSafeInteger(sums.creditMinor) || !Number.isSafeInteger(sums.debitMinor)) {
      throw new UnreadableFile(
        'total_too_large',
        'the rows add up to more than can be counted exactly',
        line,
      );
    }
  }

  private reportDamagedText(row: StatementRow, line: number): void {
    const message = 'characters that are not of the file’s character set, or digits that a spreadsheet lost';
    if (row.ref?.includes('\uFFFD') || row.bankRef?.includes('\uFFFD')) {
      this.error('reference_damaged', line, `${message}, in a reference`);
    } else this.warn('text_damaged', line, message);
  }
}

/** A reference; zeros fill the place of one that there is not. */
function numbered(ref: string | null | undefined): string | null {
  return !ref || (ref.charCodeAt(0) === ZERO && /^0+$/.test(ref)) ? null : ref;
}

/** As much of a text as a message has room for. */
export function excerpt(text: string): string {
  const oneLine = text.replace(/\s+/g, ' ').trim();
  return oneLine.length > 40 ? `${oneLine.slice(0, 40)}…` : oneLine;
}
