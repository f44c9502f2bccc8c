import { transact } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import { money } from '../../kernel/money.ts';
import { breakResolvedJournal, type JournalDraft, type ResolutionAccount } from '../../ledger/index.ts';
import type { ManualKind, Resolution, ResolutionItem } from './break.types.ts';
import { type BreaksDeps, sourceOfBreaks } from './breaks.context.ts';
import { findBreak } from './breaks.repo.ts';
import { lockToResolve } from './locked-breaks.ts';
import { hashOfLocked, suspensesOf } from './resolution-draft.ts';
import { findResolution, itemsOfResolution } from './resolutions.repo.ts';
import { MAX_BREAKS_AT_ONCE } from './resolutions.service.ts';
import { accountFor, bookedMinors, obstacleOf, peopleNeeded, stakeMinor } from './resolving.rules.ts';

/** What would come of a resolution, before anybody asks for it. */
export interface ResolutionPreview {
  breakIds: readonly string[];
  breaksSha256: string;
  amountMinor: number;
  currency: string;
  people: 1 | 2 | 'refused';
  /** The first thing that stands in the way: a problem's code, and the break. */
  obstacle: { code: string; breakId: string } | null;
  /** What would be booked, by account. */
  entries: readonly { account: string; debitMinor: number; creditMinor: number }[];
}

/** What would be booked, by whom, and what stands in the way. Refuses with `break_not_found`, `break_not_open`, `breaks_too_many`. */
export async function previewResolution(
  deps: BreaksDeps,
  breakIds: readonly string[],
  kind: ManualKind,
  account: ResolutionAccount | null,
): Promise<ResolutionPreview> {
  if (breakIds.length > MAX_BREAKS_AT_ONCE) throw new DomainError('conflict', 'breaks_too_many');
  const first = isId('brk', breakIds[0] ?? '') ? await findBreak(deps.db, breakIds[0] ?? '') : null;
  if (!first) throw new DomainError('notFound', 'break_not_found');
  const source = await sourceOfBreaks(deps, first.sourceId);
  const locked = await transact(deps.db, (tx) => lockToResolve(tx, breakIds, source, 'open'));
  const suspenses = suspensesOf(locked);
  const target = accountFor(kind, account, source.role);
  const booked = bookedMinors(kind, suspenses);
  const obstacles = locked.flatMap((one) => {
    const code =
      one.found.sourceId === source.sourceId
        ? obstacleOf(kind, account, source.role, one)
        : 'breaks_of_several_sources';
    return code ? [{ code, breakId: one.found.breakId }] : [];
  });
  const amountMinor = stakeMinor(kind, suspenses);
  if (kind === 'match' && amountMinor > 0 && account === null) {
    obstacles.push({ code: 'break_amounts_differ', breakId: first.breakId });
  }
  const journals = locked.flatMap(({ found, agencyId }, index) => {
    const minor = booked[index] ?? 0;
    if (minor === 0 || target === null || obstacles.length > 0) return [];
    return breakResolvedJournal({
      subjectId: found.breakId,
      amount: money(minor, source.currency),
      businessDate: found.businessDate,
      sourceId: source.sourceId,
      role: source.role,
      account: target,
      agencyId,
    });
  });
  return {
    breakIds: locked.map(({ found }) => found.breakId),
    breaksSha256: hashOfLocked(locked),
    amountMinor,
    currency: source.currency,
    people: peopleNeeded(amountMinor, source.settings.resolving),
    obstacle: obstacles[0] ?? null,
    entries: summedEntries(journals),
  };
}

/** What a resolution books, or has booked, of its breaks. */
export async function resolutionDetail(
  deps: BreaksDeps,
  resolutionId: string,
): Promise<{ resolution: Resolution; items: ResolutionItem[]; entries: ResolutionPreview['entries'] }> {
  const { db, vault, sources } = deps;
  const resolution = isId('brs', resolutionId) ? await findResolution(db, vault, resolutionId) : null;
  if (!resolution) throw new DomainError('notFound', 'resolution_not_found');
  const items = await itemsOfResolution(db, resolutionId);
  const { role } = await sources.get(resolution.sourceId);
  const { kind, account, sourceId, currency } = resolution;
  const target = accountFor(kind, account, role);
  const journals = items.flatMap(({ itemId, bookedMinor, businessDate, agencyId }) => {
    if (bookedMinor === 0 || target === null) return [];
    const amount = money(bookedMinor, currency);
    return breakResolvedJournal({
      subjectId: itemId,
      amount,
      businessDate,
      sourceId,
      role,
      account: target,
      agencyId,
    });
  });
  return { resolution, items, entries: summedEntries(journals) };
}

function summedEntries(journals: readonly JournalDraft[]): ResolutionPreview['entries'] {
  const sums = new Map<string, { debitMinor: number; creditMinor: number }>();
  for (const { account, debitMinor, creditMinor } of journals.flatMap(({ entries }) => entries)) {
    const sum = sums.get(account.code) ?? { debitMinor: 0, creditMinor: 0 };
    sums.set(account.code, {
      debitMinor: sum.debitMinor + debitMinor,
      creditMinor: sum.creditMinor + creditMinor,
    });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([account, sum]) => ({ account, ...sum }));
}
