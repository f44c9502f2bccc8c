import fc from 'fast-check';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { DomainError } from '../../kernel/errors.ts';
import { asciiColumn, type Db, dialectOf, GroupCommit, isUniqueViolation, type Tx } from './index.ts';

const TABLE = 'group_commit_test_rows';
let names = 0;
/** A key nobody has used yet. */
const freshId = () => `row-${++names}`;

describeOnBothStacks('group commit', (stack) => {
  beforeAll(async () => {
    const { db } = stack();
    await db.schema.createTable(TABLE, (table) => {
      asciiColumn(table, db, 'row_id').primary();
    });
  });

  const insertAll = async (tx: Tx, ids: readonly string[]) => {
    await tx(TABLE).insert(ids.map((rowId) => ({ row_id: rowId })));
    return ids.map((rowId) => `done ${rowId}`);
  };
  const stored = async (ids: readonly string[]) =>
    (
      await stack()
        .db(TABLE)
        .whereIn('row_id', [...ids])
    )
      .map((row) => row.row_id as string)
      .sort();

  /** A group commit that notes the size of every batch it was asked to write. */
  function noting(options?: { maxBatch?: number; lanes?: number }) {
    const sizes: number[] = [];
    const group = new GroupCommit<string, string>(
      stack().db,
      (tx, ids) => {
        sizes.push(ids.length);
        return insertAll(tx, ids);
      },
      options,
    );
    return { group, sizes };
  }

  it('gives each its own result, once it is durable', async () => {
    const { group, sizes } = noting();
    const id = freshId();
    expect(await group.submit(id)).toBe(`done ${id}`);
    expect(await stored([id])).toEqual([id]);
    expect(sizes).toEqual([1]);
  });

  it('commits together what came together, up to its limit', async () => {
    const { group, sizes } = noting({ maxBatch: 40 });
    const ids = Array.from({ length: 100 }, freshId);
    expect(await Promise.all(ids.map((id) => group.submit(id)))).toEqual(ids.map((id) => `done ${id}`));
    expect(sizes).toEqual([40, 40, 20]);
  });

  it('gathers what comes while it commits, and waits for nothing else', async () => {
    const sizes: number[] = [];
    let letGo: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let begun: () => void = () => {};
    const firstBegan = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const group = new GroupCommit<string, string>(stack().db, async (tx, ids) => {
      sizes.push(ids.length);
      begun();
      if (sizes.length === 1) await held;
      return insertAll(tx, ids);
    });
    const first = group.submit(freshId());
    await firstBegan;
    const later = Array.from({ length: 50 }, () => group.submit(freshId()));
    letGo();
    await Promise.all([first, ...later]);
    expect(sizes).toEqual([1, 50]);
  });

  it('fails a bad item alone, with its own error', async () => {
    const { group } = noting();
    const taken = freshId();
    await group.submit(taken);
    const ids = Array.from({ length: 30 }, freshId);
    ids.splice(17, 0, taken);
    const results = await Promise.allSettled(ids.map((id) => group.submit(id)));
    expect(results.flatMap((result, index) => (result.status === 'rejected' ? [ids[index]] : []))).toEqual([
      taken,
    ]);
    const [refused] = results.filter((result) => result.status === 'rejected');
    expect(isUniqueViolation(refused?.reason)).toBe(true);
    expect(await stored(ids)).toEqual([...ids].sort());
  });

  it('fails the bad ones and no other, wherever they stand', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async (badness) => {
        const items = badness.map((isBad) => ({ id: freshId(), isBad }));
        const group = new GroupCommit<(typeof items)[number], string>(stack().db, async (tx, batch) => {
          if (batch.some((item) => item.isBad)) throw new DomainError('conflict', 'bad_item');
          return insertAll(
            tx,
            batch.map((item) => item.id),
          );
        });
        const results = await Promise.allSettled(items.map((item) => group.submit(item)));
        expect(results.map((result) => result.status === 'rejected')).toEqual(badness);
        expect(await stored(items.map((item) => item.id))).toEqual(
          items
            .filter((item) => !item.isBad)
            .map((item) => item.id)
            .sort(),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('tells of each batch once it is durable, and of none that failed', async () => {
    const told: string[][] = [];
    const taken = freshId();
    const group = new GroupCommit<string, string>(stack().db, insertAll, {
      afterCommit: (ids) => told.push([...ids]),
    });
    await group.submit(taken);
    const [good] = await Promise.allSettled([group.submit(freshId()), group.submit(taken)]);
    expect(good?.status).toBe('fulfilled');
    expect(told.flat().filter((id) => id === taken)).toHaveLength(1);
    expect(await stored(told.flat())).toEqual(told.flat().sort());
  });

  it('writes nothing when results and items do not match', async () => {
    const id = freshId();
    const group = new GroupCommit<string, string>(stack().db, async (tx, ids) => {
      await insertAll(tx, ids);
      return [];
    });
    await expect(group.submit(id)).rejects.toThrow(RangeError);
    expect(await stored([id])).toEqual([]);
  });

  it('does not split a batch when the database is what fails', async () => {
    let tries = 0;
    const group = new GroupCommit<string, string>(stack().db, async () => {
      tries++;
      throw new DomainError('unavailable', 'database_busy');
    });
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => group.submit(freshId())));
    expect(results.every((result) => result.status === 'rejected')).toBe(true);
    expect(tries).toBe(1);
  });

  it('never tries again what may have been committed', async () => {
    let tries = 0;
    const group = new GroupCommit<string, string>(stack().db, async (tx, ids) => {
      tries++;
      const results = await insertAll(tx, ids);
      await killConnectionOf(tx, stack().db);
      return results;
    });
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => group.submit(freshId())));
    expect(results.every((result) => result.status === 'rejected')).toBe(true);
    expect(tries).toBe(1);
    // And it goes on with the next.
    const { group: next } = noting();
    await expect(next.submit(freshId())).resolves.toMatch(/^done/);
  });

  it('keeps all lanes busy', async () => {
    let meet: () => void = () => {};
    const twoAtOnce = new Promise<void>((resolve) => {
      meet = resolve;
    });
    let running = 0;
    const group = new GroupCommit<string, string>(
      stack().db,
      async (tx, ids) => {
        running++;
        if (running === 2) meet();
        // Would wait for ever if the second batch waited for the first.
        await twoAtOnce;
        running--;
        return insertAll(tx, ids);
      },
      { lanes: 2, maxBatch: 1 },
    );
    await Promise.all([group.submit(freshId()), group.submit(freshId())]);
  });
});

/** Ends a transaction's connection from outside, as a failing network or server would. */
async function killConnectionOf(tx: Tx, db: Db): Promise<void> {
  if (dialectOf(tx) === 'mysql') {
    const [[row]] = (await tx.raw('select connection_id() as id')) as [[{ id: number }]];
    await db.raw(`kill ${Number(row.id)}`);
  } else {
    const { rows } = (await tx.raw('select pg_backend_pid() as id')) as { rows: [{ id: number }] };
    await db.raw('select pg_terminate_backend(?)', [rows[0].id]);
  }
}
