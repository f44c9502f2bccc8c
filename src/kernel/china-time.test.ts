import fc from 'fast-check';
import { chinaDate, chinaTimestamp, readChinaTimestamp, startOfChinaDate } from './china-time.ts';

describe('the wall clock of China', () => {
  it('is eight hours ahead', () => {
    expect(chinaTimestamp(Date.parse('2026-11-21T02:30:00Z'))).toBe('20261121103000');
    expect(chinaDate(Date.parse('2026-11-21T16:00:00Z'))).toBe('2026-11-22');
    expect(startOfChinaDate('2026-11-22')).toBe(Date.parse('2026-11-21T16:00:00Z'));
  });

  it('is read back to the second', () => {
    const second = fc.integer({ min: 0, max: 4_000_000_000 });
    fc.assert(
      fc.property(second, (at) => expect(readChinaTimestamp(chinaTimestamp(at * 1_000))).toBe(at * 1_000)),
    );
  });

  it.each([undefined, '', '2026', '20261301000000', '20260230000000', '20261121246000', ' 20261121103000'])(
    'does not read %p',
    (text) => expect(readChinaTimestamp(text)).toBeUndefined(),
  );
});
