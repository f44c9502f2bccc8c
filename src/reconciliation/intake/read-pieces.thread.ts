import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { createVault, type VaultKeys } from '../../infra/crypto/index.ts';
import type { StatementPiece } from './pieces.ts';
import { type FileRead, type FileReading, readPiecesHere } from './read-pieces.ts';

/** What a thread does for one file: `begin`, then `next` until it gives the end. A thread has one file at a time. */

interface Handed {
  pieces: StatementPiece[];
  /** Null: there is more. */
  end: FileRead | null;
}

let handed: AsyncIterator<Handed> | null = null;

/** Reads on while what was read is written, and waits where nobody asks for more. */
export function begin({ keys, reading }: { keys: VaultKeys; reading: FileReading }): void {
  const ahead = new PassThrough({ objectMode: true, highWaterMark: 1 });
  handed = ahead[Symbol.asyncIterator]();
  const put = async (some: Handed) => {
    if (!ahead.write(some)) await once(ahead, 'drain');
  };
  readPiecesHere(createVault(keys), reading, (pieces) => put({ pieces, end: null }))
    .then((end) => put({ pieces: [], end }))
    .catch((error: Error) => ahead.destroy(error));
}

export async function next(): Promise<Handed> {
  const some = await handed?.next();
  if (!some || some.done) throw new Error('no file is being read in this thread');
  return some.value;
}
