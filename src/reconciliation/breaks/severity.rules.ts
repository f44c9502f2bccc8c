import { addDays, type BusinessDate, type CutOff, dateEndMs } from '../../kernel/business-date.ts';
import type { BreakClass } from '../matching/matching.types.ts';

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How much a class weighs by itself, and within how many clearing days a break of it is to be settled. */
const CLASSES: Readonly<Record<BreakClass, { severity: Severity; days: number }>> = {
  // Expected to settle by itself with the next file.
  dateCut: { severity: 'low', days: 2 },
  fee: { severity: 'low', days: 5 },
  ledgerOnly: { severity: 'medium', days: 2 },
  agencyMissing: { severity: 'medium', days: 2 },
  amountOver: { severity: 'medium', days: 2 },
  amountUnder: { severity: 'medium', days: 2 },
  bankOnly: { severity: 'medium', days: 2 },
  agencyOnly: { severity: 'medium', days: 2 },
  refund: { severity: 'medium', days: 2 },
  splitIncomplete: { severity: 'medium', days: 2 },
  // A resident waits for an answer, or was charged twice.
  status: { severity: 'medium', days: 1 },
  duplicate: { severity: 'high', days: 1 },
  // What can't be compared at all hides how much is wrong.
  currency: { severity: 'high', days: 1 },
  unparseable: { severity: 'high', days: 1 },
  lateFile: { severity: 'high', days: 1 },
};

/** From here on a break weighs one step more, and two: 10,000 and 100,000 of a currency with two decimals. */
const RAISED_FROM_MINOR = [1_000_000, 10_000_000];

/** How urgent a break is, by its class and by what is at stake (minor units, never negative). */
export function severityOf({
  class: found,
  amountMinor,
}: {
  class: BreakClass;
  amountMinor: number;
}): Severity {
  const steps = RAISED_FROM_MINOR.filter((fromMinor) => amountMinor >= fromMinor).length;
  const level = SEVERITIES.indexOf(CLASSES[found].severity) + steps;
  return SEVERITIES[Math.min(level, SEVERITIES.length - 1)] ?? 'critical';
}

/**
 * When each break of a business date has to be settled: at the end of the date that lies the class's clearing days after its own; what
 * is critical has one day at most. `closedOn` are the dates on which the source clears nothing.
 */
export function dueDates(
  businessDate: BusinessDate,
  { cutOff, closedOn }: { cutOff: CutOff; closedOn: readonly BusinessDate[] },
): (found: { class: BreakClass; amountMinor: number }) => number {
  // A day may have thousands of breaks, which are due on a few dates.
  const known = new Map<number, number>();
  return (found) => {
    const { days } = CLASSES[found.class];
    const limit = severityOf(found) === 'critical' ? Math.min(days, 1) : days;
    const atMs = known.get(limit) ?? dateEndMs(addClearingDays(businessDate, limit, closedOn), cutOff);
    known.set(limit, atMs);
    return atMs;
  };
}

/** The nth date after a date on which the source clears. */
export function addClearingDays(
  date: BusinessDate,
  days: number,
  closedOn: readonly BusinessDate[],
): BusinessDate {
  let reached = date;
  for (let left = days; left > 0; left--) {
    do reached = addDays(reached, 1);
    while (closedOn.includes(reached));
  }
  return reached;
}
