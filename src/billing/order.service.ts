import { type Agency, isOpen, opensAtMs } from '../agencies/index.ts';
import { GroupCommit } from '../infra/db/index.ts';
import { businessDateEndMs, businessDateOf, type CutOff } from '../kernel/business-date.ts';
import { DomainError } from '../kernel/errors.ts';
import { newId, shardHintOf } from '../kernel/ids.ts';
import { type Money, money, sumMinor } from '../kernel/money.ts';
import { apportion } from './apportion.rules.ts';
import type { BillingDeps } from './billing.deps.ts';
import { EXPIRY_GRACE_MS } from './billing.rules.ts';
import type { BillQuery, Payment } from './billing.types.ts';
import { type BillClaim, findClaims } from './claim.repo.ts';
import { debitAmountOf, type FeeCharge, feesOn } from './fees.rules.ts';
import { type OrderDraft, writeOrders } from './order.repo.ts';
import { assertUnchanged, type Choice, chooseAllowed, type PaymentOrder, payerOf } from './order.rules.ts';
import { findByCommand, paidToAccount } from './payment.repo.ts';
import type { BillQueries, RoutedAnswer } from './query.service.ts';

/** How long a resident has to confirm at the bank. */
const CONFIRM_WITHIN_MS = 15 * 60_000;

/** Takes orders. Orders that come together are committed together. */
export class PaymentOrders {
  private readonly deps: BillingDeps;
  private readonly queries: BillQueries;
  private readonly commits: GroupCommit<OrderDraft, boolean>;

  constructor(deps: BillingDeps, queries: BillQueries) {
    this.deps = deps;
    this.queries = queries;
    this.commits = new GroupCommit(
      deps.db,
      (tx, drafts) => writeOrders(tx, deps.vault, drafts, deps.clock.nowMs()),
      {
        afterCommit: (drafts, won) =>
          deps.sendTasks(drafts.flatMap((draft, index) => (won[index] ? [draft.payment.paymentId] : []))),
      },
    );
  }

  /**
   * Makes a payment of what the resident saw. Refuses, having changed nothing: `query_not_found`, `query_expired`,
   * `bill_changed` (params: the amounts then and now), `bill_payment_in_flight` (params: the payment), `total_changed`,
   * `selection_not_allowed`, `amount_not_allowed`, `payment_limit_exceeded`, `daily_limit_exceeded`, `payer_required`,
   * `channel_not_found`, `agency_closed`, `agency_unavailable`, and as `query` does for an agency that takes no payments. The same `commandKey` again returns the payment it made.
   */
  async create(residentId: string, order: PaymentOrder, commandKey: string | null): Promise<Payment> {
    // A crash after the commit and before the answer: the command comes back, and its payment is there.
    const made = commandKey && (await findByCommand(this.deps.db, this.deps.vault, commandKey));
    if (made) return made;
    const seen = await this.queries.recall(residentId, order.queryId);
    const agency = await this.queries.takingAgency(residentId, seen.agencyId);
    const channels = await this.deps.agencies.listChannels();
    if (!channels.some((channel) => channel.channelId === order.channelId)) {
      throw new DomainError('invalid', 'channel_not_found', {
        fields: [{ pointer: '#/channelId', code: 'unknown_value' }],
      });
    }
    this.assertOpen(agency);
    const choice = chooseAllowed(agency.manifest, seen, order);
    const fees = this.feesOf(agency, order, order.total);
    await this.assertWithinDay(agency, seen, order.amount);
    const billKeys = this.claimKeysOf(agency, seen, choice);
    const claims = await this.assertNotInFlight(billKeys);
    const now = await this.queries.askAgain(agency, seen.inputs, claims);
    assertUnchanged(agency.manifest, seen, now.outcome, order);
    const payment = { ...this.draft(residentId, agency, seen, now, choice, order), fees, commandKey };
    const won = await this.commits.submit({ payment, billKeys });
    this.queries.forget(residentId, seen);
    if (!won) {
      await this.assertNotInFlight(billKeys);
      throw new DomainError('conflict', 'bill_payment_in_flight');
    }
    return payment;
  }

  /**
   * What an order would cost in all, before it is made; the agency is not asked. Refuses as `create` does for what it
   * checks: the query, selection, amount and limits.
   */
  async quote(
    residentId: string,
    order: Pick<PaymentOrder, 'queryId' | 'billIds' | 'planId' | 'amount'>,
  ): Promise<{ amount: Money; fee: Money; total: Money }> {
    const seen = await this.queries.recall(residentId, order.queryId);
    const agency = await this.queries.takingAgency(residentId, seen.agencyId);
    chooseAllowed(agency.manifest, seen, order);
    await this.assertWithinDay(agency, seen, order.amount);
    const { amount } = order;
    const total = debitAmountOf({ amount, fees: this.feesOf(agency, order) });
    return { amount, fee: money(total.amountMinor - amount.amountMinor, amount.currency), total };
  }

