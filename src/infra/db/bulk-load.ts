import { Readable } from 'node:stream';
import { type BulkLines, type BulkRow, bulkLine, readBulkLines } from '../bulk-lines/index.ts';
import { type Db, dialectOf, type Tx } from './db.ts';
import type { ColumnKind } from './dialect.ts';

interface BulkTable {
  name: string;
  columns: Readonly<Record<string, ColumnKind>>;
  /** Columns of the primary key. */
  key: readonly string[];
}

/** Fewer rows are inserted as they are: that costs less than a stream, and an error says which key was there. */
const MANY_ROWS = 1_000;

/** MySQL and MariaDB, where the server has been told not to take files from clients. */
const LOCAL_FILES_FORBIDDEN = new Set<unknown>([1148, 3948, 4166]);
const ROWS_PER_INSERT = 1_000;
const PACKET_BYTES = 512 * 1024;
/** Node would have 16 of them ready before the first is sent. */
const PACKETS_AHEAD = 2;

/**
 * Writes many rows the fastest way that the server has: `LOAD DATA LOCAL` of a stream, or `unnest`. A row whose key is there takes
 * its place; of two with one key, the later stays. All or nothing, and durable when it resolves.
 */
export async function bulkUpsert(db: Db, table: BulkTable, lines: BulkLines): Promise<void> {
  if (lines.count === 0) return;
  if (dialectOf(db) === 'postgres') return upsertArrays(db, table, readBulkLines(lines));
  try {
    const into = { name: table.name, columns: Object.keys(table.columns), onKey: 'replace' } as const;
    await loadData(db, into, packetsOf(lines.bytes), lines.count);
  } catch (error) {
    if (!LOCAL_FILES_FORBIDDEN.has((error as { errno?: number }).errno)) throw error;
    await insertInPieces(db, table, readBulkLines(lines));
  }
}

/**
 * Adds a row for each item, all with the same columns, in the transaction: many of them as `bulkUpsert` does. `rowOf` is asked while they
 * are sent, so that they are never there all at once. Throws where a key is there already, or a value does not fit.
 */
export async function bulkInsert<Item>(
  tx: Tx,
  name: string,
  items: readonly Item[],
  rowOf: (item: Item) => Readonly<Record<string, string | number | null>>,
): Promise<void> {
  const [first] = items;
  if (first === undefined) return;
  if (dialectOf(tx) === 'mysql' && items.length >= MANY_ROWS) {
    const columns = Object.keys(rowOf(first));
    try {
      await loadData(tx, { name, columns, onKey: '' }, linesOf(items, rowOf), items.length);
      return;
    } catch (error) {
      if (!LOCAL_FILES_FORBIDDEN.has((error as { errno?: number }).errno)) throw error;
    }
  }
  for (let from = 0; from < items.length; from += ROWS_PER_INSERT)
    await tx(name).insert(items.slice(from, from + ROWS_PER_INSERT).map(rowOf));
}

function* linesOf<Item>(items: readonly Item[], rowOf: (item: Item) => object): Generator<Buffer> {
  for (let from = 0; from < items.length; from += ROWS_PER_INSERT) {
    const some = items.slice(from, from + ROWS_PER_INSERT);
    yield Buffer.from(some.map((item) => bulkLine(Object.values(rowOf(item)))).join(''));
  }
}

async function loadData(
  db: Db | Tx,
  { name, columns, onKey }: { name: string; columns: readonly string[]; onKey: 'replace' | '' },
  packets: Iterable<Buffer>,
  count: number,
): Promise<void> {
  const load = db.raw(
    `load data local infile 'rows' ${onKey} into table ${name} character set utf8mb4
     fields terminated by '\\t' escaped by '\\\\' lines terminated by '\\n' (${columns.join(', ')})`,
  );
  // mysql2 reads from here, and never from a file that a server asks for.
  load.options({ infileStreamFactory: () => Readable.from(packets, { highWaterMark: PACKETS_AHEAD }) });
  const [result] = (await load) as unknown as [{ affectedRows: number; warningStatus: number }];
  // With LOCAL, values that do not fit are changed and only warned of.
  if (result.warningStatus > 0 || result.affectedRows < count) {
    throw new Error(`${result.warningStatus} warnings on loading ${count} rows into ${name}`);
  }
}

/** Packets that any server takes. */
function* packetsOf(bytes: Uint8Array): Generator<Buffer> {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let from = 0; from < whole.length; from += PACKET_BYTES)
    yield whole.subarray(from, from + PACKET_BYTES);
}

async function insertInPieces(db: Db, table: BulkTable, rows: readonly BulkRow[]): Promise<void> {
  const names = Object.keys(table.columns);
  await db.transaction(async (tx) => {
    for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
      const piece = rows
        .slice(from, from + ROWS_PER_INSERT)
        .map((row) => Object.fromEntries(names.map((column, index) => [column, row[index]])));
      await tx(table.name)
        .insert(piece)
        .onConflict([...table.key])
        .merge();
    }
  });
}

async function upsertArrays(
  db: Db,
  { name, columns, key }: BulkTable,
  rows: readonly BulkRow[],
): Promise<void> {
  const names = Object.keys(columns);
  const list = names.join(', ');
  const arrays = Object.values(columns).map((kind) => `?::${kind}[]`);
  const sets = names
    .filter((column) => !key.includes(column))
    .map((column) => `${column} = excluded.${column}`);
  await db.raw(
    `insert into ${name} (${list})
     select distinct on (${key.join(', ')}) ${list}
     from unnest(${arrays.join(', ')}) with ordinality as v(${list}, place)
     order by ${key.join(', ')}, place desc
     on conflict (${key.join(', ')}) do update set ${sets.join(', ')}`,
    names.map((_, index) => rows.map((row) => row[index] ?? null)) as never[],
  );
}
