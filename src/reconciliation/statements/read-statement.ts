import { createHash, type Hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import {
  containerOf,
  isSpreadsheet,
  readSpreadsheet,
  type SpreadsheetKind,
  sha256OfFile,
  UnreadableFile,
  unpack,
} from '../../infra/files/index.ts';
import { StatementCollector } from './collector.ts';
import { nameOf, workbookKinds } from './detect.ts';
import type { Layout } from './layout.types.ts';
import { readZip } from './read-archive.ts';
import { findReading, readText } from './read-text.ts';
import type { StatementRow, StatementSummary } from './statement.types.ts';
import { TableParser } from './table.ts';

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
    } else if (container === 'zip') {
      const read = await readZip(path, options, out, flush);
      format ??= read.format;
      encoding = read.encoding;
    } else {
      const reading = await findReading(unpack(path, container), options);
      format ??= nameOf(reading);
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

async function* hashed(bytes: AsyncIterable<Buffer>, sha256: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    sha256.update(chunk);
    yield chunk;
  }
}
