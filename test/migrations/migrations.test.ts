import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Db, migrateDownAll, migrateUp, openDb, pendingMigrations } from '../../src/infra/db/index.ts';
import { describeOnBothStacks } from '../support/stacks.ts';
import { readForbidden, readSchema, type Schema } from './schema.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../migrations');
const files = readdirSync(FOLDER).sort();
const names = files.map((file) => file.replace(/\.ts$/, ''));

describe('migration files', () => {
  it('have a number, a name that says what they do, and one extension', () => {
    expect(files.filter((file) => !/^\d{4}_[a-z][a-z0-9_]*\.ts$/.test(file))).toEqual([]);
    expect(files.length).toBeGreaterThan(0);
  });

  it('have numbers and names of their own', () => {
    expect(new Set(files.map((file) => file.slice(0, 4))).size).toBe(files.length);
    expect(new Set(files.map((file) => file.slice(5))).size).toBe(files.length);
  });

  it.each(files)('%s goes up and comes down', async (file) => {
    const migration = (await import(pathToFileURL(path.join(FOLDER, file)).href)) as Record<string, unknown>;
    expect(Object.keys(migration).sort()).toEqual(['down', 'up']);
  });
});

let schemaOfTheOther: Schema | undefined;

describeOnBothStacks('migrations', (stack) => {
  it('have all been applied, and applying them again does nothing', async () => {
    const { db } = stack();
    expect(await pendingMigrations(db)).toEqual([]);
    expect(await migrateUp(db)).toEqual([]);
  });

  it('make the same tables, columns and indexes on both', async () => {
    const schema = await readSchema(stack().db);
    expect(Object.keys(schema).length).toBeGreaterThan(5);
    if (schemaOfTheOther) expect(schema).toEqual(schemaOfTheOther);
    schemaOfTheOther = schema;
  });

  it('keep times and amounts in BIGINT, ids in text, and nothing in floats, flags or dates', async () => {
    const odd: string[] = [];
    for (const [table, { columns }] of Object.entries(await readSchema(stack().db))) {
      for (const [column, type] of Object.entries(columns)) {
        const [kind = ''] = type.split(/[(,]/);
        // A moment or an amount; a duration may be a smaller number.
        if (/(_(at|until|from)_ms|_minor)$/.test(column) && kind !== 'bigint')
          odd.push(`${table}.${column} is ${type}`);
        if (/_id$/.test(column) && !['varchar', 'text'].includes(kind))
          odd.push(`${table}.${column} is ${type}`);
        if (!['varchar', 'text', 'bytes', 'bigint', 'int', 'smallint'].includes(kind))
          odd.push(`${table}.${column} is ${type}`);
      }
    }
    expect(odd).toEqual([]);
    expect(await readForbidden(stack().db)).toEqual([]);
  });

  it('have names that fit, and a primary key for every table', async () => {
    for (const [table, { columns, indexes }] of Object.entries(await readSchema(stack().db))) {
      expect(`${table} ${Object.keys(indexes).join(' ')}`).toContain('primary key');
      const tooLong = [table, ...Object.keys(columns), ...Object.keys(indexes)].filter(
        (name) => name.length > 48,
      );
      expect(tooLong).toEqual([]);
    }
  });

  // A migration of two statements that breaks off between them can be neither run again nor taken back on MySQL,
  // which commits each statement of DDL by itself.
  it('hold one statement of DDL each', async () => {
    const { db } = stack();
    await migrateDownAll(db);
    const statements = await statementsByMigration(db);
    expect([...statements.keys()]).toEqual(names);
    const several = [...statements].filter(([, sqls]) => sqls.length !== 1);
    expect(several.map(([name, sqls]) => `${name}: ${sqls.join('; ')}`)).toEqual([]);
  });

  it('come down to nothing, and up again to the same', async () => {
    const { db } = stack();
    const before = await readSchema(db);
    await migrateDownAll(db);
    expect(await readSchema(db)).toEqual({});
    expect(await pendingMigrations(db)).toEqual(names);
    expect(await migrateUp(db)).toEqual(names);
    expect(await readSchema(db)).toEqual(before);
  });

  it('may be applied by several processes at once', async () => {
    const { db, databaseUrl } = stack();
    await migrateDownAll(db);
    const pools = [1, 2, 3].map(() => openDb({ url: databaseUrl, poolMax: 2 }));
    try {
      const applied = await Promise.all(pools.map((pool) => migrateUp(pool)));
      expect(applied.flat().sort()).toEqual(names);
      expect(await pendingMigrations(db)).toEqual([]);
    } finally {
      await Promise.all(pools.map((pool) => pool.destroy()));
    }
  });
});

/** Applies every migration and returns the DDL that each was made of; triggers, which may be set again, apart. */
async function statementsByMigration(db: Db): Promise<Map<string, string[]>> {
  const byMigration = new Map<string, string[]>();
  let current: string[] = [];
  const listen = ({ sql, bindings }: { sql: string; bindings?: unknown[] }) => {
    if (/^insert into .schema_migrations\W/.test(sql)) {
      byMigration.set(String(bindings?.find((value) => names.includes(String(value)))), current);
      current = [];
    } else if (/^(create|alter|drop|rename)\b/i.test(sql) && !sql.includes('schema_migrations')) {
      current.push(sql.slice(0, 90));
    }
  };
  db.client.on('query', listen);
  try {
    await migrateUp(db);
  } finally {
    db.client.off('query', listen);
  }
  for (const [name, sqls] of byMigration) {
    if (sqls.every((sql) => /append_only|_no_(update|delete)/.test(sql)))
      byMigration.set(name, sqls.slice(-1));
  }
  return byMigration;
}
