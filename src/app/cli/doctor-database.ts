import { type Db, openDb, pendingMigrations } from '../../infra/db/index.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Config } from '../config.ts';
import type { Finding } from './doctor.ts';

/** More than this, and times written by two machines tell another order than what happened. */
const MAX_SKEW_MS = 2_000;

/** The database: reachable, new enough, and set so that what was committed stays and what is wrong is refused. */
export async function checkDatabase(config: Config): Promise<Finding[]> {
  const db = openDb({ url: config.databaseUrl, poolMax: 2 });
  const { hostname, port, pathname } = new URL(config.databaseUrl);
  const address = `${hostname}${port && `:${port}`}${pathname}`;
  try {
    const version = await versionOf(db, config.databaseDialect);
    const findings: Finding[] = [checkVersion(version, config.databaseDialect, address)];
    findings.push(...(config.databaseDialect === 'mysql' ? await checkMysql(db) : await checkPostgres(db)));
    findings.push(await checkPool(db, config));
    findings.push(await checkSkew(db, config.databaseDialect));
    findings.push(await checkMigrations(db));
    return findings;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return [
      {
        name: 'database',
        status: 'unreachable',
        detail: `${address}: ${code ?? message}`,
        mend: 'start it, or correct DATABASE_URL; a demo’s database runs only while npm start does',
      },
    ];
  } finally {
    await db.destroy();
  }
}

type Dialect = Config['databaseDialect'];

async function versionOf(db: Db, dialect: Dialect): Promise<string> {
  const row = await firstRow(db, dialect, 'select version() as version');
  return String(row.version);
}

async function firstRow(db: Db, dialect: Dialect, sql: string): Promise<Record<string, unknown>> {
  const result = (await db.raw(sql)) as { rows: Record<string, unknown>[] } & Record<string, unknown>[][];
  return (dialect === 'postgres' ? result.rows[0] : result[0]?.[0]) ?? {};
}

function checkVersion(version: string, dialect: Dialect, address: string): Finding {
  const isMariaDb = /mariadb/i.test(version);
  const product = dialect === 'postgres' ? 'PostgreSQL' : isMariaDb ? 'MariaDB' : 'MySQL';
  const oldest = { PostgreSQL: [14, 0], MariaDB: [10, 6], MySQL: [8, 0] }[product] ?? [0, 0];
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest;
  const isNewEnough = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  const finding: Finding = {
    name: 'database',
    status: isNewEnough ? 'ok' : 'wrong',
    detail: `${product} ${major}.${minor} at ${address}`,
  };
  return isNewEnough ? finding : { ...finding, mend: `upgrade to ${product} ${oldest.join('.')} or newer` };
}

/** A setting with what it must be; `undefined` values (unknown to this server) are left out. */
function checkSettings(name: string, settings: [string, unknown, RegExp, Finding['status']][]): Finding {
  const known = settings.filter(([, value]) => value !== undefined && value !== null);
  const bad = known.filter(([, value, wanted]) => !wanted.test(String(value)));
  const detail = (bad.length > 0 ? bad : known).map(([key, value]) => `${key}=${String(value)}`).join(', ');
  const worst = bad.find(([, , , status]) => status === 'wrong') ?? bad[0];
  if (!worst) return { name, status: 'ok', detail };
  const mend = `set ${bad.map(([key, , wanted]) => `${key} to ${wanted.source.replace(/[\^$]/g, '')}`).join(', ')}`;
  return { name, status: worst[3], detail, mend };
}

