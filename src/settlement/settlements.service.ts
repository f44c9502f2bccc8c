import { recordAudit } from '../accounts/index.ts';
import { transact } from '../infra/db/index.ts';
import { addDays, businessDateOf } from '../kernel/business-date.ts';
import { DomainError } from '../kernel/errors.ts';
import { isId, newId, randomShardHint } from '../kernel/ids.ts';
import { money, sumMinor } from '../kernel/money.ts';
import { feesInvoicedJournal, postJournals } from '../ledger/index.ts';
import { settleWindow } from './netting.rules.ts';
import { openItems } from './open-items.ts';
import type { SettlementDeps } from './settlement.deps.ts';
import type { Settlement, SettlementWindow } from './settlement.types.ts';
import {
  advancePosition,
  findSettlement,
  insertSettlement,
  listSettlements,
  readSettlement,
  type SettlementRecord,
  settlementsOfDates,
} from './settlements.repo.ts';
import { agencyStatement, feeInvoice } from './statement.rules.ts';
import type { AgencyStatement, FeeInvoice } from './statement.types.ts';
import { agenciesWithTerms, listTerms, lockPosition, type PositionRow } from './terms.repo.ts';
import { type WindowUnderTerms, windowToSettle } from './terms.rules.ts';

/** What settling an agency's next window came to. */
export type SettleOutcome =
  | { kind: 'settled'; settlement: SettlementRecord }
  | { kind: 'noTerms' }
  /** The window is not over, or not to be paid yet. */
  | { kind: 'notDue'; window: SettlementWindow }
  /** Files of these dates are not matched yet. */
  | {
      kind: 'waiting';
      window: SettlementWindow;
      waitsFor: readonly { businessDate: string; sourceIds: readonly string[] }[];
    };

/** What came of one agency in a round: its last outcome, or the refusal that blocks it. */
export type RoundOutcome =
  | SettleOutcome
  | { kind: 'blocked'; code: string; params: Readonly<Record<string, unknown>> };

/** Works out what agencies are paid, window after window, and keeps it. */
export class Settlements {
  private readonly deps: SettlementDeps;

  constructor(deps: SettlementDeps) {
    this.deps = deps;
  }

  /**
   * Settles every agency as far as it is due: once a window, however often and by however many at once. What blocks one agency
   * holds up no other.
   */
  async settleDue(): Promise<{ agencyId: string; settled: SettlementRecord[]; outcome: RoundOutcome }[]> {
    const rounds = [];
    for (const agencyId of await agenciesWithTerms(this.deps.db)) {
      const settled: SettlementRecord[] = [];
      let outcome = await this.settleOrBlock(agencyId);
      while (outcome.kind === 'settled') {
        settled.push(outcome.settlement);
        outcome = await this.settleOrBlock(agencyId);
      }
      rounds.push({ agencyId, settled, outcome });
    }
    return rounds;
  }

  /** Settles an agency's next window, if it is due and its files are matched. Refuses with `calendar_year_unpublished`. */
  async settle(agencyId: string): Promise<SettleOutcome> {
    for (;;) {
      const { db, clock, calendar } = this.deps;
      const nowMs = clock.nowMs();
      const position = await transact(db, (tx) => lockPosition(tx, agencyId, nowMs));
      const versions = await listTerms(db, { agencyId, state: 'approved' });
      const next = windowToSettle(versions, calendar, position.settledTo);
      if (!next) return { kind: 'noTerms' };
      const { window, version } = next;
      const { cutOff } = version.terms;
      const today = businessDateOf(nowMs, { timeZone: cutOff.timeZone, cutOff: '00:00' });
      if (businessDateOf(nowMs, cutOff) <= window.to || today < window.dueOn)
        return { kind: 'notDue', window };
      const dates = await this.deps.datesOf(agencyId, window);
      const waitsFor = dates
        .filter(({ businessDate, waitsFor }) => businessDate >= window.from && waitsFor.length > 0)
        .map(({ businessDate, waitsFor }) => ({ businessDate, sourceIds: waitsFor }));
      if (waitsFor.length > 0) return { kind: 'waiting', window, waitsFor };
      const { lastSettlementId } = position;
      const items = await openItems(this.deps, agencyId, window, { lastSettlementId, dates });
      const settlement = settleWindow({ ...version.terms, agencyId }, window, position, items);
      const stored = await this.store(settlement, next, position, nowMs);
      // Somebody else settled it meanwhile: the window behind it may be due, too.
      if (stored) return { kind: 'settled', settlement: stored };
    }
  }

