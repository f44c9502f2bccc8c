import knexFactory, { type Knex } from 'knex';
import type { Connection } from 'mysql2';
import { DomainError } from '../../kernel/errors.ts';

/** A pool of connections. Functions that need atomicity ask for a `Tx` instead, so it can't be forgotten. */
export type Db = Knex;
export type Tx = Knex.Transaction;
export type DbDialect = 'mysql' | 'postgres';

export interface DbConfig {
  /** `mysql://user:pass@host:port/name` or `postgres://…` */
  url: string;
  /** Connections in the pool. */
  poolMax?: number;
}

/** Opens a pool. Both dialects read BIGINT as text (`toInt`, `toBigInt`), so no amount loses a digit. */
export function openDb({ url, poolMax = 10 }: DbConfig): Db {
  const dialect = dialectOfUrl(url);
  const db = knexFactory({
    client: dialect === 'mysql' ? 'mysql2' : 'pg',
    connection:
      dialect === 'mysql'
        ? {
            uri: url,
            charset: 'utf8mb4',
            supportBigNumbers: true,
            bigNumberStrings: true,
            timezone: 'Z',
            // One statement a call: stacked statements are what injections are made of.
            multipleStatements: false,
          }
        : { connectionString: url, application_name: 'civicpay' },
    pool: { min: 0, max: poolMax, afterCreate: prepareConnection },
    acquireConnectionTimeout: 15_000,
    // What it would print about lost connections comes out as errors, which the log gets in its own form.
    log: { warn: () => {} },
  });
  // knex writes it into every `create table`, so that texts compare byte by byte whatever the database's default is.
  // Not enumerable, because mysql2 reads the same object and complains of options that it does not know.
  if (dialect === 'mysql')
    Object.defineProperty(db.client.connectionSettings, 'collate', { value: 'utf8mb4_bin' });
  // Errors of connecting come out without passing by `query-error`.
  const connect: () => Promise<unknown> = db.client.acquireRawConnection.bind(db.client);
  db.client.acquireRawConnection = () =>
    connect().catch((error: Error) => {
      DRIVER_ERRORS.add(error);
      throw error;
    });
  // knex tells of each error before it throws the same object: from here on nobody meets one with values in it.
  db.client.prependListener('query-error', removeValues);
  CONFIG_OF.set(db, { url, poolMax });
  return db;
}

const CONFIG_OF = new WeakMap<Db, DbConfig>();

/** What another thread of this process opens the same database with; for no other use. Throws RangeError for what `openDb` has not opened. */
export function configOfDb(db: Db): DbConfig {
  const config = CONFIG_OF.get(db);
  if (!config) throw new RangeError('not a database of openDb');
  return config;
}

/** What PostgreSQL does anyway: MySQL's default, REPEATABLE READ, loses updates under `update … where state = ?`. */
const MYSQL_SESSION = [
  'set session transaction isolation level read committed',
  'set names utf8mb4 collate utf8mb4_bin',
];

function prepareConnection(connection: unknown, done: (error: Error | null, connection: unknown) => void) {
  const raw = connection as {
    query(sql: string, cb: (error: Error | null) => void): void;
    execute?: unknown;
  };
  const isMysql = typeof raw.execute === 'function';
  const next = ([sql, ...rest]: readonly string[]): void => {
    if (sql === undefined) done(null, connection);
    else {
      raw.query(sql, (error) => {
        if (!error) return next(rest);
        DRIVER_ERRORS.add(error);
        done(error, connection);
      });
    }
  };
  next(isMysql ? MYSQL_SESSION : []);
}

export function dialectOfUrl(url: string): DbDialect {
  const scheme = url.slice(0, url.indexOf(':'));
  if (scheme === 'mysql' || scheme === 'mariadb') return 'mysql';
  if (scheme === 'postgres' || scheme === 'postgresql') return 'postgres';
  throw new RangeError('DATABASE_URL must start with mysql:// or postgres://');
}

export function dialectOf(db: Db | Tx): DbDialect {
  return db.client.config.client === 'mysql2' ? 'mysql' : 'postgres';
}

/** Deadlock, lock wait, snapshot too old; serialization failure, deadlock: the transaction may simply be run again. */
const RETRYABLE = new Set<unknown>([1213, 1205, 1020, '40001', '40P01']);
const MAX_TRIES = 6;

/**
 * Runs `work` in one transaction, and again where the database says that another run may succeed, or where the
 * connection was dead before anything was said on it (a server restarted under an idle pool).
 * Throws DomainError `database_busy` when no run got through; what `work` throws comes out as it is.
 */
