import { type Db, dialectOf, migrateUp, openDb } from '../../src/infra/db/index.ts';

/** The same server, another database. */
export function urlOfDatabase(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Creates a database and migrates it from nothing: once a run; every suite gets its own copy of it. */
export async function makeTemplate(adminUrl: string, name: string): Promise<void> {
  await onServer(adminUrl, (server) => createDatabase(server, name));
  const db = openDb({ url: urlOfDatabase(adminUrl, name), poolMax: 1 });
  try {
    await migrateUp(db);
  } finally {
    await db.destroy();
  }
}

/** Copies the migrated template, which takes a fraction of a second where migrating takes several. */
export async function copyTemplate(adminUrl: string, template: string, name: string): Promise<void> {
  await onServer(adminUrl, async (server) => {
    if (dialectOf(server) === 'postgres')
      await server.raw('create database ?? template ??', [name, template]);
    else await copyMysqlDatabase(server, template, name);
  });
}

export async function removeDatabase(adminUrl: string, name: string): Promise<void> {
  await onServer(adminUrl, (server) => dropDatabase(server, name));
}

async function createDatabase(server: Db, name: string): Promise<void> {
  const options = dialectOf(server) === 'mysql' ? ' character set utf8mb4 collate utf8mb4_bin' : '';
  await server.raw(`create database ??${options}`, [name]);
}

async function dropDatabase(server: Db, name: string): Promise<void> {
  // What a suite left connected must not keep its database alive.
  const force = dialectOf(server) === 'postgres' ? ' with (force)' : '';
  await server.raw(`drop database if exists ??${force}`, [name]);
}

/** MySQL has no templates: tables, rows (what migrations seeded, and which have run), then triggers. */
async function copyMysqlDatabase(server: Db, template: string, name: string): Promise<void> {
  await createDatabase(server, name);
  const [tables] = (await server.raw(
    "select table_name as name from information_schema.tables where table_schema = ? and table_type = 'BASE TABLE'",
    [template],
  )) as [{ name: string }[]];
  for (const table of tables) {
    await server.raw('create table ??.?? like ??.??', [name, table.name, template, table.name]);
    await server.raw('insert into ??.?? select * from ??.??', [name, table.name, template, table.name]);
  }
  const [triggers] = (await server.raw(
    `select trigger_name as name, action_timing as timing, event_manipulation as event,
            event_object_table as target, action_statement as statement
       from information_schema.triggers where trigger_schema = ? order by action_order`,
    [template],
  )) as [{ name: string; timing: string; event: string; target: string; statement: string }[]];
  for (const { name: trigger, timing, event, target, statement } of triggers) {
    await server.raw(
      `create trigger ??.?? ${timing} ${event} on ??.?? for each row ${statement.replaceAll('?', '\\?')}`,
      [name, trigger, name, target],
    );
  }
}

async function onServer(adminUrl: string, work: (server: Db) => Promise<void>): Promise<void> {
  const server = openDb({ url: adminUrl, poolMax: 1 });
  try {
    await work(server);
  } finally {
    await server.destroy();
  }
}
