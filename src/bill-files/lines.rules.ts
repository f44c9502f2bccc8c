import type { ChargeKind } from '../contract/index.ts';
import { plainText, readPrintedAmount, readPrintedDate } from '../infra/files/index.ts';
import { sumMinor } from '../kernel/money.ts';
import type { FileColumns } from './columns.rules.ts';
import type { LineProblemCode } from './line-problems.ts';
import type { AccountPatterns } from './setup.ts';

/** What beside its amount is known of a bill; kept as JSON, so its names are short where bills are many. */
export interface BillDetails {
  period: string;
  early?: { minor: number; until: string };
  lateMinor?: number;
  charges?: readonly { kind: ChargeKind; zh: string; en: string; minor: number }[];
}

/** One line of a file, understood. */
export interface FiledBill {
  line: number;
  /** The account as `accountKey` writes it. */
  account: string;
  maskedName: string | null;
  billId: string;
  /** 0: paid, as the agency says. */
  amountMinor: number;
  dueDate: string | null;
  details: BillDetails;
}

/** One thing that is wrong with a line. */
export interface LineProblem {
  line: number;
  /** Of the setup: `amount`, `inputs.accountNumber`, `charges`. */
  field: string;
  code: LineProblemCode;
  /** More about a file as a whole; never what stands in a line. */
  detail?: string;
}

export type LineReading =
  | { kind: 'bill'; bill: FiledBill }
  | { kind: 'bad'; problems: readonly LineProblem[] }
  /** Nothing stands there, or a sum of what does. */
  | { kind: 'skipped' };

const MAX_TEXT_CHARS = 64;
const MAX_PERIOD_CHARS = 32;
const SUM_LINE = /^(合计|总计|小计|共计|total)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_TEXT = /[\u0000-\u001f\u007f\ufffd]/;

/** One text for an account, however its parts were typed: no blanks, no full-width forms, no case. */
export function accountKey(parts: Readonly<Record<string, string>>): string {
  return Object.keys(parts)
    .sort()
    .map((name) => plainPart(parts[name] ?? ''))
    .join(' ');
}

function plainPart(text: string): string {
  return plainText(text).replace(/\s/g, '').toUpperCase();
}

/** `张*`, `欧阳**`: the first character stays, and no more than three stars tell how long it was. */
export function maskName(name: string): string {
  const [first = '', ...others] = [...name.trim()];
  if (others.length === 0) return first === '' ? '' : '*';
  return first + '*'.repeat(Math.min(others.length, 3));
}

/** Empty where there is none, null where it is none. */
function dateOf(cell: string): string | null {
  const text = plainText(cell);
  return text === '' ? '' : readPrintedDate(text);
}

/** `2025-11` for the ways a month is written; any other text as it is. */
function monthOf(text: string): string {
  const month =
    /^(\d{4})(?:[-/.年])(\d{1,2})月?$/.exec(text) ??
    /^(\d{4})(0[1-9]|1[0-2])$/.exec(text) ??
    // A spreadsheet keeps a month as its first day.
    /^(\d{4})-(\d{2})-01 00:00:00$/.exec(text);
  return month ? `${month[1]}-${(month[2] ?? '').padStart(2, '0')}` : text;
}

/** Makes the reader of the lines below a heading. */
export function lineReader(
  columns: FileColumns,
  patterns: AccountPatterns,
  currency: string,
): (cells: readonly string[], line: number) => LineReading {
  const reader = new LineReader(columns, patterns, currency);
  return (cells, line) => {
    const first = cells.find((cell) => cell.trim() !== '');
    if (first === undefined || SUM_LINE.test(first.trim())) return { kind: 'skipped' };
    return reader.read(cells, line);
  };
}

/** Remembers its last answer: what lines say of dates and periods is mostly what the line above said. */
function remembering<Answer>(work: (text: string) => Answer): (text: string) => Answer {
  let last: { text: string; answer: Answer } | null = null;
  return (text) => {
    if (last?.text !== text) last = { text, answer: work(text) };
    return last.answer;
  };
}

type CompiledInput = { name: string; index: number; pattern: RegExp };

class LineReader {
  private problems: LineProblem[] = [];
  private cells: readonly string[] = [];
  private line = 0;
  private readonly columns: FileColumns;
  private readonly currency: string;
  private readonly inputs: readonly CompiledInput[];
  private readonly dateOf = remembering(dateOf);
  private readonly monthOf = remembering(monthOf);
  private readonly maskOf = remembering(maskName);

  constructor(columns: FileColumns, patterns: AccountPatterns, currency: string) {
    this.columns = columns;
    this.currency = currency;
    this.inputs = columns.inputs.map(({ name, index }) => ({
      name,
      index,
      pattern: new RegExp(patterns[name] ?? '^[^]+$', 'u'),
    }));
  }

  read(cells: readonly string[], line: number): LineReading {
    this.cells = cells;
    this.line = line;
    this.problems = [];
    const bill = this.bill();
    const { problems } = this;
    return problems.length === 0 && bill ? { kind: 'bill', bill } : { kind: 'bad', problems };
  }

