import { createVault, type VaultKeys } from '../../infra/crypto/index.ts';
import { type DbConfig, openDb } from '../../infra/db/index.ts';
import { type Answer, answerOf } from '../../infra/threads/index.ts';
import type { Fence } from '../batches/fence.ts';
import type { FileRead, FileReading } from './file-pieces.ts';
import type { SheetRead, SheetReading } from './sheet-pieces.ts';
import type { PiecesDeps } from './statement-pieces.ts';

/** What a thread does for one statement, over connections of its own. It loads what it needs for that: all of it takes half a second. */

interface Given {
  keys: VaultKeys;
  database: DbConfig;
}

export function writeFile({ fence, reading, ...given }: Given & { fence: Fence; reading: FileReading }) {
  return withOwn(given, async (deps): Promise<FileRead> => {
    const { writeFileHere } = await import('./file-pieces.ts');
    return writeFileHere(deps, fence, reading);
  });
}

export function writeSheet({
  fence,
  reading,
  ...given
}: Given & { fence: Fence | null; reading: SheetReading }) {
  return withOwn(given, async (deps): Promise<SheetRead> => {
    const { writeSheetHere } = await import('./sheet-pieces.ts');
    return writeSheetHere(deps, fence, reading);
  });
}

function withOwn<T>({ keys, database }: Given, work: (deps: PiecesDeps) => Promise<T>): Promise<Answer<T>> {
  // One to read our books, and one to write.
  const db = openDb({ ...database, poolMax: 2 });
  return answerOf(() => work({ db, vault: createVault(keys) })).finally(() => db.destroy());
}
