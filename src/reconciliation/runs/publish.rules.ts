import type { BreakClass } from '../matching/matching.types.ts';
import type { DifferenceKind, RunDifference } from './runs.types.ts';
import type { FormerEnd, FoundBreak } from './work.types.ts';

/** A break as it stands before a run is published. */
export interface KnownBreak {
  breakId: string;
  fingerprint: string;
  state: 'open' | 'proposed' | 'closed';
  /** The run that closed it; null where a person or a rule did, or nobody. */
  closedByRunId: string | null;
  lastRunId: string;
  version: number;
  class: BreakClass;
  amountMinor: number;
  differenceMinor: number | null;
  ref: string | null;
}

/** What becomes of the breaks of a batch. */
export interface BreakPlan {
  opened: FoundBreak[];
  kept: { known: KnownBreak; found: FoundBreak; change: 'reopened' | 'changed' | null }[];
  gone: { known: KnownBreak; how: 'matched' | 'superseded'; end: FormerEnd }[];
}

/**
 * Holds what a run has found against the breaks that the batch has had. The same break is found again by its fingerprint, and keeps its
 * state, unless a former run had closed it: then it is open again. What the former run had, and this one has not, is gone.
 */
export function planBreaks(
  known: readonly KnownBreak[],
  found: readonly FoundBreak[],
  { previousRunId, ends }: { previousRunId: string | null; ends: ReadonlyMap<string, FormerEnd> },
): BreakPlan {
  const byFingerprint = new Map(known.map((one) => [one.fingerprint, one]));
  const plan: BreakPlan = { opened: [], kept: [], gone: [] };
  const seen = new Set<string>();
  for (const one of found) {
    const before = byFingerprint.get(one.fingerprint);
    seen.add(one.fingerprint);
    if (before) plan.kept.push({ known: before, found: one, change: changeOf(before, one) });
    else plan.opened.push(one);
  }
  for (const one of known) {
    if (one.lastRunId !== previousRunId || seen.has(one.fingerprint)) continue;
    const end = ends.get(one.breakId) ?? 'vanished';
    plan.gone.push({ known: one, how: end === 'matched' ? 'matched' : 'superseded', end });
  }
  return plan;
}

function changeOf(known: KnownBreak, found: FoundBreak): 'reopened' | 'changed' | null {
  // A later date's run holds it: nothing is said of it here.
  if (found.heldBreakId !== null) return null;
  if (known.state === 'closed' && known.closedByRunId !== null) return 'reopened';
  const isSame =
    known.class === found.class &&
    known.amountMinor === found.amountMinor &&
    known.differenceMinor === found.differenceMinor;
  return isSame ? null : 'changed';
}

const MAX_ITEMS = 1_000;

/** What the run says otherwise than the run before it; `idOf` names the breaks that are opened. */
export function differenceOf(plan: BreakPlan, idOf: (found: FoundBreak) => string): RunDifference {
  const items: RunDifference['items'][number][] = [];
  const counts: Record<DifferenceKind, number> = { newlyMatched: 0, newlyBroken: 0, changed: 0, vanished: 0 };
  const add = (item: RunDifference['items'][number]) => {
    counts[item.kind]++;
    if (items.length < MAX_ITEMS) items.push(item);
  };
  const replaced = new Set<string>();
  for (const { known, end } of plan.gone) {
    const kind = ({ matched: 'newlyMatched', broken: 'changed', vanished: 'vanished' } as const)[end];
    if (end === 'broken' && known.ref !== null) replaced.add(known.ref);
    const { breakId, ref, differenceMinor } = known;
    add({ kind, breakId, class: known.class, ref, differenceMinor });
  }
  for (const { known, found, change } of plan.kept) {
    if (change === null) continue;
    const kind = change === 'reopened' ? 'newlyBroken' : 'changed';
    add({ kind, breakId: known.breakId, ...said(found) });
  }
  for (const found of plan.opened) {
    // It takes the place of one that is counted as changed.
    if (found.rows.some(({ row }) => row.ref !== null && replaced.has(row.ref))) continue;
    add({ kind: 'newlyBroken', breakId: idOf(found), ...said(found) });
  }
  return { counts, items };
}

/** Of a first run: there is nothing before it that it could differ from. */
export const NO_DIFFERENCE: RunDifference = {
  counts: { newlyMatched: 0, newlyBroken: 0, changed: 0, vanished: 0 },
  items: [],
};

const said = (found: FoundBreak) => ({
  class: found.class,
  ref: found.rows[0]?.row.ref ?? null,
  differenceMinor: found.differenceMinor,
});

/** The payment that a row is about, as its references say: ours are made of its id. */
export function paymentIdOf(references: readonly (string | null)[]): string | null {
  for (const reference of references) {
    const [, id] = /^(?:pay|r[fv][0-9a-z])_([0-9a-hjkmnp-tv-z]{26})$/.exec(reference ?? '') ?? [];
    if (id) return `pay_${id}`;
  }
  return null;
}
