import fc from 'fast-check';
import { Fingerprints, type PrintedRow } from './fingerprint.ts';

const text = fc.option(fc.string({ maxLength: 6 }));
const row: fc.Arbitrary<PrintedRow> = fc.record({
  side: fc.constantFrom('ours', 'theirs'),
  row: fc.record({
    ref: text,
    channelRef: text,
    originalRef: text,
    text,
    amountMinor: fc.option(fc.integer()),
    currency: fc.constantFrom('CNY', 'USD'),
    bookedOn: fc.constantFrom(null, '2026-11-21', '2026-11-22'),
    status: fc.constantFrom('final', 'pending', 'failed'),
    kind: fc.constantFrom('payment', 'refund', 'settlement'),
  }),
});
const printOf = (rows: readonly PrintedRow[], sourceId = 'bank') => new Fingerprints(sourceId).of(rows);

describe('fingerprints of breaks', () => {
  it('are the same for the same rows in any order', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        expect(printOf(rows)).toBe(printOf([...rows].reverse()));
        expect(printOf(rows)).not.toBe(printOf(rows, 'wallet'));
      }),
    );
  });

  it('differ where anything of a row does', () => {
    fc.assert(
      fc.property(row, row, (a, b) => {
        expect(printOf([a]) === printOf([b])).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it('count what says the same', () => {
    const one: PrintedRow = {
      side: 'theirs',
      row: {
        ref: null,
        channelRef: null,
        originalRef: null,
        text: 'cash',
        amountMinor: 100,
        currency: 'CNY',
        bookedOn: '2026-11-21',
        status: 'final',
        kind: 'payment',
      },
    };
    const [first, second] = [new Fingerprints('bank'), new Fingerprints('bank')];
    const prints = [first.of([one]), first.of([one]), first.of([one, one])];
    expect(new Set(prints).size).toBe(3);
    expect([second.of([one]), second.of([one]), second.of([one, one])]).toEqual(prints);
    expect(first.ofLate('ours')).not.toBe(first.ofLate('theirs'));
  });
});
