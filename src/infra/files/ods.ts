import type { Entry } from 'yauzl';
import { decimalText, MAX_SHEET_ROWS, placeCell } from './cells.ts';
import type { ReadingReport } from './reading.types.ts';
import { UnreadableFile } from './reading.types.ts';
import { passOverSheets, type SheetSink } from './spreadsheet.types.ts';
import type { XmlAttributes } from './xml-grammar.ts';
import { attributeOf, countIn, marks, type XmlNode } from './xml-tree.ts';
import { withEntries } from './zip.ts';
import { readXmlEntry } from './zip-xml.ts';

/** The files of an OpenDocument package (OASIS ODF 1.3, part 2) that matter here. */
export const ODS = {
  manifest: 'META-INF/manifest.xml',
  content: 'content.xml',
  /** All of a document with a password, as of ODF 1.4. */
  lockedContent: 'encrypted-package',
} as const;

/** Rows that are the same are written once; more of them than this, in all of a file, are no statement. */
const MAX_REPEATED = { rows: 10_000, chars: 16 * 1024 ** 2 };
/** Rows may be grouped, one group in another. */
const GROUPS_DEEP = 8;
const MARKS_DEEP = 3;

/**
 * Reads the visible sheets of an OpenDocument spreadsheet row by row. A number is the decimal that the file holds; dates become
 * `YYYY-MM-DD HH:MM:SS`.
 */
export function readOds(
  path: string,
  out: ReadingReport,
  sink: SheetSink,
  afterChunk: () => Promise<void>,
): Promise<void> {
  return withEntries(path, async (zip, entries) => {
    await readXmlEntry(zip, entryOf(entries, ODS.manifest), 'manifest', MANIFEST);
    const sheets = new OdsSheets(out, sink);
    const content = entryOf(entries, ODS.content);
    await readXmlEntry(zip, content, 'document-content', sheets.root, { afterChunk, isMixed: true });
    sheets.end();
  });
}

function entryOf(entries: ReadonlyMap<string, Entry>, name: string): Entry {
  const entry = entries.get(name);
  if (!entry) throw new UnreadableFile('spreadsheet_damaged', `the spreadsheet lacks its ${name}`);
  return entry;
}

const MANIFEST: XmlNode = {
  children: {
    'file-entry': {
      children: {
        'encryption-data': {
          open: () => {
            throw new UnreadableFile(
              'spreadsheet_locked',
              'the spreadsheet has a password: save it without one',
            );
          },
        },
      },
    },
  },
};

/** Takes the sheets of `content.xml` apart. */
class OdsSheets {
  readonly root: XmlNode;
  private readonly out: ReadingReport;
  private readonly sink: SheetSink;
  private readonly hiddenStyles = new Set<string>();
  private readonly names: string[] = [];
  private isRead = false;
  private line = 0;
  private rowRepeats = 1;
  private readonly repeated = { rows: 0, chars: 0 };
  private cells: string[] = [];
  private column = 0;
  private cell: XmlAttributes = {};
  private paragraphs: string[] = [];

  constructor(out: ReadingReport, sink: SheetSink) {
    this.out = out;
    this.sink = sink;
    const table: XmlNode = {
      open: (attributes) => this.openSheet(attributes),
      children: this.rows(GROUPS_DEEP),
    };
    this.root = {
      children: {
        'automatic-styles': { children: { style: this.styleNode() } },
        body: { children: { spreadsheet: { children: { table } } } },
      },
    };
  }

  end(): void {
    const [first, ...others] = this.names;
    if (first === undefined)
      throw new UnreadableFile('spreadsheet_damaged', 'the document has no visible sheet');
    const passedOver = others.map((name) => ({ name }));
    if (!this.sink.nextSheet) passOverSheets(first, passedOver, this.out);
  }

  private styleNode(): XmlNode {
    let name = '';
    return {
      open: (attributes) => {
        name = attributeOf(attributes, 'name') ?? '';
      },
      children: {
        'table-properties': {
          open: (attributes) => {
            if (attributeOf(attributes, 'display') === 'false') this.hiddenStyles.add(name);
          },
        },
      },
    };
  }

  /** Rows, and what stands around some of them. */
  private rows(deep: number): Readonly<Record<string, XmlNode>> {
    if (deep === 0) return {};
    const covered: XmlNode = {
      open: (attributes) => {
        this.column += repeatsOf(attributes);
      },
    };
    const row: XmlNode = {
      open: (attributes) => this.openRow(attributes),
      close: () => this.closeRow(),
      children: { 'table-cell': this.cellNode(), 'covered-table-cell': covered },
    };
    const rows = { children: { 'table-row': row } };
    const group = { children: this.rows(deep - 1) };
    return { 'table-row': row, 'table-rows': rows, 'table-header-rows': rows, 'table-row-group': group };
  }

  private cellNode(): XmlNode {
    return {
      open: (attributes) => {
        this.cell = attributes;
        this.paragraphs = [];
      },
      close: () => this.closeCell(),
      children: {
        p: {
          close: (text) => {
            this.paragraphs.push(text);
          },
          children: marks(['span', 'a'], MARKS_DEEP),
        },
      },
    };
  }

  private openSheet(attributes: XmlAttributes): void {
    this.line = 0;
    const isHidden = this.hiddenStyles.has(attributeOf(attributes, 'style-name') ?? '');
    if (!isHidden) this.names.push(attributeOf(attributes, 'name') ?? '');
    const isFirst = this.names.length === 1;
    this.isRead = !isHidden && (isFirst || this.sink.nextSheet !== undefined);
    if (this.isRead && !isFirst) this.sink.nextSheet?.(this.names.at(-1) ?? '');
  }

  private openRow(attributes: XmlAttributes): void {
    this.rowRepeats = countIn(attributes, 'number-rows-repeated') ?? 1;
    this.cells = [];
    this.column = 0;
  }

  private closeRow(): void {
    const { cells, line, rowRepeats } = this;
    this.line += rowRepeats;
    if (!this.isRead || cells.length === 0) return;
    const raw = cells.join('\t');
    const { repeated } = this;
    repeated.rows += rowRepeats - 1;
    repeated.chars += (rowRepeats - 1) * raw.length;
    const isTooMany = repeated.rows > MAX_REPEATED.rows || repeated.chars > MAX_REPEATED.chars;
    if (this.line > MAX_SHEET_ROWS || isTooMany)
      throw new UnreadableFile('spreadsheet_too_large', 'more rows than a statement has', line + 1);
    for (let at = 1; at <= rowRepeats; at++) this.sink.record({ cells, line: line + at, raw });
  }

  private closeCell(): void {
    const text = this.isRead ? this.cellText() : '';
    const from = this.column;
    this.column += repeatsOf(this.cell);
    // What is empty up to the end of the sheet is written as one cell, many times.
    if (text === '') return;
    for (let at = from; at < this.column; at++) placeCell(this.cells, at, text, this.line + 1);
  }

  private cellText(): string {
    const { cell } = this;
    const told = (name: string) => attributeOf(cell, name);
    const shown = this.paragraphs.join('\n');
    switch (told('value-type')) {
      case 'float':
      case 'currency':
      case 'percentage':
        return decimalText(told('value') ?? shown, this.out, this.line + 1);
      case 'date':
        return (told('date-value') ?? shown).slice(0, 19).replace('T', ' ');
      case 'string':
        return told('string-value') ?? shown;
      default:
        return shown;
    }
  }
}

const repeatsOf = (cell: XmlAttributes) => countIn(cell, 'number-columns-repeated') ?? 1;
