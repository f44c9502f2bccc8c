import fc from 'fast-check';
import { ChunkWriter, tableOfChunk } from '../matching/row-chunks.ts';
import { BookRowsWriter, isBookRows, readBookRows, type SheetMovement } from './book-rows.ts';
import { RawRowsWriter } from './raw-rows.ts';

const movements = fc.array(
  fc.record<SheetMovement>({
    kind: fc.constantFrom('debit', 'posting', 'refund', 'undoing'),
    paymentId: fc.stringMatching(/^pay_[0-9a-z]{3}$/),
    agencyId: fc.constantFrom('power', 'water', null),
    reference: fc.stringMatching(/^(pay|rf0)_[0-9a-z]{3}$/),
    theirReference: fc.option(fc.string({ unit: 'grapheme', minLength: 1 })),
    amountMinor: fc.integer({ min: -(10 ** 9), max: 10 ** 9 }),
    currency: fc.constantFrom('CNY', 'USD'),
    agencyMinor: fc.integer({ min: -(10 ** 9), max: 10 ** 9 }),
    status: fc.constantFrom('final', 'pending', 'failed'),
    atMs: fc.nat(2 ** 42),
  }),
  { maxLength: 40 },
);

function piecesOf(given: readonly SheetMovement[]) {
  const rows = new ChunkWriter();
  const books = new BookRowsWriter();
  for (const [at, movement] of given.entries()) {
    const { reference, theirReference, amountMinor, currency, status } = movement;
    rows.add({
      ...{ line: at + 1, ref: reference, channelRef: theirReference, originalRef: null },
      ...{ amountMinor, currency, bookedOn: '2026-03-02', status },
    });
    books.add(at + 1, movement);
  }
  return { table: tableOfChunk(rows.take()), bytes: books.take() };
}

describe('what our books say of movements', () => {
  it('goes into columns, and comes back as one JSON text a row', () => {
    fc.assert(
      fc.property(movements, (given) => {
        const { table, bytes } = piecesOf(given);
        expect(isBookRows(bytes)).toBe(true);
        const textAt = readBookRows(bytes, table);
        for (const [row, movement] of given.entries()) {
          const { kind, agencyMinor, ...same } = movement;
          const isAtAgency = kind === 'posting' || kind === 'undoing';
          expect(JSON.parse(textAt(row))).toEqual({
            ...same,
            kind: kind === 'debit' || kind === 'posting' ? 'payment' : 'refund',
            ...(isAtAgency && {
              agencyMinor,
              feeMinor: Math.max(0, Math.abs(same.amountMinor) - Math.abs(agencyMinor)),
            }),
          });
        }
      }),
    );
  });

  it('is refused when the bytes are cut, changed in their counts, or of other rows', () => {
    const [one] = fc.sample(
      movements.filter(({ length }) => length > 3),
      { numRuns: 1, seed: 1 },
    );
    const { table, bytes } = piecesOf(one ?? []);
    for (let length = 0; length < bytes.length; length++)
      expect(() => readBookRows(bytes.subarray(0, length), table)).toThrow(RangeError);
    expect(() => readBookRows(bytes, tableOfChunk(new ChunkWriter().take()))).toThrow(RangeError);
    const texts = new RawRowsWriter();
    texts.add(1, 'as it came');
    expect(isBookRows(texts.take())).toBe(false);
  });
});
