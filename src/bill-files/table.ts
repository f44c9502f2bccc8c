import { open } from 'node:fs/promises';
import {
  CsvReader,
  containerOf,
  decoderOf,
  guessEncoding,
  type ReadingReport,
  readXlsx,
  splitQuoted,
  type TableRecord,
  TextReader,
  UnreadableFile,
  unpack,
} from '../infra/files/index.ts';
import { findColumns } from './columns.rules.ts';
import { type FiledBill, type LineProblem, type LineReading, lineReader } from './lines.rules.ts';
import type { AccountPatterns, BillFileSetup } from './setup.ts';

/** The heading has to be within this. */
const SAMPLE_BYTES = 64 * 1024;
const MAX_PREFACE_ROWS = 20;
const DELIMITERS = [',', '\t', ';', '|'] as const;

export interface TableTerms {
  setup: BillFileSetup;
  patterns: AccountPatterns;
  currency: string;
}

/** Takes what a file says, line by line. */
export interface TableSink {
  bill(bill: FiledBill): void;
  bad(problems: readonly LineProblem[]): void;
  /** Called between pieces of the file: resolves when there is room for more; false when enough was seen. */
  room(): Promise<boolean>;
}

/**
 * Reads a CSV or XLSX of bills, in bounded memory; UTF-8, GB18030 or what its mark says; gzip and zip too. What cannot be read at
 * all is a problem of line 0. Throws only for what the machine does (`ENOENT` …), and what the sink throws.
 */
export async function readBillTable(path: string, terms: TableTerms, sink: TableSink): Promise<void> {
  const table = new BillTable(terms, sink);
  const room = async () => {
    if (!(await sink.room())) throw new EnoughSeen();
  };
  try {
    const container = await containerOf(path);
    if (container === 'xlsx') {
      await readXlsx(path, table.report, (record) => table.record(record), room);
    } else {
      const sample = await sampleOf(path, container === 'plain' ? null : container);
      const encoding = guessEncoding(sample, 'gb18030');
      const text = new TextReader(null, 'gb18030');
      const delimiter = delimiterOf(decoderOf(encoding ?? 'utf-8').decode(sample, { stream: true }), terms);
      const csv = new CsvReader(delimiter, table.report, (record) => table.record(record));
      for await (const bytes of unpack(path, container)) {
        csv.write(text.write(bytes));
        await room();
      }
      csv.write(text.end());
      csv.end();
    }
    table.end();
  } catch (error) {
    if (error instanceof EnoughSeen) return;
    if (!(error instanceof UnreadableFile)) throw error;
    const code = error.code === 'columns_missing' ? error.code : 'file_unreadable';
    sink.bad([{ line: error.line, field: '', code, detail: error.message }]);
  }
  await sink.room();
}

class EnoughSeen extends Error {}

class BillTable {
  readonly report: ReadingReport;
  private readonly terms: TableTerms;
  private readonly sink: TableSink;
  private read: ((cells: readonly string[], line: number) => LineReading) | null = null;
  private rowsBefore = 0;
  private missing: readonly string[] | null = null;
  private damagedLine = 0;

  constructor(terms: TableTerms, sink: TableSink) {
    this.terms = terms;
    this.sink = sink;
    this.report = {
      error: (_, line) => sink.bad([{ line, field: '', code: 'quote_not_closed' }]),
      warn: (code, line) => {
        if (code === 'number_too_long') this.damagedLine = line;
      },
    };
  }

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

  end(): void {
    if (!this.read) throw this.columnsMissing();
  }

  /** Looks for the heading; true where the row is a bill itself, since columns may go by letter alone. */
  private beginsWith(cells: readonly string[]): boolean {
    const { setup, patterns, currency } = this.terms;
    const search = findColumns(setup.columns, cells);
    if (search.kind === 'found') {
      this.read = lineReader(search.columns, patterns, currency);
      return !search.isHeading;
    }
    this.rowsBefore += 1;
    if (this.missing === null || search.names.length < this.missing.length) this.missing = search.names;
    if (this.rowsBefore >= MAX_PREFACE_ROWS) throw this.columnsMissing();
    return false;
  }

  private columnsMissing(): UnreadableFile {
    return new UnreadableFile('columns_missing', (this.missing ?? []).join(', '));
  }
}

async function sampleOf(path: string, packed: 'gzip' | 'zip' | null): Promise<Buffer> {
  if (packed) {
    for await (const bytes of unpack(path, packed)) return bytes.subarray(0, SAMPLE_BYTES);
    return Buffer.alloc(0);
  }
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** What stands between cells: with it the heading has the columns of the setup or, if none does, the most cells. */
function delimiterOf(sample: string, { setup }: TableTerms): string {
  const lines = sample.split(/\r?\n/).slice(0, MAX_PREFACE_ROWS);
  const cellsOf = (line: string, delimiter: string) => splitQuoted(line, delimiter) ?? line.split(delimiter);
  const most = (delimiter: string) => Math.max(...lines.map((line) => cellsOf(line, delimiter).length));
  const widest = [...DELIMITERS].sort((a, b) => most(b) - most(a));
  const fits = (delimiter: string) =>
    lines.some((line) => findColumns(setup.columns, cellsOf(line, delimiter)).kind === 'found');
  return widest.find(fits) ?? widest[0] ?? ',';
}
