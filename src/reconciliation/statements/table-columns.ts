import { plainText, readPrintedAmount, readPrintedDate, type TableRecord } from '../../infra/files/index.ts';
import { excerpt, type StatementCollector } from './collector.ts';
import type { DeclaredTotals } from './statement.types.ts';
import { dayBefore, lacksYear } from './statement-date.ts';

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

/** Where each role's column is. */
export class Columns {
  private readonly indexes: ReadonlyMap<string, number>;
  /** Up to the last column that has a name. */
  readonly width: number;

  constructor(indexes: ReadonlyMap<string, number>, width: number) {
    this.indexes = indexes;
    this.width = width;
  }

  has(role: string): boolean {
    return this.indexes.has(role);
  }

  hasRoleAt(index: number): boolean {
    for (const each of this.indexes.values()) if (each === index) return true;
    return false;
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
  private readonly statementOn: string | null;

  /** `plain`: the cells as `plainText` gives them. `statementOn`: of when the table is, if it says so; days without a year are before it. */
  constructor(
    { cells, line, raw }: TableRecord,
    plain: readonly string[],
    columns: Columns,
    statementOn: string | null,
  ) {
    this.statementOn = statementOn;
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
    return index === undefined || this.text(role) === null
      ? null
      : (this.cells[index] ?? '').replace(/^[\s`]+/, '').trim();
  }

  /** The texts of the cells in columns that have no role. */
  get others(): string[] {
    return this.plain.filter((_, index) => !this.columns.hasRoleAt(index));
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
    const { statementOn } = this;
    const date = readPrintedDate(text) ?? (statementOn && dayBefore(text, statementOn));
    if (date) return date;
    const why = statementOn === null && lacksYear(text) ? YEAR_MISSING : 'is no date';
    out.error('date_unreadable', this.line, `“${excerpt(text)}” ${why}`);
    return null;
  }
}

const YEAR_MISSING =
  'has no year, and nothing above the heading says of when the statement is (账单日, 账单周期, 账单月份): ask for an export with years, or declare with --layout where the file says its date';

/** A heading as it is compared: full-width forms, blanks, units and translations in brackets and the like taken away. */
export function headerName(cell: string): string {
  return plainText(cell)
    .replace(/\[[^\]]*\]/g, '')
    .replace(/[\s"'*:]/g, '')
    .replace(/\((单位[::]?)?[+-]?(元|人民币|人民币元|RMB|CNY)\)/gi, '')
    .replace(/（.*?）/g, '');
}

/** Two columns of one name may be the two sides: which is which is not guessed. */
function isMoney(role: string): boolean {
  return /amount|credit|debit|income|expense/i.test(role);
}

/** Finds the columns of a kind in a line; null when it is not its heading. */
export function findColumns(cells: readonly string[], kind: TableKind): Columns | null {
  const names = cells.map(headerName);
  const indexes = new Map<string, number>();
  for (const [role, aliases] of Object.entries(kind.columns)) {
    for (const alias of aliases) {
      const index = names.indexOf(alias);
      if (index === -1 || (isMoney(role) && names.lastIndexOf(alias) !== index)) continue;
      indexes.set(role, index);
      break;
    }
  }
  const isHeading = kind.required.every((need) =>
    typeof need === 'string' ? indexes.has(need) : need.some((role) => indexes.has(role)),
  );
  return isHeading ? new Columns(indexes, names.findLastIndex((name) => name !== '') + 1) : null;
}

/** A heading over two lines as one: where the lower half has nothing, the cell above stands for both. */
export function belowOf(above: readonly string[], plain: readonly string[]): string[] {
  const width = Math.max(above.length, plain.length);
  return Array.from({ length: width }, (_, index) => plain[index] || above[index] || '');
}
