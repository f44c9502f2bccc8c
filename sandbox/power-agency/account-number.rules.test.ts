import fc from 'fast-check';
import { accountNumber, FAULTS, faultOfAccount, isAccountNumber } from './account-number.rules.ts';

const serial = fc.integer({ min: 0, max: 99_999_999 });

describe('account numbers', () => {
  it('carry their fault and a right check digit', () => {
    fc.assert(
      fc.property(serial, fc.constantFrom(null, ...FAULTS), (of, fault) => {
        const consNo = accountNumber(of, fault);
        expect(isAccountNumber(consNo)).toBe(true);
        expect(faultOfAccount(consNo)).toBe(fault);
      }),
    );
  });

  it('notice any one wrong digit and any two neighbours swapped, but 0 and 9', () => {
    fc.assert(
      fc.property(serial, fc.integer({ min: 4, max: 12 }), fc.integer({ min: 1, max: 9 }), (of, at, by) => {
        const digits = [...accountNumber(of, null)];
        const swapped = [...digits];
        digits[at] = String((Number(digits[at]) + by) % 10);
        expect(isAccountNumber(digits.join(''))).toBe(false);
        const [left, right] = [swapped[at - 1] ?? '', swapped[at] ?? ''];
        if (left === right || `${left}${right}` === '09' || `${left}${right}` === '90') return;
        swapped[at - 1] = right;
        swapped[at] = left;
        expect(isAccountNumber(swapped.join(''))).toBe(false);
      }),
    );
  });

  it('are thirteen digits of this unit', () => {
    expect(accountNumber(1, null)).toBe('0800000000011');
    expect(isAccountNumber('0800000000019')).toBe(false);
    expect(isAccountNumber('080000000001')).toBe(false);
    expect(isAccountNumber('0900000000010')).toBe(false);
  });
});
