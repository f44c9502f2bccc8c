/** The wall clock of Asia/Shanghai, which has had no summer time since 1991, as the systems of agencies write it. */
const OFFSET_MS = 8 * 3_600_000;

/** `YYYY-MM-DD` in China. */
export function chinaDate(atMs: number): string {
  return new Date(atMs + OFFSET_MS).toISOString().slice(0, 10);
}

/** Midnight in China at the start of a `YYYY-MM-DD`; NaN when there is no such date. */
export function startOfChinaDate(date: string): number {
  return Date.parse(`${date}T00:00:00+08:00`);
}

/** A moment as `yyyyMMddHHmmss` in China. */
export function chinaTimestamp(atMs: number): string {
  return new Date(atMs + OFFSET_MS).toISOString().replaceAll(/\D/g, '').slice(0, 14);
}

/** The inverse of `chinaTimestamp`; undefined when the text is none. */
export function readChinaTimestamp(text: string | undefined): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text ?? '');
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`);
  // 30 February is read as 2 March: what is not written the same again is no moment.
  return Number.isNaN(atMs) || chinaTimestamp(atMs) !== text ? undefined : atMs;
}