  /** Newest first. Refuses with `cursor_invalid`. */
  async list(filter: { agencyId?: string | undefined; limit: number; cursor?: string | undefined }) {
    const { agencyId, limit, cursor } = filter;
    if (cursor !== undefined && !isId('stl', cursor)) throw new DomainError('invalid', 'cursor_invalid');
    const found = await listSettlements(this.deps.db, { agencyId, beforeId: cursor, limit: limit + 1 });
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.settlementId ?? null) : null };
  }

  /** One settlement, of an agency where one is named, without its items. Refuses with `settlement_not_found`. */
  async get(settlementId: string, agencyId?: string): Promise<SettlementRecord> {
    const found = isId('stl', settlementId) ? await findSettlement(this.deps.db, settlementId) : null;
    if (!found || (agencyId !== undefined && found.agencyId !== agencyId)) {
      throw new DomainError('notFound', 'settlement_not_found');
    }
    return found;
  }

  /** As the agency reads it, with every item. Refuses as `get` does. */
  async statement(settlementId: string, agencyId?: string): Promise<AgencyStatement> {
    const record = await this.get(settlementId, agencyId);
    const agencyNames = await this.deps.namesOf(record.agencyId);
    const settlement = await readSettlement(this.deps.db, record);
    return agencyStatement(settlement, { settlementId, agencyNames, madeAtMs: record.createdAtMs });
  }

  /** What collecting cost an agency in the windows that end in a month, `YYYY-MM`. */
  async feeInvoice(agencyId: string, month: string): Promise<{ invoice: FeeInvoice; currency: string }> {
    const first = `${month}-01`;
    const to = addDays(`${addDays(first, 31).slice(0, 7)}-01`, -1);
    const records = await settlementsOfDates(this.deps.db, agencyId, { from: first, to });
    const settlements = await Promise.all(records.map((record) => readSettlement(this.deps.db, record)));
    return { invoice: feeInvoice(settlements), currency: records[0]?.currency ?? 'CNY' };
  }

  private async settleOrBlock(agencyId: string): Promise<RoundOutcome> {
    try {
      return await this.settle(agencyId);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { kind: 'blocked', code: error.code, params: error.params };
    }
  }

  /** Null where the position has moved on since it was read. */
  private store(
    settlement: Settlement,
    { version }: WindowUnderTerms,
    read: PositionRow,
    itemsAsOfMs: number,
  ): Promise<SettlementRecord | null> {
    const { db, clock } = this.deps;
    return transact(db, async (tx) => {
      const nowMs = clock.nowMs();
      const { agencyId, window } = settlement;
      const position = await lockPosition(tx, agencyId, nowMs);
      if (position.version !== read.version) return null;
      const settlementId = newId('stl', nowMs, randomShardHint());
      const about = { settlementId, termsId: version.termsId, itemsAsOfMs, createdAtMs: nowMs };
      await insertSettlement(tx, settlement, about);
      await advancePosition(tx, settlementId, settlement, nowMs);
      await postJournals(tx, feeJournals(settlement, settlementId), nowMs);
      await recordAudit(tx, {
        atMs: nowMs,
        actor: { kind: 'system', id: null },
        action: 'settlement.make',
        object: { kind: 'settlement', id: settlementId },
        outcome: 'ok',
        traceId: null,
        addressIndex: null,
        detail: { agencyId, windowTo: window.to },
      });
      return findSettlement(tx, settlementId);
    });
  }
}

/** On gross terms the agency is paid what postings kept back, and owes it by invoice. */
function feeJournals({ agencyId, basis, currency, settled, window }: Settlement, settlementId: string) {
  const signs = { payment: 1, refund: -1, adjustment: 0, payoutReturned: 0 } as const;
  const invoicedMinor = sumMinor(settled.map(({ kind, feeMinor }) => signs[kind] * feeMinor));
  if (basis === 'net' || invoicedMinor === 0) return [];
  const amount = money(invoicedMinor, currency);
  return [feesInvoicedJournal({ subjectId: settlementId, amount, businessDate: window.to, agencyId })];
}
