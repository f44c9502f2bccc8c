import { createHash } from 'node:crypto';
import { sumMinor } from '../../kernel/money.ts';
import type { BreakClass } from '../matching/matching.types.ts';
import type { BreakRow } from './break.types.ts';

/** What rows amount to as a break of their own. */
export interface PartOfBreak {
  class: BreakClass;
  amountMinor: number;
  differenceMinor: number | null;
  fingerprint: string;
}

/**
 * What a part of a break is, by its rows alone: of both sides it is what the whole was. No run finds it by its content, so its fingerprint
 * only tells it apart.
 */
export function partOf(
  whole: { breakId: string; class: BreakClass },
  rows: readonly BreakRow[],
  role: 'channel' | 'agency',
): PartOfBreak {
  const [ours, theirs] = [of(rows, 'ours'), of(rows, 'theirs')];
  const currencies = new Set(rows.map(({ currency }) => currency));
  const isComparable = currencies.size === 1 && rows.every(({ amountMinor }) => amountMinor !== null);
  const [oursMinor, theirsMinor] = [sumOf(ours), sumOf(theirs)];
  const places = rows.map(({ statementId, rowNo }) => `${statementId} ${rowNo}\n`).sort();
  return {
    class:
      ours.length > 0 && theirs.length > 0 ? whole.class : oneSidedClass(whole.class, ours.length > 0, role),
    amountMinor: Math.max(Math.abs(oursMinor), Math.abs(theirsMinor)),
    differenceMinor: isComparable ? sumMinor([theirsMinor, -oursMinor]) : null,
    fingerprint: createHash('sha256')
      .update(`${whole.breakId}\n${places.join('')}`)
      .digest('hex'),
  };
}

const of = (rows: readonly BreakRow[], side: BreakRow['side']) => rows.filter((row) => row.side === side);
const sumOf = (rows: readonly BreakRow[]) => sumMinor(rows.map(({ amountMinor }) => amountMinor ?? 0));

function oneSidedClass(whole: BreakClass, isOurs: boolean, role: 'channel' | 'agency'): BreakClass {
  if (whole === 'unparseable' || whole === 'refund') return whole;
  if (role === 'channel') return isOurs ? 'ledgerOnly' : 'bankOnly';
  return isOurs ? 'agencyMissing' : 'agencyOnly';
}
