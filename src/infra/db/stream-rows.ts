import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import type pg from 'pg';
import { type Db, dialectOf, removeValues } from './db.ts';

/** A row as the drivers give it: a BIGINT is text. */
export type RowOf<Column extends string> = Record<Column, string | null>;

/** So many rows wait for whoever reads them; before they are taken, no more are read from the connection. */
const ROWS_AHEAD = 2_000;

/**
 * All rows of a query as they arrive, some hundreds at a time, in bounded memory: what the database said at one moment. Asking page by
 * page would cost a database as much again, and keeping a page's rows the garbage collector. Takes one connection of the pool until the
 * end. Throws what the query does.
 */
export async function* streamRows<Column extends string>(
  db: Db,
  query: Knex.QueryBuilder,
): AsyncGenerator<RowOf<Column>[]> {
  const { sql, bindings } = query.toSQL().toNative();
  const connection = await db.client.acquireConnection();
  const incoming = new IncomingRows<RowOf<Column>>();
  const reading = dialectOf(db) === 'mysql' ? readMysql : readPostgres;
  const socket = await reading(connection, { sql, bindings }, incoming);
  try {
    yield* incoming.batches(socket);
  } catch (error) {
    if (error === incoming.end) removeValues(error as Error, { sql });
    throw error;
  } finally {
    // Rows that nobody has read would come as the answer to the next query: the pool has no further use for such a connection.
    if (incoming.end === 'open') {
      connection.__knex__disposed = new Error('rows were left unread');
      socket.destroy();
    }
    await db.client.releaseConnection(connection);
  }
}

/** What rows come over. */
interface RowSocket {
  pause(): void;
  resume(): void;
  destroy(): void;
}

/** Rows on their way from a driver that pushes them to somebody who takes them. */
class IncomingRows<Row> {
  end: 'open' | 'ended' | Error = 'open';
  private rows: Row[] = [];
  private socket: RowSocket | null = null;
  private wake: (() => void) | null = null;

  readonly take = (row: Row) => {
    if (this.rows.push(row) === ROWS_AHEAD) this.socket?.pause();
    this.tell();
  };

  /** MySQL's driver tells of an error, and then of an end. */
  readonly stop = (how: 'ended' | Error) => {
    if (this.end === 'open') this.end = how;
    this.tell();
  };

  private tell(): void {
    this.wake?.();
    this.wake = null;
  }

  async *batches(socket: RowSocket): AsyncGenerator<Row[]> {
    this.socket = socket;
    for (;;) {
      const { rows } = this;
      this.rows = [];
      if (rows.length >= ROWS_AHEAD) socket.resume();
      if (rows.length > 0) yield rows;
      else if (this.end === 'ended') return;
      else if (this.end !== 'open') throw this.end;
      else
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
    }
  }
}

interface Native {
  sql: string;
  bindings: readonly unknown[];
}

function readMysql<Row>(
  connection: Connection,
  { sql, bindings }: Native,
  into: IncomingRows<Row>,
): RowSocket {
  connection
    .query(sql, [...bindings] as never[])
    .on('result', (row) => into.take(row as Row))
    .on('end', () => into.stop('ended'))
    .on('error', into.stop);
  return connection;
}

/** Loads the driver here: beside MariaDB nobody needs it. */
async function readPostgres<Row>(
  client: pg.Client,
  { sql, bindings }: Native,
  into: IncomingRows<Row>,
): Promise<RowSocket> {
  const { default: driver } = await import('pg');
  const { stream } = (client as unknown as { connection: { stream: RowSocket } }).connection;
  client
    .query(new driver.Query(sql, [...bindings]))
    .on('row', (row) => into.take(row as Row))
    .on('end', () => into.stop('ended'))
    .on('error', into.stop);
  return stream;
}
