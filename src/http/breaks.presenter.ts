import type { z } from 'zod';
import { DomainError } from '../kernel/errors.ts';
import type {
  AttachedEvidence,
  BreakDetail,
  BreakFilter,
  BreaksModule,
  ListedBreak,
  Resolution,
} from '../reconciliation/index.ts';
import type { filterQuery } from './breaks.schemas.ts';
import { instantOf, instantOrNull } from './schemas.ts';

export function filterOf(query: z.output<typeof filterQuery>): BreakFilter {
  const {
    state,
    class: classes,
    severity,
    waitsFor,
    sourceId,
    owner,
    fromDate,
    toDate,
    age,
    overdue,
  } = query;
  return {
    ...(state && { states: state }),
    ...(classes && { classes }),
    ...(severity && { severities: severity }),
    ...(waitsFor && { waitsFor }),
    ...(sourceId && { sourceId }),
    ...(owner && { owner: owner === 'nobody' ? null : owner }),
    ...(fromDate && { fromDate }),
    ...(toDate && { toDate }),
    ...(age && { age }),
    ...(overdue && { isOverdue: true }),
  };
}

/**
 * The breaks that a command is for: those that it names, or what its filter finds of those in these states. Refuses with
 * `breaks_not_named`, `breaks_too_many`.
 */
export async function selectedIds(
  views: BreaksModule['views'],
  {
    breakIds,
    filter,
  }: { breakIds?: string[] | undefined; filter?: z.output<typeof filterQuery> | undefined },
  states: readonly ('open' | 'proposed')[],
): Promise<readonly string[]> {
  if (breakIds && !filter) return breakIds;
  if (!filter || breakIds) throw new DomainError('invalid', 'breaks_not_named');
  const asked = filter.state ? states.filter((state) => filter.state?.includes(state)) : states;
  // A filter of closed breaks alone finds none that anything can be done with.
  return asked.length === 0 ? [] : views.idsOf({ ...filterOf(filter), states: asked });
}

export function storedBreakOf(found: Omit<ListedBreak, 'word' | 'ref'>) {
  const { openedAtMs, dueAtMs, closedAtMs, lastRunId: _, fingerprint: __, ...rest } = found;
  return {
    ...rest,
    openedAt: instantOf(openedAtMs),
    dueAt: instantOf(dueAtMs),
    closedAt: instantOrNull(closedAtMs),
  };
}

export const breakOf = ({ word, ref, ...found }: ListedBreak) => ({ ...storedBreakOf(found), word, ref });

export function resolutionOf({ madeAtMs, decidedAtMs, runId: _, ...rest }: Resolution) {
  return { ...rest, madeAt: instantOf(madeAtMs), decidedAt: instantOrNull(decidedAtMs) };
}

export function evidenceOf({ breakId: _, attachedAtMs, ...rest }: AttachedEvidence) {
  return { ...rest, attachedAt: instantOf(attachedAtMs) };
}

export function detailOf(detail: BreakDetail) {
  const { payments, events, resolutions, evidence, ...rest } = detail;
  return {
    ...breakOf(rest),
    payments: payments.map((one) => {
      const { debitedAtMs, postedAtMs, refundedAtMs, connectionId: _, payableMinor: __, ...shown } = one;
      return {
        ...shown,
        debitedAt: instantOrNull(debitedAtMs),
        postedAt: instantOrNull(postedAtMs),
        refundedAt: instantOrNull(refundedAtMs),
      };
    }),
    events: events.map(({ breakId: _, atMs, reason = null, details = {}, ...event }) => ({
      ...event,
      reason,
      details,
      at: instantOf(atMs),
    })),
    resolutions: resolutions.map(({ resolution, item, refund }) => ({
      resolution: resolutionOf(resolution),
      bookedMinor: item.bookedMinor,
      isActive: item.isActive,
      refundStatus: refund?.status ?? null,
    })),
    evidence: evidence.map(evidenceOf),
  };
}
