import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { DomainError } from '../../kernel/errors.ts';
import {
  asciiColumn,
  dialectOf,
  dialectOfUrl,
  isDatabaseLost,
  isRetryable,
  isUniqueViolation,
  openDb,
  toInt,
  toIntOrNull,
  transact,
} from './index.ts';

const PHONE = '13912345678';

/** Resolves when `count` callers have arrived. */
function meetingOf(count: number): () => Promise<void> {
  let arrived = 0;
  let open: () => void = () => {};
  const everybody = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    if (++arrived === count) open();
    return everybody;
  };
}

describeOnBothStacks('the database', (stack) => {
  beforeAll(async () => {
    const { db } = stack();
    await db.schema.createTable('db_test_rows', (table) => {
      asciiColumn(table, db, 'row_id').primary();
      table.bigInteger('count').notNullable();
      table.string('phone', 20).nullable();
    });
    await db('db_test_rows').insert([
      { row_id: 'a', count: 0 },
      { row_id: 'b', count: 0 },
    ]);
  });

  const addTo = (tx: Parameters<Parameters<typeof transact>[1]>[0], rowId: string) =>
    tx('db_test_rows').where({ row_id: rowId }).increment('count', 1);

  it('runs the loser of a deadlock again, and loses no update', async () => {
    const bothHoldOneRow = meetingOf(2);
    let attempts = 0;
    const takeBoth = (first: string, second: string) => {
      let isFirstAttempt = true;
      return transact(stack().db, async (tx) => {
        attempts++;
        await addTo(tx, first);
        if (isFirstAttempt) {
          isFirstAttempt = false;
          await bothHoldOneRow();
        }
        await addTo(tx, second);
      });
    };
    await Promise.all([takeBoth('a', 'b'), takeBoth('b', 'a')]);
    expect(attempts).toBeGreaterThan(2);
    const rows = await stack().db('db_test_rows').whereIn('row_id', ['a', 'b']).orderBy('row_id');
    expect(rows.map((row) => toInt(row.count))).toEqual([2, 2]);
  });

  it('gives up as "busy" when every run fails', async () => {
    let attempts = 0;
    const error = await transact(stack().db, async () => {
      attempts++;
      throw Object.assign(new Error('serialization failure'), { code: '40001' });
    }).catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({ kind: 'unavailable', code: 'database_busy', retryAfterSeconds: 1 });
    expect(attempts).toBe(6);
  });

  it('runs once, and takes everything back, when the work throws anything else', async () => {
    let attempts = 0;
    const bug = new TypeError('a bug');
    await expect(
      transact(stack().db, async (tx) => {
        attempts++;
        await tx('db_test_rows').insert({ row_id: 'rolled-back', count: 1 });
        throw bug;
      }),
    ).rejects.toBe(bug);
    expect(attempts).toBe(1);
    expect(await stack().db('db_test_rows').where({ row_id: 'rolled-back' })).toEqual([]);
  });

  it('goes on over a new connection when a pooled one has died', async () => {
    const { databaseUrl, db } = stack();
    const pool = openDb({ url: databaseUrl, poolMax: 1 });
    try {
      const sql =
        dialectOf(db) === 'mysql' ? 'select connection_id() as id' : 'select pg_backend_pid() as id';
      const idOf = async () => {
        const [row] = await transact(pool, (tx) => tx.select(tx.raw(sql.slice('select '.length))));
        return Number(row.id);
      };
      const first = await idOf();
      if (dialectOf(db) === 'mysql') await db.raw(`kill ${first}`);
      else await db.raw('select pg_terminate_backend(?)', [first]);
      expect(await idOf()).not.toBe(first);
    } finally {
      await pool.destroy();
    }
  });

  it('says that it is busy when it cannot be reached, and what is wrong when it refuses', async () => {
    const { databaseUrl, name } = stack();
    const tryUrl = async (change: (url: URL) => void) => {
      const url = new URL(databaseUrl);
      change(url);
      const db = openDb({ url: url.href, poolMax: 1 });
      let runs = 0;
      const error = await transact(db, async () => {
        runs++;
      }).catch((refusal: unknown) => refusal);
      await db.destroy();
      expect(runs).toBe(0);
      return error;
    };
    // Nothing listens on port 1.
    expect(await tryUrl((url) => (url.port = '1'))).toMatchObject({
      kind: 'unavailable',
      code: 'database_busy',
    });
    expect(await tryUrl((url) => (url.pathname = '/absent'))).toMatchObject(
      name === 'mysql' ? { errno: expect.any(Number) } : { code: '3D000' },
    );
  });

  it('tells a lost database from one that refuses', async () => {
    const { databaseUrl, db, name } = stack();
    const pool = openDb({ url: databaseUrl, poolMax: 1 });
    const errorOf = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error);
    try {
      const tx = await pool.transaction();
      const [row] = await tx.select(
        tx.raw(name === 'mysql' ? 'connection_id() as id' : 'pg_backend_pid() as id'),
      );
      const sleeping = errorOf(tx.raw(name === 'mysql' ? 'select sleep(60)' : 'select pg_sleep(60)'));
      if (name === 'mysql') await db.raw(`kill ${Number(row.id)}`);
      else await db.raw('select pg_terminate_backend(?)', [Number(row.id)]);
      expect(isDatabaseLost(await sleeping)).toBe(true);
      await errorOf(tx.rollback());
      expect(isDatabaseLost(await errorOf(pool('no_such_table')))).toBe(false);
      expect(isDatabaseLost(new TypeError('a bug'))).toBe(false);
    } finally {
      await pool.destroy();
    }
    // One that hangs up while it is being greeted, as a server that is stopping does, and one that is not there.
    const hangsUp = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(hangsUp, 'listening');
    for (const port of [(hangsUp.address() as AddressInfo).port, 1]) {
      const url = new URL(databaseUrl);
      Object.assign(url, { hostname: '127.0.0.1', port });
      const nowhere = openDb({ url: url.href, poolMax: 1 });
      expect(isDatabaseLost(await errorOf(nowhere('anything')))).toBe(true);
      await nowhere.destroy();
    }
    hangsUp.close();
  });

  // REPEATABLE READ, MySQL's default, would show the old value twice, and let updates be lost.
  it('reads what others have committed meanwhile', async () => {
    const { db } = stack();
    await db('db_test_rows').insert({ row_id: 'watched', count: 1 });
    const countOf = async (source: typeof db) => {
      const row = await source('db_test_rows').where({ row_id: 'watched' }).first('count');
      return toInt(row?.count);
    };
    const seen = await transact(db, async (tx) => {
      const before = await countOf(tx);
      await db('db_test_rows').where({ row_id: 'watched' }).update({ count: 2 });
      return [before, await countOf(tx)];
    });
    expect(seen).toEqual([1, 2]);
  });

  it('lets one of many win a conditional update', async () => {
    const { db } = stack();
    await db('db_test_rows').insert({ row_id: 'prize', count: 0 });
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        transact(db, (tx) =>
          tx('db_test_rows')
            .where({ row_id: 'prize', count: 0 })
            .update({ count: index + 1 }),
        ),
      ),
    );
    expect(won.filter((changedRows) => changedRows === 1)).toHaveLength(1);
  });

  it('reads BIGINT digit by digit, and refuses what a number cannot hold', async () => {
    const { db } = stack();
    const limit = String(Number.MAX_SAFE_INTEGER);
    await db('db_test_rows').insert([
      { row_id: 'limit', count: limit },
      { row_id: 'beyond', count: '9007199254740993' },
    ]);
    const read = async (rowId: string) => (await db('db_test_rows').where({ row_id: rowId }).first())?.count;
    expect(toInt(await read('limit'))).toBe(Number.MAX_SAFE_INTEGER);
    expect(String(await read('beyond'))).toBe('9007199254740993');
    const beyond = await read('beyond');
    expect(() => toInt(beyond)).toThrow(RangeError);
  });

  describe('an error', () => {
    const failures: Record<string, () => Promise<unknown>> = {
      'of a unique key': () => {
        const row = { row_id: PHONE, count: 1, phone: PHONE };
        return stack().db('db_test_rows').insert([row, row]);
      },
      'of a unique key in a transaction': () =>
        transact(stack().db, (tx) =>
          tx('db_test_rows').insert([
            { row_id: PHONE, count: 1 },
            { row_id: PHONE, count: 2 },
          ]),
        ),
      'of a value too long': () =>
        stack()
          .db('db_test_rows')
          .insert({ row_id: 'long', count: 1, phone: PHONE.repeat(9) }),
      'of a value of another type': () =>
        stack()
          .db('db_test_rows')
          .insert({ row_id: 'type', count: `n${PHONE}` }),
      'of a missing column': () => stack().db('db_test_rows').where({ row_id: PHONE }).select('absent'),
      'of raw SQL': () => stack().db.raw('select absent from db_test_rows where row_id = ?', [PHONE]),
    };

    it.each(Object.keys(failures))('%s carries no value, in any field', async (name) => {
      const error = await failures[name]?.().catch((refusal: unknown) => refusal);
      expect(error).toBeInstanceOf(Error);
      const everything = inspect(error, { depth: 10, showHidden: true, maxStringLength: null });
      expect(everything).not.toContain(PHONE);
      expect(String((error as Error).stack)).not.toContain(PHONE);
      expect((error as Error).message).toMatch(/^database error \w+ in: .*db_test_rows/);
      expect(isUniqueViolation(error)).toBe(name.includes('unique'));
    });
  });

  it('knows its dialect inside a transaction and out', async () => {
    const { db, name } = stack();
    const expected = name === 'mysql' ? 'mysql' : 'postgres';
    expect(dialectOf(db)).toBe(expected);
    expect(await transact(db, async (tx) => dialectOf(tx))).toBe(expected);
  });
});

