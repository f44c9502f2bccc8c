/** A calendar date, `YYYY-MM-DD`, that belongs to an agency or a channel: its own days, not the server's. */
export type BusinessDate = string;

/** Where one business date ends and the next begins (日切), in the owner's own time zone. */
export interface CutOff {
  /** IANA name, for example `Asia/Shanghai`. */
  timeZone: string;
  /** Local time `HH:MM` at which the next business date begins; `00:00` is midnight. */
  cutOff: string;
}

/** Local wall-clock parts of a moment. */
export interface LocalTime {
  /** `YYYY-MM-DD` */
  date: string;
  /** Minutes since local midnight, 0 to 1439. */
  minuteOfDay: number;
  /** 1 = Monday … 7 = Sunday (ISO 8601). */
  isoWeekday: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const NOON_MINUTE = 12 * 60;

const formatters = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of a time zone at a moment; throws RangeError for an unknown zone. */
export function localTime(atMs: number, timeZone: string): LocalTime {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formatters.set(timeZone, formatter);
  }
  const parts = Object.fromEntries(formatter.formatToParts(atMs).map((part) => [part.type, part.value]));
  const date = `${parts.year}-${parts.month}-${parts.day}`;
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return {
    date,
    minuteOfDay: Number(parts.hour) * 60 + Number(parts.minute),
    isoWeekday: weekday === 0 ? 7 : weekday,
  };
}

/** Whether there is a time zone of this IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    localTime(0, name);
    return true;
  } catch {
    return false;
  }
}

/** Minutes since midnight of `HH:MM`. */
export function minuteOfDay(hhmm: string): number {
  return Number(hhmm.slice(0, 2)) * 60 + Number(hhmm.slice(3, 5));
}

/** The date that is `days` after a date (before it, when negative). */
export function addDays(date: BusinessDate, days: number): BusinessDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The business date a moment falls on. A cut-off after noon closes the day early (23:00 → what follows
 * belongs to tomorrow); one before noon keeps the small hours in yesterday (02:00).
 */
export function businessDateOf(atMs: number, cutOff: CutOff): BusinessDate {
  const owner = `${cutOff.timeZone} ${cutOff.cutOff}`;
  const minute = Math.floor(atMs / MINUTE_MS);
  const last = lastDates.get(owner);
  if (last?.minute === minute) return last.date;
  const date = findBusinessDate(atMs, cutOff);
  lastDates.set(owner, { minute, date });
  return date;
}

/** The moment at which the business date of `atMs` is over. */
export function businessDateEndMs(atMs: number, cutOff: CutOff): number {
  return dateEndMs(businessDateOf(atMs, cutOff), cutOff);
}

/** The moment at which a business date is over. */
export function dateEndMs(date: BusinessDate, cutOff: CutOff): number {
  return businessDateStartMs(addDays(date, 1), cutOff);
}

/** The first moment of a business date. */
export function businessDateStartMs(date: BusinessDate, { timeZone, cutOff }: CutOff): number {
  const startsOn = minuteOfDay(cutOff) >= NOON_MINUTE ? addDays(date, -1) : date;
  return firstMomentOf(startsOn, cutOff, timeZone);
}

/** The last answer for each cut-off: payments come many a minute, and dates begin and clocks change on whole minutes. */
const lastDates = new Map<string, { minute: number; date: BusinessDate }>();

function findBusinessDate(atMs: number, { timeZone, cutOff }: CutOff): BusinessDate {
  const local = localTime(atMs, timeZone);
  const startsDayBefore = minuteOfDay(cutOff) >= NOON_MINUTE;
  const daysAhead = (local.minuteOfDay >= minuteOfDay(cutOff) ? 0 : -1) + (startsDayBefore ? 1 : 0);
  const date = addDays(local.date, daysAhead);
  // When clocks go back, some wall times come twice: a date that began on the first does not end on the second.
  const next = addDays(date, 1);
  const nextBeganAtMs = firstMomentOf(startsDayBefore ? date : next, cutOff, timeZone);
  return atMs >= nextBeganAtMs ? next : date;
}

/** The first moment at which a wall clock shows a time or, where clocks skip it, a later one. */
function firstMomentOf(date: BusinessDate, hhmm: string, timeZone: string): number {
  const asUtcMs = Date.parse(`${date}T${hhmm}:00Z`);
  const offsetsMs = [asUtcMs - DAY_MS, asUtcMs + DAY_MS].map((atMs) => wallClockMs(atMs, timeZone) - atMs);
  const earlierMs = asUtcMs - Math.max(...offsetsMs);
  return wallClockMs(earlierMs, timeZone) === asUtcMs ? earlierMs : asUtcMs - Math.min(...offsetsMs);
}

/** What a wall clock shows, to the minute, as if it were UTC. */
function wallClockMs(atMs: number, timeZone: string): number {
  const local = localTime(atMs, timeZone);
  return Date.parse(`${local.date}T00:00:00Z`) + local.minuteOfDay * MINUTE_MS;
}
