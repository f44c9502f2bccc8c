import { addDays, type BusinessDate, businessDateOf } from '../kernel/business-date.ts';
import { addBusinessDays, type BusinessCalendar, isBusinessDay } from '../kernel/calendar.ts';
import type { SettlementTerms, SettlementWindow } from './settlement.types.ts';

type WindowTerms = Pick<SettlementTerms, 'cycle' | 'payoutAfterDays'>;

/**
 * The one window that a business date falls in. Daily: all dates that are due on one day, so that T+1 settles Friday to
 * Sunday on Monday, and T+0 Saturday to Monday on Monday. Throws DomainError `calendar_year_unpublished` where that needs a
 * year that is not published.
 */
export function windowOf(
  terms: WindowTerms,
  calendar: BusinessCalendar,
  date: BusinessDate,
): SettlementWindow {
  const { cycle, payoutAfterDays } = terms;
  const dueOf = (last: BusinessDate) => addBusinessDays(calendar, last, payoutAfterDays);
  if (cycle.kind === 'weekly') {
    const to = addDays(date, (cycle.lastWeekday - isoWeekday(date) + 7) % 7);
    return { from: addDays(to, -6), to, dueOn: dueOf(to) };
  }
  /** Whether the date after is due on the same day; asked of days alone, so that a year end blocks no date before it. */
  const isDueWithNext = (last: BusinessDate) =>
    !isBusinessDay(calendar, payoutAfterDays === 0 ? last : addDays(last, 1));
  let [from, to] = [date, date];
  while (isDueWithNext(addDays(from, -1))) from = addDays(from, -1);
  while (isDueWithNext(to)) to = addDays(to, 1);
  return { from, to, dueOn: dueOf(to) };
}

/** The window that a moment's business date falls in. Throws like `windowOf`. */
export function windowAt(
  terms: WindowTerms & Pick<SettlementTerms, 'cutOff'>,
  calendar: BusinessCalendar,
  atMs: number,
): SettlementWindow {
  return windowOf(terms, calendar, businessDateOf(atMs, terms.cutOff));
}

/** The window behind another. Throws like `windowOf`. */
export function nextWindow(
  terms: WindowTerms,
  calendar: BusinessCalendar,
  { to }: SettlementWindow,
): SettlementWindow {
  return windowOf(terms, calendar, addDays(to, 1));
}

/** 1 = Monday … 7 = Sunday (ISO 8601). */
function isoWeekday(date: BusinessDate): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
}
