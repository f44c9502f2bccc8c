import { LineSplitter, readDigitDate, readMinorUnits, UnreadableFile } from '../../infra/files/index.ts';
import { Bai2Controls } from './bai2.controls.ts';
import { excerpt, type StatementCollector } from './collector.ts';
import { reference } from './mt940.details.ts';
import type { BalanceKind, Direction, StatementParser } from './statement.types.ts';

/** A record with the 88s that continue it. */
export interface Bai2Record {
  code: string;
  fields: string[];
  line: number;
  raw: string[];
  physicalLines: number;
}

const MAX_CONTINUATIONS = 1_000;

const BALANCE_KINDS: Readonly<Record<string, BalanceKind>> = {
  '010': 'opening',
  '015': 'closing',
  '040': 'openingAvailable',
  '045': 'closingAvailable',
};

/**
 * BAI2 (Cash Management Balance Reporting, version 2): file 01/99, group 02/98, account 03/49, transaction 16, continuation 88.
 * Amounts are counts of minor units; the currency is the account's, else the group's, else USD.
 */
export class Bai2Parser implements StatementParser {
  private readonly out: StatementCollector;
  private readonly lines = new LineSplitter((text, line) => this.takeLine(text, line));
  private readonly controls: Bai2Controls;
  private record: Bai2Record | null = null;
  private isFieldEnded = false;
  private groupCurrency = 'USD';
  private currency = 'USD';
  private asOf: string | null = null;
  private hasTransactions = false;
  private summary: { creditMinor?: number; debitMinor?: number; line: number } = { line: 0 };

  constructor(out: StatementCollector) {
    this.out = out;
    this.controls = new Bai2Controls(out);
  }

  write(text: string): void {
    this.lines.write(text);
  }

  end(): void {
    this.lines.end();
    this.endRecord();
    this.controls.end();
    // The counts may be left out, the mark at the end may not.
    if (!this.isFieldEnded)
      this.out.error('file_cut_short', this.lines.line, 'the last record lacks its “/”');
    this.out.endStatement();
  }

  private takeLine(text: string, line: number): void {
    const trimmed = text.trimEnd();
    if (trimmed === '') return;
    const code = trimmed.slice(0, 2);
    if (!/^\d\d,/.test(trimmed) && !/^\d\d\/?$/.test(trimmed)) {
      this.out.error('record_unreadable', line, `“${excerpt(trimmed)}” is not a BAI2 record`);
      return;
    }
    const isEnded = trimmed.endsWith('/');
    const content = trimmed.slice(3, isEnded ? -1 : undefined);
    if (code === '88') {
      this.continueRecord(content, isEnded, trimmed, line);
      return;
    }
    this.endRecord();
    this.record = { code, fields: content.split(','), line, raw: [trimmed], physicalLines: 1 };
    this.isFieldEnded = isEnded;
  }

  /** What went before ended with a field (`/`), or in the middle of a text. */
  private continueRecord(content: string, isEnded: boolean, raw: string, line: number): void {
    const { record } = this;
    if (!record || record.physicalLines > MAX_CONTINUATIONS) {
      throw new UnreadableFile('record_unreadable', 'a continuation (88) of nothing, or without end', line);
    }
    const [first = '', ...others] = content.split(',');
    if (this.isFieldEnded && record.code === '03' && /^\d{3}$/.test(first.trim()))
      fillLastBalance(record.fields);
    if (this.isFieldEnded) record.fields.push(first, ...others);
    else record.fields.push(`${record.fields.pop() ?? ''} ${first}`, ...others);
    record.raw.push(raw);
    record.physicalLines += 1;
    this.isFieldEnded = isEnded;
  }

  private endRecord(): void {
    const { record } = this;
    this.record = null;
    if (!record) return;
    this.controls.count(record);
    if (record.code === '02') this.openGroup(record);
    else if (record.code === '03') this.openAccount(record);
    else if (record.code === '16') this.takeTransaction(record);
    else if (record.code === '49') this.closeAccount();
  }

  private openGroup({ fields, line }: Bai2Record): void {
    const status = fields[2]?.trim() ?? '';
    if (status === '2' || status === '4') {
      const what = status === '2' ? 'deletes what was sent before' : 'is a test';
      this.out.error(
        'status_unreadable',
        line,
        `group status ${status}: the group ${what}, and is no statement`,
      );
    }
    this.groupCurrency = fields[5]?.trim() || 'USD';
    const date = fields[3]?.trim() ?? '';
    this.asOf = readDigitDate(date);
    if (!this.asOf) this.out.error('date_unreadable', line, `the group's date “${excerpt(date)}” is no date`);
  }

