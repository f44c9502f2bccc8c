import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Knex } from 'knex';
import type { Db } from './db.ts';

/** `migrations/` beside `src/`, in the sources and in the build alike. */
const FOLDER = path.resolve(import.meta.dirname, '../../../migrations');

/**
 * Reads `migrations/NNNN_name.{ts,js}` in order. The name that is remembered has no extension, so a database
 * migrated from the sources is up to date for the build too.
 */
class FolderMigrations implements Knex.MigrationSource<string> {
  async getMigrations(): Promise<string[]> {
    const names = readdirSync(FOLDER)
      .filter((file) => /^\d{4}_[a-z0-9_]+\.(ts|js)$/.test(file))
      .map((file) => file.replace(/\.(ts|js)$/, ''));
    return [...new Set(names)].sort();
  }
  getMigrationName(name: string): string {
    return name;
  }
  async getMigration(name: string): Promise<Knex.Migration> {
    const source = path.join(FOLDER, `${name}.ts`);
    const file = existsSync(source) ? source : path.join(FOLDER, `${name}.js`);
    return (await import(pathToFileURL(file).href)) as Knex.Migration;
  }
}

const CONFIG: Knex.MigratorConfig = {
  migrationSource: new FolderMigrations(),
  tableName: 'schema_migrations',
};

/** Applies what is missing; returns the names applied. Safe to call from several processes at once. */
export async function migrateUp(db: Db): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [, applied] = (await db.migrate.latest(CONFIG)) as [number, string[]];
      return applied;
    } catch (error) {
      // Another process holds the migration lock, or has just made the tables of migrations: it is doing the same work.
      const isElsewhere = /lock|create table .schema_migrations/i.test(String((error as Error).message));
      if (attempt >= 60 || !isElsewhere) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** Takes every migration back, newest first. For tests. */
export async function migrateDownAll(db: Db): Promise<void> {
  await db.migrate.rollback(CONFIG, true);
}

/** Names not applied yet. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const [, pending] = (await db.migrate.list(CONFIG)) as [unknown[], (string | { file: string })[]];
  return pending.map((item) => (typeof item === 'string' ? item : item.file));
}
