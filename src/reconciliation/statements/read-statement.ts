import { createHash, type Hash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import {
  type ContainerKind,
  CsvReader,
  containerOf,
  HtmlTableReader,
  isSpreadsheet,
  readSpreadsheet,
  type SpreadsheetKind,
  sha256OfFile,
  TextReader,
  UnreadableFile,
  unpack,
  XmlSpreadsheetReader,
} from '../../infra/files/index.ts';
import { Bai2Parser } from './bai2.ts';
import { CamtParser } from './camt.ts';
import { StatementCollector } from './collector.ts';
import { type Reading, readingOf, workbookKinds } from './detect.ts';
import { LayoutParser } from './layout.ts';
import type { Layout } from './layout.types.ts';
import { Mt940Parser } from './mt940.ts';
import type { StatementParser, StatementRow, StatementSummary } from './statement.types.ts';
import { TableParser } from './table.ts';
import type { TableKind } from './table-columns.ts';

/** The heading of a table has to be within this. */
const SAMPLE_BYTES = 64 * 1024;

export interface ReadStatementOptions {
  /** One of `FORMATS`; found out without it. */
  format?: string;
  /** A declared layout, instead of a format. */
  layout?: Layout;
  /** Takes the rows as they come, some thousand at a time. They are not to be believed before the summary says `complete`. */
  onRows?: (rows: StatementRow[]) => void | Promise<void>;
}

/**
 * Reads a statement file of any format, in bounded memory. What is wrong with the file is in the summary, with its line;
 * throws only when the file can't be opened or read (`ENOENT` …), or when `onRows` does.
 */
export async function readStatement(
  path: string,
  options: ReadStatementOptions = {},
): Promise<StatementSummary> {
  const out = new StatementCollector();
  const before = await stat(path);
  let encoding: string | null = null;
  let fileSha256: string | null = null;
  let format: string | null = options.layout?.name ?? options.format ?? null;
  const flush = async () => {
    const rows = out.takeRows();
    if (rows.length > 0) await options.onRows?.(rows);
  };
  try {
    if (!before.isFile()) throw new UnreadableFile('file_missing', 'not a file');
    if (before.size === 0)
      throw new UnreadableFile(
        'file_empty',
        'the file is empty: an empty day is not told from a failed fetch',
      );
    const container = await containerOf(path);
    if (isSpreadsheet(container)) {
      await readWorkbook(path, container, options, out, flush);
    } else {
      const sample = await sampleOf(path, container);
      refusePacked(sample);
      const reading = readingOf(sample, options);
      if (!format) format = reading.kind === 'layout' ? reading.layout.name : reading.kind;
      const bytes = unpack(path, container);
      // A file that lies there plain is hashed as it is read; the others once more.
      const sha256 = createHash('sha256');
      encoding = await readText(container === 'plain' ? hashed(bytes, sha256) : bytes, reading, out, flush);
      if (container === 'plain') fileSha256 = sha256.digest('hex');
    }
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    out.error(error.code, error.line, error.message);
    // What was counted up to here is shown, but not compared: the file was not read to its end.
    out.abandon();
  }
  await flush();
  const after = await stat(path);
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    out.error('file_changed', 0, 'the file changed while it was read');
  }
  return {
    format: out.format ?? format,
    variant: out.variant,
    encoding,
    complete: !out.hasErrors,
    rowCount: out.rowCount,
    balances: out.balances,
    totals: out.totals,
    problems: out.problems,
    problemsLeftOut: out.problemsLeftOut,
    fileSha256: fileSha256 ?? (await sha256OfFile(path)),
    rowsSha256: out.rowsSha256(),
  };
}

async function readText(
  bytes: AsyncIterable<Buffer>,
  reading: Reading,
  out: StatementCollector,
  flush: () => Promise<void>,
): Promise<string | null> {
  const text = new TextReader(reading.encoding, reading.fallback);
  const parser = parserOf(reading, out);
  let isOldMac: boolean | null = null;
  for await (const chunk of bytes) {
    const piece = text.write(chunk);
    // Lines that end with CR alone: old Macs and mainframes.
    isOldMac ??= reading.kind !== 'camt' && piece.includes('\r') && !piece.includes('\n');
    parser.write(isOldMac ? piece.replaceAll('\r', '\n') : piece);
    await flush();
  }
  parser.write(text.end());
  parser.end();
  return reading.kind === 'layout' && reading.layout.unit === 'byte'
    ? (reading.layout.encoding ?? null)
    : (text.encoding ?? 'ascii');
}

function parserOf(reading: Reading, out: StatementCollector): StatementParser {
  switch (reading.kind) {
    case 'mt940':
      return new Mt940Parser(out);
    case 'camt':
      return new CamtParser(out);
    case 'bai2':
      return new Bai2Parser(out);
    case 'layout':
      return new LayoutParser(reading.layout, out);
    case 'table': {
      const table = new TableParser(reading.kinds, out);
      return through(new CsvReader(reading.delimiter, out, (record) => table.record(record)), table);
    }
    case 'xml-spreadsheet': {
      const table = new TableParser(reading.kinds, out, { mayRowsEndEarly: true });
      return through(new XmlSpreadsheetReader(out, table), table);
    }
    case 'html':
      return pageParser(reading.kinds, out);
  }
}

function through(cells: Pick<StatementParser, 'write' | 'end'>, table: TableParser): StatementParser {
  return {
    write: (text) => cells.write(text),
    end() {
      cells.end();
      table.end();
    },
  };
}

/** A page without a heading that is known is the bank's sign-in, or an error of its server. */
function pageParser(kinds: readonly TableKind[], out: StatementCollector): StatementParser {
  const table = new TableParser(kinds, out, { mayRowsEndEarly: true });
  const page = new HtmlTableReader(out, (record) => table.record(record));
  return {
    write: (text) => page.write(text),
    end() {
      page.end();
      if (table.hasHeading) return table.end();
      throw new UnreadableFile(
        'html_not_read',
        'a web page without the columns of a statement: look at it in a browser, it may be a page to sign in or an error',
      );
    },
  };
}

async function readWorkbook(
  path: string,
  container: SpreadsheetKind,
  named: ReadStatementOptions,
  out: StatementCollector,
  flush: () => Promise<void>,
): Promise<void> {
  const table = new TableParser(workbookKinds(named), out, { mayRowsEndEarly: true });
  await readSpreadsheet(path, container, out, table, flush);
  table.end();
}

async function sampleOf(path: string, container: ContainerKind): Promise<Buffer> {
  if (container === 'plain') {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }
  const chunks: Buffer[] = [];
  let byteCount = 0;
  for await (const chunk of unpack(path, container)) {
    chunks.push(chunk);
    byteCount += chunk.length;
    if (byteCount >= SAMPLE_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, SAMPLE_BYTES);
}

/** Archives in archives, and workbooks in archives, would have to be unpacked to a place of their own. */
function refusePacked(sample: Buffer): void {
  const start = sample.subarray(0, 4).toString('latin1');
  if (start !== 'PK\x03\x04' && start !== '\xd0\xcf\x11\xe0' && !start.startsWith('\x1f\x8b')) return;
  throw new UnreadableFile(
    'archive_in_archive',
    'a workbook or an archive inside an archive: unpack it, and read what was in it',
  );
}

async function* hashed(bytes: AsyncIterable<Buffer>, sha256: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    sha256.update(chunk);
    yield chunk;
  }
}
