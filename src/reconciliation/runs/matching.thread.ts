import { createVault, type VaultKeys } from '../../infra/crypto/index.ts';
import { type DbConfig, openDb } from '../../infra/db/index.ts';
import { type GivenRows, matchHere } from './match-here.ts';
import { SharedProgress } from './shared-progress.ts';
import type { WorkResult } from './work.types.ts';

/** Matches one batch, over connections of its own; `progress` is the memory of a `SharedProgress`. */
export async function match(input: {
  keys: VaultKeys;
  database: DbConfig;
  given: GivenRows;
  progress: Int32Array;
}): Promise<WorkResult> {
  const progress = new SharedProgress(input.progress);
  const db = openDb({ ...input.database, poolMax: 2 });
  try {
    const deps = { db, vault: createVault(input.keys) };
    return await matchHere(deps, input.given, (now) => progress.tell(now));
  } finally {
    await db.destroy();
  }
}
