import type { ServiceHours } from '../contract/index.ts';
import { addDays, localTime, minuteOfDay } from '../kernel/business-date.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A week holds every weekday; one day more, since the first may be half over. */
const SEARCH_DAYS = 8;

/** Whether an agency answers at a moment. */
export function isOpen(hours: ServiceHours, atMs: number): boolean {
  return isInSpan(hours, atMs) && maintenanceEndMs(hours, atMs) === null;
}

/**
 * The first moment from `atMs` on at which an agency answers (`atMs` itself when it is open); null when none is in
 * sight.
 */
export function opensAtMs(hours: ServiceHours, atMs: number): number | null {
  let fromMs = atMs;
  // Each turn leaves a maintenance window behind for good.
  for (let turn = 0; turn <= hours.maintenance.length; turn++) {
    const openingMs = spanOpeningMs(hours, fromMs);
    if (openingMs === null) return null;
    const endMs = maintenanceEndMs(hours, openingMs);
    if (endMs === null) return openingMs;
    fromMs = endMs;
  }
  return null;
}

/** When the maintenance under way at a moment ends; null when there is none. Its end is open again. */
function maintenanceEndMs(hours: ServiceHours, atMs: number): number | null {
  const endsMs = hours.maintenance
    .filter(({ from, to }) => Date.parse(from) <= atMs && atMs < Date.parse(to))
    .map(({ to }) => Date.parse(to));
  return endsMs.length > 0 ? Math.max(...endsMs) : null;
}

function isInSpan(hours: ServiceHours, atMs: number): boolean {
  const local = localTime(atMs, hours.timeZone);
  return hours.open.some(
    ({ weekdays, from, to }) =>
      weekdays.includes(local.isoWeekday) &&
      minuteOfDay(from) <= local.minuteOfDay &&
      local.minuteOfDay < minuteOfDay(to),
  );
}

/** The first moment from `fromMs` on that lies in a span of the week, whatever maintenance there is. */
function spanOpeningMs(hours: ServiceHours, fromMs: number): number | null {
  if (isInSpan(hours, fromMs)) return fromMs;
  const today = localTime(fromMs, hours.timeZone).date;
  const openingsMs = Array.from({ length: SEARCH_DAYS + 1 }, (_, day) =>
    possibleOpeningsMs(hours, addDays(today, day)),
  );
  // Sorted, and holding every moment at which a span can begin: so the first that is open is the answer.
  const sortedMs = openingsMs.flat().sort((a, b) => a - b);
  return sortedMs.find((candidateMs) => candidateMs > fromMs && isInSpan(hours, candidateMs)) ?? null;
}

/**
 * Every moment of a local date at which a span may begin: each start, under each offset from UTC that the date
 * has, and the moment itself at which the offset changes (it may jump into a span, or back into one).
 */
function possibleOpeningsMs({ open, timeZone }: ServiceHours, date: string): number[] {
  const asIfUtcMs = Date.parse(`${date}T00:00:00Z`);
  const beforeMs = asIfUtcMs - DAY_MS;
  const afterMs = asIfUtcMs + 2 * DAY_MS;
  const offsets = new Set([offsetMs(beforeMs, timeZone), offsetMs(afterMs, timeZone)]);
  const minutes = open.map(({ from }) => minuteOfDay(from));
  const moments = [...offsets].flatMap((offset) =>
    minutes.map((minute) => asIfUtcMs + minute * MINUTE_MS - offset),
  );
  if (offsets.size > 1) moments.push(offsetChangeMs(beforeMs, afterMs, timeZone));
  return moments;
}

/** Local time minus UTC, at a moment on a whole minute. */
function offsetMs(atMs: number, timeZone: string): number {
  const local = localTime(atMs, timeZone);
  return Date.parse(`${local.date}T00:00:00Z`) + local.minuteOfDay * MINUTE_MS - atMs;
}

/** The minute between two moments at which the offset becomes that of the later one. */
function offsetChangeMs(beforeMs: number, afterMs: number, timeZone: string): number {
  const newOffset = offsetMs(afterMs, timeZone);
  let [lowMs, highMs] = [beforeMs, afterMs];
  while (highMs - lowMs > MINUTE_MS) {
    const middleMs = lowMs + Math.floor((highMs - lowMs) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetMs(middleMs, timeZone) === newOffset) highMs = middleMs;
    else lowMs = middleMs;
  }
  return highMs;
}
