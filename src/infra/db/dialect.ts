import type { Knex } from 'knex';
import { type Db, dialectOf, runPrepared, type Tx } from './db.ts';

/** Everything in which the two SQL dialects differ, beyond what knex evens out, is in this file. */

/** An id or code column: ASCII, compared byte by byte (MySQL would otherwise fold case and take 4 bytes a letter). */
export function asciiColumn(
  table: Knex.CreateTableBuilder,
  db: Db,
  name: string,
  maxLength = 32,
): Knex.ColumnBuilder {
  const column = table.string(name, maxLength);
  return dialectOf(db) === 'mysql' ? column.collate('ascii_bin') : column;
}

/** Gives a nullable column of `asciiColumn` another length, in one statement. For migrations. */
export async function resizeAsciiColumn(
  db: Db,
  table: string,
  name: string,
  maxLength: number,
): Promise<void> {
  if (dialectOf(db) === 'mysql') {
    const type = `varchar(${maxLength}) character set ascii collate ascii_bin null`;
    await db.raw(`alter table ?? modify column ?? ${type}`, [table, name]);
    return;
  }
  await db.raw(`alter table ?? alter column ?? type varchar(${maxLength})`, [table, name]);
}

/** Text that compares and sorts by code point, whatever the database's collation: for ranges of a key. */
export function textByCodePoint(
  table: Knex.CreateTableBuilder,
  db: Db,
  name: string,
  maxLength: number,
): Knex.ColumnBuilder {
  return dialectOf(db) === 'mysql'
    ? table.string(name, maxLength).collate('utf8mb4_bin')
    : table.specificType(name, `varchar(${maxLength}) collate "C"`);
}

/** Text of up to 16 MiB in MySQL, without limit in PostgreSQL. */
export function longTextColumn(table: Knex.CreateTableBuilder, db: Db, name: string): Knex.ColumnBuilder {
  return dialectOf(db) === 'mysql' ? table.specificType(name, 'mediumtext') : table.text(name);
}

/** Bytes: ciphertext, files. */
export function bytesColumn(table: Knex.CreateTableBuilder, db: Db, name: string): Knex.ColumnBuilder {
  return dialectOf(db) === 'mysql' ? table.specificType(name, 'longblob') : table.binary(name);
}

/**
 * Inserts rows or, where the key exists, adds to the columns in `add`. Rows should come sorted by key, so that
 * two batches lock in one order. One statement, so that a hot row costs what a cold one costs.
 */
export async function insertOrAdd(
  tx: Tx,
  table: string,
  rows: readonly Readonly<Record<string, unknown>>[],
  key: readonly string[],
  add: readonly string[],
  overwrite: readonly string[] = [],
): Promise<void> {
  if (rows.length === 0) return;
  const mysql = dialectOf(tx) === 'mysql';
  const incoming = (column: string) => (mysql ? `values(${column})` : `excluded.${column}`);
  const sets = Object.fromEntries([
    ...add.map((column) => [column, tx.raw(`${mysql ? '' : `${table}.`}${column} + ${incoming(column)}`)]),
    ...overwrite.map((column) => [column, tx.raw(incoming(column))]),
  ]);
  await tx(table)
    .insert([...rows])
    .onConflict([...key])
    .merge(sets as never);
}

/** Inserts rows with long bytes, in one statement. */
export async function insertBytes(
  tx: Tx,
  table: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const insert = tx(table).insert([...rows]);
  if (dialectOf(tx) === 'postgres') {
    await insert;
    return;
  }
  const { sql, bindings } = insert.toSQL().toNative();
  await runPrepared(tx, sql, bindings);
}

/**
 * A table that is read by one of its indexes. MySQL may else choose, for a page from the middle of an index, to read it from its
 * beginning: each page anew.
 */
export function byIndex(db: Db | Tx, table: string, index: string): Knex.Raw {
  return dialectOf(db) === 'mysql' ? db.raw('?? force index (??)', [table, index]) : db.raw('??', [table]);
}

/** How a column's values travel in `bulkUpdate`. */
export type ColumnKind = 'text' | 'bigint';

/**
 * Updates many rows by key, each with values of its own, in one statement.
 * `columns` names what to set and how its values travel; null is allowed in any of them.
 */
export async function bulkUpdate(
  tx: Tx,
  table: string,
  key: string,
  columns: Readonly<Record<string, ColumnKind>>,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(columns);
  if (dialectOf(tx) === 'postgres') {
    const kinds = { [key]: 'text', ...columns };
    const arrays = Object.entries(kinds).map(([, kind]) => `?::${kind}[]`);
    await tx.raw(
      `update ${table} set ${names.map((name) => `${name} = v.${name}`).join(', ')}
       from unnest(${arrays.join(', ')}) as v(${Object.keys(kinds).join(', ')})
       where ${table}.${key} = v.${key}`,
      Object.keys(kinds).map((name) => rows.map((row) => row[name] ?? null)) as never[],
    );
    return;
  }
  // A derived table of constants would take the connection's collation; the cast keeps the key's index usable.
  const first = [`cast(? as char character set ascii) as ${key}`, ...names.map((name) => `? as ${name}`)];
  const rest = ['cast(? as char character set ascii)', ...names.map(() => '?')];
  await tx.raw(
    `update ${table} join (select ${first.join(', ')}${` union all select ${rest.join(', ')}`.repeat(rows.length - 1)}) v
     on ${table}.${key} = v.${key} collate ascii_bin
     set ${names.map((name) => `${table}.${name} = v.${name}`).join(', ')}`,
    rows.flatMap((row) => [row[key], ...names.map((name) => row[name] ?? null)]) as never[],
  );
}

/**
 * Makes a table append-only in the database itself: any UPDATE or DELETE is an error. For migrations; takes several
 * statements, and may be run again where one broke off.
 */
export async function forbidChange(db: Db, table: string): Promise<void> {
  await allowChange(db, table);
  if (dialectOf(db) === 'mysql') {
    for (const operation of ['update', 'delete']) {
      await db.raw(
        `create trigger ${table}_no_${operation} before ${operation} on ${table} for each row
         signal sqlstate '45000' set message_text = '${table} is append-only'`,
      );
    }
    return;
  }
  await db.raw(
    `create or replace function ${table}_append_only() returns trigger language plpgsql as
     $$ begin raise exception '${table} is append-only'; end $$`,
  );
  await db.raw(
    `create trigger ${table}_append_only before update or delete or truncate on ${table}
     for each statement execute function ${table}_append_only()`,
  );
}

/** Undoes `forbidChange`, for a migration's way down. */
export async function allowChange(db: Db, table: string): Promise<void> {
  if (dialectOf(db) === 'mysql') {
    await db.raw(`drop trigger if exists ${table}_no_update`);
    await db.raw(`drop trigger if exists ${table}_no_delete`);
    return;
  }
  await db.raw(`drop trigger if exists ${table}_append_only on ${table}`);
  await db.raw(`drop function if exists ${table}_append_only()`);
}
