import { sumMinor } from '../../kernel/money.ts';
import type { BreakRow, StoredBreak, WaitsFor } from './break.types.ts';
import { type ResolvingRules, suspenseMinorOf } from './resolving.rules.ts';
import { addClearingDays } from './severity.rules.ts';

/** What the automatic resolving knows of a break. */
export interface Examined {
  found: StoredBreak;
  /** Those that it claims. */
  rows: readonly BreakRow[];
  /** Of our payments, the one that it is about. */
  paymentId: string | null;
}

export interface AutomaticSetting {
  role: 'channel' | 'agency';
  currency: string;
  rules: ResolvingRules['automatic'];
  nowMs: number;
}

/** What is to be done about an open break without a person. */
export type AutomaticStep =
  | { kind: 'wait'; for: Exclude<WaitsFor, 'checker' | 'person'> }
  /** A person has to look; `because` is a stable word. */
  | { kind: 'handOver'; because: HandOverReason }
  | { kind: 'askDebit' | 'askPosting' | 'reviewPosting'; paymentId: string }
  | { kind: 'bookFee' }
  | { kind: 'queueRefund' };

export type HandOverReason =
  | 'overdue'
  | 'aboveCap'
  | 'beyondTolerance'
  | 'contradicted'
  | 'refusedByAgency'
  | 'needsJudgement';

/** The first thing to do about an open break, by what it is. */
export function stepFor(examined: Examined, setting: AutomaticSetting): AutomaticStep {
  const { found } = examined;
  switch (found.class) {
    case 'dateCut':
    case 'ledgerOnly':
    case 'lateFile':
      return heldUntilDue(found, 'nextFile', setting);
    case 'status':
    case 'bankOnly':
    case 'agencyOnly':
      return stepForTheirWord(examined, setting);
    case 'agencyMissing':
      return stepForMissing(examined, setting);
    case 'fee':
      return isFeeWithinTolerance(examined, setting)
        ? capped(examined, setting, { kind: 'bookFee' })
        : { kind: 'handOver', because: 'beyondTolerance' };
    case 'duplicate':
      return isSecondDebit(examined, setting)
        ? { kind: 'queueRefund' }
        : { kind: 'handOver', because: 'needsJudgement' };
    default:
      return { kind: 'handOver', because: 'needsJudgement' };
  }
}

/** Waits, but not longer than the break is due. */
export function heldUntilDue(
  { dueAtMs }: Pick<StoredBreak, 'dueAtMs'>,
  waitsFor: 'nextFile' | 'channel' | 'agency',
  { nowMs }: Pick<AutomaticSetting, 'nowMs'>,
): Extract<AutomaticStep, { kind: 'wait' | 'handOver' }> {
  return nowMs < dueAtMs ? { kind: 'wait', for: waitsFor } : { kind: 'handOver', because: 'overdue' };
}

/** Nothing is done by itself above what finance has allowed for one break. */
function capped(examined: Examined, setting: AutomaticSetting, step: AutomaticStep): AutomaticStep {
  const isAbove = stakeOf(examined, setting) > setting.rules.maxBreakMinor;
  return isAbove ? { kind: 'handOver', because: 'aboveCap' } : step;
}

/** What a step would move. */
export function stakeOf({ found, rows }: Examined, { currency }: AutomaticSetting): number {
  return Math.abs(suspenseMinorOf(found, rows, currency));
}

/** They say it is done, and our books don't: their file proves nothing, so they are asked by the payment's own reference. */
function stepForTheirWord(examined: Examined, setting: AutomaticSetting): AutomaticStep {
  const { found, rows, paymentId } = examined;
  const [ours, theirs] = [finalOf(rows, 'ours'), finalOf(rows, 'theirs')];
  if (theirs.length === 0 && rows.some(({ side, status }) => side === 'theirs' && status === 'pending')) {
    return heldUntilDue(found, 'nextFile', setting);
  }
  if (paymentId === null || ours.length > 0 || theirs.length !== 1 || (theirs[0]?.amountMinor ?? 0) <= 0) {
    return { kind: 'handOver', because: 'needsJudgement' };
  }
  const kind = setting.role === 'channel' ? 'askDebit' : 'askPosting';
  return capped(examined, setting, { kind, paymentId });
}

