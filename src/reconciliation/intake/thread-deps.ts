import { createVault, keysOfVault, type Vault, type VaultKeys } from '../../infra/crypto/index.ts';
import { configOfDb, type Db, type DbConfig, openDb } from '../../infra/db/index.ts';

/** What reads and writes statements. */
export interface StatementDeps {
  db: Db;
  vault: Vault;
}

/** The same for another thread, which opens its own with it. */
export interface ThreadDeps {
  keys: VaultKeys;
  database: DbConfig;
}

/** Connections of a thread: one to read with, and one to write or to read ahead. */
const POOL_MAX = 2;

export function threadDepsOf({ db, vault }: StatementDeps): ThreadDeps {
  return { keys: keysOfVault(vault), database: configOfDb(db) };
}

/** In the thread: works with a database and a vault of its own, as long as that takes. */
export async function withOwnDeps<T>(
  { keys, database }: ThreadDeps,
  work: (deps: StatementDeps) => Promise<T>,
): Promise<T> {
  const db = openDb({ ...database, poolMax: POOL_MAX });
  try {
    return await work({ db, vault: createVault(keys) });
  } finally {
    await db.destroy();
  }
}
