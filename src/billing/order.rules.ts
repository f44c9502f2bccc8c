import { checkAmount, checkSelection } from '../agencies/index.ts';
import type { Bill, Manifest, Payer, Plan } from '../contract/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { type Money, money, sumMinor } from '../kernel/money.ts';
import type { AccountAnswer } from './account-answers.ts';
import { compareBills } from './billing.rules.ts';
import type { BillQuery } from './billing.types.ts';

/** What a resident orders: bills, a plan or an amount towards an account that they saw. */
export interface PaymentOrder {
  queryId: string;
  /** Empty where an account is paid and not a bill. */
  billIds: readonly string[];
  planId?: string;
  amount: Money;
  /** What the resident was told they would pay in all, fees included. */
  total?: Money;
  payerName?: string;
  channelId: string;
}

/** What an order chooses of what was seen. */
export interface Choice {
  bills: readonly Bill[];
  plan: Plan | null;
}

/**
 * The chosen bills or plan, when the agency's rules allow paying just these, with this amount. Throws
 * `selection_not_allowed`, `amount_not_allowed`, `payment_limit_exceeded`.
 */
export function chooseAllowed(manifest: Manifest, seen: BillQuery, order: OrderedPart): Choice {
  const choice = chosenOf(manifest, seen, order);
  const problem =
    order.amount.currency === manifest.currency
      ? amountProblem(manifest, choice, order.amount.amountMinor)
      : 'wrongCurrency';
  if (problem) {
    throw new DomainError('invalid', 'amount_not_allowed', {
      params: { amount: money(dueMinorOf(choice), manifest.currency) },
      fields: [{ pointer: '#/amount', code: problem }],
    });
  }
  if (order.amount.amountMinor > manifest.paymentLimitMinor) {
    throw new DomainError('invalid', 'payment_limit_exceeded', {
      params: { amount: money(manifest.paymentLimitMinor, manifest.currency) },
    });
  }
  return choice;
}

type OrderedPart = Pick<PaymentOrder, 'billIds' | 'planId' | 'amount'>;

function chosenOf({ billShape }: Manifest, seen: BillQuery, order: OrderedPart): Choice {
  if (seen.outcome === 'plans') {
    const plan = seen.plans.find(({ planId }) => planId === order.planId) ?? null;
    if (!plan || order.billIds.length > 0) throw notAllowed('#/planId', plan ? 'unknownBill' : 'unknownPlan');
    return { bills: [], plan };
  }
  if (order.planId !== undefined) throw notAllowed('#/planId', 'unknownPlan');
  if (seen.outcome !== 'due') {
    if (order.billIds.length > 0) throw notAllowed('#/billIds', 'unknownBill');
    return { bills: [], plan: null };
  }
  const problem = checkSelection(billShape, seen.bills, order.billIds);
  if (problem) throw notAllowed('#/billIds', problem);
  return { bills: seen.bills.filter((bill) => order.billIds.includes(bill.billId)), plan: null };
}

function notAllowed(pointer: string, code: string): DomainError {
  return new DomainError('invalid', 'selection_not_allowed', { fields: [{ pointer, code }] });
}

function dueMinorOf({ bills, plan }: Choice): number {
  return plan ? plan.price.amountMinor : sumMinor(bills.map((bill) => bill.amountDue.amountMinor));
}

function amountProblem(manifest: Manifest, choice: Choice, amountMinor: number): string | null {
  const dueMinor = dueMinorOf(choice);
  if (choice.plan) return amountMinor === dueMinor ? null : 'notTheAmountDue';
  const { amountRule, acceptsAdvance } = manifest;
  // Nothing is due where an account is paid and not a bill: what the rule says of the amount due does not apply.
  const isOpenAmount = choice.bills.length === 0;
  const rule =
    isOpenAmount && ['exact', 'atLeast', 'atMost'].includes(amountRule.kind)
      ? ({ kind: 'any', minimumMinor: 1 } as const)
      : amountRule;
  const problem = checkAmount(rule, dueMinor, amountMinor);
  // Whatever the least amount, what is due can be paid: else a small bill never could.
  if (problem === 'belowMinimum' && amountMinor === dueMinor && !isOpenAmount) return null;
  if (problem || isOpenAmount) return problem;
  if (amountMinor > dueMinor && !acceptsAdvance) return 'aboveMaximum';
  const leastMinor = sumMinor(
    choice.bills.map(({ minimumDue, amountDue }) =>
      Math.min(minimumDue?.amountMinor ?? 0, amountDue.amountMinor),
    ),
  );
  return amountMinor < leastMinor ? 'belowMinimum' : null;
}

/** Who pays, where the agency wants to know. Throws `payer_required`. */
export function payerOf(manifest: Manifest, payerName: string | undefined): Payer | null {
  const name = payerName?.normalize('NFKC').trim() ?? '';
  if (manifest.payer !== 'named') return null;
  if (name !== '') return { name };
  throw new DomainError('invalid', 'payer_required', {
    fields: [{ pointer: '#/payerName', code: 'required' }],
  });
}

/**
 * Throws unless the agency's answer of this instant still says what the resident saw of what they chose: `bill_changed`
 * (params: the amounts then and now), `agency_unavailable`.
 */
export function assertUnchanged(
  manifest: Manifest,
  seen: BillQuery,
  now: AccountAnswer,
  order: OrderedPart,
): void {
  if (now.kind === 'unavailable' || now.kind === 'closedNow') {
    throw new DomainError('unavailable', 'agency_unavailable', {
      params: { reason: now.reason.code },
      retryAfterSeconds: 10,
    });
  }
  const amounts = seen.outcome === 'plans' ? comparePlan(seen, now, order) : compareDue(seen, now, order);
  if (!amounts) return;
  throw new DomainError('conflict', 'bill_changed', {
    params: {
      amount: money(amounts.nowMinor, manifest.currency),
      previousAmount: money(amounts.seenMinor, manifest.currency),
    },
  });
}

interface Changed {
  seenMinor: number;
  nowMinor: number;
}

function compareDue(seen: BillQuery, now: AccountAnswer, order: OrderedPart): Changed | null {
  const bills = now.kind === 'due' ? now.bills : [];
  if (order.billIds.length > 0) {
    const comparison = compareBills(seen.bills, bills, order.billIds);
    return comparison.same ? null : comparison;
  }
  // An account was to be paid: it has to be one still, and nothing may have fallen due that would have been paid first.
  if (now.kind === seen.outcome) return null;
  return {
    seenMinor: order.amount.amountMinor,
    nowMinor: sumMinor(bills.map(({ amountDue }) => amountDue.amountMinor)),
  };
}

function comparePlan(seen: BillQuery, now: AccountAnswer, order: OrderedPart): Changed | null {
  const priceMinor = (plans: readonly Plan[]) =>
    plans.find(({ planId }) => planId === order.planId)?.price.amountMinor ?? 0;
  const seenMinor = priceMinor(seen.plans);
  const nowMinor = now.kind === 'plans' ? priceMinor(now.plans) : 0;
  return seenMinor === nowMinor ? null : { seenMinor, nowMinor };
}