  private bill(): FiledBill | null {
    const account = this.account();
    const amountMinor = this.amount('amount', true);
    const dueDate = this.date('dueDate');
    const period = this.period();
    const billId = this.columns.single.billId === undefined ? period : this.text('billId', MAX_TEXT_CHARS);
    if (billId === '') this.fault('billId', 'bill_id_missing');
    if (amountMinor === null) return null;
    const options = amountMinor === 0 ? {} : this.options(amountMinor, dueDate);
    const charges = amountMinor === 0 ? [] : this.charges(amountMinor);
    const name = this.text('holderName', MAX_TEXT_CHARS);
    return {
      line: this.line,
      account,
      maskedName: name === '' ? null : this.maskOf(name),
      billId,
      amountMinor,
      dueDate,
      details: {
        period: period || billId.slice(0, MAX_PERIOD_CHARS),
        ...options,
        ...(charges.length > 0 && { charges }),
      },
    };
  }

  private account(): string {
    const parts: Record<string, string> = {};
    for (const { name, index, pattern } of this.inputs) {
      const text = plainText(this.cells[index] ?? '');
      parts[name] = text;
      const field = `inputs.${name}`;
      if (text === '') this.fault(field, 'account_missing');
      else if (text.length > MAX_TEXT_CHARS) this.fault(field, 'text_too_long');
      else if (NOT_TEXT.test(text)) this.fault(field, 'text_damaged');
      else if (!pattern.test(text)) this.fault(field, 'account_wrong_format');
    }
    return accountKey(parts);
  }

  /** Null where there is none, after saying so if there must be one. */
  private amount(field: 'amount' | 'earlyAmount' | 'lateAmount', isRequired: boolean): number | null {
    const text = this.cellOf(field);
    if (text === '') {
      if (isRequired) this.fault(field, 'amount_missing');
      return null;
    }
    return this.amountOf(text, field);
  }

  private amountOf(text: string, field: string): number | null {
    const amount = readPrintedAmount(text, this.currency);
    if (typeof amount === 'string') {
      const code = amount === 'currency_unreadable' ? 'amount_unreadable' : amount;
      return this.fault(field, code);
    }
    return amount < 0 ? this.fault(field, 'amount_negative') : amount;
  }

  private date(field: 'dueDate' | 'earlyUntil'): string | null {
    const date = this.dateOf(this.cellOf(field));
    return date === '' ? null : (date ?? this.fault(field, 'date_unreadable'));
  }

  private period(): string {
    return this.monthOf(this.text('period', MAX_PERIOD_CHARS));
  }

  private options(amountMinor: number, dueDate: string | null): Pick<BillDetails, 'early' | 'lateMinor'> {
    const earlyMinor = this.amount('earlyAmount', false);
    const until = this.date('earlyUntil');
    const lateMinor = this.amount('lateAmount', false);
    if (earlyMinor !== null && until === null) this.fault('earlyUntil', 'early_date_missing');
    if (earlyMinor !== null && (earlyMinor > amountMinor || earlyMinor === 0)) {
      this.fault('earlyAmount', 'early_not_less');
    }
    if (until !== null && dueDate !== null && until > dueDate) this.fault('earlyUntil', 'early_after_due');
    if (lateMinor !== null && dueDate === null) this.fault('dueDate', 'due_date_missing');
    if (lateMinor !== null && lateMinor < amountMinor) this.fault('lateAmount', 'late_not_more');
    return {
      ...(earlyMinor !== null && until !== null && { early: { minor: earlyMinor, until } }),
      ...(lateMinor !== null && { lateMinor }),
    };
  }

  private charges(amountMinor: number): NonNullable<BillDetails['charges']>[number][] {
    const charges = this.columns.charges.flatMap(({ index, kind, label }) => {
      const text = (this.cells[index] ?? '').trim();
      // What takes off, such as a rebate, is below zero.
      const reading = text === '' ? 0 : readPrintedAmount(text, this.currency);
      const minor = typeof reading === 'number' ? reading : this.fault('charges', 'amount_unreadable');
      return minor === null || minor === 0 ? [] : [{ kind, zh: label['zh-CN'], en: label.en, minor }];
    });
    const isWhole = charges.length === 0 || sumMinor(charges.map(({ minor }) => minor)) === amountMinor;
    if (!isWhole && this.problems.length === 0) this.fault('charges', 'charges_differ');
    return charges;
  }

  private text(field: 'billId' | 'period' | 'holderName', maxChars: number): string {
    const text = plainText(this.cellOf(field));
    if (text.length > maxChars) this.fault(field, 'text_too_long');
    else if (NOT_TEXT.test(text)) this.fault(field, 'text_damaged');
    return text;
  }

  private cellOf(field: keyof FileColumns['single']): string {
    const index = this.columns.single[field];
    return index === undefined ? '' : (this.cells[index] ?? '').trim();
  }

  private fault(field: string, code: LineProblemCode): null {
    this.problems.push({ line: this.line, field, code });
    return null;
  }
}
