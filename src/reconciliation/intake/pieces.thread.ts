import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { createVault, type VaultKeys } from '../../infra/crypto/index.ts';
import type { DbConfig } from '../../infra/db/index.ts';
import { moved } from '../../infra/threads/index.ts';
import type { FileReading } from './file-pieces.ts';
import type { StatementPiece } from './pieces.ts';
import type { SheetReading } from './sheet-pieces.ts';

/**
 * What a thread does for one statement: it begins, then gives `next` until that is the end. A thread has one statement at a time, and
 * loads what it needs for that: all of it takes half a second and some memory.
 */

interface Handed {
  pieces: StatementPiece[];
  /** What the reading came to; not there: there is more. */
  end?: unknown;
}

let handed: AsyncIterator<Handed> | null = null;

export function beginFile({ keys, reading }: { keys: VaultKeys; reading: FileReading }): void {
  begin(async (onPieces) => {
    const { filePiecesHere } = await import('./file-pieces.ts');
    return filePiecesHere(createVault(keys), reading, onPieces);
  });
}

/** Reads our books over a connection of its own. */
export function beginSheet(given: { keys: VaultKeys; database: DbConfig; reading: SheetReading }): void {
  begin(async (onPieces) => {
    const [{ openDb }, { sheetPiecesHere }] = await Promise.all([
      import('../../infra/db/index.ts'),
      import('./sheet-pieces.ts'),
    ]);
    const db = openDb({ ...given.database, poolMax: 1 });
    try {
      return await sheetPiecesHere({ db, vault: createVault(given.keys) }, given.reading, onPieces);
    } finally {
      await db.destroy();
    }
  });
}

export async function next(): Promise<Handed> {
  const some = await handed?.next();
  if (!some || some.done) throw new Error('no statement is being read in this thread');
  const { pieces } = some.value;
  return moved(
    some.value,
    pieces.flatMap(({ sealedRows, sealedRaw }) => [sealedRows.buffer, sealedRaw.buffer] as ArrayBuffer[]),
  );
}

/** Reads on while what was read is written, and waits where nobody asks for more. */
function begin(read: (onPieces: (pieces: StatementPiece[]) => Promise<void>) => Promise<unknown>): void {
  const ahead = new PassThrough({ objectMode: true, highWaterMark: 1 });
  handed = ahead[Symbol.asyncIterator]();
  const put = async (some: Handed) => {
    if (!ahead.write(some)) await once(ahead, 'drain');
  };
  read((pieces) => put({ pieces }))
    .then((end) => put({ pieces: [], end }))
    .catch((error: Error) => ahead.destroy(error));
}
