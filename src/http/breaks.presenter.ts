import type { z } from 'zod';
import type {
  AttachedEvidence,
  BreakDetail,
  BreakFilter,
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
