import {
  plainText,
  readPrintedAmount,
  readPrintedDate,
  type TableRecord,
  UnreadableFile,
} from '../../infra/files/index.ts';
import { excerpt, type StatementCollector } from './collector.ts';
import type { DeclaredTotals } from './statement.types.ts';
import { DeclaredReader, isNote } from './table-words.ts';

/** A kind of table whose columns are known by their names, wherever they stand. */
export interface TableKind {
  /** `alipay`, `wechat-pay`, `cn-bank`. */
  format: string;
  /** Which of the format's tables. */
  variant: string;
  /** Role → names the column has had, as `headerName` writes them. */
  columns: Readonly<Record<string, readonly string[]>>;
  /** Roles without which a line is not the heading; a group of which one is enough is a list. */
  required: readonly (string | readonly string[])[];
  /** Makes the reader of one file, once its heading is known. */
  reader: (out: StatementCollector, columns: Columns) => TableReader;
}

/** Reads the records below the heading. */
export interface TableReader {
  row(cells: RowCells): void;
  /** True when a record below the heading is not a row: a total, a line, a note. */
  isTrailer?(record: TableRecord, plain: readonly string[]): boolean;
  /** Holds the rows to what the file says of their totals. */
  end(declared: DeclaredTotals | null, lastLine: number): void;
}

/** Lines that may stand above the heading. */
const MAX_PREFACE_LINES = 200;

/** Where each role's column is. */
export class Columns {
  private readonly indexes: ReadonlyMap<string, number>;
  readonly width: number;

  constructor(indexes: ReadonlyMap<string, number>, width: number) {
    this.indexes = indexes;
    this.width = width;
  }

  has(role: string): boolean {
    return this.indexes.has(role);
  }

  indexOf(role: string): number | undefined {
    return this.indexes.get(role);
  }
}

/** One row of a table, read by role. */
export class RowCells {
  readonly line: number;
  readonly raw: string;
  private readonly cells: readonly string[];
  private readonly plain: readonly string[];
  private readonly columns: Columns;

  /** `plain`: the cells as `plainText` gives them. */
  constructor({ cells, line, raw }: TableRecord, plain: readonly string[], columns: Columns) {
    this.cells = cells;
    this.plain = plain;
    this.line = line;
    this.raw = raw;
    this.columns = columns;
  }

  /** The text of the first of these roles that has any; `/` and dashes stand for nothing. */
  text(...roles: string[]): string | null {
    for (const role of roles) {
      const index = this.columns.indexOf(role);
      const text = index === undefined ? '' : (this.plain[index] ?? '');
      if (text !== '' && !/^(\/|-+|—+|无|null)$/.test(text)) return text;
    }
    return null;
  }

  /** What people wrote, as they wrote it: full-width forms are kept. */
  label(role: string): string | null {
    const index = this.columns.indexOf(role);
    return index === undefined || this.text(role) === null ? null : (this.cells[index] ?? '').trim();
  }

  /** Several labels as one text. */
  joined(...roles: string[]): string | null {
    const labels = roles.map((role) => this.label(role)).filter((label) => label !== null);
    return labels.length > 0 ? [...new Set(labels)].join(' ') : null;
  }

  /** Signed minor units; undefined where the cell is empty, null after saying what is wrong with it. */
  amount(role: string, currency: string, out: StatementCollector): number | null | undefined {
    const text = this.text(role);
    return text === null ? undefined : out.amount(readPrintedAmount(text, currency), text, this.line);
  }

  date(role: string, out: StatementCollector): string | null {
    const text = this.text(role);
    if (text === null) return null;
    const date = readPrintedDate(text);
    if (!date) out.error('date_unreadable', this.line, `“${excerpt(text)}” is no date`);
    return date;
  }
}

