import { MAX_SHEET_COLUMNS } from './cells.ts';
import type { TableRecord } from './csv.ts';
import { LIMITS } from './limits.ts';
import type { ReadingReport } from './reading.types.ts';
import { UnreadableFile } from './reading.types.ts';
import { endOfTag } from './xml-grammar.ts';

const MAX_TABLES_DEEP = 32;
/** Elements whose inside nobody sees. */
const UNSEEN: ReadonlySet<string> = new Set([
  'style',
  'script',
  'title',
  'xml',
  'noscript',
  'select',
  'textarea',
]);
/** Elements that begin a line of their own. */
const BLOCKS = /^(p|div|br|h[1-6]|li|ul|ol|hr|center|form|body|table|caption|tr)$/;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['nbsp', ' '],
  ['ensp', ' '],
  ['emsp', ' '],
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
  ['yen', '¥'],
  ['middot', '·'],
  ['mdash', '—'],
  ['ndash', '–'],
  ['hellip', '…'],
]);

interface Table {
  /** Of each column: in how many rows from here a cell from above still stands. */
  below: number[];
  row: string[] | null;
  column: number;
  cell: { text: string; columns: number; rows: number } | null;
}

/**
 * Reads the rows of all tables of a web page, and the lines beside them, in the memory of one row. Pages are forgiven what browsers
 * forgive; a page that ends inside a table is not whole. `line` counts the rows.
 */
export class HtmlTableReader {
  private readonly out: ReadingReport;
  private readonly take: (record: TableRecord) => void;
  private readonly tables: Table[] = [];
  private rest = '';
  private line = 0;
  /** What ends the comment or element whose inside nobody sees. */
  private unseenUntil: string | null = null;
  private beside = '';

  constructor(out: ReadingReport, take: (record: TableRecord) => void) {
    this.out = out;
    this.take = take;
  }

  write(text: string): void {
    const buffer = this.rest + text;
    let at = 0;
    while (at < buffer.length) {
      const next = this.unseenUntil === null ? this.read(buffer, at) : this.passUnseen(buffer, at);
      if (next === -1) break;
      at = next;
    }
    this.rest = buffer.slice(at);
    if (this.rest.length > LIMITS.xmlTokenChars) {
      throw new UnreadableFile('line_too_long', 'a tag, text or comment too long for a table', this.line);
    }
  }

  end(): void {
    const isCut = this.tables.length > 0 || this.unseenUntil !== null || this.rest.startsWith('<');
    if (isCut) this.out.error('file_cut_short', this.line, 'the page ends inside a table or a tag');
    else this.text(this.rest);
    this.flushBeside();
  }

  /** Where reading goes on; -1 when what stands here has not come to its end. */
  private read(buffer: string, at: number): number {
    if (buffer[at] !== '<') {
      const end = buffer.indexOf('<', at);
      if (end === -1) return -1;
      this.text(buffer.slice(at, end));
      return end;
    }
    if (buffer.startsWith('<!--', at)) {
      this.unseenUntil = '-->';
      return at + 4;
    }
    if ('<!--'.startsWith(buffer.slice(at, at + 4))) return -1;
    if (!/^<[a-z/!?]/i.test(buffer.slice(at, at + 2))) {
      this.text('<');
      return at + 1;
    }
    const end = endOfTag(buffer, at + 1);
    if (end === -1) return -1;
    this.tag(buffer.slice(at + 1, end));
    // A tag that is interrupted by the next one.
    return buffer[end] === '<' ? end : end + 1;
  }

  private passUnseen(buffer: string, at: number): number {
    const mark = this.unseenUntil ?? '';
    const found = buffer.slice(at).search(new RegExp(mark.replace('-->', '--!?>'), 'i'));
    if (found === -1) {
      // The mark itself may be cut; nothing before it is of use.
      const keep = Math.max(at, buffer.length - mark.length);
      return keep > at ? keep : -1;
    }
    this.unseenUntil = null;
    return mark === '-->' ? buffer.indexOf('>', at + found) + 1 : at + found;
  }

