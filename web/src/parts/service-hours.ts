import type { AgencyDetail } from '../api/types.ts';
import { i18n } from '../i18n/i18n.ts';

type Spans = AgencyDetail['serviceHours']['open'];

const WEEK = [1, 2, 3, 4, 5, 6, 7];

/** Days of the week that are served alike, first and last of each run, with their hours, such as `08:30–17:00`. */
export interface ServedDays {
  first: number;
  last: number;
  hours: string;
}

/** The hours of a week, in runs of days that are alike; empty where it is always open. */
export function servedDays(open: Spans): ServedDays[] {
  const runs: ServedDays[] = [];
  for (const day of WEEK) {
    const hours = hoursOf(open, day);
    const run = runs.at(-1);
    if (run && run.hours === hours) run.last = day;
    else runs.push({ first: day, last: day, hours });
  }
  const isAlways = runs.length === 1 && runs[0]?.hours === '00:00–24:00';
  return isAlways ? [] : runs.filter(({ hours }) => hours !== '');
}

function hoursOf(open: Spans, day: number): string {
  return open
    .filter(({ weekdays }) => weekdays.includes(day))
    .map(({ from, to }) => `${from}–${to}`)
    .sort()
    .join(' ');
}

/** `周一至周五 08:30–17:00`; no more than its hours where every day is alike. */
export function formatServedDays({ first, last, hours }: ServedDays): string {
  if (first === 1 && last === 7) return i18n.t('hours.daily', { hours });
  if (first === last) return i18n.t('hours.oneDay', { day: weekdayName(first), hours });
  return i18n.t('hours.days', { from: weekdayName(first), to: weekdayName(last), hours });
}

/** ISO weekday: 1 January 2024 was a Monday. */
function weekdayName(day: number): string {
  return new Intl.DateTimeFormat(i18n.language, { weekday: 'short', timeZone: 'UTC' }).format(
    Date.UTC(2024, 0, day),
  );
}
