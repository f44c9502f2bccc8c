import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { asciiColumn, openDb, streamRows } from './index.ts';

const COUNT = 12_000;

describeOnBothStacks('rows as they arrive', (stack) => {
  beforeAll(async () => {
    const { db } = stack();
    await db.schema.createTable('stream_test_rows', (table) => {
      asciiColumn(table, db, 'row_id').primary();
      table.bigInteger('amount').notNullable();
      table.text('memo').nullable();
    });
    const rows = Array.from({ length: COUNT }, (_, at) => ({
      row_id: String(at).padStart(6, '0'),
      amount: at,
      memo: at % 2 === 0 ? '水费'.repeat(20) : null,
    }));
    for (let from = 0; from < COUNT; from += 4_000)
      await db('stream_test_rows').insert(rows.slice(from, from + 4_000));
  });

  const inOrder = () => stack().db('stream_test_rows').orderBy('row_id');
  const setImmediately = () => new Promise((resolve) => setImmediate(resolve));

  it('are all of them, in their order, a few thousand at a time at most, also for who takes them slowly', async () => {
    let count = 0;
    for await (const rows of streamRows<'amount' | 'memo'>(stack().db, inOrder())) {
      expect(rows.length).toBeLessThan(COUNT / 2);
      for (const { amount, memo } of rows) {
        expect([amount, memo?.length ?? 0]).toEqual([String(count), count % 2 === 0 ? 40 : 0]);
        count += 1;
      }
      await setImmediately();
    }
    expect(count).toBe(COUNT);
    const none = streamRows(stack().db, inOrder().where('row_id', 'none'));
    expect(await none.next()).toEqual({ done: true, value: undefined });
  });

  it('leave no connection that answers with rows of before, where somebody stops in the middle', async () => {
    const db = openDb({ url: stack().databaseUrl, poolMax: 1 });
    try {
      for await (const rows of streamRows(db, db('stream_test_rows').orderBy('row_id'))) {
        expect(rows.length).toBeGreaterThan(0);
        break;
      }
      expect(await db('stream_test_rows').where('row_id', '000007').select('amount')).toEqual([
        { amount: '7' },
      ]);
      for await (const rows of streamRows(db, db('stream_test_rows').where('row_id', '000008')))
        expect(rows).toHaveLength(1);
    } finally {
      await db.destroy();
    }
  });

  it('end with an error that says the statement and no values, after which the connection is of use', async () => {
    const db = openDb({ url: stack().databaseUrl, poolMax: 1 });
    try {
      const wrong = streamRows(db, db('stream_test_rows').where('no_such_column', '13912345678'));
      const error = await wrong.next().catch((refusal: Error) => refusal);
      expect(String(error)).toMatch(/database error .* in: select/);
      expect(String(error)).not.toContain('13912345678');
      expect(await db('stream_test_rows').where('row_id', '000007').select('amount')).toEqual([
        { amount: '7' },
      ]);
    } finally {
      await db.destroy();
    }
  });
});
