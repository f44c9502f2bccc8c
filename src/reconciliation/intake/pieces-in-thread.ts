import { openThreads, type Threads } from '../../infra/threads/index.ts';
import type { StatementPiece } from './pieces.ts';

export type PiecesThread = Threads<typeof import('./pieces.thread.ts')>;

export interface Handed {
  pieces: StatementPiece[];
  /** Not there: there is more. */
  end?: unknown;
}

/**
 * Has a thread of its own make the pieces of a statement, and hands them on; it ends with it. Gives what the thread's reading came to,
 * and throws what it or `onPieces` throws.
 */
export async function piecesInThread<End>(
  begin: (thread: PiecesThread) => Promise<void>,
  onPieces: (pieces: StatementPiece[]) => Promise<void>,
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
