import { stat } from 'node:fs/promises';
import { keysOfVault, type Vault } from '../../infra/crypto/index.ts';
import { configOfDb, type Db } from '../../infra/db/index.ts';
import { type Answer, openThreads, resultOf, type Threads } from '../../infra/threads/index.ts';
import type { Fence } from '../batches/fence.ts';
import { type FileRead, type FileReading, writeFileHere } from './file-pieces.ts';
import { type SheetRead, type SheetReading, writeSheetHere } from './sheet-pieces.ts';

export interface PiecesDeps {
  db: Db;
  vault: Vault;
}

type PiecesThread = Threads<typeof import('./pieces.thread.ts')>;

/** Shorter ones are done before a thread has started. */
const LONG = { fileBytes: 2 * 1024 ** 2, sheetRows: 20_000 };

/**
 * Reads a file and writes its pieces under the fence, in bounded memory: a long one in a thread of its own, so that everything else
 * goes on beside it. Throws what reading from the disk throws, and DomainError `batch_taken_over`, `database_busy`.
 */
export async function writeFile(deps: PiecesDeps, fence: Fence, reading: FileReading): Promise<FileRead> {
  const { size } = await stat(reading.path);
  if (size < LONG.fileBytes) return writeFileHere(deps, fence, reading);
  return inThread(deps, (thread, given) => thread.run('writeFile', { ...given, fence, reading }));
}

/** The same of what our books say of a source's date; of how many rows is known only about. Without a fence nothing is written. */
export function writeSheet(
  deps: PiecesDeps,
  fence: Fence | null,
  reading: SheetReading,
  expectedRows: number,
): Promise<SheetRead> {
  if (expectedRows < LONG.sheetRows) return writeSheetHere(deps, fence, reading);
  return inThread(deps, (thread, given) => thread.run('writeSheet', { ...given, fence, reading }));
}

async function inThread<T>(
  { db, vault }: PiecesDeps,
  work: (
    thread: PiecesThread,
    given: { keys: ReturnType<typeof keysOfVault>; database: ReturnType<typeof configOfDb> },
  ) => Promise<Answer<T>>,
): Promise<T> {
  const thread: PiecesThread = openThreads(new URL('./pieces.thread.ts', import.meta.url), 1);
  try {
    return resultOf(await work(thread, { keys: keysOfVault(vault), database: configOfDb(db) }));
  } finally {
    await thread.close();
  }
}
