import fc from 'fast-check';
import type { Bill } from '../../api/types.ts';
import { chosenTotal, initialChoice, payableBills, refuseAmount, toggleBill } from './bill-choice.rules.ts';

function bill(period: string, amountMinor: number, inFlightPaymentId: string | null = null): Bill {
  return {
    billId: `bill-${period}`,
    period,
    amountDue: { amountMinor, currency: 'CNY' },
    minimumDue: null,
    amountOptions: [],
    dueDate: null,
    lines: [],
    facts: [],
    inFlightPaymentId,
  };
}

const [august, september, october] = [bill('2026-08', 100), bill('2026-09', 200), bill('2026-10', 400)];
const three = [august, september, october];
const idsOf = (bills: readonly Bill[]) => bills.map(({ billId }) => billId);

describe('choosing bills', () => {
  it('offers what is not being paid already, oldest first', () => {
    const offered = payableBills([october, bill('2026-09', 200, 'pay_1'), august]);
    expect(offered).toEqual([august, october]);
  });

  it('starts with everything that one payment may carry', () => {
    for (const shape of ['all', 'some', 'oldestFirst'] as const) {
      expect(initialChoice(shape, three)).toEqual(idsOf(three));
    }
    expect(initialChoice('one', three)).toEqual([august.billId]);
  });

  it('follows the shape when a bill is touched', () => {
    const all = idsOf(three);
    expect(toggleBill('some', three, all, september.billId)).toEqual(idsOf([august, october]));
    expect(toggleBill('some', three, [], september.billId)).toEqual([september.billId]);
    expect(toggleBill('one', three, [august.billId], october.billId)).toEqual([october.billId]);
    expect(toggleBill('all', three, all, august.billId)).toEqual(all);
  });

  it('keeps an oldest-first choice without gaps, whatever is touched', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...idsOf(three)), { maxLength: 12 }), (touches) => {
        let chosen = initialChoice('oldestFirst', three);
        for (const billId of touches) chosen = toggleBill('oldestFirst', three, chosen, billId);
        expect(chosen).toEqual(idsOf(three).slice(0, chosen.length));
      }),
    );
  });

  it('adds up what is chosen', () => {
    expect(chosenTotal(three, idsOf([august, october]))).toEqual({ amountMinor: 500, currency: 'CNY' });
    expect(chosenTotal(three, [])).toBeNull();
  });
});

describe('an amount', () => {
  it('is held to the rule of the agency', () => {
    expect(refuseAmount({ kind: 'exact' }, 700, 700)).toBeNull();
    expect(refuseAmount({ kind: 'exact' }, 700, 699)).toEqual({ code: 'atLeast', amountMinor: 700 });
    expect(refuseAmount({ kind: 'exact' }, 700, 701)).toEqual({ code: 'atMost', amountMinor: 700 });
    expect(refuseAmount({ kind: 'atLeast' }, 700, 900)).toBeNull();
    // A bill smaller than the minimum can still be paid in full.
    expect(refuseAmount({ kind: 'atMost', minimumMinor: 1000 }, 700, 700)).toBeNull();
    expect(refuseAmount({ kind: 'any', minimumMinor: 100 }, 700, 99)).toEqual({
      code: 'atLeast',
      amountMinor: 100,
    });
    const range = { kind: 'range', minimumMinor: 100, maximumMinor: 500 } as const;
    expect(refuseAmount(range, 700, 501)).toEqual({ code: 'atMost', amountMinor: 500 });
    expect(refuseAmount({ kind: 'multipleOf', stepMinor: 50 }, 700, 125)).toEqual({
      code: 'multipleOf',
      amountMinor: 50,
    });
  });

  it('is an amount at all', () => {
    for (const amountMinor of [null, 0, -1]) {
      expect(refuseAmount({ kind: 'any', minimumMinor: 1 }, 700, amountMinor)).toEqual({
        code: 'notAnAmount',
      });
    }
  });
});
