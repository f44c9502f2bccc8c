import { addDays, type BusinessDate } from './business-date.ts';
import { CHINA_HOLIDAY_YEARS } from './calendar.data.ts';
import { DomainError } from './errors.ts';

/** What was published for one year. */
export interface HolidayYear {
  year: number;
  /** Where it was published. */
  source: string;
  /** First and last day of each holiday; weekends inside them included. */
  holidays: readonly (readonly [from: BusinessDate, to: BusinessDate])[];
  /** Saturdays and Sundays that are worked, in exchange for longer holidays (调休). */
  workingWeekends: readonly BusinessDate[];
}

/** On which days banks and agencies work. Days of a year that is not in it are unknown, not workdays. */
export interface BusinessCalendar {
  /** By year: the days that are not what their weekday says; true is worked. */
  exceptions: ReadonlyMap<number, ReadonlyMap<BusinessDate, boolean>>;
}

/** A calendar of the years that have been published; Saturdays and Sundays are free where nothing else is said. */
export function businessCalendar(years: readonly HolidayYear[]): BusinessCalendar {
  const exceptions = new Map<number, Map<BusinessDate, boolean>>();
  for (const { year, holidays, workingWeekends } of years) {
    const days = new Map<BusinessDate, boolean>();
    for (const [from, to] of holidays) {
      for (let date = from; date <= to; date = addDays(date, 1)) days.set(date, false);
    }
    for (const date of workingWeekends) days.set(date, true);
    exceptions.set(year, days);
  }
  return { exceptions };
}

/** Mainland China: legal workdays (法定工作日), on which the payment systems of its banks settle. */
export const CHINA_CALENDAR = businessCalendar(CHINA_HOLIDAY_YEARS);

/**
 * Whether a day is worked. Throws DomainError `calendar_year_unpublished` for a year that the calendar does not hold, and
 * RangeError for what is no date.
 */
export function isBusinessDay(calendar: BusinessCalendar, date: BusinessDate): boolean {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  if (Number.isNaN(weekday)) throw new RangeError('not a date');
  const year = Number(date.slice(0, 4));
  const exceptions = calendar.exceptions.get(year);
  if (!exceptions) throw new DomainError('conflict', 'calendar_year_unpublished', { params: { year } });
  return exceptions.get(date) ?? (weekday !== 0 && weekday !== 6);
}

/** The first business day after a date. Throws like `isBusinessDay`. */
export function nextBusinessDay(calendar: BusinessCalendar, date: BusinessDate): BusinessDate {
  let next = addDays(date, 1);
  while (!isBusinessDay(calendar, next)) next = addDays(next, 1);
  return next;
}

/** The last business day before a date. Throws like `isBusinessDay`. */
export function previousBusinessDay(calendar: BusinessCalendar, date: BusinessDate): BusinessDate {
  let previous = addDays(date, -1);
  while (!isBusinessDay(calendar, previous)) previous = addDays(previous, -1);
  return previous;
}

/** T+n: the nth business day after a date; T+0 is the date itself or, when it is not worked, the next business day. */
export function addBusinessDays(calendar: BusinessCalendar, date: BusinessDate, days: number): BusinessDate {
  if (!Number.isSafeInteger(days) || days < 0)
    throw new RangeError('a whole number of business days, from zero');
  if (days === 0) return nextBusinessDay(calendar, addDays(date, -1));
  let due = date;
  for (let left = days; left > 0; left--) due = nextBusinessDay(calendar, due);
  return due;
}
