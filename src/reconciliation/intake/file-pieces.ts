import { createHash } from 'node:crypto';
import { sha256OfFile } from '../../infra/files/index.ts';
import type { Fence } from '../batches/fence.ts';
import type { Layout } from '../statements/layout.types.ts';
import { readStatement } from '../statements/read-statement.ts';
import type { StatementRow, StatementSummary } from '../statements/statement.types.ts';
import { matchRowsOf } from './match-rows.rules.ts';
import { PieceWriter } from './piece-writer.ts';
import { type Gathered, PieceGatherer } from './pieces.ts';
import { RawRowsTooLarge, RawRowsWriter } from './raw-rows.ts';
import type { StatementDeps } from './thread-deps.ts';

/** A file to make pieces of; can be copied to a thread. */
export interface FileReading {
  statementId: string;
  path: string;
  businessDate: string;
  isMirrored: boolean;
  format?: string | undefined;
  layout?: Layout | undefined;
}

export interface FileRead {
  summary: StatementSummary;
  gathered: Gathered;
}

/**
 * Reads a file and writes its pieces under the fence, in bounded memory, in the thread that calls it. Throws what reading from the disk
 * throws, and what `PieceWriter` does.
 */
export async function writeFileHere(
  { db, vault }: StatementDeps,
  fence: Fence,
  reading: FileReading,
): Promise<FileRead> {
  const writer = new PieceWriter(db, fence, reading.statementId);
  const { path, businessDate, isMirrored, format, layout } = reading;
  const gatherer = new PieceGatherer(vault, reading, new RawRowsWriter());
  let lastLine = 0;
  const onRows = async (rows: StatementRow[]) => {
    for (const row of rows) {
      lastLine = row.line;
      for (const matchRow of matchRowsOf(row, { isMirrored, businessDate })) gatherer.add(matchRow, row.raw);
    }
    if (gatherer.hasEnough) await writer.write(gatherer.take());
  };
  const summary = await readStatement(path, {
    onRows,
    ...(layout && { layout }),
    ...(format && { format }),
  }).catch(async (error: unknown) => {
    if (!(error instanceof RawRowsTooLarge)) throw error;
    return withTooLongRows(await sha256OfFile(path), lastLine);
  });
  const gathered = gatherer.end();
  await writer.write(gatherer.take());
  await writer.end();
  return { summary, gathered };
}

function withTooLongRows(fileSha256: string, line: number): StatementSummary {
  const message = 'some thousand rows before this line have more text than can be kept';
  return {
    ...NOTHING_HAPPENED,
    complete: false,
    problems: [{ severity: 'error', code: 'rows_too_long', line, message }],
    fileSha256,
  };
}

const sha256OfNothing = createHash('sha256').digest('hex');

/** Where the other side says that nothing happened, and gives no file. */
export const NOTHING_HAPPENED: StatementSummary = {
  format: null,
  variant: null,
  encoding: null,
  complete: true,
  rowCount: 0,
  balances: [],
  totals: [],
  problems: [],
  problemsLeftOut: 0,
  fileSha256: sha256OfNothing,
  rowsSha256: sha256OfNothing,
};
