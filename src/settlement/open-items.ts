import type { Db } from '../infra/db/index.ts';
import type { BusinessDate } from '../kernel/business-date.ts';
import { openReturns } from './payout-answers.repo.ts';
import type { DateProgress, SettlementDeps } from './settlement.deps.ts';
import type { SettlementItem, SettlementWindow } from './settlement.types.ts';
import { findSettlement, heldItems, settledIds } from './settlements.repo.ts';

/** Servers' clocks differ, and a transaction ends later than it says: what is a little older than the last look is looked at again. */
const LOOK_BACK_MS = 600_000;

/**
 * Everything that a window may settle: what its dates have, what was held before, what was found since on earlier dates,
 * corrections, and payouts that came back; nothing that is settled.
 */
export async function openItems(
  deps: SettlementDeps,
  agencyId: string,
  window: SettlementWindow,
  about: { lastSettlementId: string | null; dates: readonly DateProgress[] },
): Promise<SettlementItem[]> {
  const items: SettlementItem[] = [];
  const disputed = await deps.disputedPayments(agencyId);
  for (const businessDate of await datesToRead(deps.db, window, about)) {
    const done = await settledIds(deps.db, agencyId, { businessDate });
    for await (const item of deps.itemsOf(agencyId, businessDate)) {
      if (done.has(item.itemId)) continue;
      const isDisputed = item.kind === 'payment' && disputed.has(item.paymentId);
      items.push({ ...item, state: isDisputed ? 'disputed' : item.state, note: null });
    }
  }
  items.push(...(await openAdjustments(deps, agencyId)), ...(await openReturns(deps.db, agencyId)));
  return items;
}

async function datesToRead(
  db: Db,
  window: SettlementWindow,
  { lastSettlementId, dates }: { lastSettlementId: string | null; dates: readonly DateProgress[] },
): Promise<BusinessDate[]> {
  const last = lastSettlementId === null ? null : await findSettlement(db, lastSettlementId);
  const held = lastSettlementId === null ? [] : await heldItems(db, lastSettlementId);
  const sinceMs = (last?.itemsAsOfMs ?? 0) - LOOK_BACK_MS;
  const changed = dates.filter(
    ({ businessDate, changedAtMs }) =>
      businessDate <= window.to && (businessDate >= window.from || changedAtMs > sinceMs),
  );
  const all = [
    ...changed.map(({ businessDate }) => businessDate),
    ...held.map(({ item }) => item.businessDate),
  ];
  return [...new Set(all)].sort();
}

async function openAdjustments(deps: SettlementDeps, agencyId: string): Promise<SettlementItem[]> {
  const found: SettlementItem[] = [];
  for await (const adjustment of deps.adjustmentsOf(agencyId)) {
    found.push({ ...adjustment, kind: 'adjustment', feeMinor: 0, state: 'reconciled' });
  }
  if (found.length === 0) return found;
  const done = await settledIds(deps.db, agencyId, { itemIds: found.map(({ itemId }) => itemId) });
  return found.filter(({ itemId }) => !done.has(itemId));
}