describe('dialectOfUrl', () => {
  it('reads the scheme and says nothing else of the address', () => {
    expect(dialectOfUrl('mysql://u:p@h/d')).toBe('mysql');
    expect(dialectOfUrl('mariadb://u:p@h/d')).toBe('mysql');
    expect(dialectOfUrl('postgres://u:p@h/d')).toBe('postgres');
    expect(dialectOfUrl('postgresql://u:p@h/d')).toBe('postgres');
    for (const url of ['sqlite:secret', 'secret', '']) {
      expect(() => dialectOfUrl(url)).toThrow(/^DATABASE_URL must start with/);
    }
  });
});

describe('what a driver says', () => {
  it('is understood whatever was thrown', () => {
    for (const thrown of [undefined, null, 'text', 0, {}, new Error('x')]) {
      expect(isRetryable(thrown)).toBe(false);
      expect(isUniqueViolation(thrown)).toBe(false);
    }
    // The socket's errno is negative; the server's numbers are not.
    expect(isRetryable({ errno: -104, code: 'ECONNRESET' })).toBe(false);
    expect(isRetryable({ errno: 1213, code: 'ER_LOCK_DEADLOCK' })).toBe(true);
    expect(isRetryable({ code: '40P01' })).toBe(true);
  });

  it('turns into numbers or nothing', () => {
    expect(toInt('12')).toBe(12);
    expect(toInt(12n)).toBe(12);
    expect(toIntOrNull(null)).toBeNull();
    expect(toIntOrNull(undefined)).toBeNull();
    expect(toIntOrNull('0')).toBe(0);
    for (const value of ['1.5', 'x', undefined, {}, '9007199254740992'])
      expect(() => toInt(value)).toThrow(RangeError);
  });
});
