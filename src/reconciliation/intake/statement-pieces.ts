import { stat } from 'node:fs/promises';
import { collectGarbage } from '../../infra/memory/index.ts';
import { resultOf } from '../../infra/threads/index.ts';
import type { Fence } from '../batches/fence.ts';
import { ownThreads } from '../own-threads.ts';
import { type FileRead, type FileReading, writeFileHere } from './file-pieces.ts';
import { type SheetRead, type SheetReading, writeSheetHere } from './sheet-pieces.ts';
import { type StatementDeps, threadDepsOf } from './thread-deps.ts';

/** Shorter ones are done before a thread has started. */
const LONG = { fileBytes: 2 * 1024 ** 2, sheetRows: 20_000 };

/**
 * Reads a file and writes its pieces under the fence, in bounded memory: a long one in a thread of its own, so that everything else
 * goes on beside it. Throws what reading from the disk throws, and DomainError `batch_taken_over`, `database_busy`.
 */
export async function writeFile(deps: StatementDeps, fence: Fence, reading: FileReading): Promise<FileRead> {
  const { size } = await stat(reading.path);
  if (size < LONG.fileBytes) return writeFileHere(deps, fence, reading);
  const own = threadDepsOf(deps);
  // This thread rests meanwhile, and V8 makes a heap smaller that rests after it was collected: before the rows are paired, which takes
  // more memory than all else.
  collectGarbage();
  return ownThreads.lend(async (thread) =>
    resultOf(await thread.run('writeFile', { deps: own, fence, reading })),
  );
}

/** The same of what our books say of a source's date; of how many rows is known only about. Without a fence nothing is written. */
export async function writeSheet(
  deps: StatementDeps,
  fence: Fence | null,
  reading: SheetReading,
  expectedRows: number,
): Promise<SheetRead> {
  if (expectedRows < LONG.sheetRows) return writeSheetHere(deps, fence, reading);
  const own = threadDepsOf(deps);
  return ownThreads.lend(async (thread) =>
    resultOf(await thread.run('writeSheet', { deps: own, fence, reading })),
  );
}
