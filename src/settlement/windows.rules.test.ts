import fc from 'fast-check';
import { addDays } from '../kernel/business-date.ts';
import { addBusinessDays, CHINA_CALENDAR, isBusinessDay } from '../kernel/calendar.ts';
import type { SettlementTerms } from './settlement.types.ts';
import { nextWindow, windowAt, windowOf } from './windows.rules.ts';

const daily = (payoutAfterDays: number) => ({ cycle: { kind: 'daily' as const }, payoutAfterDays });
const weekly = (lastWeekday: number, payoutAfterDays = 1) => ({
  cycle: { kind: 'weekly' as const, lastWeekday },
  payoutAfterDays,
});
const window = (terms: Pick<SettlementTerms, 'cycle' | 'payoutAfterDays'>, date: string) =>
  windowOf(terms, CHINA_CALENDAR, date);

const anyTerms = fc.oneof(
  fc.integer({ min: 0, max: 3 }).map(daily),
  fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 3 })).map(([day, n]) => weekly(day, n)),
);
/** A date with room around it inside the published years. */
const anyDate = fc.integer({ min: 30, max: 1_040 }).map((days) => addDays('2024-01-01', days));

describe('windows of business dates', () => {
  it('pays T+1 the next business day, Friday to Sunday together on Monday', () => {
    expect(window(daily(1), '2026-11-19')).toEqual({
      from: '2026-11-19',
      to: '2026-11-19',
      dueOn: '2026-11-20',
    });
    for (const date of ['2026-11-20', '2026-11-21', '2026-11-22']) {
      expect(window(daily(1), date)).toEqual({ from: '2026-11-20', to: '2026-11-22', dueOn: '2026-11-23' });
    }
  });

  it('pays T+0 on the day, Saturday to Monday together on Monday', () => {
    expect(window(daily(0), '2026-11-20')).toEqual({
      from: '2026-11-20',
      to: '2026-11-20',
      dueOn: '2026-11-20',
    });
    for (const date of ['2026-11-21', '2026-11-22', '2026-11-23']) {
      expect(window(daily(0), date)).toEqual({ from: '2026-11-21', to: '2026-11-23', dueOn: '2026-11-23' });
    }
  });

  it('takes a long holiday as one window, which begins on a Saturday that is worked', () => {
    expect(window(daily(1), '2026-02-18')).toEqual({
      from: '2026-02-14',
      to: '2026-02-23',
      dueOn: '2026-02-24',
    });
  });

  it('pays weeks behind their last day', () => {
    expect(window(weekly(7), '2026-11-18')).toEqual({
      from: '2026-11-16',
      to: '2026-11-22',
      dueOn: '2026-11-23',
    });
    // Wednesday to Tuesday, over the end of a year.
    expect(window(weekly(2, 2), '2025-12-31')).toEqual({
      from: '2025-12-31',
      to: '2026-01-06',
      dueOn: '2026-01-08',
    });
  });

  it('blocks at the end of the published years, and not a day earlier', () => {
    const blocked = expect.objectContaining({ code: 'calendar_year_unpublished', params: { year: 2027 } });
    expect(window(daily(1), '2026-12-30').dueOn).toBe('2026-12-31');
    expect(window(daily(0), '2026-12-31').dueOn).toBe('2026-12-31');
    expect(() => window(daily(1), '2026-12-31')).toThrow(blocked);
    expect(() => window(daily(2), '2026-12-30')).toThrow(blocked);
    expect(() => window(weekly(5), '2026-12-28')).toThrow(blocked);
  });

  it('goes over the end of a year where both years are published', () => {
    expect(window(daily(1), '2025-12-31')).toEqual({
      from: '2025-12-31',
      to: '2026-01-03',
      dueOn: '2026-01-04',
    });
  });

  it('asks the agency’s own clock which date a moment belongs to', () => {
    const cutOff = { timeZone: 'Asia/Shanghai', cutOff: '23:00' };
    const at = (iso: string) => windowAt({ ...daily(1), cutOff }, CHINA_CALENDAR, Date.parse(iso));
    expect(at('2026-11-18T22:59:59+08:00').from).toBe('2026-11-18');
    expect(at('2026-11-18T23:00:00+08:00').from).toBe('2026-11-19');
  });

  it('hold every date in exactly one, without gaps', () => {
    fc.assert(
      fc.property(anyTerms, anyDate, (terms, date) => {
        const found = window(terms, date);
        expect(found.from <= date && date <= found.to).toBe(true);
        for (let other = found.from; other <= found.to; other = addDays(other, 1)) {
          expect(window(terms, other)).toEqual(found);
        }
        const next = nextWindow(terms, CHINA_CALENDAR, found);
        expect(next.from).toBe(addDays(found.to, 1));
        expect(next.dueOn > found.dueOn).toBe(terms.cycle.kind === 'daily' || next.dueOn !== found.dueOn);
      }),
    );
  });

  it('are due on a business day, n business days behind their last date, and never before it', () => {
    fc.assert(
      fc.property(anyTerms, anyDate, (terms, date) => {
        const { to, dueOn } = window(terms, date);
        expect(isBusinessDay(CHINA_CALENDAR, dueOn)).toBe(true);
        expect(dueOn).toBe(addBusinessDays(CHINA_CALENDAR, to, terms.payoutAfterDays));
        expect(dueOn >= to).toBe(true);
        if (terms.cycle.kind === 'daily') {
          expect(dueOn).toBe(addBusinessDays(CHINA_CALENDAR, date, terms.payoutAfterDays));
        }
      }),
    );
  });
});
