import fc from 'fast-check';
import { money, splitMinor } from '../kernel/money.ts';
import {
  agencyPayable,
  assertBalanced,
  channelClearing,
  debitJournal,
  fundsInTransit,
  postingJournal,
  refundJournal,
  reversalJournal,
  sumDeltas,
} from './ledger.rules.ts';
import type { JournalDraft } from './ledger.types.ts';

const amount = fc.integer({ min: 1, max: 1e12 }).map((minor) => money(minor, 'CNY'));
const move = fc.record({ subjectId: fc.constant('pay_1'), amount, businessDate: fc.constant('2026-11-21') });
/** A posting whose amount is shared by weights; at least the agency gets something. */
const postingOf = <M extends { amount: { amountMinor: number } }>(m: M, a: number, b: number) => {
  const [agencyMinor = 0, platformMinor = 0, channelMinor = 0] = splitMinor(m.amount.amountMinor, [
    100,
    a,
    b,
  ]);
  return { ...m, agencyId: 'power', channelId: 'bank', shares: { agencyMinor, platformMinor, channelMinor } };
};
const journal: fc.Arbitrary<JournalDraft> = fc.oneof(
  move.map((m) => debitJournal({ ...m, channelId: 'bank' })),
  fc.tuple(move, fc.nat(100), fc.nat(100)).map(([m, a, b]) => postingJournal(postingOf(m, a, b))),
  fc.tuple(move, fc.nat(100), fc.nat(100)).map(([m, a, b]) => reversalJournal(postingOf(m, a, b))),
  move.map((m) => refundJournal({ ...m, channelId: 'bank' })),
);

describe('journals', () => {
  it('balance, whatever the amount', () => {
    fc.assert(fc.property(journal, (draft) => expect(() => assertBalanced(draft)).not.toThrow()));
  });

  it('say which account grows on which side', () => {
    const m = { subjectId: 'pay_1', amount: money(1234, 'CNY'), businessDate: '2026-11-21' };
    const sides = (draft: JournalDraft) =>
      draft.entries.map((e) => [e.account.code, e.debitMinor, e.creditMinor]);
    expect(sides(debitJournal({ ...m, channelId: 'bank' }))).toEqual([
      ['channel_clearing/bank', 1234, 0],
      ['funds_in_transit', 0, 1234],
    ]);
    const shares = { agencyMinor: 1200, platformMinor: 30, channelMinor: 4 };
    const split = { ...m, agencyId: 'power', channelId: 'bank', shares };
    expect(sides(postingJournal(split))).toEqual([
      ['funds_in_transit', 1234, 0],
      ['agency_payable/power', 0, 1200],
      ['fee_income', 0, 30],
      ['channel_fees_payable/bank', 0, 4],
    ]);
    expect(sides(reversalJournal(split))).toEqual([
      ['agency_payable/power', 1200, 0],
      ['fee_income', 30, 0],
      ['channel_fees_payable/bank', 4, 0],
      ['funds_in_transit', 0, 1234],
    ]);
    const whole = { ...split, shares: { agencyMinor: 1234, platformMinor: 0, channelMinor: 0 } };
    expect(sides(postingJournal(whole))).toEqual([
      ['funds_in_transit', 1234, 0],
      ['agency_payable/power', 0, 1234],
    ]);
    expect(sides(refundJournal({ ...m, channelId: 'bank' }))).toEqual([
      ['funds_in_transit', 1234, 0],
      ['channel_clearing/bank', 0, 1234],
    ]);
  });

  it('are refused when the sides differ, a line has two sides or none, or is not whole', () => {
    const base = debitJournal({
      subjectId: 'p',
      amount: money(5, 'CNY'),
      businessDate: '2026-11-21',
      channelId: 'b',
    });
    const [first, second] = base.entries;
    if (!first || !second) throw new Error('a journal has two entries');
    const bad = [
      { ...base, entries: [first] },
      { ...base, entries: [first, { ...second, creditMinor: 4 }] },
      { ...base, entries: [{ ...first, creditMinor: 5 }, second] },
      {
        ...base,
        entries: [
          { ...first, debitMinor: 0 },
          { ...second, creditMinor: 0 },
        ],
      },
      {
        ...base,
        entries: [
          { ...first, debitMinor: 0.5 },
          { ...second, creditMinor: 0.5 },
        ],
      },
      {
        ...base,
        entries: [
          { ...first, debitMinor: -5 },
          { ...second, creditMinor: -5 },
        ],
      },
    ];
    for (const draft of bad) expect(() => assertBalanced(draft)).toThrow(RangeError);
  });
});

describe('sumDeltas', () => {
  it('keeps both sides and comes sorted by account', () => {
    fc.assert(
      fc.property(fc.array(journal, { maxLength: 40 }), (journals) => {
        const deltas = sumDeltas(journals);
        const entries = journals.flatMap((draft) => draft.entries);
        const total = (rows: readonly { debitMinor: number; creditMinor: number }[]) => [
          rows.reduce((sum, row) => sum + row.debitMinor, 0),
          rows.reduce((sum, row) => sum + row.creditMinor, 0),
        ];
        expect(total(deltas)).toEqual(total(entries));
        const codes = deltas.map((delta) => delta.account.code);
        expect(codes).toEqual([...new Set(codes)].sort());
      }),
    );
  });

  it('names each account once, however hot it is', () => {
    const journals = Array.from({ length: 50 }, (_, i) =>
      debitJournal({
        subjectId: `pay_${i}`,
        amount: money(100, 'CNY'),
        businessDate: '2026-11-21',
        channelId: 'bank',
      }),
    );
    expect(sumDeltas(journals)).toEqual([
      { account: channelClearing('bank'), currency: 'CNY', debitMinor: 5000, creditMinor: 0 },
      { account: fundsInTransit, currency: 'CNY', debitMinor: 0, creditMinor: 5000 },
    ]);
    expect(agencyPayable('power').class).toBe('liability');
  });
});
