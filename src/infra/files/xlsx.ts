import type { Entry, ZipFile } from 'yauzl';
import type { TableRecord } from './csv.ts';
import { LIMITS } from './limits.ts';
import type { ReadingReport } from './reading.types.ts';
import { UnreadableFile } from './reading.types.ts';
import { decoderOf } from './text.ts';
import { entriesOf, openZip, readZipEntry } from './unpack.ts';
import { type XmlNode, XmlTreeReader } from './xml-tree.ts';

const MAX_COLUMNS = 1_000;
/** Number formats of the standard that are dates (ECMA-376, 18.8.30; 27–36 and 50–58 are those of East Asia). */
const DATE_FORMATS = /^(1[4-9]|2[0-2]|2[7-9]|3[0-6]|4[5-7]|5[0-8])$/;
const DAY_MS = 86_400_000;

interface Workbook {
  strings: readonly string[];
  /** By the style's number: whether its numbers are dates. */
  isDate: readonly boolean[];
  /** Days count from here. */
  epochMs: number;
}

/**
 * Reads the first sheet of an .xlsx row by row, in the memory of its distinct texts. A number is the decimal that the file
 * holds; dates become `YYYY-MM-DD HH:MM:SS`.
 */
export async function readXlsx(
  path: string,
  out: ReadingReport,
  take: (record: TableRecord) => void,
  afterChunk: () => Promise<void>,
): Promise<void> {
  const zip = await openZip(path);
  try {
    const entries = new Map((await entriesOf(zip)).map((entry) => [entry.fileName, entry]));
    const { sheet, epochMs } = await findSheet(zip, entries, out);
    const workbook: Workbook = {
      strings: await readStrings(zip, entries.get('xl/sharedStrings.xml')),
      isDate: await readStyles(zip, entries.get('xl/styles.xml')),
      epochMs,
    };
    await walk(zip, sheet, 'worksheet', sheetNode(workbook, out, take), afterChunk);
  } finally {
    zip.close();
  }
}

async function walk(
  zip: ZipFile,
  entry: Entry,
  rootName: string,
  root: XmlNode,
  afterChunk?: () => Promise<void>,
): Promise<void> {
  const decoder = decoderOf('utf-8');
  const xml = new XmlTreeReader(rootName, root);
  for await (const bytes of readZipEntry(zip, entry)) {
    xml.write(decoder.decode(bytes, { stream: true }));
    await afterChunk?.();
  }
  xml.end();
}

async function findSheet(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  out: ReadingReport,
): Promise<{ sheet: Entry; epochMs: number }> {
  const sheets: { name: string; id: string }[] = [];
  let is1904 = false;
  const targets = new Map<string, string>();
  const [book, relations] = [entries.get('xl/workbook.xml'), entries.get('xl/_rels/workbook.xml.rels')];
  if (!book || !relations)
    throw new UnreadableFile('spreadsheet_damaged', 'the spreadsheet lacks its list of sheets');
  await walk(zip, book, 'workbook', {
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
  await walk(zip, relations, 'Relationships', {
    children: {
      Relationship: {
        open: ({ Id = '', Target = '' }) => {
          targets.set(Id, Target);
        },
      },
    },
  });
  const [first, ...others] = sheets;
  const target = targets.get(first?.id ?? '') ?? '';
  const sheet = entries.get(target.startsWith('/') ? target.slice(1) : `xl/${target}`);
  if (!sheet) throw new UnreadableFile('spreadsheet_damaged', 'the spreadsheet lacks its first sheet');
  if (others.length > 0) {
    const names = others.map(({ name }) => name).join(', ');
    out.warn(
      'sheets_not_read',
      0,
      `only the first sheet, “${first?.name}”, was read; there is also: ${names}`,
    );
  }
  return { sheet, epochMs: is1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30) };
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
  await walk(zip, entry, 'sst', {
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
  await walk(zip, entry, 'styleSheet', {
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
              const code = own.get(numFmtId);
              isDate.push(code === undefined ? DATE_FORMATS.test(numFmtId) : isDateCode(code));
            },
          },
        },
      },
    },
  });
  return isDate;
}

/** A format of days: `yyyy"年"m"月"d"日"`, but not `0.00"元"` or `[Red]0`. */
function isDateCode(code: string): boolean {
  const bare = code.slice(0, 200).replace(/"[^"]*"|\[[^\]]*\]|\\./g, '');
  return /[yd]|h{1,2}:?m/i.test(bare) && !/[0#]/.test(bare.replace(/\.0+/g, ''));
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
    if (column >= MAX_COLUMNS)
      throw new UnreadableFile('spreadsheet_too_large', `more than ${MAX_COLUMNS} columns`, line);
    while (cells.length < column) cells.push('');
    cells[column] = cellText(value, type, style, workbook, out, line);
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
  if (isDate[style]) {
    const atMs = epochMs + Math.round(Number(value) * 86_400) * 1_000;
    return Number.isFinite(atMs) && Math.abs(atMs) < 100_000 * DAY_MS
      ? new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')
      : value;
  }
  const digits = value.replace(/^-|\.|e.*$/gi, '').replace(/^0+/, '');
  if (digits.length <= 15 && !/e/i.test(value)) return value;
  // The file holds binary fractions: 0.1 + 0.2 is there as 0.30000000000000004. What a person sees has fifteen digits.
  const shown = Number(Number(value).toPrecision(15));
  if (Math.abs(shown) >= 1e15) {
    out.warn(
      'number_too_long',
      line,
      'a number of more than fifteen digits: spreadsheets do not keep them whole',
    );
  }
  return String(shown);
}
