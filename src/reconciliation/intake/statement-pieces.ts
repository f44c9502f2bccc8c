import { stat } from 'node:fs/promises';
import { keysOfVault, type Vault } from '../../infra/crypto/index.ts';
import { configOfDb } from '../../infra/db/index.ts';
import { openThreads, type Threads } from '../../infra/threads/index.ts';
import { type FileRead, type FileReading, filePiecesHere } from './file-pieces.ts';
import type { StatementPiece } from './pieces.ts';
import { type SheetDeps, type SheetRead, type SheetReading, sheetPiecesHere } from './sheet-pieces.ts';

export type PiecesThread = Threads<typeof import('./pieces.thread.ts')>;

type OnPieces = (pieces: StatementPiece[]) => Promise<void>;

/** Shorter ones are read before a thread has started. */
const LONG = { fileBytes: 2 * 1024 ** 2, sheetRows: 20_000 };

/**
 * Reads a file into sealed pieces, in bounded memory: a long one in a thread of its own, so that everything else goes on beside it. Throws
 * what reading from the disk throws, and what `onPieces` does.
 */
export async function filePieces(vault: Vault, reading: FileReading, onPieces: OnPieces): Promise<FileRead> {
  const { size } = await stat(reading.path);
  if (size < LONG.fileBytes) return filePiecesHere(vault, reading, onPieces);
  const keys = keysOfVault(vault);
  return piecesInThread((thread) => thread.run('beginFile', { keys, reading }), onPieces);
}

/** The same of what our books say of a source's date; of how many rows is known only about. */
export function sheetPieces(
  deps: SheetDeps,
  reading: SheetReading,
  expectedRows: number,
  onPieces: OnPieces,
): Promise<SheetRead> {
  if (expectedRows < LONG.sheetRows) return sheetPiecesHere(deps, reading, onPieces);
  const given = { keys: keysOfVault(deps.vault), database: configOfDb(deps.db), reading };
  return piecesInThread((thread) => thread.run('beginSheet', given), onPieces);
}

/** Hands on what a thread makes, which ends with it; gives what the thread's reading came to. */
async function piecesInThread<End>(
  begin: (thread: PiecesThread) => Promise<void>,
  onPieces: OnPieces,
): Promise<End> {
  const thread: PiecesThread = openThreads(new URL('./pieces.thread.ts', import.meta.url), 1);
  try {
    await begin(thread);
    for (;;) {
      const { pieces, end } = await thread.run('next', undefined);
      await onPieces(pieces.map(withBuffers));
      if (end !== undefined) return end as End;
    }
  } finally {
    await thread.close();
  }
}

/** Buffers come out of a thread as plain arrays of bytes. */
const withBuffers = (piece: StatementPiece): StatementPiece => ({
  ...piece,
  sealedRows: bufferOf(piece.sealedRows),
  sealedRaw: bufferOf(piece.sealedRaw),
});

const bufferOf = ({ buffer, byteOffset, length }: Uint8Array) => Buffer.from(buffer, byteOffset, length);
