import fc from 'fast-check';
import { AccountNumbering } from './account-numbering.ts';
import { AGENCY_FAULTS } from './agency-conduct.ts';

describe('account numbers', () => {
  const numbers = new AccountNumbering('31', 7);
  const fault = fc.constantFrom(null, ...AGENCY_FAULTS);
  const serial = fc.integer({ min: 0, max: 9_999_999 });

  it('say which fault befalls them', () => {
    fc.assert(
      fc.property(serial, fault, (of, befallen) => {
        const accountNo = numbers.numberOf(of, befallen);
        expect(accountNo).toMatch(/^31\d{10}$/);
        expect(numbers.isNumber(accountNo)).toBe(true);
        expect(numbers.faultOf(accountNo)).toBe(befallen);
      }),
    );
  });

  it('are not taken when a digit is wrong, missing or too many, or they are another agency’s', () => {
    fc.assert(
      fc.property(serial, fc.integer({ min: 2, max: 11 }), fc.integer({ min: 1, max: 9 }), (of, at, by) => {
        const accountNo = numbers.numberOf(of, null);
        const digit = (Number(accountNo[at]) + by) % 10;
        const wrong = `${accountNo.slice(0, at)}${digit}${accountNo.slice(at + 1)}`;
        expect(numbers.isNumber(wrong)).toBe(false);
        expect(numbers.faultOf(wrong)).toBeNull();
      }),
    );
    const accountNo = numbers.numberOf(1, null);
    for (const odd of [accountNo.slice(1), `${accountNo}0`, '', 'x'.repeat(12)]) {
      expect(numbers.isNumber(odd)).toBe(false);
    }
    expect(new AccountNumbering('35', 7).isNumber(accountNo)).toBe(false);
  });
});
