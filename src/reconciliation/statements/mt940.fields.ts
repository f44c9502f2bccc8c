import {
  calendarDate,
  fullYear,
  lastDayOf,
  readDigitDate,
  readSwiftAmount,
} from '../../infra/files/index.ts';
import { excerpt, type StatementCollector } from './collector.ts';
import { reference } from './mt940.details.ts';
import type { BalanceKind, Direction, RowDraft } from './statement.types.ts';

/** One field of a SWIFT MT message: `:61:…` with the lines that continue it. */
export interface SwiftField {
  tag: string;
  lines: string[];
  line: number;
  /** As it stood in the file. */
  raw: string[];
}

const BALANCE = /^([CD])(\d{6})([A-Z]{3}) ?([\d,.]*)/;

export interface SwiftBalance {
  amountMinor: number;
  currency: string;
  on: string | null;
}

/** `:60a:`, `:62a:`, `:64:`, `:65:`: mark, date YYMMDD, currency, amount. Null after saying what is wrong. */
export function readBalance(field: SwiftField, out: StatementCollector): SwiftBalance | null {
  const text = field.lines[0] ?? '';
  const match = BALANCE.exec(text);
  if (!match) {
    out.error('balance_unreadable', field.line, `:${field.tag}: “${excerpt(text)}” is not a balance`);
    return null;
  }
  const [whole, mark, date = '', currency = '', digits = ''] = match;
  const amountMinor = out.amount(readSwiftAmount(digits, currency), digits, field.line, `:${field.tag}:`);
  if (amountMinor === null) return null;
  if (text.slice(whole.length).trim() !== '') {
    out.warn('text_unexpected', field.line, `text behind the amount of :${field.tag}:`);
  }
  const on = readDigitDate(date);
  if (!on) out.error('date_unreadable', field.line, `:${field.tag}: ${date} is no date`);
  return { amountMinor: mark === 'D' ? 0 - amountMinor : amountMinor, currency, on };
}

export const BALANCE_KINDS: Readonly<Record<string, BalanceKind>> = {
  '60F': 'opening',
  '60M': 'openingPage',
  '62F': 'closing',
  '62M': 'closingPage',
  '64': 'closingAvailable',
  '65': 'forwardAvailable',
};

/** Value date, entry date (some fill it with blanks), mark, funds code, amount, type, references; one bank breaks the line before the amount. */
const ENTRY =
  /^(\d{6})(?:(\d{4})| {4})?(R?[CD]|E[CD])([A-Z])?[\n ]?(\d[\d,.]{0,20}|,\d{1,5})((?!NONREF)[A-Z][A-Z0-9 ]{3})?([^\n]*)(?:\n([\s\S]*))?$/;

/**
 * `:61:`. C and RD (a debit taken back) are credits, D and RC debits; EC and ED (of MT942) are only expected. Null after
 * saying what is wrong.
 */
export function readEntry(
  field: SwiftField,
  currency: string | null,
  out: StatementCollector,
): RowDraft | null {
  const text = field.lines.join('\n');
  const match = ENTRY.exec(text);
  if (!match) {
    out.error('entry_unreadable', field.line, `:61: “${excerpt(text)}” is not an entry`);
    return null;
  }
  const [, date = '', entryDate, mark = '', , digits = '', , references = '', supplement] = match;
  const amountMinor = out.amount(readSwiftAmount(digits, currency), digits, field.line);
  if (amountMinor === null) return null;
  const valueOn = readValueDate(date, field.line, out);
  const [customerRef, ...bankRefs] = references.split('//');
  return {
    line: field.line,
    // Some banks write no more than the N of NONREF.
    ref: customerRef === 'N' ? null : reference(customerRef),
    bankRef: reference(bankRefs.join('//')),
    amountMinor,
    currency,
    direction: DIRECTIONS[mark] ?? 'debit',
    isReversal: mark.startsWith('R'),
    isBooked: !mark.startsWith('E'),
    valueOn,
    // Banks leave the entry date out when it is the value date.
    bookedOn: entryDate ? readEntryDate(entryDate, date, field.line, out) : valueOn,
    memo: supplement?.replace(/\s+/g, ' ').trim() || null,
    raw: '',
  };
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  C: 'credit',
  RD: 'credit',
  EC: 'credit',
  D: 'debit',
  RC: 'debit',
  ED: 'debit',
};

/**
 * Interest counted by months of thirty days makes 30 February a value date: it means the last day of February. Any other day
 * that the calendar lacks is an error.
 */
function readValueDate(date: string, line: number, out: StatementCollector): string | null {
  const found = readDigitDate(date);
  if (found) return found;
  const year = fullYear(Number(date.slice(0, 2)));
  const [month, day] = [Number(date.slice(2, 4)), Number(date.slice(4, 6))];
  if (month === 2 && (day === 29 || day === 30)) {
    const last = calendarDate(year, 2, lastDayOf(year, 2));
    out.warn('value_date_after_february', line, `value date ${date} (months of thirty days) read as ${last}`);
    return last;
  }
  out.error('date_unreadable', line, `value date ${date} is no date`);
  return null;
}

/** The entry date has no year: it is that in which it lies nearest to the value date. */
function readEntryDate(
  monthDay: string,
  valueDate: string,
  line: number,
  out: StatementCollector,
): string | null {
  const [month, day] = [Number(monthDay.slice(0, 2)), Number(monthDay.slice(2))];
  const valueYear = fullYear(Number(valueDate.slice(0, 2)));
  const valueMonth = Number(valueDate.slice(2, 4));
  const monthsAhead = month - valueMonth;
  const year = monthsAhead > 6 ? valueYear - 1 : monthsAhead < -6 ? valueYear + 1 : valueYear;
  const found = calendarDate(year, month, day);
  if (!found) out.error('date_unreadable', line, `entry date ${monthDay} is no date`);
  return found;
}
