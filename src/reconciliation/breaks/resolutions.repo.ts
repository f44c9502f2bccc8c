import type { Vault } from '../../infra/crypto/index.ts';
import { type Db, type Tx, toInt, toIntOrNull } from '../../infra/db/index.ts';
import type { ResolutionAccount } from '../../ledger/index.ts';
import type { Resolution, ResolutionItem, ResolutionKind, ResolutionState } from './break.types.ts';
import { SYSTEM } from './break-events.repo.ts';

const SEALED_REASON = 'break_resolutions.sealed_reason';
const SEALED_ANSWER = 'break_resolutions.sealed_answer';

/** The database refuses a checker who is the maker, and a second active resolution of a break. */
export async function insertResolution(
  tx: Tx,
  vault: Vault,
  resolution: Resolution,
  items: readonly ResolutionItem[],
): Promise<void> {
  await tx('break_resolutions').insert({
    resolution_id: resolution.resolutionId,
    source_id: resolution.sourceId,
    kind: resolution.kind,
    account: resolution.account,
    currency: resolution.currency,
    break_count: resolution.breakCount,
    amount_minor: resolution.amountMinor,
    breaks_sha256: resolution.breaksSha256,
    state: resolution.state,
    needs_checker: resolution.needsChecker ? 1 : 0,
    maker: resolution.maker,
    checker: resolution.checker,
    sealed_reason: resolution.reason && vault.seal(resolution.reason, SEALED_REASON),
    sealed_answer: null,
    run_id: resolution.runId,
    made_at_ms: resolution.madeAtMs,
    decided_at_ms: resolution.decidedAtMs,
  });
  await tx('break_resolution_items').insert(
    items.map((item) => ({
      item_id: item.itemId,
      resolution_id: item.resolutionId,
      break_id: item.breakId,
      business_date: item.businessDate,
      suspense_minor: item.suspenseMinor,
      booked_minor: item.bookedMinor,
      agency_id: item.agencyId,
      payment_id: item.paymentId,
      is_active: item.isActive ? 1 : null,
    })),
  );
}

/** Locked until the transaction ends: of two decisions at once one comes second. */
export async function lockResolution(tx: Tx, vault: Vault, resolutionId: string): Promise<Resolution | null> {
  const row = await tx('break_resolutions').where('resolution_id', resolutionId).forUpdate().first();
  return row ? toResolution(row, vault) : null;
}

/** Writes what became of a proposal; false when that had been decided. */
export async function decideResolution(
  tx: Tx,
  vault: Vault,
  resolutionId: string,
  decision: { state: ResolutionState; checker: string | null; answer: string | null; atMs: number },
): Promise<boolean> {
  const count = await tx('break_resolutions')
    .where({ resolution_id: resolutionId, state: 'proposed' })
    .update({
      state: decision.state,
      checker: decision.checker,
      sealed_answer: decision.answer && vault.seal(decision.answer, SEALED_ANSWER),
      decided_at_ms: decision.atMs,
    });
  return count === 1;
}

export async function itemsOfResolution(db: Db | Tx, resolutionId: string): Promise<ResolutionItem[]> {
  const rows = await db('break_resolution_items').where('resolution_id', resolutionId).orderBy('item_id');
  return rows.map(toItem);
}

/** What is asked for, or holds, of the breaks. */
export async function activeItems(db: Db | Tx, breakIds: readonly string[]): Promise<ResolutionItem[]> {
  if (breakIds.length === 0) return [];
  const rows = await db('break_resolution_items')
    .whereIn('break_id', [...breakIds])
    .andWhere('is_active', 1)
    .orderBy('item_id');
  return rows.map(toItem);
}

export async function endItems(tx: Tx, itemIds: readonly string[]): Promise<void> {
  if (itemIds.length === 0) return;
  await tx('break_resolution_items')
    .whereIn('item_id', [...itemIds].sort())
    .update({ is_active: null });
}

/** All that was ever asked for of a break, oldest first. */
export async function resolutionsOfBreak(
  db: Db | Tx,
  vault: Vault,
  breakId: string,
): Promise<{ resolution: Resolution; item: ResolutionItem }[]> {
  const items = (await db('break_resolution_items').where('break_id', breakId).orderBy('item_id')).map(
    toItem,
  );
  const resolutions = new Map(
    (
      await db('break_resolutions').whereIn(
        'resolution_id',
        items.map(({ resolutionId }) => resolutionId),
      )
    ).map((row) => [row.resolution_id as string, toResolution(row, vault)]),
  );
  return items.flatMap((item) => {
    const resolution = resolutions.get(item.resolutionId);
    return resolution ? [{ resolution, item }] : [];
  });
}

export async function findResolution(
  db: Db | Tx,
  vault: Vault,
  resolutionId: string,
): Promise<Resolution | null> {
  const row = await db('break_resolutions').where('resolution_id', resolutionId).first();
  return row ? toResolution(row, vault) : null;
}

/** Oldest first, after `afterId`. */
export async function findResolutions(
  db: Db | Tx,
  vault: Vault,
  filter: { state: ResolutionState; limit: number; afterId?: string },
): Promise<Resolution[]> {
  const query = db('break_resolutions')
    .where('state', filter.state)
    .orderBy('resolution_id')
    .limit(filter.limit);
  if (filter.afterId !== undefined) query.andWhere('resolution_id', '>', filter.afterId);
  return (await query).map((row) => toResolution(row, vault));
}

/** What was resolved of a run without a person, in minor units. */
export async function automaticMinorOfRun(db: Db | Tx, runId: string): Promise<number> {
  const row = await db('break_resolutions')
    .where({ run_id: runId, maker: SYSTEM, state: 'applied' })
    .sum({ amount: 'amount_minor' })
    .first();
  return toInt(row?.amount ?? 0);
}

function toResolution(row: Record<string, unknown>, vault: Vault): Resolution {
  const opened = (sealed: unknown, context: string) => (sealed ? vault.open(String(sealed), context) : null);
  return {
    resolutionId: String(row.resolution_id),
    sourceId: String(row.source_id),
    kind: row.kind as ResolutionKind,
    account: row.account as ResolutionAccount | null,
    currency: String(row.currency),
    breakCount: toInt(row.break_count),
    amountMinor: toInt(row.amount_minor),
    breaksSha256: String(row.breaks_sha256),
    state: row.state as ResolutionState,
    needsChecker: toInt(row.needs_checker) === 1,
    maker: String(row.maker),
    checker: row.checker as string | null,
    reason: opened(row.sealed_reason, SEALED_REASON),
    answer: opened(row.sealed_answer, SEALED_ANSWER),
    runId: row.run_id as string | null,
    madeAtMs: toInt(row.made_at_ms),
    decidedAtMs: toIntOrNull(row.decided_at_ms),
  };
}

function toItem(row: Record<string, unknown>): ResolutionItem {
  return {
    itemId: String(row.item_id),
    resolutionId: String(row.resolution_id),
    breakId: String(row.break_id),
    businessDate: String(row.business_date),
    suspenseMinor: toInt(row.suspense_minor),
    bookedMinor: toInt(row.booked_minor),
    agencyId: row.agency_id as string | null,
    paymentId: row.payment_id as string | null,
    isActive: row.is_active !== null,
  };
}
