import fc from 'fast-check';
import { addDays } from '../kernel/business-date.ts';
import { CHINA_CALENDAR } from '../kernel/calendar.ts';
import { sumMinor } from '../kernel/money.ts';
import { NOTHING_OWED, settleWindow, settleWindows } from './netting.rules.ts';
import {
  ITEM_STATES,
  type SettlementItem,
  type SettlementPosition,
  type SettlementTerms,
} from './settlement.types.ts';

const TERMS: SettlementTerms = {
  agencyId: 'guangzhou-power',
  currency: 'CNY',
  cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' },
  cycle: { kind: 'daily' },
  payoutAfterDays: 1,
  basis: 'net',
  minimumPayoutMinor: 0,
  reserve: null,
};
const WINDOW = { from: '2026-11-18', to: '2026-11-18', dueOn: '2026-11-19' };

function item(itemId: string, amountMinor: number, more: Partial<SettlementItem> = {}): SettlementItem {
  const kind = more.kind ?? 'payment';
  return {
    itemId,
    kind,
    paymentId: kind === 'payment' ? itemId : null,
    businessDate: '2026-11-18',
    amountMinor,
    feeMinor: 0,
    state: 'reconciled',
    note: null,
    ...more,
  };
}

const settle = (
  items: SettlementItem[],
  terms: Partial<SettlementTerms> = {},
  opening: SettlementPosition = NOTHING_OWED,
) => settleWindow({ ...TERMS, ...terms }, WINDOW, opening, items);

describe('what a window comes to', () => {
  const items = [
    item('a', 10_000, { feeMinor: 38 }),
    item('b', 5_000, { feeMinor: 19 }),
    item('r', 5_000, { kind: 'refund', paymentId: 'b', feeMinor: 19 }),
    item('x', -700, { kind: 'adjustment', note: 'counted twice on 2026-11-10' }),
    item('y', 2_500, { kind: 'payoutReturned' }),
  ];

  it('is gross less refunds and fees, with adjustments and payouts that came back', () => {
    expect(settle(items).totals).toEqual({
      carriedInMinor: 0,
      grossMinor: 15_000,
      refundsMinor: 5_000,
      feesMinor: 57,
      feesReturnedMinor: 19,
      adjustmentsMinor: -700,
      payoutsReturnedMinor: 2_500,
      reserveReleasedMinor: 0,
      reserveHeldMinor: 0,
      netMinor: 11_762,
      payoutMinor: 11_762,
      carriedOutMinor: 0,
    });
  });

  it('keeps no fees back on gross terms', () => {
    const { totals } = settle(items, { basis: 'gross' });
    expect(totals).toMatchObject({ feesMinor: 0, feesReturnedMinor: 0, payoutMinor: 11_800 });
  });

  it('holds what is disputed or not reconciled, and a refund with its payment', () => {
    const { held, totals } = settle([
      item('a', 100),
      item('b', 200, { state: 'disputed' }),
      item('c', 400, { state: 'unreconciled' }),
      item('r', 400, { kind: 'refund', paymentId: 'c' }),
      item('s', 100, { kind: 'refund', paymentId: 'settled-long-ago' }),
    ]);
    expect(held.map(({ item: { itemId }, reason }) => [itemId, reason])).toEqual([
      ['b', 'disputed'],
      ['c', 'notReconciled'],
      ['r', 'paymentHeld'],
    ]);
    expect(totals).toMatchObject({ grossMinor: 100, refundsMinor: 100, payoutMinor: 0 });
  });

  it('takes in what earlier windows held, and leaves later dates alone', () => {
    const { settled, held } = settle([
      item('early', 1, { businessDate: '2026-11-02' }),
      item('late', 2, { businessDate: '2026-11-19' }),
    ]);
    expect(settled.map(({ itemId }) => itemId)).toEqual(['early']);
    expect(held).toEqual([]);
  });

  it('carries what is below zero, and pays again once it is made up for', () => {
    const first = settle([item('r', 300, { kind: 'refund', paymentId: 'settled-long-ago' })]);
    expect(first.totals).toMatchObject({ payoutMinor: 0, carriedOutMinor: -300 });
    const second = settle([item('a', 1_000)], {}, first.closing);
    expect(second.totals).toMatchObject({ carriedInMinor: -300, payoutMinor: 700, carriedOutMinor: 0 });
  });

  it('carries what is below the minimum, and pays the minimum itself', () => {
    const first = settle([item('a', 9_999)], { minimumPayoutMinor: 10_000 });
    expect(first.totals).toMatchObject({ payoutMinor: 0, carriedOutMinor: 9_999 });
    const second = settle([item('b', 1)], { minimumPayoutMinor: 10_000 }, first.closing);
    expect(second.totals).toMatchObject({ payoutMinor: 10_000, carriedOutMinor: 0 });
  });

  it('keeps a rolling reserve, rounded half up, and releases each by itself', () => {
    const reserve = { ratePpm: 50_000, heldDays: 1 };
    const first = settle([item('a', 1_010)], { reserve });
    expect(first.totals).toMatchObject({ reserveHeldMinor: 51, payoutMinor: 959 });
    expect(first.closing.reserves).toEqual([
      { heldOn: '2026-11-18', releaseOn: '2026-11-19', amountMinor: 51 },
    ]);
    const next = { from: '2026-11-19', to: '2026-11-19', dueOn: '2026-11-20' };
    const second = settleWindow({ ...TERMS, reserve }, next, first.closing, []);
    expect(second.totals).toMatchObject({ reserveReleasedMinor: 51, payoutMinor: 51 });
    expect(second.closing.reserves).toEqual([]);
  });

  it('never makes a debt by keeping a reserve', () => {
    const reserve = { ratePpm: 1_000_000, heldDays: 30 };
    const refund = item('r', 80, { kind: 'refund', paymentId: 'settled-long-ago' });
    expect(settle([item('a', 100), refund], { reserve }).totals).toMatchObject({
      reserveHeldMinor: 20,
      carriedOutMinor: 0,
    });
  });

  it('refuses items that contradict themselves', () => {
    for (const wrong of [
      [item('a', 1), item('a', 1)],
      [item('a', -1)],
      [item('a', 1.5)],
      [item('a', 1, { feeMinor: -1 })],
      [item('a', 1, { paymentId: null })],
      [item('a', 1, { kind: 'adjustment', feeMinor: 1 })],
    ]) {
      expect(() => settle(wrong)).toThrow(RangeError);
    }
  });
});

