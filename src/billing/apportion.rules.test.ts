import fc from 'fast-check';
import { type Bill, CHARGE_KINDS, type ChargeKind } from '../contract/index.ts';
import { money, sumMinor } from '../kernel/money.ts';
import { apportion } from './apportion.rules.ts';

const label = { 'zh-CN': '费用', en: 'Charge' };
const cny = (amountMinor: number) => money(amountMinor, 'CNY');

/** Bills of rising periods whose lines add up to what is due; credits lower it. */
const anyBills: fc.Arbitrary<Bill[]> = fc
  .array(
    fc.array(fc.tuple(fc.constantFrom(...CHARGE_KINDS), fc.integer({ min: 1, max: 50_000 })), {
      minLength: 1,
      maxLength: 5,
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((bills) =>
    bills.map((lines, index) => {
      const signed = lines.map(([kind, minor], at) =>
        // The first line is always a charge, larger than what any credit takes away.
        kind === 'credit' || kind === 'rebate'
          ? ([kind, at === 0 ? minor : -1] as const)
          : ([kind, minor] as const),
      );
      return {
        billId: `b${index}`,
        period: `2026-${String(index + 1).padStart(2, '0')}`,
        amountDue: cny(Math.max(1, sumMinor(signed.map(([, minor]) => minor)))),
        lines: signed.map(([kind, minor]) => ({ kind, label, amount: cny(minor) })),
      };
    }),
  );
const chargeOrder = fc.shuffledSubarray<ChargeKind>([...CHARGE_KINDS]);

describe('apportion', () => {
  it('adds up whatever is paid; bills are filled oldest first, and what is beyond them is credit', () => {
    fc.assert(
      fc.property(anyBills, fc.integer({ min: 1, max: 600_000 }), chargeOrder, (bills, paidMinor, order) => {
        const { bills: parts, credit } = apportion(bills.toReversed(), cny(paidMinor), order);
        const partMinor = new Map(parts.map((part) => [part.billId, part.amount.amountMinor]));
        expect(sumMinor(partMinor.values()) + (credit?.amountMinor ?? 0)).toBe(paidMinor);
        const dueMinor = sumMinor(bills.map((bill) => bill.amountDue.amountMinor));
        expect(credit?.amountMinor ?? 0).toBe(Math.max(0, paidMinor - dueMinor));
        const ratios = bills.map((bill) => (partMinor.get(bill.billId) ?? 0) / bill.amountDue.amountMinor);
        // Full ones first, at most one in part, then nothing.
        expect(ratios).toEqual([...ratios].sort((a, b) => b - a));
        expect(ratios.filter((ratio) => ratio > 0 && ratio < 1).length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('spreads a part payment over the charges in the agency’s order, and adds up there too', () => {
    fc.assert(
      fc.property(anyBills, fc.integer({ min: 1, max: 200_000 }), chargeOrder, (bills, paidMinor, order) => {
        for (const part of apportion(bills, cny(paidMinor), order).bills) {
          if (!part.charges) continue;
          expect(sumMinor(part.charges.map(({ amount }) => amount.amountMinor))).toBe(
            part.amount.amountMinor,
          );
          expect(part.charges.every(({ amount }) => amount.amountMinor > 0)).toBe(true);
          const ranks = part.charges.map(({ kind }) => order.indexOf(kind)).filter((rank) => rank >= 0);
          expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
        }
      }),
    );
    const bill: Bill = {
      billId: 'b',
      period: '2026-10',
      amountDue: cny(110),
      lines: [
        { kind: 'usage', label, amount: cny(100) },
        { kind: 'lateFee', label, amount: cny(10) },
      ],
    };
    expect(apportion([bill], cny(60), ['lateFee', 'usage']).bills).toEqual([
      {
        billId: 'b',
        amount: cny(60),
        charges: [
          { kind: 'lateFee', amount: cny(10) },
          { kind: 'usage', amount: cny(50) },
        ],
      },
    ]);
    expect(apportion([bill], cny(60), []).bills).toEqual([{ billId: 'b', amount: cny(60) }]);
    expect(apportion([bill], cny(110), ['lateFee']).bills).toEqual([{ billId: 'b', amount: cny(110) }]);
  });
});
