import { AGENCY_FAULTS } from '../support/agency-conduct.ts';
import { faultOfPerson, identityNumber, isIdentityNumber } from './identity-numbers.rules.ts';

describe('an identity number', () => {
  it('has the check character of the standard’s own example', () => {
    expect(isIdentityNumber('11010519491231002X')).toBe(true);
    expect(isIdentityNumber('110105194912310021')).toBe(false);
    expect(isIdentityNumber('1101051949123100')).toBe(false);
  });

  it('is right for every serial, tells its fault, and is nobody else’s', () => {
    const numbers = new Set<string>();
    for (let serial = 0; serial < 30_000; serial += 7) {
      const fault = AGENCY_FAULTS[serial % AGENCY_FAULTS.length] ?? null;
      const number = identityNumber(serial, fault);
      expect(isIdentityNumber(number)).toBe(true);
      expect(faultOfPerson(number)).toBe(fault);
      expect(faultOfPerson(identityNumber(serial, null))).toBeNull();
      numbers.add(number);
    }
    expect(numbers.size).toBe(Math.ceil(30_000 / 7));
  });
});
