import fc from 'fast-check';
import type { MatchRow, RowKind, RowStatus } from './matching.types.ts';
import { appendChunk, ChunkWriter, ROWS_PER_CHUNK } from './row-chunks.ts';
import { RowTable } from './row-table.ts';
import { TextPool } from './text-pool.ts';

const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 20 }), { nil: null });
const amount = fc.maxSafeInteger();
const anyRow: fc.Arbitrary<MatchRow> = fc.record(
  {
    line: fc.nat(),
    ref: text,
    channelRef: text,
    originalRef: text,
    batch: text,
    text,
    amountMinor: fc.option(amount, { nil: null }),
    feeMinor: amount,
    currency: fc.constantFrom('CNY', 'HKD', ''),
    bookedOn: fc.option(
      fc
        .date({
          min: new Date('0001-01-01T00:00:00Z'),
          max: new Date('9999-12-31T00:00:00Z'),
          noInvalidDate: true,
        })
        .map((date) => date.toISOString().slice(0, 10)),
      { nil: null },
    ),
    status: fc.constantFrom<RowStatus>('final', 'pending', 'failed'),
    kind: fc.constantFrom<RowKind>('payment', 'refund', 'settlement'),
    isNearCutOff: fc.boolean(),
  },
  { requiredKeys: ['line', 'ref', 'amountMinor', 'currency', 'bookedOn'] },
);

function chunkOf(rows: readonly MatchRow[]): Buffer {
  const writer = new ChunkWriter();
  for (const row of rows) writer.add(row);
  return writer.take();
}

function rowsOf(table: RowTable) {
  return Array.from({ length: table.count }, (_, at) => table.rowAt(at));
}

const NO_CHUNK = /no whole chunk/;

describe('a chunk of rows', () => {
  it('gives back what went in, as a table does', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 40 }), (rows) => {
        const [direct, through] = [new RowTable(new TextPool()), new RowTable(new TextPool())];
        for (const row of rows) direct.add(row);
        appendChunk(through, chunkOf(rows));
        expect(rowsOf(through)).toEqual(rowsOf(direct));
      }),
      { numRuns: 300 },
    );
  });

  it('may lie anywhere in memory, and follows the rows that are there', () => {
    const rows: MatchRow[] = Array.from({ length: 10_000 }, (_, at) => ({
      line: at + 1,
      ref: `ref-${at}`,
      amountMinor: at,
      currency: 'CNY',
      bookedOn: '2026-11-21',
    }));
    const table = new RowTable(new TextPool());
    const writer = new ChunkWriter();
    for (const row of rows) {
      writer.add(row);
      if (writer.count === ROWS_PER_CHUNK || row.line === rows.length) {
        appendChunk(table, Buffer.concat([Buffer.from('odd'), writer.take()]).subarray(3));
      }
    }
    expect(table.count).toBe(rows.length);
    expect(rowsOf(table)).toMatchObject(rows);
  });

  it('takes no more rows than it holds, and nothing that a table refuses', () => {
    const row: MatchRow = { line: 1, ref: 'A', amountMinor: 1, currency: 'CNY', bookedOn: null };
    const writer = new ChunkWriter();
    expect(() => writer.add({ ...row, amountMinor: 0.5 })).toThrow(RangeError);
    expect(() => writer.add({ ...row, bookedOn: '2026-02-30' })).toThrow(RangeError);
    expect(writer.count).toBe(0);
    for (let count = 0; count < ROWS_PER_CHUNK; count++) writer.add(row);
    expect(() => writer.add(row)).toThrow(RangeError);
    expect(writer.take().length).toBeLessThan(ROWS_PER_CHUNK * 32);
    expect(writer.count).toBe(0);
  });

  it('is refused whole when it is cut, grown, or of another version', () => {
    const chunk = chunkOf([
      { line: 1, ref: 'A', amountMinor: 1, currency: 'CNY', bookedOn: '2026-11-21' },
      { line: 2, ref: 'B', amountMinor: 2, currency: 'HKD', bookedOn: null, status: 'failed' },
    ]);
    const table = new RowTable(new TextPool());
    for (let length = 0; length < chunk.length; length++)
      expect(() => appendChunk(table, chunk.subarray(0, length))).toThrow(NO_CHUNK);
    expect(() => appendChunk(table, Buffer.concat([chunk, Buffer.alloc(4)]))).toThrow(NO_CHUNK);
    const other = Buffer.from(chunk);
    other.writeInt32LE(2, 4);
    expect(() => appendChunk(table, other)).toThrow(NO_CHUNK);
    expect(table.count).toBe(0);
    appendChunk(table, chunk);
    expect(table.count).toBe(2);
  });

  it('is read or refused, never half read, whatever the bytes are', () => {
    const damage = fc.array(fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 10 }), damage, (rows, changes) => {
        const chunk = chunkOf(rows);
        for (const { at, to } of changes) chunk[at % chunk.length] = to;
        const table = new RowTable(new TextPool());
        try {
          appendChunk(table, chunk);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect((error as Error).message).toMatch(NO_CHUNK);
          expect(table.count).toBe(0);
          return;
        }
        // What was read can be shown, and makes a chunk again.
        const again = new RowTable(new TextPool());
        appendChunk(again, chunkOf(rowsOf(table)));
        expect(rowsOf(again)).toEqual(rowsOf(table));
      }),
      { numRuns: 1_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => appendChunk(new RowTable(new TextPool()), bytes)).toThrow(NO_CHUNK);
      }),
    );
  });
});
