import { open } from 'node:fs/promises';
import {
  type BiffRecord,
  damagedWorkbook,
  RECORD,
  RecordCursor,
  readRecords,
  readSharedStrings,
  tooOldWorkbook,
} from './biff-records.ts';
import { epochOf, isDateFormat } from './cells.ts';
import { CompoundFile, type CompoundStream } from './compound-file.ts';
import type { ReadingReport } from './reading.types.ts';
import { UnreadableFile } from './reading.types.ts';
import { passOverSheets, type SheetSink } from './spreadsheet.types.ts';
import { XlsSheet } from './xls-sheet.ts';

const BIFF8 = 0x0600;
const ROWS_AT_ONCE = 1_000;

/** What the cells of all sheets refer to. */
export interface XlsWorkbook {
  strings: readonly string[];
  /** By the style's number: whether its numbers are dates. */
  isDate: readonly boolean[];
  epochMs: number;
}

interface Globals extends XlsWorkbook {
  /** The visible sheets, and where their records begin. */
  sheets: { name: string; at: number }[];
}

/**
 * Reads the sheets of a workbook of Excel 97 to 2003 (BIFF8, [MS-XLS]), each with all its cells in memory: a sheet has at most
 * 65,536 rows. Throws `UnreadableFile`, and before any row of a sheet that is not whole.
 */
export async function readXls(
  path: string,
  out: ReadingReport,
  sink: SheetSink,
  afterChunk: () => Promise<void>,
): Promise<void> {
  const file = await open(path);
  try {
    const stream = workbookOf(await CompoundFile.open(file));
    const workbook = await readGlobals(stream);
    const [first, ...others] = workbook.sheets;
    if (!first) throw damagedWorkbook('it has no visible sheet');
    const toRead = sink.nextSheet ? workbook.sheets : [first];
    if (!sink.nextSheet) passOverSheets(first.name, others, out);
    for (const [index, { name, at }] of toRead.entries()) {
      if (index > 0) sink.nextSheet?.(name);
      const sheet = new XlsSheet(workbook, out);
      await readRecords(stream, at, (record) => sheet.take(record));
      let sinceChunk = 0;
      for (const record of sheet.records()) {
        sink.record(record);
        sinceChunk += 1;
        if (sinceChunk % ROWS_AT_ONCE === 0) await afterChunk();
      }
    }
  } finally {
    await file.close();
  }
}

function workbookOf(compound: CompoundFile): CompoundStream {
  const stream = compound.find('WORKBOOK', 'BOOK');
  if (stream) return stream;
  if (compound.find('ENCRYPTEDPACKAGE')) throw locked();
  throw new UnreadableFile('xls_not_read', 'a file of the Office kind, but no workbook');
}

function locked(): UnreadableFile {
  return new UnreadableFile(
    'spreadsheet_locked',
    'the workbook has a password: open it with the password, save it without, and read that',
  );
}

async function readGlobals(stream: CompoundStream): Promise<Globals> {
  let isFirst = true;
  const formats = new Map<number, string>();
  const formatIds: number[] = [];
  const globals = { strings: [] as string[], sheets: [] as Globals['sheets'], is1904: false };
  await readRecords(stream, 0, (record) => {
    const { type, parts } = record;
    if (isFirst) checkVersion(record);
    isFirst = false;
    if (type === RECORD.filePass) throw locked();
    if (type === RECORD.sst) globals.strings = readSharedStrings(record);
    else if (type === RECORD.boundSheet) takeSheet(record, globals.sheets);
    else if (type === RECORD.is1904) globals.is1904 = new RecordCursor(record).uint16() === 1;
    else if (type === RECORD.xf) formatIds.push(parts[0]?.length ? new RecordCursor(record, 2).uint16() : 0);
    else if (type === RECORD.format) {
      const cursor = new RecordCursor(record);
      formats.set(cursor.uint16(), cursor.string(cursor.uint16()));
    }
    return type !== RECORD.eof;
  });
  const isDate = formatIds.map((id) => isDateFormat(id, formats.get(id)));
  return { strings: globals.strings, sheets: globals.sheets, isDate, epochMs: epochOf(globals.is1904) };
}

function checkVersion(record: BiffRecord): void {
  if (record.type !== RECORD.bof) throw damagedWorkbook('it does not begin with its first record');
  if (new RecordCursor(record).uint16() === BIFF8) return;
  throw tooOldWorkbook();
}

/** A sheet of cells that is not hidden; charts and macros are none. */
function takeSheet(record: BiffRecord, sheets: Globals['sheets']): void {
  const cursor = new RecordCursor(record);
  const at = cursor.uint32();
  const isHidden = (cursor.uint8() & 0x03) !== 0;
  const isOfCells = cursor.uint8() === 0;
  if (isHidden || !isOfCells) return;
  sheets.push({ name: cursor.string(cursor.uint8()), at });
}
