import fc from 'fast-check';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { type BulkRow, bulkLine } from '../bulk-lines/index.ts';
import { asciiColumn, bulkInsert, bulkUpsert, toIntOrNull, transact } from './index.ts';

const TABLE = {
  name: 'bulk_rows',
  columns: { id: 'text', amount_minor: 'bigint', note: 'text' },
  key: ['id'],
} as const;

describeOnBothStacks('bulk loading', (stack) => {
  beforeAll(async () => {
    const { db } = stack();
    await db.schema.createTable('bulk_rows', (table) => {
      asciiColumn(table, db, 'id', 8).primary();
      table.bigInteger('amount_minor').nullable();
      table.string('note', 200).nullable();
    });
  });
  beforeEach(() => stack().db('bulk_rows').delete());

  const load = (rows: readonly BulkRow[]) =>
    bulkUpsert(stack().db, TABLE, { bytes: Buffer.from(rows.map(bulkLine).join('')), count: rows.length });
  const stored = async () =>
    (await stack().db('bulk_rows').orderBy('id')).map((row) => [
      row.id,
      toIntOrNull(row.amount_minor),
      row.note,
    ]);

  /** All that means something to `LOAD DATA`, to an array's text or to JSON; NUL is not for PostgreSQL. */
  const note = fc.string({
    unit: fc.oneof(fc.constantFrom(...'\\\t\n\r"\'{},N0tnr;'), fc.constantFrom('户', '𠮷', 'é', ' ')),
    maxLength: 40,
  });
  const row = fc.tuple(
    fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    fc.option(fc.maxSafeInteger()),
    fc.option(fc.oneof(note, fc.constantFrom('\\N', 'NULL', 'null', ''))),
  );

  it('keeps every text as it is, and of two rows with one key the later', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 12 }),
        fc.array(row, { maxLength: 12 }),
        async (first, second) => {
          await stack().db('bulk_rows').delete();
          await load(first);
          await load(second);
          const last = new Map([...first, ...second].map((each) => [each[0], [...each]]));
          expect(await stored()).toEqual(
            [...last.values()].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
          );
        },
      ),
    );
  });

  it('loads more than fits into a packet', async () => {
    const rows = Array.from({ length: 9_000 }, (_, at): BulkRow => [`r${at}`, at, '户'.repeat(60)]);
    await load(rows);
    expect(await stack().db('bulk_rows').sum({ sum: 'amount_minor' }).first()).toMatchObject({
      sum: String((9_000 * 8_999) / 2),
    });
  });

  it('loads all or nothing', async () => {
    await expect(
      load([
        ['a', 1, 'x'],
        ['b', 2, 'x'.repeat(300)],
      ]),
    ).rejects.toThrow();
    expect(await stored()).toEqual([]);
  });

  const asItIs = <Row>(row: Row) => row;
  it.each([3, 2_500])('adds %i rows with the transaction that they are in, or none', async (count) => {
    const rows = Array.from({ length: count }, (_, at) => ({
      id: String(at).padStart(6, '0'),
      amount_minor: at === 1 ? null : at,
      note: at === 2 ? '制表\t换行\n反斜线\\' : `note ${at}`,
    }));
    const { db } = stack();
    await transact(db, (tx) => bulkInsert(tx, 'bulk_rows', rows, asItIs));
    expect(await stored()).toEqual(rows.map((one) => [one.id, one.amount_minor, one.note]));
    const others = rows.map((one) => ({ ...one, id: `x${one.id}` }));
    const twice = transact(db, (tx) => bulkInsert(tx, 'bulk_rows', [...others, ...rows.slice(-1)], asItIs));
    await expect(twice).rejects.toThrow();
    const tooLong = others.map((one) => ({ ...one, id: `${one.id}-too-long` }));
    await expect(transact(db, (tx) => bulkInsert(tx, 'bulk_rows', tooLong, asItIs))).rejects.toThrow();
    const undone = transact(db, async (tx) => {
      await bulkInsert(tx, 'bulk_rows', others, asItIs);
      throw new Error('something later failed');
    });
    await expect(undone).rejects.toThrow('something later failed');
    expect(await stored()).toHaveLength(count);
  });
});