  private draft(
    residentId: string,
    agency: Agency,
    seen: BillQuery,
    now: RoutedAnswer,
    { bills, plan }: Choice,
    order: PaymentOrder,
  ): Omit<Payment, 'commandKey' | 'fees'> {
    const nowMs = this.deps.clock.nowMs();
    const { manifest } = agency;
    const periods = new Map(bills.map((bill) => [bill.billId, bill.period]));
    const parts = plan ? { bills: [], credit: null } : apportion(bills, order.amount, manifest.chargeOrder);
    const confirmUntilMs = nowMs + CONFIRM_WITHIN_MS;
    const expiresAtMs = manifest.isQueryForSameDay
      ? Math.min(confirmUntilMs, businessDateEndMs(nowMs, cutOffOf(agency)))
      : confirmUntilMs;
    return {
      paymentId: newId('pay', nowMs, shardHintOf(residentId)),
      residentId,
      agencyId: agency.agencyId,
      manifestVersion: agency.manifestVersion,
      // The route of the very answer that the payment is made of.
      connectionId: now.route.connectionId,
      agencyCode: now.route.agencyCode ?? null,
      channelId: order.channelId,
      status: 'created',
      version: 1,
      amount: order.amount,
      debitedMinor: null,
      inputs: seen.inputs,
      maskedAccount: seen.maskedAccount,
      holder: seen.holder,
      queryReference: ('queryReference' in now.outcome ? now.outcome.queryReference : null) ?? null,
      bills: parts.bills.map((part) => ({ ...part, period: periods.get(part.billId) ?? '' })),
      credit: parts.credit,
      planId: plan?.planId ?? null,
      planName: plan?.name ?? null,
      payer: payerOf(manifest, order.payerName),
      accountKey: manifest.dailyLimitMinor === undefined ? null : this.queries.accountKey(agency, seen),
      confirmUrl: null,
      createdAtMs: nowMs,
      expiresAtMs,
      debitedAtMs: null,
      channelReference: null,
      postedAtMs: null,
      agencyReference: null,
      fulfilment: null,
      undo: null,
      refundedAtMs: null,
      refundRound: 0,
      promisedByMs: expiresAtMs + EXPIRY_GRACE_MS,
      reason: null,
      updatedAtMs: nowMs,
    };
  }

  /** Worked out anew on the day of the order; what the resident was told in all has to hold. */
  private feesOf(agency: Agency, { amount }: Pick<PaymentOrder, 'amount'>, told?: Money): FeeCharge[] {
    const date = businessDateOf(this.deps.clock.nowMs(), cutOffOf(agency));
    const fees = feesOn(agency.manifest.fees, date, amount.amountMinor);
    const total = debitAmountOf({ amount, fees });
    if (told && (told.amountMinor !== total.amountMinor || told.currency !== total.currency)) {
      throw new DomainError('conflict', 'total_changed', { params: { total, previousTotal: told } });
    }
    return fees;
  }

  /**
   * What a payment has to be alone with: each bill or, where none is chosen, the account. Where a day has a limit the
   * account too, since two payments at once would each see what is left of it.
   */
  private claimKeysOf(agency: Agency, seen: BillQuery, { bills }: Choice): string[] {
    const keys = bills.map((bill) => this.queries.billKey(agency, seen, bill.billId));
    const isAlone = bills.length === 0 || agency.manifest.dailyLimitMinor !== undefined;
    return isAlone ? [...keys, this.queries.billKey(agency, seen, WHOLE_ACCOUNT)] : keys;
  }

  /** Throws `daily_limit_exceeded` (params: what is left today). */
  private async assertWithinDay(agency: Agency, seen: BillQuery, amount: Money): Promise<void> {
    const { dailyLimitMinor, currency } = agency.manifest;
    if (dailyLimitMinor === undefined) return;
    const nowMs = this.deps.clock.nowMs();
    const today = businessDateOf(nowMs, cutOffOf(agency));
    const accountKey = this.queries.accountKey(agency, seen);
    const paid = await paidToAccount(this.deps.db, accountKey, nowMs - LONGEST_BUSINESS_DATE_MS);
    const paidMinor = sumMinor(
      paid
        .filter(({ createdAtMs }) => businessDateOf(createdAtMs, cutOffOf(agency)) === today)
        .map(({ amountMinor }) => amountMinor),
    );
    if (paidMinor + amount.amountMinor <= dailyLimitMinor) return;
    throw new DomainError('invalid', 'daily_limit_exceeded', {
      params: {
        limit: money(dailyLimitMinor, currency),
        left: money(Math.max(0, dailyLimitMinor - paidMinor), currency),
      },
    });
  }

  private assertOpen(agency: Agency): void {
    const nowMs = this.deps.clock.nowMs();
    const hours = agency.manifest.serviceHours;
    if (isOpen(hours, nowMs)) return;
    const opens = opensAtMs(hours, nowMs);
    throw new DomainError('unavailable', 'agency_closed', {
      params: { opensAt: opens === null ? null : new Date(opens).toISOString() },
      retryAfterSeconds: opens === null ? undefined : Math.ceil((opens - nowMs) / 1000),
    });
  }

  /** The claims on bills, none of which is held by a payment under way. */
  private async assertNotInFlight(billKeys: readonly string[]): Promise<Map<string, BillClaim>> {
    const claims = await findClaims(this.deps.db, billKeys);
    const held = [...claims.values()].find((claim) => claim.releasedAtMs === null);
    if (!held) return claims;
    throw new DomainError('conflict', 'bill_payment_in_flight', { params: { paymentId: held.paymentId } });
  }
}

/** Stands where a bill's id would, for what is paid to an account and not for a bill; no agency's id has a blank. */
const WHOLE_ACCOUNT = ' account';

/** A date on which clocks go back is longer than a day. */
const LONGEST_BUSINESS_DATE_MS = 26 * 3_600_000;

const cutOffOf = ({ manifest }: Agency): CutOff => ({
  timeZone: manifest.serviceHours.timeZone,
  cutOff: manifest.cutOff,
});
