import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import {
  allowChange,
  asciiColumn,
  bulkUpdate,
  bytesColumn,
  forbidChange,
  insertBytes,
  insertOrAdd,
  isUniqueViolation,
  longTextColumn,
  toInt,
  toIntOrNull,
  transact,
} from './index.ts';

describeOnBothStacks('the dialects', (stack) => {
  describe('columns', () => {
    beforeAll(async () => {
      const { db } = stack();
      await db.schema.createTable('dialect_test_columns', (table) => {
        asciiColumn(table, db, 'row_id').primary();
        longTextColumn(table, db, 'long_text').nullable();
        bytesColumn(table, db, 'bytes').nullable();
      });
    });

    it('of ids are compared byte by byte', async () => {
      const { db } = stack();
      await db('dialect_test_columns').insert([{ row_id: 'case' }, { row_id: 'Case' }]);
      expect(await db('dialect_test_columns').where({ row_id: 'CASE' })).toEqual([]);
      expect(await db('dialect_test_columns').where({ row_id: 'Case' })).toHaveLength(1);
    });

    it('of texts are compared byte by byte, whatever the database was created with', async () => {
      const { db, databaseUrl, name } = stack();
      const database = new URL(databaseUrl).pathname.slice(1);
      if (name === 'mysql') await db.raw('alter database ?? collate utf8mb4_general_ci', [database]);
      await db.schema.createTable('dialect_test_texts', (table) => table.string('note', 20).primary());
      await db('dialect_test_texts').insert([{ note: 'Été' }, { note: 'été' }, { note: 'ete' }]);
      expect(await db('dialect_test_texts').where({ note: 'ete' })).toEqual([{ note: 'ete' }]);
    });

    it('of long text and bytes give back what they were given', async () => {
      const { db } = stack();
      const longText = '电费账单🧾'.repeat(40_000);
      const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
      await db('dialect_test_columns').insert({ row_id: 'long', long_text: longText, bytes });
      const row = await db('dialect_test_columns').where({ row_id: 'long' }).first();
      expect(row.long_text === longText).toBe(true);
      expect(bytes.equals(row.bytes)).toBe(true);
    });
  });

  describe('insertBytes', () => {
    const bytesOf = (length: number) => Buffer.from(Array.from({ length }, (_, index) => (index * 7) % 256));

    beforeAll(async () => {
      const { db } = stack();
      await db.schema.createTable('dialect_test_bytes', (table) => {
        asciiColumn(table, db, 'row_id').primary();
        table.bigInteger('amount_minor').notNullable();
        bytesColumn(table, db, 'bytes').notNullable();
      });
    });

    it('gives back what it was given', async () => {
      const { db } = stack();
      const rows = [1, 70_000, 3_000_000].map((length) => ({
        row_id: `of ${length}`,
        amount_minor: Number.MAX_SAFE_INTEGER - length,
        bytes: bytesOf(length),
      }));
      await transact(db, (tx) => insertBytes(tx, 'dialect_test_bytes', rows));
      for (const { row_id, amount_minor, bytes } of rows) {
        const row = await db('dialect_test_bytes').where({ row_id }).first();
        expect(toInt(row.amount_minor)).toBe(amount_minor);
        expect(bytes.equals(row.bytes)).toBe(true);
      }
    });

    it('belongs to its transaction', async () => {
      const { db } = stack();
      const row = { row_id: 'undone', amount_minor: 1, bytes: bytesOf(10) };
      const undone = transact(db, async (tx) => {
        await insertBytes(tx, 'dialect_test_bytes', [row]);
        throw new Error('undo');
      });
      await expect(undone).rejects.toThrow('undo');
      expect(await db('dialect_test_bytes').where({ row_id: 'undone' })).toEqual([]);
    });

    it('says which statement failed, and none of its values', async () => {
      const { db } = stack();
      const row = { row_id: 'twice-the-same', amount_minor: 1, bytes: bytesOf(10) };
      const error = await transact(db, (tx) => insertBytes(tx, 'dialect_test_bytes', [row, row])).catch(
        (thrown: Error) => thrown,
      );
      expect(isUniqueViolation(error)).toBe(true);
      expect((error as Error).message).toMatch(/^database error \S+ in: insert into/);
      expect(JSON.stringify(error) + (error as Error).stack).not.toContain('twice-the-same');
    });
  });

  describe('insertOrAdd', () => {
    beforeAll(async () => {
      const { db } = stack();
      await db.schema.createTable('dialect_test_sums', (table) => {
        asciiColumn(table, db, 'row_id');
        asciiColumn(table, db, 'currency', 3);
        table.bigInteger('debit_minor').notNullable();
        table.bigInteger('updated_at_ms').notNullable();
        table.primary(['row_id', 'currency']);
      });
    });
    const row = (rowId: string, debitMinor: number, updatedAtMs = 0) => ({
      row_id: rowId,
      currency: 'CNY',
      debit_minor: debitMinor,
      updated_at_ms: updatedAtMs,
    });
    const add = (rows: readonly ReturnType<typeof row>[]) =>
      transact(stack().db, (tx) =>
        insertOrAdd(
          tx,
          'dialect_test_sums',
          rows,
          ['row_id', 'currency'],
          ['debit_minor'],
          ['updated_at_ms'],
        ),
      );
    const sums = async (...rowIds: string[]) => {
      const rows = await stack().db('dialect_test_sums').whereIn('row_id', rowIds).orderBy('row_id');
      return rows.map((found) => [found.row_id, toInt(found.debit_minor), toInt(found.updated_at_ms)]);
    };

    it('inserts what is new, adds to what is there, and overwrites what it is told to', async () => {
      await add([row('a', 5, 1)]);
      await add([row('a', -7, 2), row('b', 3, 2)]);
      expect(await sums('a', 'b')).toEqual([
        ['a', -2, 2],
        ['b', 3, 2],
      ]);
    });

    it('does nothing for no rows', async () => {
      await expect(add([])).resolves.toBeUndefined();
    });

    it('adds exactly when many add to one row at once', async () => {
      await Promise.all(
        Array.from({ length: 40 }, (_, index) => add([row('cold-'.concat(String(index)), 1), row('hot', 1)])),
      );
      expect(await sums('hot')).toEqual([['hot', 40, 0]]);
    });

    it('adds beyond what a float could', async () => {
      await add([row('big', Number.MAX_SAFE_INTEGER - 1)]);
      await add([row('big', 1)]);
      expect(await sums('big')).toEqual([['big', Number.MAX_SAFE_INTEGER, 0]]);
    });
  });

  describe('bulkUpdate', () => {
    beforeAll(async () => {
      const { db } = stack();
      await db.schema.createTable('dialect_test_states', (table) => {
        asciiColumn(table, db, 'row_id').primary();
        asciiColumn(table, db, 'state', 16).nullable();
        table.string('note', 40).nullable();
        table.bigInteger('at_ms').nullable();
      });
    });
    const update = (rows: readonly Record<string, unknown>[]) =>
      transact(stack().db, (tx) =>
        bulkUpdate(
          tx,
          'dialect_test_states',
          'row_id',
          { state: 'text', note: 'text', at_ms: 'bigint' },
          rows,
        ),
      );

    it('gives each row its own values, nulls and other scripts included', async () => {
      const { db } = stack();
      await db('dialect_test_states').insert([
        { row_id: 'a', state: 'old', at_ms: 1 },
        { row_id: 'b', state: 'old', note: 'kept?', at_ms: 2 },
        { row_id: 'c', state: 'old', note: 'untouched', at_ms: 3 },
      ]);
      await update([
        { row_id: 'a', state: 'new', note: '已销账 ✓ "\\', at_ms: Number.MAX_SAFE_INTEGER },
        { row_id: 'b', state: null, note: null, at_ms: null },
        { row_id: 'absent', state: 'new', note: '', at_ms: 0 },
      ]);
      const rows = await db('dialect_test_states').orderBy('row_id');
      expect(rows.map((row) => [row.row_id, row.state, row.note, toIntOrNull(row.at_ms)])).toEqual([
        ['a', 'new', '已销账 ✓ "\\', Number.MAX_SAFE_INTEGER],
        ['b', null, null, null],
        ['c', 'old', 'untouched', 3],
      ]);
    });

    it('takes a batch of hundreds, first row null or not', async () => {
      const { db } = stack();
      const ids = Array.from({ length: 300 }, (_, index) => `m${String(index).padStart(4, '0')}`);
      await db('dialect_test_states').insert(ids.map((rowId) => ({ row_id: rowId, state: 'old' })));
      await update(
        ids.map((rowId, index) => ({
          row_id: rowId,
          state: 'new',
          note: index === 0 ? null : rowId,
          at_ms: index || null,
        })),
      );
      const rows = await db('dialect_test_states').where('row_id', 'like', 'm%').orderBy('row_id');
      expect(rows.map((row) => [row.state, row.note, toIntOrNull(row.at_ms)])).toEqual(
        ids.map((rowId, index) => ['new', index === 0 ? null : rowId, index || null]),
      );
    });

    it('does nothing for no rows', async () => {
      await expect(update([])).resolves.toBeUndefined();
    });
  });

  describe('forbidChange', () => {
    const TABLE = 'dialect_test_evidence';
    beforeAll(async () => {
      const { db } = stack();
      await db.schema.createTable(TABLE, (table) => {
        asciiColumn(table, db, 'row_id').primary();
        table.bigInteger('amount_minor').notNullable();
      });
      await forbidChange(db, TABLE);
      await db(TABLE).insert({ row_id: 'a', amount_minor: 1 });
    });
    const rows = async () =>
      (await stack().db(TABLE).orderBy('row_id')).map((row) => [row.row_id, toInt(row.amount_minor)]);

    it('lets rows in and lets nobody change or remove them', async () => {
      const { db } = stack();
      const attempts = [
        () => db(TABLE).where({ row_id: 'a' }).update({ amount_minor: 2 }),
        () => db(TABLE).where({ row_id: 'a' }).delete(),
        () => db(TABLE).insert({ row_id: 'a', amount_minor: 2 }).onConflict('row_id').merge(),
        () => transact(db, (tx) => tx(TABLE).update({ amount_minor: 0 })),
      ];
      for (const attempt of attempts) await expect(attempt()).rejects.toThrow(/^database error/);
      await db(TABLE).insert({ row_id: 'b', amount_minor: 2 });
      expect(await rows()).toEqual([
        ['a', 1],
        ['b', 2],
      ]);
    });

    it('refuses TRUNCATE where the database can (MySQL has no trigger for it: that takes the DROP privilege)', async () => {
      const { db, name } = stack();
      if (name === 'embedded') await expect(db(TABLE).truncate()).rejects.toThrow(/^database error/);
      expect((await rows()).length).toBeGreaterThan(0);
    });

    it('may be applied again, as after a migration that broke off, and be lifted', async () => {
      const { db } = stack();
      await forbidChange(db, TABLE);
      await expect(db(TABLE).delete()).rejects.toThrow(/^database error/);
      await allowChange(db, TABLE);
      await allowChange(db, TABLE);
      await db(TABLE).delete();
      expect(await rows()).toEqual([]);
    });
  });
});
