import {
  plainText,
  readPrintedAmount,
  readPrintedDate,
  type TableRecord,
  UnreadableFile,
} from '../../infra/files/index.ts';
import { excerpt, type StatementCollector } from './collector.ts';
import type { DeclaredTotals, Direction } from './statement.types.ts';

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

/** Reads a file of one kind: what stands above the heading, the heading, rows, and what stands below. */
export class TableParser {
  private readonly kinds: readonly TableKind[];
  private readonly out: StatementCollector;
  private readonly declared: DeclaredReader;
  private columns: Columns | null = null;
  private reader: TableReader | null = null;
  private prefaceLines = 0;
  private lastLine = 0;

  /** Of several kinds, the first whose heading comes. */
  constructor(kinds: readonly TableKind[], out: StatementCollector) {
    this.kinds = kinds;
    this.out = out;
    this.declared = new DeclaredReader(out);
  }

  record(record: TableRecord): void {
    const plain = record.cells.map(plainText);
    this.lastLine = record.line;
    if (plain.every((cell) => cell === '')) return;
    if (!this.reader || !this.columns) {
      this.preface(record, plain);
      return;
    }
    if (this.reader.isTrailer?.(record, plain)) return;
    if (isNote(record.raw, plain)) {
      this.declared.take(record.raw, record.line);
      return;
    }
    if (record.cells.length < this.columns.width) {
      this.out.error(
        'row_cut_short',
        record.line,
        `${record.cells.length} cells where the heading has ${this.columns.width}`,
      );
    }
    this.reader.row(new RowCells(record, plain, this.columns));
  }

  end(): void {
    if (!this.reader) {
      const names = this.kinds.map(({ format }) => format).join(', ');
      throw new UnreadableFile('heading_missing', `no heading with the columns of ${names} is in the file`);
    }
    this.reader.end(this.declared.totals, this.lastLine);
  }

  private preface(record: TableRecord, plain: readonly string[]): void {
    for (const kind of this.kinds) {
      const columns = findColumns(plain, kind);
      if (!columns) continue;
      this.columns = columns;
      this.out.format = kind.format;
      this.out.variant = kind.variant;
      if (!this.out.isOpen) this.out.beginStatement(record.line);
      this.reader = kind.reader(this.out, columns);
      return;
    }
    this.prefaceLines += 1;
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
    )?.[1];
    if (account) this.out.nameStatement({ account });
  }
}

/** Lines that people read: rules, remarks, `#…`, totals with their words. */
function isNote(raw: string, plain: readonly string[]): boolean {
  const first = plain.find((cell) => cell !== '') ?? '';
  const filled = plain.filter((cell) => cell !== '').length;
  if (
    /^(#|-{4,}|={4,}|—{4,}|注:|说明|提示|备注:|以上|本页|.{0,6}合计|总计|小计|期[初末]余额|承前页|过次页|共\d)/.test(
      first,
    )
  )
    return true;
  return (
    filled <= 2 &&
    /^((已|待)?(收入|支出)[:合]|导出时间|打印|起始|终止|第.{1,6}页)/.test(first) &&
    !/^\d{8,}/.test(raw)
  );
}

/** What notes say of the totals: `共43笔记录`, `收入：1笔 0.35元`, `#支出合计：3笔，共-300.00元`, `已支出:6笔,1268.00元`. */
class DeclaredReader {
  private readonly out: StatementCollector;
  private readonly found: DeclaredTotals = { line: 0 };

  constructor(out: StatementCollector) {
    this.out = out;
  }

  take(raw: string, line: number): void {
    const text = raw.normalize('NFKC').slice(0, 500);
    const count = /共\s*(\d{1,9})\s*笔记录/.exec(text);
    if (count) {
      this.found.count = Number(count[1]);
      this.found.line ||= line;
    }
    const side =
      /(?:^|[#",\s])(?:已)?(收入|支出)(?:合计)?\s*:\s*(\d{1,9})\s*笔[,\s]*共?\s*([+-]?[\d.]{1,20})\s*元/.exec(
        text,
      );
    if (!side) return;
    const amountMinor = this.out.amount(
      readPrintedAmount(side[3] ?? '', 'CNY'),
      side[3] ?? '',
      line,
      'total',
    );
    if (amountMinor === null) return;
    const name = side[1] === '收入' ? 'credit' : 'debit';
    Object.assign(this.found, { [`${name}Count`]: Number(side[2]), [`${name}Minor`]: Math.abs(amountMinor) });
    this.found.line ||= line;
  }

  get totals(): DeclaredTotals | null {
    return this.found.line > 0 ? this.found : null;
  }
}

/** The direction that a word of `收/支`, `借/贷` or `DC` means, for the account that the table is of. */
export function directionWord(text: string | null): Direction | null {
  if (text === null) return null;
  // Some write it twice: “借 Dr”.
  const [word = '', again] = text.split(/[\s/()]+/);
  const direction = wordDirection(word);
  return again && wordDirection(again) !== direction ? null : direction;
}

function wordDirection(word: string): Direction | null {
  if (/^(收入|收|已收入|贷|贷方|贷记|C|CR|CREDIT|来账|转入|存入|入账|流入|\+)$/i.test(word)) return 'credit';
  if (/^(支出|支|已支出|借|借方|借记|D|DR|DEBIT|往账|转出|取出|出账|流出|-)$/i.test(word)) return 'debit';
  return null;
}
