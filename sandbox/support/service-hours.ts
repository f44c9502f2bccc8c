import { chinaDate, startOfChinaDate } from '../../src/kernel/china-time.ts';

/** When the agency serves: every day between two times, but for spans of maintenance. */
export interface ServiceHours {
  /** `HH:MM` at the agency; `to` may be `24:00`. */
  from: string;
  to: string;
  maintenance: readonly { fromMs: number; toMs: number }[];
}

/** Open at all times: a demo must work at any hour. Tests set others. */
export const ALWAYS_OPEN: ServiceHours = { from: '00:00', to: '24:00', maintenance: [] };

export interface Closure {
  why: 'outsideHours' | 'maintenance';
  opensAtMs: number;
}

/** Why the agency does not serve at a moment and when it will again, or null when it does. */
export function closure(hours: ServiceHours, atMs: number): Closure | null {
  const maintenance = hours.maintenance.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
  if (maintenance) return { why: 'maintenance', opensAtMs: maintenance.toMs };
  const midnightMs = startOfChinaDate(chinaDate(atMs));
  const opensMs = midnightMs + minutesOf(hours.from) * 60_000;
  const closesMs = midnightMs + minutesOf(hours.to) * 60_000;
  if (atMs < opensMs) return { why: 'outsideHours', opensAtMs: opensMs };
  return atMs < closesMs ? null : { why: 'outsideHours', opensAtMs: opensMs + 86_400_000 };
}

function minutesOf(hhmm: string): number {
  return Number(hhmm.slice(0, 2)) * 60 + Number(hhmm.slice(3, 5));
}
