import { open } from 'node:fs/promises';
import {
  type ContainerKind,
  CsvReader,
  containerOf,
  decoderOf,
  guessEncoding,
  isSpreadsheet,
  readSpreadsheet,
  type SpreadsheetKind,
  splitQuoted,
  type TableRecord,
  TextReader,
  UnreadableFile,
  unpack,
} from '../infra/files/index.ts';
import { BillTable, type LineSink, MAX_PREFACE_ROWS, problemOfFile, type TableTerms } from './bill-table.ts';
import { findColumns } from './columns.rules.ts';
import type { LineProblem } from './lines.rules.ts';

/** The heading has to be within this. */
const SAMPLE_BYTES = 64 * 1024;
const DELIMITERS = [',', '\t', ';', '|'] as const;

/** Takes what a file says, line by line. */
export interface TableSink extends LineSink {
  /** Why the file cannot be read on. */
  unreadable(problem: LineProblem): void;
  /** Called between pieces of the file: resolves when there is room for more; false when enough was seen. */
  room(): Promise<boolean>;
}

/**
 * Reads a CSV, XLSX or XLS of bills, in bounded memory; UTF-8, GB18030 or what its mark says; gzip and zip too. What cannot be read at
 * all, or not to its end, says so as `unreadable`. Throws only for what the machine does (`ENOENT` …), and what the sink throws.
 */
export async function readBillTable(path: string, terms: TableTerms, sink: TableSink): Promise<void> {
  const table = new BillTable(terms, sink);
  const room = async () => {
    if (!(await sink.room())) throw new EnoughSeen();
  };
  try {
    const container = await containerOf(path);
    if (isSpreadsheet(container)) {
      const rows = { record: (record: TableRecord) => table.record(record) };
      await readSpreadsheet(path, container, table.report, rows, room);
    } else {
      const { delimiter, texts } = await openBillText(path, container, terms);
      const csv = new CsvReader(delimiter, table.report, (record) => table.record(record));
      for await (const text of texts) {
        csv.write(text);
        await room();
      }
      csv.end();
    }
    table.end();
  } catch (error) {
    if (error instanceof EnoughSeen) return;
    if (!(error instanceof UnreadableFile)) throw error;
    sink.unreadable(problemOfFile(error));
  }
  await sink.room();
}

class EnoughSeen extends Error {}

/** A file of separated values as text, and what separates them. Throws `UnreadableFile`, at once or between texts. */
export async function openBillText(
  path: string,
  container: Exclude<ContainerKind, SpreadsheetKind>,
  terms: TableTerms,
): Promise<{ delimiter: string; texts: AsyncIterable<string> }> {
  const sample = await sampleOf(path, container === 'plain' ? null : container);
  const encoding = guessEncoding(sample, 'gb18030') ?? 'utf-8';
  const delimiter = delimiterOf(decoderOf(encoding).decode(sample, { stream: true }), terms);
  return { delimiter, texts: textsOf(path, container) };
}

async function* textsOf(path: string, container: ContainerKind): AsyncGenerator<string> {
  const reader = new TextReader(null, 'gb18030');
  for await (const bytes of unpack(path, container)) yield reader.write(bytes);
  yield reader.end();
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
