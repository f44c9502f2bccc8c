import { type ReadingReport, type TableRecord, UnreadableFile } from '../infra/files/index.ts';
import { type FileColumns, findColumns } from './columns.rules.ts';
import { type FiledBill, type LineProblem, type LineReading, lineReader } from './lines.rules.ts';
import type { AccountPatterns, BillFileSetup } from './setup.ts';

/** The heading has to be among the first rows. */
export const MAX_PREFACE_ROWS = 20;

export interface TableTerms {
  setup: BillFileSetup;
  patterns: AccountPatterns;
  currency: string;
}

/** Takes what lines say. */
export interface LineSink {
  bill(bill: FiledBill): void;
  bad(problems: readonly LineProblem[]): void;
}

/** How far the search for the heading has come. */
export interface Heading {
  /** Null until they are found. */
  columns: FileColumns | null;
  rowsBefore: number;
  /** What the row that came nearest to the setup lacks. */
  missing: readonly string[] | null;
}

export const NO_HEADING: Heading = { columns: null, rowsBefore: 0, missing: null };

/** Makes bills and problems of the records of a table, or of a piece of it. */
export class BillTable {
  readonly report: ReadingReport;
  heading: Heading;
  private readonly terms: TableTerms;
  private readonly sink: LineSink;
  private read: ((cells: readonly string[], line: number) => LineReading) | null = null;
  private damagedLine = 0;

  constructor(terms: TableTerms, sink: LineSink, heading = NO_HEADING) {
    this.terms = terms;
    this.sink = sink;
    this.heading = heading;
    if (heading.columns) this.readBy(heading.columns);
    this.report = {
      error: (_, line) => sink.bad([{ line, field: '', code: 'quote_not_closed' }]),
      warn: (code, line) => {
        if (code === 'number_too_long') this.damagedLine = line;
      },
    };
  }

  /** Throws `UnreadableFile` when the heading should have come by now. */
  record({ cells, line }: TableRecord): void {
    if (!this.read && !this.beginsWith(cells)) return;
    if (line === this.damagedLine) {
      this.sink.bad([{ line, field: '', code: 'number_too_long' }]);
      return;
    }
    const reading = this.read?.(cells, line);
    if (reading?.kind === 'bill') this.sink.bill(reading.bill);
    else if (reading?.kind === 'bad') this.sink.bad(reading.problems);
  }

  /** Throws `UnreadableFile` for a table without a heading. */
  end(): void {
    if (!this.read) throw this.columnsMissing();
  }

  /** Looks for the heading; true where the row is a bill itself, since columns may go by letter alone. */
  private beginsWith(cells: readonly string[]): boolean {
    const search = findColumns(this.terms.setup.columns, cells);
    const { rowsBefore, missing } = this.heading;
    if (search.kind === 'found') {
      this.heading = { columns: search.columns, rowsBefore, missing };
      this.readBy(search.columns);
      return !search.isHeading;
    }
    const isNearest = missing === null || search.names.length < missing.length;
    const nearest = isNearest ? search.names : missing;
    this.heading = { columns: null, rowsBefore: rowsBefore + 1, missing: nearest };
    if (this.heading.rowsBefore >= MAX_PREFACE_ROWS) throw this.columnsMissing();
    return false;
  }

  private readBy(columns: FileColumns): void {
    this.read = lineReader(columns, this.terms.patterns, this.terms.currency);
  }

  private columnsMissing(): UnreadableFile {
    return new UnreadableFile('columns_missing', (this.heading.missing ?? []).join(', '));
  }
}

/** What an agency is told of a file that cannot be read on. */
export function problemOfFile({ code, line, message }: UnreadableFile): LineProblem {
  const known = code === 'columns_missing' ? code : 'file_unreadable';
  return { line, field: '', code: known, detail: message };
}
