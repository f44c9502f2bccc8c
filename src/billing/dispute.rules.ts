import type { Manifest } from '../contract/index.ts';
import { businessDateOf } from '../kernel/business-date.ts';
import type { Payment, Undo } from './billing.types.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Until when a posted payment can be disputed; null for one that is not posted. */
export function disputableUntilMs(
  { status, postedAtMs }: Pick<Payment, 'status' | 'postedAtMs'>,
  { disputes }: Pick<Manifest, 'disputes'>,
): number | null {
  return status === 'posted' && postedAtMs !== null ? postedAtMs + disputes.withinDays * DAY_MS : null;
}

/** When the agency has to have answered a dispute opened now. */
export function answerDueAtMs({ disputes }: Pick<Manifest, 'disputes'>, nowMs: number): number {
  return nowMs + disputes.answerWithinHours * HOUR_MS;
}

/**
 * How a posting is undone: on its own business date by a reversal (冲正), where the agency has that; else by a refund (退款); null when
 * the agency has no way.
 */
export function undoKindOf(
  manifest: Pick<Manifest, 'capabilities' | 'serviceHours' | 'cutOff'>,
  postedAtMs: number,
  nowMs: number,
): Undo['kind'] | null {
  const cutOff = { timeZone: manifest.serviceHours.timeZone, cutOff: manifest.cutOff };
  const isSameDate = businessDateOf(postedAtMs, cutOff) === businessDateOf(nowMs, cutOff);
  if (isSameDate && manifest.capabilities.includes('reverse')) return 'reverse';
  return manifest.capabilities.includes('refund') ? 'refund' : null;
}