  private openAccount({ fields, line }: Bai2Record): void {
    this.currency = fields[1]?.trim() || this.groupCurrency;
    if (!/^[A-Z]{3}$/.test(this.currency)) {
      this.out.error('currency_unreadable', line, `“${excerpt(this.currency)}” is not an ISO 4217 code`);
    }
    this.hasTransactions = false;
    this.summary = { line };
    this.out.beginStatement(line, null, fields[0]?.trim() || null);
    let at = 2;
    while (at < fields.length) {
      const [type = '', amountText = '', , funds = ''] = fields
        .slice(at, at + 4)
        .map((field) => field.trim());
      at += 3 + fundsFieldCount(funds, fields, at + 3);
      if (type === '' || amountText === '') continue;
      const amountMinor = this.out.amount(readMinorUnits(amountText), amountText, line, `type ${type}`);
      if (amountMinor === null) continue;
      this.controls.add(amountMinor);
      const kind = BALANCE_KINDS[type];
      if (kind) this.out.balance(kind, amountMinor, this.currency, this.asOf, line);
      else if (type === '100') this.summary.creditMinor = amountMinor;
      else if (type === '400') this.summary.debitMinor = amountMinor;
    }
  }

  private takeTransaction({ fields, line, raw }: Bai2Record): void {
    const [type = '', amountText = '', funds = ''] = fields.map((field) => field.trim());
    // Some banks leave the amount out where it is nothing.
    const amountMinor = this.out.amount(readMinorUnits(amountText || '0'), amountText, line);
    if (amountMinor === null) return;
    this.controls.add(amountMinor);
    const direction = directionOf(type);
    if (direction === 'information') return;
    if (!direction) {
      this.out.error('direction_unreadable', line, `type “${excerpt(type)}” is neither a credit nor a debit`);
      return;
    }
    this.hasTransactions = true;
    const at = 2 + fundsFieldCount(funds, fields, 2);
    const memo = fields
      .slice(at + 2)
      .join(',')
      .trim();
    this.out.row({
      line,
      // The customer's reference is what both sides know.
      ref: reference(fields[at + 1]) ?? null,
      bankRef: reference(fields[at]) ?? null,
      amountMinor: Math.abs(amountMinor),
      currency: this.currency,
      direction: amountMinor < 0 ? (direction === 'credit' ? 'debit' : 'credit') : direction,
      isReversal: amountMinor < 0,
      bookedOn: this.asOf,
      valueOn: this.valueDate(funds, fields[3] ?? '', line),
      memo: memo || null,
      raw: raw.join('\n'),
    });
  }

  /** Funds type V says the day; 0 means this one. The others count banking days, which is not for us to guess. */
  private valueDate(funds: string, date: string, line: number): string | null {
    if (funds === '0') return this.asOf;
    if (funds !== 'V') return null;
    const found = readDigitDate(date.trim());
    if (!found) this.out.error('date_unreadable', line, `value date “${excerpt(date)}” is no date`);
    return found;
  }

  private closeAccount(): void {
    const { summary } = this;
    // Many banks report an account by its sums alone.
    if (this.hasTransactions && (summary.creditMinor !== undefined || summary.debitMinor !== undefined)) {
      this.out.declare({ ...summary });
    }
    this.out.endStatement();
  }
}

/** A record may end (`/`) before the item count and funds type of its last balance: they are empty then. */
function fillLastBalance(fields: string[]): void {
  let at = 2;
  while (at < fields.length) at += 3 + fundsFieldCount(fields[at + 3]?.trim() ?? '', fields, at + 3);
  while (fields.length < at) fields.push('');
}

/** How many fields the funds type takes: itself, and its days and amounts. */
function fundsFieldCount(funds: string, fields: readonly string[], at: number): number {
  if (funds === 'V') return 3;
  if (funds === 'S') return 4;
  if (funds !== 'D') return 1;
  const pairs = Number(fields[at + 1]?.trim());
  return Number.isSafeInteger(pairs) && pairs >= 0 && pairs <= 100 ? 2 + pairs * 2 : 2;
}

/** The BAI2 type codes: 100–399 credits, 400–699 debits, 890 information; 920–959 and 960–999 a bank's own. */
function directionOf(type: string): Direction | 'information' | null {
  if (!/^\d{3}$/.test(type)) return null;
  const code = Number(type);
  if (code === 890) return 'information';
  if ((code >= 100 && code <= 399) || (code >= 920 && code <= 959)) return 'credit';
  if ((code >= 400 && code <= 699) || code >= 960) return 'debit';
  return null;
}
