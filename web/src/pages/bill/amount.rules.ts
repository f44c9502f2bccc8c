import type { AgencyDetail, Bill } from '../../api/types.ts';
import { oldestFirst } from './bill-choice.rules.ts';

/** What an agency takes, in minor units; `leastMinor` and `mostMinor` are multiples of `stepMinor` where that is not 1. */
export interface AmountBounds {
  leastMinor: number;
  mostMinor: number;
  stepMinor: number;
}

type AmountTerms = Pick<AgencyDetail, 'amountRule' | 'acceptsAdvance' | 'paymentLimit'>;

/** What may be paid towards the chosen bills or, with none, to the account; null when there is no such amount. */
export function amountBounds(agency: AmountTerms, bills: readonly Bill[]): AmountBounds | null {
  const bounds = bills.length === 0 ? openBounds(agency) : dueBounds(agency, bills);
  const { amountRule } = agency;
  const stepMinor = ('stepMinor' in amountRule ? amountRule.stepMinor : null) ?? 1;
  const leastMinor = Math.ceil(bounds.leastMinor / stepMinor) * stepMinor;
  const mostMinor = Math.floor(bounds.mostMinor / stepMinor) * stepMinor;
  return leastMinor <= mostMinor ? { leastMinor, mostMinor, stepMinor } : null;
}

type Span = Omit<AmountBounds, 'stepMinor'>;

/** What a rule says of the amount due does not apply where nothing is due. */
function openBounds({ amountRule, paymentLimit }: AmountTerms): Span {
  const mostMinor = paymentLimit.amountMinor;
  switch (amountRule.kind) {
    case 'any':
      return { leastMinor: amountRule.minimumMinor, mostMinor };
    case 'range':
      return {
        leastMinor: amountRule.minimumMinor,
        mostMinor: Math.min(amountRule.maximumMinor, mostMinor),
      };
    default:
      return { leastMinor: 1, mostMinor };
  }
}

function dueBounds({ amountRule, acceptsAdvance, paymentLimit }: AmountTerms, bills: readonly Bill[]): Span {
  const dueMinor = dueMinorOf(bills);
  const limitMinor = paymentLimit.amountMinor;
  const ruled = ruledSpan(amountRule, dueMinor);
  const leastMinor = bills.reduce(
    (sum, { minimumDue, amountDue }) => sum + Math.min(minimumDue?.amountMinor ?? 0, amountDue.amountMinor),
    0,
  );
  return {
    // Whatever the least amount, what is due can be paid.
    leastMinor: Math.min(Math.max(ruled.leastMinor, leastMinor), dueMinor),
    mostMinor: Math.min(ruled.mostMinor, limitMinor, acceptsAdvance ? limitMinor : dueMinor),
  };
}

function ruledSpan(rule: AgencyDetail['amountRule'], dueMinor: number): Span {
  switch (rule.kind) {
    case 'exact':
      return { leastMinor: dueMinor, mostMinor: dueMinor };
    case 'atLeast':
      return { leastMinor: dueMinor, mostMinor: Number.POSITIVE_INFINITY };
    case 'atMost':
      // A bill smaller than the minimum can still be paid, in full.
      return { leastMinor: Math.min(rule.minimumMinor, dueMinor), mostMinor: dueMinor };
    case 'any':
      return { leastMinor: rule.minimumMinor, mostMinor: Number.POSITIVE_INFINITY };
    case 'range':
      return { leastMinor: rule.minimumMinor, mostMinor: rule.maximumMinor };
    case 'multipleOf':
      return { leastMinor: 1, mostMinor: Number.POSITIVE_INFINITY };
  }
}

export function dueMinorOf(bills: readonly Bill[]): number {
  return bills.reduce((sum, { amountDue }) => sum + amountDue.amountMinor, 0);
}

/** What is offered to begin with: what is due, as near as the bounds allow. */
export function suggestedMinor({ leastMinor, mostMinor, stepMinor }: AmountBounds, dueMinor: number): number {
  return Math.min(mostMinor, Math.max(leastMinor, Math.ceil(dueMinor / stepMinor) * stepMinor));
}

export type AmountRefusal =
  | { code: 'notAnAmount' }
  | { code: 'atLeast' | 'atMost' | 'multipleOf'; amountMinor: number };

/** Why an amount is out of bounds, or null. The server decides; this only says so sooner. */
export function refuseAmount(
  { leastMinor, mostMinor, stepMinor }: AmountBounds,
  amountMinor: number | null,
): AmountRefusal | null {
  if (amountMinor === null || amountMinor <= 0) return { code: 'notAnAmount' };
  if (amountMinor < leastMinor) return { code: 'atLeast', amountMinor: leastMinor };
  if (amountMinor > mostMinor) return { code: 'atMost', amountMinor: mostMinor };
  return amountMinor % stepMinor === 0 ? null : { code: 'multipleOf', amountMinor: stepMinor };
}

/** How an amount is spread over bills, oldest first, and what is beyond them; they add up to it. */
export function spreadOver(
  bills: readonly Bill[],
  amountMinor: number,
): { parts: { bill: Bill; paidMinor: number }[]; creditMinor: number } {
  let leftMinor = amountMinor;
  const parts = oldestFirst(bills).map((bill) => {
    const paidMinor = Math.min(leftMinor, bill.amountDue.amountMinor);
    leftMinor -= paidMinor;
    return { bill, paidMinor };
  });
  return { parts, creditMinor: leftMinor };
}

type AmountOption = Bill['amountOptions'][number];

/** The option that is `amountDue` on a day, `YYYY-MM-DD` at the agency. */
export function optionOf({ amountOptions, amountDue }: Bill, today: string): AmountOption | null {
  const same = amountOptions.filter(({ amount }) => amount.amountMinor === amountDue.amountMinor);
  const holds = ({ from, until }: AmountOption) => (from ?? today) <= today && today <= (until ?? today);
  return same.find(holds) ?? same[0] ?? null;
}