const anyTerms = fc.record({
  basis: fc.constantFrom('net' as const, 'gross' as const),
  payoutAfterDays: fc.integer({ min: 0, max: 2 }),
  cycle: fc.constantFrom({ kind: 'daily' as const }, { kind: 'weekly' as const, lastWeekday: 5 }),
  minimumPayoutMinor: fc.constantFrom(0, 1, 50_000),
  reserve: fc.option(fc.record({ ratePpm: fc.nat({ max: 300_000 }), heldDays: fc.nat({ max: 30 }) })),
});

const FIRST = '2025-12-01';
const LAST = '2026-03-15';

/** A quarter of payments over a year end and Spring Festival, with their refunds, adjustments and returned payouts. */
const anyItems = fc
  .array(
    fc.record({
      day: fc.nat({ max: 104 }),
      kind: fc.constantFrom('payment', 'payment', 'payment', 'refund', 'adjustment', 'payoutReturned'),
      amountMinor: fc.integer({ min: 0, max: 1_000_000 }),
      feeMinor: fc.nat({ max: 3_000 }),
      state: fc.constantFrom(...ITEM_STATES, 'reconciled' as const, 'reconciled' as const),
      about: fc.nat({ max: 40 }),
      isOurs: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((drafts) =>
    drafts.map(({ day, kind, amountMinor, feeMinor, state, about, isOurs }, index): SettlementItem => {
      const isOfPayment = kind === 'payment' || kind === 'refund';
      const paymentId = kind === 'payment' ? `i${index}` : kind === 'refund' ? `i${about}` : null;
      return {
        itemId: `i${index}`,
        kind: kind as SettlementItem['kind'],
        paymentId,
        businessDate: addDays(FIRST, day),
        amountMinor: kind === 'adjustment' && isOurs ? 0 - amountMinor : amountMinor,
        feeMinor: isOfPayment ? feeMinor : 0,
        state,
        note: null,
      };
    }),
  );

/** What an item does to what is owed. */
function effectMinor({ kind, amountMinor, feeMinor }: SettlementItem, basis: 'net' | 'gross'): number {
  const feeKeptMinor = basis === 'net' ? feeMinor : 0;
  return kind === 'refund' ? feeKeptMinor - amountMinor : amountMinor - feeKeptMinor;
}

describe('over any sequence of windows', () => {
  it('nothing is lost and nothing is made', () => {
    fc.assert(
      fc.property(anyTerms, anyItems, (some, items) => {
        const terms = { ...TERMS, ...some };
        const settlements = settleWindows(terms, CHINA_CALENDAR, items, LAST);
        const settled = settlements.flatMap((settlement) => settlement.settled);
        const last = settlements.at(-1);
        const heldIds = last?.held.map(({ item: { itemId } }) => itemId) ?? [];
        expect([...settled.map(({ itemId }) => itemId), ...heldIds].sort()).toEqual(
          items.map(({ itemId }) => itemId).sort(),
        );
        const paidMinor = sumMinor(settlements.map(({ totals }) => totals.payoutMinor));
        const keptMinor = sumMinor((last?.closing.reserves ?? []).map(({ amountMinor }) => amountMinor));
        expect(sumMinor(settled.map((one) => effectMinor(one, terms.basis)))).toBe(
          paidMinor + keptMinor + (last?.closing.carriedMinor ?? 0),
        );
      }),
    );
  });

  it('each window continues the one before, pays what is above zero and the minimum alone, and adds up', () => {
    fc.assert(
      fc.property(anyTerms, anyItems, (some, items) => {
        const terms = { ...TERMS, ...some };
        let position = NOTHING_OWED;
        for (const { opening, closing, totals, settled } of settleWindows(
          terms,
          CHINA_CALENDAR,
          items,
          LAST,
        )) {
          expect(opening).toEqual(position);
          position = closing;
          expect(totals.carriedInMinor + totals.netMinor).toBe(totals.payoutMinor + totals.carriedOutMinor);
          expect(totals.payoutMinor === 0 || totals.payoutMinor >= terms.minimumPayoutMinor).toBe(true);
          expect(totals.carriedOutMinor <= Math.max(0, terms.minimumPayoutMinor - 1)).toBe(true);
          expect(settled.every(({ state }) => state === 'reconciled')).toBe(true);
        }
      }),
    );
  });

  it('does not depend on the order in which items come', () => {
    fc.assert(
      fc.property(anyTerms, anyItems, (some, items) => {
        const terms = { ...TERMS, ...some };
        expect(settleWindows(terms, CHINA_CALENDAR, [...items].reverse(), LAST)).toEqual(
          settleWindows(terms, CHINA_CALENDAR, items, LAST),
        );
      }),
    );
  });

  it('settles nothing where there is nothing', () => {
    expect(settleWindows(TERMS, CHINA_CALENDAR, [], LAST)).toEqual([]);
    expect(settleWindows(TERMS, CHINA_CALENDAR, [item('a', 1)], '2026-11-01')).toEqual([]);
  });
});