export async function transact<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  // MySQL's connections are set so when they are made; saying it again would cost a round trip each time.
  const isolation: Knex.TransactionConfig =
    dialectOf(db) === 'mysql' ? {} : { isolationLevel: 'read committed' };
  for (let attempt = 1; ; attempt++) {
    let hasBegun = false;
    try {
      return await db.transaction((tx) => {
        hasBegun = true;
        return work(tx);
      }, isolation);
    } catch (error) {
      // A pool with nothing free has waited long enough already.
      const isPoolEmpty = !hasBegun && (error as Error).name === 'KnexTimeoutError';
      const neverBegan = !hasBegun || FAILED_TO_BEGIN.has(error as Error);
      const mayRunAgain = isRetryable(error) || (neverBegan && !isServersAnswer(error));
      if (!mayRunAgain) throw error;
      if (isPoolEmpty || attempt >= MAX_TRIES) {
        throw new DomainError('unavailable', 'database_busy', { retryAfterSeconds: 1, cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
    }
  }
}

/** Whether the server itself refused (a wrong password, no such database), rather than the way to it. */
function isServersAnswer(error: unknown): boolean {
  const code = driverCode(error);
  if (typeof code === 'number') return !NOT_ABOUT_US.has(code);
  // SQLSTATE; 57P01 to 57P03 say that the server is stopping or starting.
  return /^(?=.*\d)[0-9A-Z]{5}$/.test(String(code)) && !String(code).startsWith('57P');
}

/** MySQL's too many connections, server shutdown, connection killed. */
const NOT_ABOUT_US = new Set<unknown>([1040, 1053, 1927]);

/**
 * Whether an error says that the database could not be reached, or was lost on the way: what became of the statement is
 * then not known.
 */
export function isDatabaseLost(error: unknown): boolean {
  if ((error as Error | null)?.name === 'KnexTimeoutError') return true;
  return DRIVER_ERRORS.has(error as Error) && !isServersAnswer(error);
}

/** MySQL's number of the error, PostgreSQL's SQLSTATE, or the name of a socket's error. */
function driverCode(error: unknown): unknown {
  const { errno, code } = (error ?? {}) as { errno?: unknown; code?: unknown };
  return typeof errno === 'number' && errno > 0 ? errno : code;
}

export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(driverCode(error));
}

/** A row with this unique key exists already (MySQL 1062, PostgreSQL 23505). */
export function isUniqueViolation(error: unknown): boolean {
  return [1062, '23505'].includes(driverCode(error) as never);
}

/** knex runs the work even when BEGIN has failed; all its statements are refused then. */
const FAILED_TO_BEGIN = new WeakSet<Error>();

/** What a driver has said, of a connection or of a statement; whatever else is thrown has nothing to do with the database. */
const DRIVER_ERRORS = new WeakSet<Error>();

/** What of a driver's error may be known: nothing else of it survives `removeValues`. */
const HARMLESS = new Set(['code', 'errno', 'severity', 'table', 'constraint', 'fatal']);

/**
 * Driver errors carry the bound values, which are personal data, in message, stack and several fields. What is
 * thrown on says the driver's code and the statement with its placeholders.
 */
export function removeValues(error: Error, query: { sql: string }): void {
  DRIVER_ERRORS.add(error);
  if (/^begin\b/i.test(query.sql)) FAILED_TO_BEGIN.add(error);
  for (const key of Object.getOwnPropertyNames(error)) {
    if (!HARMLESS.has(key)) Reflect.deleteProperty(error, key);
  }
  error.message = `database error ${String(driverCode(error))} in: ${query.sql.slice(0, 300)}`;
  error.stack = `${error.name}: ${error.message}`;
}

/** Runs a prepared statement on a transaction's MySQL connection: bytes travel as they are, and not as hexadecimal text. */
export async function runPrepared(tx: Tx, sql: string, values: readonly unknown[]): Promise<void> {
  const connection: Connection = await tx.client.acquireConnection();
  await new Promise<void>((resolve, reject) => {
    connection.execute(sql, [...values] as never[], (error: Error | null) => {
      if (!error) return resolve();
      removeValues(error, { sql });
      reject(error);
    });
  });
}

/** A BIGINT column as a number; throws when it is beyond a safe integer. */
export function toInt(value: unknown): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError('a BIGINT column holds more than a safe integer');
  return number;
}

/** A nullable BIGINT column. */
export function toIntOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : toInt(value);
}
