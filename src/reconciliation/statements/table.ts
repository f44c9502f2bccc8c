import { plainText, readPrintedDate, type TableRecord, UnreadableFile } from '../../infra/files/index.ts';
import type { StatementCollector } from './collector.ts';
import { lacksYear, StatementDate } from './statement-date.ts';
import {
  belowOf,
  type Columns,
  findColumns,
  headerName,
  RowCells,
  type TableKind,
  type TableReader,
} from './table-columns.ts';
import { DeclaredReader, isNote } from './table-words.ts';

/** Lines that may stand above the heading. */
const MAX_PREFACE_LINES = 200;

/** A heading that was found: further sheets with the same one go on with the table. */
interface Heading {
  kind: TableKind;
  columns: Columns;
  /** Its cells, to be compared; the first one by itself. */
  text: string;
  first: string | undefined;
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
  private statementDate = new StatementDate();
  /** Of when the rows are that lack the year. */
  private statementOn: string | null = null;
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
    if (reader.isTrailer?.(record, plain) || isAgain(heading, plain)) return;
    if (isNote(record.raw, plain, () => isDated(plain, heading.columns))) {
      this.declared.take(record.raw, record.line);
      return;
    }
    const cells = this.fitting(record, heading.columns);
    const fitting = cells === record.cells ? plain : cells.map(plainText);
    reader.row(new RowCells({ ...record, cells }, fitting, heading.columns, this.statementOn));
  }

  /** The row's cells, after saying so when they are not as many as the heading's. */
  private fitting({ raw, line, cells }: TableRecord, { width }: Columns): string[] {
    // WeChat Pay puts a back-tick before each value, and no quotes around one with a comma.
    const isTicked = cells.length > width && raw.startsWith('`');
    const fitting = isTicked ? raw.slice(1).split(/,\s?`/) : cells;
    const say = (code: string) =>
      this.out.error(code, line, `${fitting.length} cells where the heading has ${width}`);
    if (fitting.length < width && !this.mayRowsEndEarly) say('row_cut_short');
    else if (fitting.length > width && fitting.slice(width).some((cell) => plainText(cell) !== ''))
      say('row_too_long');
    return fitting;
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
    this.statementDate = new StatementDate();
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
    this.statementDate.take(plain);
    if (this.heading) {
      this.hasRowsWithoutHeading ||= isDated(plain, this.heading.columns);
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
    const account = /(?:账号|账户|卡号|商户号)[::]?\s*\[?\s*(?!\d{4}年)([\w*@.-]{4,64})/.exec(
      record.raw.normalize('NFKC'),
    );
    this.account = account?.[1] ?? this.account;
  }

  private headingIn(plain: readonly string[]): Heading | null {
    for (const kind of this.heading ? [this.heading.kind] : this.kinds) {
      const columns = findColumns(plain, kind);
      if (columns) return { kind, columns, text: headingText(plain), first: plain[0] };
    }
    return null;
  }

  /**
   * “发生额” over “收入” and “支出”: names of columns, and no digit. False when the line is no half of a heading, nor its translation.
   */
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
    return whole !== null || isTranslation(plain, upper.heading.columns);
  }

  private begin(heading: Heading, line: number): void {
    this.heading = heading;
    this.statementOn = this.statementDate.date;
    this.out.format = heading.kind.format;
    this.out.variant = heading.kind.variant;
    this.out.beginStatement(line, null, this.account);
    this.reader = heading.kind.reader(this.out, heading.columns);
  }
}

/** Each page of an export may repeat its heading. */
function isAgain({ first, text }: Heading, plain: readonly string[]): boolean {
  return plain[0] === first && headingText(plain) === text;
}

/** Some banks write the names of the columns again in English, below. */
function isTranslation(plain: readonly string[], columns: Columns): boolean {
  const isWord = /^[a-z][a-z ./()]*$/i.test(plain[columns.indexOf('date') ?? -1] ?? '');
  return isWord && plain.every((cell) => cell === '' || /[a-z]/i.test(cell));
}

function headingText(plain: readonly string[]): string {
  return plain.map(headerName).join('\t').trimEnd();
}

function isDated(plain: readonly string[], columns: Columns): boolean {
  const date = plain[columns.indexOf('date') ?? -1] ?? '';
  return readPrintedDate(date) !== null || lacksYear(date);
}