async function checkMysql(db: Db): Promise<Finding[]> {
  const [rows] = (await db.raw(
    `show variables where variable_name in ('innodb_flush_log_at_trx_commit', 'sync_binlog', 'log_bin', 'innodb_doublewrite',
       'sql_mode', 'transaction_isolation', 'tx_isolation', 'character_set_database')`,
  )) as [{ Variable_name: string; Value: string }[]];
  const value = new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value]));
  const hasBinlog = value.get('log_bin') === 'ON';
  const isolation = value.get('transaction_isolation') ?? value.get('tx_isolation');
  return [
    checkSettings('durability', [
      ['innodb_flush_log_at_trx_commit', value.get('innodb_flush_log_at_trx_commit'), /^1$/, 'wrong'],
      ['innodb_doublewrite', value.get('innodb_doublewrite'), /^ON$/, 'wrong'],
      ['sync_binlog', hasBinlog ? value.get('sync_binlog') : undefined, /^1$/, 'off'],
    ]),
    checkSettings('isolation', [['transaction_isolation', isolation, /^READ-COMMITTED$/, 'wrong']]),
    checkSettings('strictness', [
      ['sql_mode', value.get('sql_mode'), /STRICT_(TRANS|ALL)_TABLES/, 'wrong'],
      ['character_set_database', value.get('character_set_database'), /^utf8mb4$/, 'wrong'],
    ]),
  ];
}

async function checkPostgres(db: Db): Promise<Finding[]> {
  const { rows } = (await db.raw(
    `select name, setting from pg_settings where name in
       ('fsync', 'full_page_writes', 'synchronous_commit', 'transaction_isolation', 'server_encoding')`,
  )) as { rows: { name: string; setting: string }[] };
  const value = new Map(rows.map((row) => [row.name, row.setting]));
  return [
    checkSettings('durability', [
      ['fsync', value.get('fsync'), /^on$/, 'wrong'],
      ['full_page_writes', value.get('full_page_writes'), /^on$/, 'wrong'],
      [
        'synchronous_commit',
        value.get('synchronous_commit'),
        /^(on|local|remote_write|remote_apply)$/,
        'wrong',
      ],
    ]),
    checkSettings('isolation', [
      ['transaction_isolation', value.get('transaction_isolation'), /^read committed$/, 'off'],
    ]),
    checkSettings('strictness', [['server_encoding', value.get('server_encoding'), /^UTF8$/, 'wrong']]),
  ];
}

/** One server process and one worker process, each with a full pool, must fit. */
async function checkPool(db: Db, { databaseDialect, poolMax }: Config): Promise<Finding> {
  const sql =
    databaseDialect === 'mysql'
      ? 'select @@max_connections as allowed'
      : "select current_setting('max_connections') as allowed";
  const allowed = Number((await firstRow(db, databaseDialect, sql)).allowed);
  const detail = `POOL_MAX ${poolMax} a process, ${allowed} allowed by the server`;
  if (poolMax * 2 < allowed) return { name: 'connections', status: 'ok', detail };
  return { name: 'connections', status: 'off', detail, mend: 'lower POOL_MAX, or raise max_connections' };
}

async function checkSkew(db: Db, dialect: Dialect): Promise<Finding> {
  const sql =
    dialect === 'mysql'
      ? 'select unix_timestamp(now(3)) * 1000 as now_ms'
      : 'select extract(epoch from clock_timestamp()) * 1000 as now_ms';
  const beforeMs = systemClock.nowMs();
  const theirsMs = Number((await firstRow(db, dialect, sql)).now_ms);
  const middleMs = (beforeMs + systemClock.nowMs()) / 2;
  const skewMs = Math.round(theirsMs - middleMs);
  const detail = `the database's clock is ${skewMs} ms from ours`;
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return { name: 'clock', status: 'ok', detail };
  return { name: 'clock', status: 'wrong', detail, mend: 'run a time service (NTP) on both machines' };
}

async function checkMigrations(db: Db): Promise<Finding> {
  const pending = await pendingMigrations(db);
  if (pending.length === 0) return { name: 'schema', status: 'ok', detail: 'up to date' };
  const detail = `${pending.length} changes missing, the first is ${pending[0]}`;
  return { name: 'schema', status: 'wrong', detail, mend: 'npx civicpay migrate' };
}
