import { type Db, dialectOf } from '../../src/infra/db/index.ts';

/** A schema in words that both dialects share, so that one can be compared with the other. */
export interface Schema {
  [table: string]: {
    /** `name: type, null or not` */
    columns: Record<string, string>;
    /** Name of the index: its columns in order, `unique` first when it is. */
    indexes: Record<string, string>;
  };
}

/** knex's own two tables, which differ by dialect and hold nothing of ours. */
const OF_KNEX = new Set(['schema_migrations', 'schema_migrations_lock']);

interface ColumnRow {
  table_name: string;
  column_name: string;
  type: string;
  length: string | number | null;
  nullable: string;
}
interface IndexRow {
  table_name: string;
  index_name: string;
  is_unique: number | boolean;
  column_name: string;
}

/** Reads the tables that migrations made, with columns and indexes. */
export async function readSchema(db: Db): Promise<Schema> {
  const mysql = dialectOf(db) === 'mysql';
  const schema: Schema = {};
  for (const row of await rowsOf<ColumnRow>(db, mysql ? MYSQL_COLUMNS : POSTGRES_COLUMNS)) {
    if (OF_KNEX.has(row.table_name)) continue;
    schema[row.table_name] ??= { columns: {}, indexes: {} };
    const type = typeOf(row);
    const table = schema[row.table_name];
    if (table) table.columns[row.column_name] = `${type}${row.nullable === 'YES' ? ', null' : ''}`;
  }
  for (const row of await rowsOf<IndexRow>(db, mysql ? MYSQL_INDEXES : POSTGRES_INDEXES)) {
    const table = schema[row.table_name];
    if (!table) continue;
    const name = /^PRIMARY$|_pkey$|_pk$/.test(row.index_name) ? 'primary key' : row.index_name;
    const before = table.indexes[name];
    table.indexes[name] = before
      ? `${before}, ${row.column_name}`
      : `${Number(row.is_unique) ? 'unique ' : ''}${row.column_name}`;
  }
  return schema;
}

function typeOf({ type, length }: ColumnRow): string {
  const names: Record<string, string> = {
    'character varying': 'varchar',
    character: 'char',
    integer: 'int',
    mediumtext: 'text',
    longtext: 'text',
    longblob: 'bytes',
    bytea: 'bytes',
  };
  const name = names[type] ?? type;
  return name === 'varchar' || name === 'char' ? `${name}(${length})` : name;
}

/** Foreign keys, columns that count themselves, and types that differ between the dialects or from our rules. */
export async function readForbidden(db: Db): Promise<string[]> {
  const schemaName = dialectOf(db) === 'mysql' ? 'database()' : 'current_schema()';
  const foreignKeys = await rowsOf<{ name: string }>(
    db,
    `select constraint_name as name from information_schema.table_constraints
      where constraint_type = 'FOREIGN KEY' and table_schema = ${schemaName}`,
  );
  const counting = await rowsOf<{ table_name: string; name: string }>(
    db,
    dialectOf(db) === 'mysql'
      ? `select table_name as table_name, column_name as name from information_schema.columns
          where table_schema = database() and extra like '%auto_increment%'`
      : `select table_name, column_name as name from information_schema.columns
          where table_schema = current_schema() and (is_identity = 'YES' or column_default like 'nextval%')`,
  );
  return [
    ...foreignKeys.map(({ name }) => `foreign key ${name}`),
    ...counting
      .filter((row) => !OF_KNEX.has(row.table_name))
      .map((row) => `auto-increment ${row.table_name}.${row.name}`),
  ];
}

async function rowsOf<Row>(db: Db, sql: string): Promise<Row[]> {
  const result = (await db.raw(sql)) as [Row[]] | { rows: Row[] };
  return Array.isArray(result) ? result[0] : result.rows;
}

const MYSQL_COLUMNS = `
  select table_name as table_name, column_name as column_name, data_type as type,
         character_maximum_length as length, is_nullable as nullable
    from information_schema.columns where table_schema = database() order by table_name, column_name`;

const POSTGRES_COLUMNS = `
  select table_name, column_name, data_type as type, character_maximum_length as length, is_nullable as nullable
    from information_schema.columns where table_schema = current_schema() order by table_name, column_name`;

const MYSQL_INDEXES = `
  select table_name as table_name, index_name as index_name, 1 - non_unique as is_unique, column_name as column_name
    from information_schema.statistics where table_schema = database() order by table_name, index_name, seq_in_index`;

const POSTGRES_INDEXES = `
  select t.relname as table_name, i.relname as index_name, x.indisunique as is_unique, a.attname as column_name
    from pg_index x
    join pg_class t on t.oid = x.indrelid
    join pg_class i on i.oid = x.indexrelid
    join pg_namespace n on n.oid = t.relnamespace and n.nspname = current_schema()
    cross join lateral unnest(x.indkey) with ordinality as k(attnum, position)
    join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum
   order by t.relname, i.relname, k.position`;
