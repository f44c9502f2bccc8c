import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { addDays } from './business-date.ts';
import {
  addBusinessDays,
  CHINA_CALENDAR,
  isBusinessDay,
  nextBusinessDay,
  previousBusinessDay,
} from './calendar.ts';

const VECTORS = path.resolve(import.meta.dirname, '../../../shared/vectors/calendar');
const isThere = existsSync(VECTORS);
if (!isThere)
  process.stderr.write('../shared/vectors/calendar is absent: published years were not compared\n');

const unpublished = (year: number) =>
  expect.objectContaining({ code: 'calendar_year_unpublished', params: { year } });

/** Days from which a month goes by without leaving the published years. */
const day = fc.integer({ min: 30, max: 1_060 }).map((days) => addDays('2024-01-01', days));

describe('the calendar of China', () => {
  (isThere ? it : it.skip).each([2024, 2025, 2026])('is that of the notice for %d, day by day', (year) => {
    const { days } = JSON.parse(readFileSync(path.join(VECTORS, `${year}.json`), 'utf8')) as {
      days: { date: string; isOffDay: boolean }[];
    };
    const exceptions = new Map(days.map(({ date, isOffDay }) => [date, !isOffDay]));
    expect(exceptions.size).toBeGreaterThan(30);
    for (let date = `${year}-01-01`; date <= `${year}-12-31`; date = addDays(date, 1)) {
      const isWeekend = [0, 6].includes(new Date(date).getUTCDay());
      expect({ date, isWorked: isBusinessDay(CHINA_CALENDAR, date) }).toEqual({
        date,
        isWorked: exceptions.get(date) ?? !isWeekend,
      });
    }
  });

  it('knows holidays in the week, and weekends that are worked', () => {
    expect(isBusinessDay(CHINA_CALENDAR, '2026-02-14')).toBe(true); // Saturday before Spring Festival
    expect(isBusinessDay(CHINA_CALENDAR, '2026-02-16')).toBe(false); // Monday
    expect(isBusinessDay(CHINA_CALENDAR, '2026-11-21')).toBe(false); // Saturday
    expect(isBusinessDay(CHINA_CALENDAR, '2026-11-20')).toBe(true);
  });

  it('does not guess a year that is not published', () => {
    expect(() => isBusinessDay(CHINA_CALENDAR, '2027-03-02')).toThrow(unpublished(2027));
    expect(() => isBusinessDay(CHINA_CALENDAR, '2023-03-01')).toThrow(unpublished(2023));
    expect(() => nextBusinessDay(CHINA_CALENDAR, '2026-12-31')).toThrow(unpublished(2027));
    expect(() => previousBusinessDay(CHINA_CALENDAR, '2024-01-02')).toThrow(unpublished(2023));
    expect(addBusinessDays(CHINA_CALENDAR, '2026-12-31', 0)).toBe('2026-12-31');
  });

  it('throws for what is no date, and for days that go back', () => {
    expect(() => isBusinessDay(CHINA_CALENDAR, '2026-13-01')).toThrow(RangeError);
    expect(() => addBusinessDays(CHINA_CALENDAR, '2026-11-20', -1)).toThrow(RangeError);
    expect(() => addBusinessDays(CHINA_CALENDAR, '2026-11-20', 0.5)).toThrow(RangeError);
  });
});

describe('business days', () => {
  it('count over weekends, holidays and working weekends', () => {
    expect(nextBusinessDay(CHINA_CALENDAR, '2026-02-13')).toBe('2026-02-14');
    expect(nextBusinessDay(CHINA_CALENDAR, '2026-02-14')).toBe('2026-02-24');
    expect(previousBusinessDay(CHINA_CALENDAR, '2026-02-24')).toBe('2026-02-14');
    expect(addBusinessDays(CHINA_CALENDAR, '2026-11-20', 1)).toBe('2026-11-23');
    expect(addBusinessDays(CHINA_CALENDAR, '2026-11-21', 0)).toBe('2026-11-23');
    expect(addBusinessDays(CHINA_CALENDAR, '2026-11-20', 0)).toBe('2026-11-20');
  });

  it('lie next to each other: nothing worked is between a day and the next', () => {
    fc.assert(
      fc.property(day, (date) => {
        const next = nextBusinessDay(CHINA_CALENDAR, date);
        expect(isBusinessDay(CHINA_CALENDAR, next)).toBe(true);
        for (let between = addDays(date, 1); between < next; between = addDays(between, 1)) {
          expect(isBusinessDay(CHINA_CALENDAR, between)).toBe(false);
        }
        if (isBusinessDay(CHINA_CALENDAR, date)) {
          expect(previousBusinessDay(CHINA_CALENDAR, next)).toBe(date);
        }
      }),
    );
  });

  it('add up: T+a and b more is T+(a+b), and later dates are never due earlier', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (date, a, b) => {
        const due = addBusinessDays(CHINA_CALENDAR, date, a);
        expect(addBusinessDays(CHINA_CALENDAR, due, b)).toBe(addBusinessDays(CHINA_CALENDAR, date, a + b));
        expect(addBusinessDays(CHINA_CALENDAR, addDays(date, 1), a) >= due).toBe(true);
      }),
    );
  });
});
