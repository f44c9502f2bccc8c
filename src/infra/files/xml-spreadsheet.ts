import { daysText, decimalText, epochOf, isDateFormat, MAX_SHEET_ROWS, placeCell } from './cells.ts';
import type { ReadingReport } from './reading.types.ts';
import { UnreadableFile } from './reading.types.ts';
import type { SheetSink } from './spreadsheet.types.ts';
import type { XmlAttributes } from './xml-grammar.ts';
import { attributeOf, countIn, marks, type XmlNode, XmlTreeReader } from './xml-tree.ts';

/** What a file of this kind says of itself near its beginning. */
export const XML_SPREADSHEET = /urn:schemas-microsoft-com:office:spreadsheet/;

/** Text may be marked up, one mark inside another. */
const MARKS = ['Font', 'B', 'I', 'U', 'S', 'Sub', 'Sup', 'Span'] as const;
const MARKS_DEEP = 3;

/**
 * Reads “XML Spreadsheet 2003” row by row: a workbook as one XML of `ss:Worksheet`, `ss:Row`, `ss:Cell`. Dates become
 * `YYYY-MM-DD HH:MM:SS`.
 */
export class XmlSpreadsheetReader {
  private readonly out: ReadingReport;
  private readonly sink: SheetSink;
  private readonly xml: XmlTreeReader;
  private sheetCount = 0;
  private line = 0;
  private cells: string[] = [];
  private column = 0;
  private across = 0;
  private type = '';
  /** Styles whose numbers are dates. */
  private readonly dateStyles = new Set<string>();
  private style = '';
  private rowStyle = '';
  private value = '';

  constructor(out: ReadingReport, sink: SheetSink) {
    this.out = out;
    this.sink = sink;
    const row: XmlNode = {
      open: (attributes) => this.openRow(attributes),
      close: () => this.closeRow(),
      children: { Cell: this.cellNode() },
    };
    this.xml = new XmlTreeReader('Workbook', {
      children: {
        Styles: { children: { Style: this.styleNode() } },
        Worksheet: {
          open: (attributes) => this.openSheet(attributes),
          children: { Table: { children: { Row: row } } },
        },
      },
    });
  }

  write(text: string): void {
    this.xml.write(text);
  }

  end(): void {
    this.xml.end();
    if (this.sheetCount === 0) throw new UnreadableFile('spreadsheet_damaged', 'the workbook has no sheet');
  }

  private styleNode(): XmlNode {
    let id = '';
    return {
      open: (attributes) => {
        id = attributeOf(attributes, 'ID') ?? '';
      },
      children: {
        NumberFormat: {
          open: (attributes) => {
            const format = attributeOf(attributes, 'Format') ?? '';
            if (/^(General|Long|Medium|Short) Date$/.test(format) || isDateFormat('', format))
              this.dateStyles.add(id);
          },
        },
      },
    };
  }

  private openSheet(attributes: XmlAttributes): void {
    this.line = 0;
    this.sheetCount += 1;
    if (this.sheetCount > 1) this.sink.nextSheet?.(attributeOf(attributes, 'Name') ?? '');
  }

  private openRow(attributes: XmlAttributes): void {
    this.line = countIn(attributes, 'Index') ?? this.line + 1;
    if (this.line > MAX_SHEET_ROWS)
      throw new UnreadableFile('spreadsheet_too_large', 'a row behind the last one', this.line);
    this.cells = [];
    this.column = 0;
    this.rowStyle = attributeOf(attributes, 'StyleID') ?? '';
  }

  private closeRow(): void {
    this.sink.record({ cells: this.cells, line: this.line, raw: this.cells.join('\t') });
  }

  private cellNode(): XmlNode {
    const data: XmlNode = {
      open: (attributes) => {
        this.type = attributeOf(attributes, 'Type') ?? 'String';
        this.value = '';
      },
      close: (text) => {
        this.value += text;
      },
      children: marks(MARKS, MARKS_DEEP),
    };
    return {
      open: (attributes) => {
        this.column = (countIn(attributes, 'Index') ?? this.column + 1) - 1;
        this.style = attributeOf(attributes, 'StyleID') ?? this.rowStyle;
        this.across = countIn(attributes, 'MergeAcross') ?? 0;
        this.type = 'String';
        this.value = '';
      },
      close: () => this.closeCell(),
      // Where text is marked up, `Data` has the prefix of spreadsheets, and the marks have none.
      children: { Data: data, 'ss:Data': data },
    };
  }

  private closeCell(): void {
    placeCell(this.cells, this.column, this.cellText(), this.line);
    this.column += 1 + this.across;
  }

  private cellText(): string {
    const { type, value } = this;
    if (type === 'Number') {
      const date = this.dateStyles.has(this.style) ? daysText(Number(value), epochOf(false)) : null;
      return date ?? decimalText(value, this.out, this.line);
    }
    if (type === 'DateTime') return value.slice(0, 19).replace('T', ' ');
    if (type === 'Boolean') return value === '1' ? 'TRUE' : 'FALSE';
    return value;
  }
}