/** A heading as it is compared: full-width forms, blanks, units and translations in brackets and the like taken away. */
export function headerName(cell: string): string {
  return plainText(cell)
    .replace(/\[[^\]]*\]/g, '')
    .replace(/[\s"'*:]/g, '')
    .replace(/\((单位[::]?)?[+-]?(元|人民币|人民币元|RMB|CNY)\)/gi, '')
    .replace(/（.*?）/g, '');
}

/** Finds the columns of a kind in a line; null when it is not its heading. */
export function findColumns(cells: readonly string[], kind: TableKind): Columns | null {
  const names = cells.map(headerName);
  const indexes = new Map<string, number>();
  for (const [role, aliases] of Object.entries(kind.columns)) {
    for (const alias of aliases) {
      const index = names.indexOf(alias);
      if (index === -1) continue;
      indexes.set(role, index);
      break;
    }
  }
  const isHeading = kind.required.every((need) =>
    typeof need === 'string' ? indexes.has(need) : need.some((role) => indexes.has(role)),
  );
  return isHeading ? new Columns(indexes, cells.length) : null;
}

/** A heading that was found: further sheets with the same one go on with the table. */
interface Heading {
  kind: TableKind;
  columns: Columns;
  /** Its cells, to be compared. */
  text: string;
}

/**
 * Reads a file of one kind: what stands above the heading, the heading, rows, and what stands below. Of several sheets, each with
 * the heading of the first is a statement of its own.
 */
export class TableParser {
  private readonly kinds: readonly TableKind[];
  private readonly out: StatementCollector;
  private readonly mayRowsEndEarly: boolean;
  private heading: Heading | null = null;
  /** A heading whose lower half may come with the next line. */
  private upper: { heading: Heading; cells: readonly string[]; line: number } | null = null;
  private reader: TableReader | null = null;
  private declared: DeclaredReader;
  /** The line before, which may be the upper half of a heading. */
  private above: readonly string[] = [];
  private account: string | null = null;
  private prefaceLines = 0;
  private lastLine = 0;
  private sheetName = '';
  private hasRowsWithoutHeading = false;

  /** Of several kinds, the first whose heading comes. Spreadsheets keep no empty cells at the end of a row: they may end early. */
  constructor(kinds: readonly TableKind[], out: StatementCollector, { mayRowsEndEarly = false } = {}) {
    this.kinds = kinds;
    this.out = out;
    this.mayRowsEndEarly = mayRowsEndEarly;
    this.declared = new DeclaredReader(out);
  }

  record(record: TableRecord): void {
    const plain = record.cells.map(plainText);
    this.lastLine = record.line;
    if (plain.every((cell) => cell === '')) return;
    if (this.upper && this.takeLowerHalf(plain)) return;
    const { reader, heading } = this;
    if (!reader || !heading) {
      this.preface(record, plain);
      return;
    }
    if (reader.isTrailer?.(record, plain)) return;
    if (isNote(record.raw, plain)) {
      this.declared.take(record.raw, record.line);
      return;
    }
    if (record.cells.length < heading.columns.width && !this.mayRowsEndEarly) {
      this.out.error(
        'row_cut_short',
        record.line,
        `${record.cells.length} cells where the heading has ${heading.columns.width}`,
      );
    }
    reader.row(new RowCells(record, plain, heading.columns));
  }

  /** What comes next stands on another sheet. */
  nextSheet(name: string): void {
    this.endSheet();
    this.sheetName = name;
  }

  /** Whether a heading was found. */
  get hasHeading(): boolean {
    return this.heading !== null || this.upper !== null;
  }

  end(): void {
    this.endSheet();
    if (this.heading) return;
    const names = this.kinds.map(({ format }) => format).join(', ');
    throw new UnreadableFile('heading_missing', `no heading with the columns of ${names} is in the file`);
  }

  private endSheet(): void {
    if (this.upper) this.takeLowerHalf([]);
    if (this.reader) this.reader.end(this.declared.totals, this.lastLine);
    else if (this.heading && this.hasRowsWithoutHeading) {
      const message = `the sheet “${this.sheetName}” has rows like those before, and no heading: not read`;
      this.out.error('sheets_not_read', 0, message);
    } else if (this.heading && this.prefaceLines > 0) {
      const message = `the sheet “${this.sheetName}” has another heading than the first, or none: not read`;
      this.out.warn('sheets_not_read', 0, message);
    }
    this.reader = null;
    this.declared = new DeclaredReader(this.out);
    this.above = [];
    this.account = null;
    this.prefaceLines = 0;
    this.hasRowsWithoutHeading = false;
  }

  private preface(record: TableRecord, plain: readonly string[]): void {
    const found = this.headingIn(plain) ?? this.headingIn(belowOf(this.above, plain));
    this.above = plain;
    if (found && (!this.heading || this.heading.text === found.text)) {
      this.upper = { heading: found, cells: plain, line: record.line };
      return;
    }
    this.prefaceLines += 1;
    if (this.heading) {
      const date = plain[this.heading.columns.indexOf('date') ?? -1] ?? '';
      this.hasRowsWithoutHeading ||= readPrintedDate(date) !== null;
      return;
    }
    if (this.prefaceLines > MAX_PREFACE_LINES) {
      throw new UnreadableFile(
        'heading_missing',
        `no heading in the first ${MAX_PREFACE_LINES} lines`,
        record.line,
      );
    }
    this.declared.take(record.raw, record.line);
    const account = /(?:账号|账户|卡号|商户号)[::]?\s*\[?\s*([\w*@.-]{4,64})/.exec(
      record.raw.normalize('NFKC'),
    );
    this.account = account?.[1] ?? this.account;
  }

  private headingIn(plain: readonly string[]): Heading | null {
    for (const kind of this.heading ? [this.heading.kind] : this.kinds) {
      const columns = findColumns(plain, kind);
      if (columns) return { kind, columns, text: plain.map(headerName).join('\t').trimEnd() };
    }
    return null;
  }

  /** “发生额” over “收入” and “支出”: names of columns, and no digit. False when the line is no half of a heading. */
  private takeLowerHalf(plain: readonly string[]): boolean {
    const { upper } = this;
    this.upper = null;
    if (!upper) return false;
    const { kind } = upper.heading;
    const names = new Set(Object.values(kind.columns).flat());
    const isHalf =
      !plain.some((cell) => /\d/.test(cell)) && plain.some((cell) => names.has(headerName(cell)));
    const whole = isHalf ? this.headingIn(belowOf(upper.cells, plain)) : null;
    this.begin(whole ?? upper.heading, upper.line);
    return whole !== null;
  }

  private begin(heading: Heading, line: number): void {
    this.heading = heading;
    this.out.format = heading.kind.format;
    this.out.variant = heading.kind.variant;
    this.out.beginStatement(line, null, this.account);
    this.reader = heading.kind.reader(this.out, heading.columns);
  }
}

/** A heading over two lines as one: where the lower half has nothing, the cell above stands for both. */
export function belowOf(above: readonly string[], plain: readonly string[]): string[] {
  const width = Math.max(above.length, plain.length);
  return Array.from({ length: width }, (_, index) => plain[index] || above[index] || '');
}
