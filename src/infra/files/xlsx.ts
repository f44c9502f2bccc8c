import type { Entry, ZipFile } from 'yauzl';
import { daysText, decimalText, epochOf, isDateFormat, placeCell } from './cells.ts';
import type { TableRecord } from './csv.ts';
import { LIMITS } from './limits.ts';
import type { ReadingReport } from './reading.types.ts';
import { UnreadableFile } from './reading.types.ts';
import { passOverSheets, type SheetSink } from './spreadsheet.types.ts';
import type { XmlNode } from './xml-tree.ts';
import { withEntries } from './zip.ts';
import { readXmlEntry } from './zip-xml.ts';

interface Workbook {
  strings: readonly string[];
  /** By the style's number: whether its numbers are dates. */
  isDate: readonly boolean[];
  /** Days count from here. */
  epochMs: number;
}

/**
 * Reads the sheets of an .xlsx row by row, in the memory of its distinct texts. A number is the decimal that the file holds; dates
 * become `YYYY-MM-DD HH:MM:SS`.
 */
export function readXlsx(
  path: string,
  out: ReadingReport,
  sink: SheetSink,
  afterChunk: () => Promise<void>,
): Promise<void> {
  return withEntries(path, async (zip, entries) => {
    const { sheets, epochMs } = await findSheets(zip, entries);
    const [first, ...others] = sheets;
    const toRead = sink.nextSheet ? sheets : sheets.slice(0, 1);
    if (!sink.nextSheet) passOverSheets(first?.name, others, out);
    const workbook: Workbook = {
      strings: await readStrings(zip, entries.get('xl/sharedStrings.xml')),
      isDate: await readStyles(zip, entries.get('xl/styles.xml')),
      epochMs,
    };
    for (const [index, { name, entry }] of toRead.entries()) {
      if (index > 0) sink.nextSheet?.(name);
      const rows = sheetNode(workbook, out, (record) => sink.record(record));
      await readXmlEntry(zip, entry, 'worksheet', rows, { afterChunk });
    }
  });
}

/** The visible sheets of cells. */
async function findSheets(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
): Promise<{ sheets: { name: string; entry: Entry }[]; epochMs: number }> {
  const sheets: { name: string; id: string }[] = [];
  let is1904 = false;
  const targets = new Map<string, string>();
  const [book, relations] = [entries.get('xl/workbook.xml'), entries.get('xl/_rels/workbook.xml.rels')];
  if (!book || !relations)
    throw new UnreadableFile('spreadsheet_damaged', 'the spreadsheet lacks its list of sheets');
  await readXmlEntry(zip, book, 'workbook', {
    children: {
      workbookPr: {
        open: ({ date1904 }) => {
          is1904 = date1904 === '1' || date1904 === 'true';
        },
      },
      sheets: {
        children: {
          sheet: {
            open: ({ name = '', state, ...others }) => {
              const id = Object.entries(others).find(([key]) => /(^|:)id$/.test(key))?.[1] ?? '';
              if (state === undefined || state === 'visible') sheets.push({ name, id });
            },
          },
        },
      },
    },
  });
  await readXmlEntry(zip, relations, 'Relationships', {
    children: {
      Relationship: {
        open: ({ Id = '', Target = '' }) => {
          targets.set(Id, Target);
        },
      },
    },
  });
  const found = sheets.flatMap(({ name, id }) => {
    const target = targets.get(id) ?? '';
    if (target.includes('chartsheets/')) return [];
    const entry = entries.get(target.startsWith('/') ? target.slice(1) : `xl/${target}`);
    if (!entry) throw new UnreadableFile('spreadsheet_damaged', `the spreadsheet lacks its sheet “${name}”`);
    return [{ name, entry }];
  });
  if (found.length === 0)
    throw new UnreadableFile('spreadsheet_damaged', 'the spreadsheet has no visible sheet');
  return { sheets: found, epochMs: epochOf(is1904) };
}

async function readStrings(zip: ZipFile, entry: Entry | undefined): Promise<string[]> {
  const strings: string[] = [];
  if (!entry) return strings;
  let text = '';
  let chars = 0;
  const run: XmlNode = {
    close: (part) => {
      text += part;
      chars += part.length;
      if (chars > LIMITS.spreadsheetStringsChars) {
        throw new UnreadableFile('spreadsheet_too_large', 'the spreadsheet holds more text than is read');
      }
    },
  };
  await readXmlEntry(zip, entry, 'sst', {
    children: {
      si: {
        open: () => {
          text = '';
        },
        close: () => {
          strings.push(text);
        },
        children: { t: run, r: { children: { t: run } } },
      },
    },
  });
  return strings;
}

async function readStyles(zip: ZipFile, entry: Entry | undefined): Promise<boolean[]> {
  const isDate: boolean[] = [];
  if (!entry) return isDate;
  const own = new Map<string, string>();
  await readXmlEntry(zip, entry, 'styleSheet', {
    children: {
      numFmts: {
        children: {
          numFmt: {
            open: ({ numFmtId = '', formatCode = '' }) => {
              own.set(numFmtId, formatCode);
            },
          },
        },
      },
      cellXfs: {
        children: {
          xf: {
            open: ({ numFmtId = '' }) => {
              isDate.push(isDateFormat(numFmtId, own.get(numFmtId)));
            },
          },
        },
      },
    },
  });
  return isDate;
}

function sheetNode(workbook: Workbook, out: ReadingReport, take: (record: TableRecord) => void): XmlNode {
  let line = 0;
  let cells: string[] = [];
  let column = 0;
  let type = '';
  let style = 0;
  let value = '';
  const text: XmlNode = {
    close: (part) => {
      value += part;
    },
  };
  const closeCell = () => {
    placeCell(cells, column, cellText(value, type, style, workbook, out, line), line);
    column += 1;
  };
  return {
    children: {
      sheetData: {
        children: {
          row: {
            open: ({ r }) => {
              line = /^\d{1,9}$/.test(r ?? '') ? Number(r) : line + 1;
              cells = [];
              column = 0;
            },
            close: () => take({ cells, line, raw: cells.join('\t') }),
            children: {
              c: {
                open: ({ r, t = 'n', s }) => {
                  column = columnOf(r) ?? column;
                  type = t;
                  style = Number(s ?? 0);
                  value = '';
                },
                close: closeCell,
                children: { v: text, is: { children: { t: text, r: { children: { t: text } } } } },
              },
            },
          },
        },
      },
    },
  };
}

/** 0 for `A5`, 27 for `AB5`. */
function columnOf(reference: string | undefined): number | null {
  const letters = /^([A-Z]{1,3})\d/.exec(reference ?? '')?.[1];
  if (!letters) return null;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

function cellText(
  value: string,
  type: string,
  style: number,
  { strings, isDate, epochMs }: Workbook,
  out: ReadingReport,
  line: number,
): string {
  if (type === 's') return strings[Number(value)] ?? '';
  if (type !== 'n' || value === '') return value;
  if (isDate[style]) return daysText(Number(value), epochMs) ?? value;
  return decimalText(value, out, line);
}