/** Our books have it posted and the agency's file lacks it. It is asked once; then its next file has to show it. */
function stepForMissing({ found, paymentId }: Examined, setting: AutomaticSetting): AutomaticStep {
  const held = heldUntilDue(found, 'nextFile', setting);
  if (held.kind === 'handOver' || found.waitsFor === 'nextFile') return held;
  return paymentId === null
    ? { kind: 'handOver', because: 'needsJudgement' }
    : { kind: 'reviewPosting', paymentId };
}

function isFeeWithinTolerance({ found, rows }: Examined, { currency, rules }: AutomaticSetting): boolean {
  const gapMinor = Math.abs(suspenseMinorOf(found, rows, currency));
  const expectedMinor = Math.abs(found.scores.expectedFeeMinor ?? 0);
  return gapMinor > 0 && Math.abs(gapMinor - expectedMinor) <= rules.feeToleranceMinor;
}

/** The channel debited a payment more often than our books have it, each time the same amount. */
function isSecondDebit({ rows, paymentId }: Examined, { role, currency }: AutomaticSetting): boolean {
  const [ours, theirs] = [finalOf(rows, 'ours'), finalOf(rows, 'theirs')];
  const amounts = new Set([...ours, ...theirs].map(({ amountMinor }) => amountMinor));
  const [amountMinor = null] = amounts;
  return (
    role === 'channel' &&
    paymentId !== null &&
    theirs.length > ours.length &&
    rows.every((row) => row.currency === currency) &&
    amounts.size === 1 &&
    (amountMinor ?? 0) > 0
  );
}

const finalOf = (rows: readonly BreakRow[], side: BreakRow['side']) =>
  rows.filter((row) => row.side === side && row.status === 'final');

/** Whether our books now say of one payment what their final rows say. */
export function booksAgree(
  { rows }: Pick<Examined, 'rows'>,
  booked: { amountMinor: number | null; currency: string },
): boolean {
  const theirs = finalOf(rows, 'theirs');
  return (
    booked.amountMinor !== null &&
    theirs.every(({ currency }) => currency === booked.currency) &&
    sumMinor(theirs.map(({ amountMinor }) => amountMinor ?? 0)) === booked.amountMinor
  );
}

/** What a break has of one movement on one side alone, by which its counterpart of another date is found; null when it has not. */
export function loneMovementOf({ found, rows }: Pick<Examined, 'found' | 'rows'>): {
  side: BreakRow['side'];
  key: string;
} | null {
  if (!MAY_PAIR.includes(found.class)) return null;
  const final = rows.filter(({ status }) => status === 'final');
  const [row] = final;
  if (final.length !== 1 || !row || row.ref === null || row.amountMinor === null) return null;
  return { side: row.side, key: `${row.ref} ${row.amountMinor} ${row.currency}` };
}

const MAY_PAIR: readonly string[] = [
  'ledgerOnly',
  'bankOnly',
  'agencyOnly',
  'agencyMissing',
  'dateCut',
  'status',
  'refund',
];

/** How far apart, in clearing days, the two sides may have booked one movement. */
const LONGEST_DELAY_DAYS = 2;

/**
 * Breaks of two dates that are one movement: we have it on the one, they on the other. Only where each has no other candidate; longer
 * apart, a person has to look.
 */
export function pairsAcrossDates<B extends Pick<Examined, 'found' | 'rows'>>(
  breaks: readonly B[],
  { closedOn, days }: { closedOn: readonly string[]; days: number },
): [ours: B, theirs: B][] {
  const byKey = new Map<string, Record<BreakRow['side'], B[]>>();
  for (const one of breaks) {
    const lone = loneMovementOf(one);
    if (!lone) continue;
    const group = byKey.get(lone.key) ?? { ours: [], theirs: [] };
    group[lone.side].push(one);
    byKey.set(lone.key, group);
  }
  return [...byKey.values()].flatMap(({ ours, theirs }): [B, B][] => {
    const [a, b] = [ours[0], theirs[0]];
    if (!a || !b || ours.length > 1 || theirs.length > 1) return [];
    const [first = '', last = ''] = [a.found.businessDate, b.found.businessDate].sort();
    const isClose = last <= addClearingDays(first, Math.max(LONGEST_DELAY_DAYS, days), closedOn);
    return first !== last && isClose ? [[a, b]] : [];
  });
}
