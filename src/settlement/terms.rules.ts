import { addDays, type BusinessDate } from '../kernel/business-date.ts';
import { addBusinessDays, type BusinessCalendar } from '../kernel/calendar.ts';
import type { SettlementWindow } from './settlement.types.ts';
import type { AgreedTerms } from './terms.schema.ts';
import { windowOf } from './windows.rules.ts';

/** Terms and the date from which they hold, until others do. */
export interface TermsVersion {
  termsId: string;
  agencyId: string;
  effectiveFrom: BusinessDate;
  terms: AgreedTerms;
}

/** The window that begins on a date, and the terms that it is settled by. */
export interface WindowUnderTerms {
  version: TermsVersion;
  window: SettlementWindow;
}

/**
 * The window of a date under the terms that hold then; null before the first. Terms that change in the middle of a window end
 * it, so that a date still belongs to one window. Of versions with one date the later counts. Throws like `windowOf`.
 */
export function windowUnder(
  versions: readonly TermsVersion[],
  calendar: BusinessCalendar,
  date: BusinessDate,
): WindowUnderTerms | null {
  const ordered = [...versions].sort(
    (a, b) => compare(a.effectiveFrom, b.effectiveFrom) || compare(a.termsId, b.termsId),
  );
  const version = ordered.findLast(({ effectiveFrom }) => effectiveFrom <= date);
  if (!version) return null;
  const next = ordered.find(({ effectiveFrom }) => effectiveFrom > date);
  const whole = windowOf(version.terms, calendar, date);
  const to = next && next.effectiveFrom <= whole.to ? addDays(next.effectiveFrom, -1) : whole.to;
  const from = version.effectiveFrom > whole.from ? version.effectiveFrom : whole.from;
  const dueOn = to === whole.to ? whole.dueOn : addBusinessDays(calendar, to, version.terms.payoutAfterDays);
  return { version, window: { from, to, dueOn } };
}

/** The first window that is not settled, given the last date that is; null without terms. Throws like `windowOf`. */
export function windowToSettle(
  versions: readonly TermsVersion[],
  calendar: BusinessCalendar,
  settledTo: BusinessDate | null,
): WindowUnderTerms | null {
  const [first] = versions.map(({ effectiveFrom }) => effectiveFrom).sort();
  if (first === undefined) return null;
  const begin = settledTo === null ? first : addDays(settledTo, 1);
  const found = windowUnder(versions, calendar, begin);
  // What is settled stays settled, whatever terms were agreed since.
  return found && { ...found, window: { ...found.window, from: begin } };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
