import { type Agency, checkAmount, checkSelection, isOpen, opensAtMs } from '../agencies/index.ts';
import type { Bill, QueryOutcome } from '../contract/index.ts';
import { GroupCommit } from '../infra/db/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { newId, shardHintOf } from '../kernel/ids.ts';
import { type Money, money, sumMinor } from '../kernel/money.ts';
import type { BillingDeps } from './billing.deps.ts';
import { apportion, compareBills, EXPIRY_GRACE_MS } from './billing.rules.ts';
import type { BillQuery, Payment } from './billing.types.ts';
import { type BillClaim, findClaims } from './claim.repo.ts';
import { type OrderDraft, writeOrders } from './order.repo.ts';
import { findByCommand } from './payment.repo.ts';
import type { BillQueries } from './query.service.ts';

/** How long a resident has to confirm at the bank. */
const CONFIRM_WITHIN_MS = 15 * 60_000;

/** What a resident orders: bills out of something they saw, and how much. */
export interface PaymentOrder {
  queryId: string;
  billIds: readonly string[];
  amount: Money;
  channelId: string;
}

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
   * `bill_changed` (params: the amounts then and now), `bill_payment_in_flight` (params: the payment),
   * `selection_not_allowed`, `amount_not_allowed`, `payment_limit_exceeded`, `channel_not_found`, `agency_closed`,
   * `agency_unavailable`. The same `commandKey` again returns the payment it made.
   */
  async create(residentId: string, order: PaymentOrder, commandKey: string | null): Promise<Payment> {
    // A crash after the commit and before the answer: the command comes back, and its payment is there.
    const made = commandKey && (await findByCommand(this.deps.db, this.deps.vault, commandKey));
    if (made) return made;
    const seen = await this.queries.recall(residentId, order.queryId);
    const agency = await this.queries.liveAgency(seen.agencyId);
    const channels = await this.deps.agencies.listChannels();
    if (!channels.some((channel) => channel.channelId === order.channelId)) {
      throw new DomainError('invalid', 'channel_not_found', {
        fields: [{ pointer: '#/channelId', code: 'unknown_value' }],
      });
    }
    this.assertOpen(agency);
    const chosen = assertAllowed(agency, seen, order);
    const billKeys = order.billIds.map((billId) => this.queries.billKey(agency, seen.inputs, billId));
    const claims = await this.assertNotInFlight(billKeys);
    const answer = await this.queries.askAgain(agency, seen.inputs, claims);
    const now = assertUnchanged(seen, answer, order, agency);
    const bound = { ...seen, queryReference: now.queryReference };
    const payment = { ...this.draft(residentId, agency, bound, chosen, order), commandKey };
    const won = await this.commits.submit({ payment, billKeys });
    this.queries.forget(residentId, seen);
    if (!won) {
      await this.assertNotInFlight(billKeys);
      throw new DomainError('conflict', 'bill_payment_in_flight');
    }
    return payment;
  }

  private draft(
    residentId: string,
    agency: Agency,
    seen: BillQuery & { queryReference: string },
    chosen: readonly Bill[],
    order: PaymentOrder,
  ): Omit<Payment, 'commandKey'> {
    const nowMs = this.deps.clock.nowMs();
    const periods = new Map(chosen.map((bill) => [bill.billId, bill.period]));
    return {
      paymentId: newId('pay', nowMs, shardHintOf(residentId)),
      residentId,
      agencyId: agency.agencyId,
      manifestVersion: agency.manifestVersion,
      connectionId: agency.connectionId,
      channelId: order.channelId,
      status: 'created',
      version: 1,
      amount: order.amount,
      debitedMinor: null,
      inputs: seen.inputs,
      maskedAccount: seen.maskedAccount,
      holder: seen.holder,
      queryReference: seen.queryReference,
      bills: apportion(chosen, order.amount).map((part) => ({
        ...part,
        period: periods.get(part.billId) ?? '',
      })),
      confirmUrl: null,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + CONFIRM_WITHIN_MS,
      debitedAtMs: null,
      channelReference: null,
      postedAtMs: null,
      agencyReference: null,
      refundedAtMs: null,
      refundRound: 0,
      promisedByMs: nowMs + CONFIRM_WITHIN_MS + EXPIRY_GRACE_MS,
      reason: null,
      updatedAtMs: nowMs,
    };
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

/** The chosen bills, when the agency's rules allow paying just these, with this amount. */
function assertAllowed(agency: Agency, seen: BillQuery, order: PaymentOrder): readonly Bill[] {
  const { billShape, amountRule, paymentLimitMinor, currency } = agency.manifest;
  const problem = checkSelection(billShape, seen.bills, order.billIds);
  if (problem) {
    throw new DomainError('invalid', 'selection_not_allowed', {
      fields: [{ pointer: '#/billIds', code: problem }],
    });
  }
  const chosen = seen.bills.filter((bill) => order.billIds.includes(bill.billId));
  const dueMinor = sumMinor(chosen.map((bill) => bill.amountDue.amountMinor));
  const amountProblem =
    order.amount.currency === currency
      ? checkAmount(amountRule, dueMinor, order.amount.amountMinor)
      : 'wrongCurrency';
  if (amountProblem) {
    throw new DomainError('invalid', 'amount_not_allowed', {
      params: { amount: money(dueMinor, currency) },
      fields: [{ pointer: '#/amount', code: amountProblem }],
    });
  }
  if (order.amount.amountMinor > paymentLimitMinor) {
    throw new DomainError('invalid', 'payment_limit_exceeded', {
      params: { amount: money(paymentLimitMinor, currency) },
    });
  }
  return chosen;
}

/** The agency's answer of this instant, when it still says what the resident saw. */
function assertUnchanged(
  seen: BillQuery,
  now: QueryOutcome,
  order: PaymentOrder,
  agency: Agency,
): { queryReference: string } {
  if (now.kind === 'unavailable' || now.kind === 'closedNow') {
    throw new DomainError('unavailable', 'agency_unavailable', {
      params: { reason: now.reason.code },
      retryAfterSeconds: 10,
    });
  }
  const comparison = compareBills(seen.bills, now.kind === 'due' ? now.bills : [], order.billIds);
  if (now.kind === 'due' && comparison.same) return { queryReference: now.queryReference };
  const nowMinor = comparison.same ? 0 : comparison.nowMinor;
  throw new DomainError('conflict', 'bill_changed', {
    params: {
      amount: money(nowMinor, agency.manifest.currency),
      previousAmount: money(
        sumMinor(
          seen.bills.filter((b) => order.billIds.includes(b.billId)).map((b) => b.amountDue.amountMinor),
        ),
        agency.manifest.currency,
      ),
    },
  });
}
