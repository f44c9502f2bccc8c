import fc from 'fast-check';
import type { Bill } from '../../api/types.ts';
import { chosenTotal, initialChoice, payableBills, toggleBill } from './bill-choice.rules.ts';
import { someBill } from './some-bill.ts';

const [august, september, october] = [
  someBill('2026-08', 100),
  someBill('2026-09', 200),
  someBill('2026-10', 400),
];
const three = [august, september, october];
const idsOf = (bills: readonly Bill[]) => bills.map(({ billId }) => billId);

describe('choosing bills', () => {
  it('offers what is not being paid already, oldest first', () => {
    const offered = payableBills([october, someBill('2026-09', 200, 'pay_1'), august]);
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
