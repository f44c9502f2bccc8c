import { z } from 'zod';
import { addDays } from '../../kernel/business-date.ts';
import { chinaDate, chinaTimestamp } from '../../kernel/china-time.ts';
import type { Clock } from '../../kernel/clock.ts';
import { CommandError, EXIT } from './exit-codes.ts';

/** A date as it is typed: `YYYY-MM-DD`, or `today` and `yesterday` in China. Throws CommandError. */
export function dateOf(text: string, clock: Clock): string {
  const today = chinaDate(clock.nowMs());
  if (text === 'today') return today;
  if (text === 'yesterday') return addDays(today, -1);
  if (z.iso.date().safeParse(text).success) return text;
  throw new CommandError(`${text} is no date: YYYY-MM-DD, today or yesterday`, EXIT.usage);
}

/** A moment as it is read in China, `YYYY-MM-DD HH:MM`. */
export function chinaMinute(atMs: number): string {
  const text = chinaTimestamp(atMs);
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)} ${text.slice(8, 10)}:${text.slice(10, 12)}`;
}
