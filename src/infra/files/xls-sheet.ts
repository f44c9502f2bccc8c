import { type BiffRecord, damagedWorkbook, RECORD, RecordCursor } from './biff-records.ts';
import { daysText, numberText } from './cells.ts';
import type { TableRecord } from './csv.ts';
import type { ReadingReport } from './reading.types.ts';
import { UnreadableFile } from './reading.types.ts';
import type { XlsWorkbook } from './xls.ts';

const MAX_CELLS = 4_000_000;
const MAX_COLUMNS = 256;

/** What a cell says where a formula failed ([MS-XLS] 2.5.10). */
const ERRORS: Readonly<Record<number, string>> = {
  0: '#NULL!',
  7: '#DIV/0!',
  15: '#VALUE!',
  23: '#REF!',
  29: '#NAME?',
  36: '#NUM!',
  42: '#N/A',
};

/** The cells of one sheet, from its records: writers need not keep to the order of rows. */
export class XlsSheet {
  private readonly workbook: XlsWorkbook;
  private readonly out: ReadingReport;
  /** What is wrong with a row is said when its turn comes. */
  private readonly warnings = new Map<number, Parameters<ReadingReport['warn']>[]>();
  private readonly whenItsTurnComes: ReadingReport;
  private readonly rows: (string[] | undefined)[] = [];
  private cellCount = 0;
  /** Charts inside a sheet have records of their own. */
  private depth = 0;
  /** The cell of the formula whose text comes with the next record. */
  private awaited: { row: number; column: number } | null = null;

  constructor(workbook: XlsWorkbook, out: ReadingReport) {
    this.workbook = workbook;
    this.out = out;
    const keep: ReadingReport['warn'] = (code, line, message) => {
      this.warnings.set(line, [...(this.warnings.get(line) ?? []), [code, line, message]]);
    };
    this.whenItsTurnComes = { error: keep, warn: keep };
  }

  /** Takes a record; false for the last one of the sheet. */
  take(record: BiffRecord): boolean {
    const { type } = record;
    if (this.depth === 0 && type !== RECORD.bof) throw damagedWorkbook('a sheet is not where it should be');
    if (type === RECORD.bof) this.depth += 1;
    else if (type === RECORD.eof) this.depth -= 1;
    else if (this.depth === 1) this.takeCell(record);
    return this.depth > 0;
  }

  /** The rows that have cells, from the top. */
  *records(): Generator<TableRecord> {
    for (const [index, row] of this.rows.entries()) {
      if (!row) continue;
      for (const warning of this.warnings.get(index + 1) ?? []) this.out.warn(...warning);
      const cells = Array.from(row, (cell) => cell ?? '');
      yield { cells, line: index + 1, raw: cells.join('\t') };
    }
  }

  private takeCell(record: BiffRecord): void {
    const { type } = record;
    const bytes = record.parts[0] ?? Buffer.alloc(0);
    if (type === RECORD.labelSst) this.put(bytes, this.sharedString(bytes.readUInt32LE(6)));
    else if (type === RECORD.number) this.putNumber(bytes, bytes.readDoubleLE(6));
    else if (type === RECORD.rk) this.putNumber(bytes, rkNumber(bytes.readUInt32LE(6)));
    else if (type === RECORD.mulRk) this.takeNumbers(bytes);
    else if (type === RECORD.label || type === RECORD.richString) {
      const cursor = new RecordCursor(record, 6);
      this.put(bytes, cursor.string(cursor.uint16()));
    } else if (type === RECORD.boolErr) this.put(bytes, boolOrError(bytes[6] ?? 0, bytes[7] === 1));
    else if (type === RECORD.formula) this.takeFormula(bytes);
    else if (type === RECORD.string && this.awaited) {
      const cursor = new RecordCursor(record);
      this.putAt(this.awaited.row, this.awaited.column, cursor.string(cursor.uint16()));
      this.awaited = null;
    }
  }

  private sharedString(index: number): string {
    const text = this.workbook.strings[index];
    if (text === undefined) throw damagedWorkbook('a cell refers to a text that is not there');
    return text;
  }

  /** Numbers beside each other in one record: a style and a number for each, and the last column. */
  private takeNumbers(bytes: Buffer): void {
    const count = (bytes.length - 6) / 6;
    if (count < 1 || !Number.isInteger(count)) throw damagedWorkbook('a row of numbers has no end');
    const [row, first, last] = [
      bytes.readUInt16LE(0),
      bytes.readUInt16LE(2),
      bytes.readUInt16LE(bytes.length - 2),
    ];
    if (last - first + 1 !== count) throw damagedWorkbook('a row of numbers is not as long as it says');
    for (let index = 0; index < count; index++) {
      const at = 4 + index * 6;
      const text = this.numberText(rkNumber(bytes.readUInt32LE(at + 2)), bytes.readUInt16LE(at), row);
      this.putAt(row, first + index, text);
    }
  }

  /** What the formula came to when the file was written. */
  private takeFormula(bytes: Buffer): void {
    if (bytes.length < 20) throw damagedWorkbook('a formula is cut short');
    if (bytes.readUInt16LE(12) !== 0xffff) {
      this.putNumber(bytes, bytes.readDoubleLE(6));
      return;
    }
    const kind = bytes[6];
    if (kind === 0) this.awaited = { row: bytes.readUInt16LE(0), column: bytes.readUInt16LE(2) };
    else if (kind === 1 || kind === 2) this.put(bytes, boolOrError(bytes[8] ?? 0, kind === 2));
  }

  private putNumber(bytes: Buffer, value: number): void {
    const row = bytes.readUInt16LE(0);
    this.put(bytes, this.numberText(value, bytes.readUInt16LE(4), row));
  }

  private numberText(value: number, style: number, row: number): string {
    const { isDate, epochMs } = this.workbook;
    return (
      (isDate[style] ? daysText(value, epochMs) : null) ?? numberText(value, this.whenItsTurnComes, row + 1)
    );
  }

  private put(bytes: Buffer, text: string): void {
    if (bytes.length < 6) throw damagedWorkbook('a cell is cut short');
    this.putAt(bytes.readUInt16LE(0), bytes.readUInt16LE(2), text);
  }

  private putAt(row: number, column: number, text: string): void {
    if (column >= MAX_COLUMNS) throw damagedWorkbook('a cell lies behind the last column');
    this.cellCount += 1;
    if (this.cellCount > MAX_CELLS) {
      throw new UnreadableFile('spreadsheet_too_large', `more than ${MAX_CELLS} cells`, row + 1);
    }
    let cells = this.rows[row];
    if (!cells) {
      cells = [];
      this.rows[row] = cells;
    }
    cells[column] = text;
  }
}

/** A number in four bytes ([MS-XLS] 2.5.217): a whole number or the upper half of a fraction, perhaps a hundredfold. */
function rkNumber(rk: number): number {
  const isHundredfold = (rk & 1) !== 0;
  let value: number;
  if ((rk & 2) !== 0) value = (rk | 0) >> 2;
  else {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE((rk & 0xfffffffc) >>> 0, 4);
    value = bytes.readDoubleLE(0);
  }
  return isHundredfold ? value / 100 : value;
}

function boolOrError(value: number, isError: boolean): string {
  return isError ? (ERRORS[value] ?? '#ERROR') : value ? 'TRUE' : 'FALSE';
}