  private tag(inside: string): void {
    if (/<\/?t[dr]\b/i.test(inside)) {
      this.out.error('quote_not_closed', this.line + 1, 'a tag whose quotes run over cells');
    }
    const [, slash = '', name = ''] = /^(\/?)([a-z][\w:-]{0,40})/i.exec(inside) ?? [];
    const tag = name.toLowerCase();
    const isClosing = slash !== '';
    if (UNSEEN.has(tag) && !isClosing && !inside.endsWith('/')) this.unseenUntil = `</${tag}`;
    if (BLOCKS.test(tag)) {
      if (this.cell) this.cell.text += ' ';
      else this.flushBeside();
    }
    if (tag === 'table') this.tableTag(isClosing);
    else if (tag === 'tr') {
      this.endRow();
      if (!isClosing) this.beginRow();
    } else if (tag === 'td' || tag === 'th') {
      this.endCell();
      if (!isClosing) this.beginCell(inside);
    }
  }

  private tableTag(isClosing: boolean): void {
    if (!isClosing) {
      if (this.tables.length >= MAX_TABLES_DEEP) {
        throw new UnreadableFile(
          'xml_too_deep',
          `tables nested more than ${MAX_TABLES_DEEP} deep`,
          this.line,
        );
      }
      this.tables.push({ below: [], row: null, column: 0, cell: null });
      return;
    }
    this.endRow();
    this.tables.pop();
  }

  private get table(): Table | undefined {
    return this.tables.at(-1);
  }

  private get cell(): Table['cell'] {
    return this.table?.cell ?? null;
  }

  private text(text: string): void {
    const { cell } = this;
    if (cell) cell.text += text;
    else this.beside += text;
    if ((cell?.text ?? this.beside).length > LIMITS.lineChars) {
      throw new UnreadableFile('line_too_long', 'a cell too long for a table', this.line + 1);
    }
  }

  private beginRow(): void {
    const { table } = this;
    if (!table) return;
    table.row = [];
    table.column = 0;
  }

  private beginCell(inside: string): void {
    const { table } = this;
    if (!table) return;
    if (!table.row) this.beginRow();
    table.cell = { text: '', columns: spanOf(inside, 'colspan'), rows: spanOf(inside, 'rowspan') };
  }

  /** Puts the cell where the cells above leave room; what it covers beside its first place is empty, as in a spreadsheet. */
  private endCell(): void {
    const { table } = this;
    const row = table?.row;
    const cell = table?.cell;
    if (!table || !row || !cell) return;
    table.cell = null;
    while ((table.below[table.column] ?? 0) > 0) this.place(table, row, '');
    const first = table.column;
    for (let index = 0; index < cell.columns; index++)
      this.place(table, row, index === 0 ? plain(cell.text) : '');
    if (cell.rows > 1) for (let at = first; at < table.column; at++) table.below[at] = cell.rows;
  }

  private place({ column }: Table, row: string[], text: string): void {
    if (column >= MAX_SHEET_COLUMNS) {
      throw new UnreadableFile(
        'spreadsheet_too_large',
        `more than ${MAX_SHEET_COLUMNS} columns`,
        this.line + 1,
      );
    }
    row[column] = text;
    if (this.table) this.table.column += 1;
  }

  private endRow(): void {
    this.endCell();
    const { table } = this;
    const row = table?.row;
    if (!table || !row) return;
    table.row = null;
    table.below = Array.from(table.below, (rows) => Math.max(0, (rows ?? 0) - 1));
    this.emit(row);
  }

  private flushBeside(): void {
    const text = plain(this.beside);
    this.beside = '';
    if (text !== '') this.emit([text]);
  }

  private emit(cells: string[]): void {
    this.line += 1;
    this.take({ cells, line: this.line, raw: cells.join('\t') });
  }
}

function spanOf(tag: string, name: string): number {
  const digits = new RegExp(`\\s${name}\\s*=\\s*["']?\\s*(\\d{1,6})`, 'i').exec(tag)?.[1];
  return Math.max(1, Number(digits ?? 1));
}

function plain(text: string): string {
  const resolved = text.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]{2,8}));?/gi,
    (whole, hex, decimal, name) => {
      if (name) return ENTITIES.get(name.toLowerCase()) ?? whole;
      const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
      return code === 160 ? ' ' : code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
  return resolved.replace(/\s+/g, ' ').trim();
}
