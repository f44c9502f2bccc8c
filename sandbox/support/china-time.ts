/** An agency's wall clock: Asia/Shanghai, which has had no summer time since 1991. */
const OFFSET_MS = 8 * 3_600_000;

/** `YYYY-MM-DD` at the agency. */
export function localDate(atMs: number): string {
  return new Date(atMs + OFFSET_MS).toISOString().slice(0, 10);
}

/** `yyyyMMddHHmmss`, as protocols write times. */
export function wireTime(atMs: number): string {
  return new Date(atMs + OFFSET_MS).toISOString().replaceAll(/\D/g, '').slice(0, 14);
}

/** The moment of a `yyyyMMddHHmmss`, or null when it is none. */
export function readWireTime(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second] = match;
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`);
  return Number.isNaN(atMs) || wireTime(atMs) !== text ? null : atMs;
}

/** Midnight at the agency, at the start of a `YYYY-MM-DD`. */
export function startOfDate(date: string): number {
  return Date.parse(`${date}T00:00:00+08:00`);
}
