import type { AmountOption, Bill, BillLine, LocalText } from '../contract/index.ts';
import { addDays } from '../kernel/business-date.ts';
import { money } from '../kernel/money.ts';
import type { StoredBill } from './bills.repo.ts';

type Owed = Pick<StoredBill, 'amountMinor' | 'dueDate' | 'details'>;

const TEXTS = {
  amount: { 'zh-CN': '应缴金额', en: 'Amount' },
  early: { 'zh-CN': '提前缴费优惠', en: 'Early payment discount' },
  late: { 'zh-CN': '逾期加收', en: 'Late charge' },
} as const satisfies Record<string, LocalText>;

/** What a bill costs when it is paid on a day (`YYYY-MM-DD` at the agency), in minor units. */
export function amountOn({ amountMinor, dueDate, details }: Owed, day: string): number {
  if (details.early && day <= details.early.until) return details.early.minor;
  if (details.lateMinor !== undefined && dueDate !== null && day > dueDate) return details.lateMinor;
  return amountMinor;
}

/** Whether there is anything to pay: neither the agency nor our own books say that it is paid. */
export function isOwed({ amountMinor, isPaidHere }: StoredBill): boolean {
  return amountMinor > 0 && !isPaidHere;
}

/** A bill as residents see it on a day. */
export function shownBill(bill: StoredBill, currency: string, day: string): Bill {
  const { amountMinor, dueDate, details } = bill;
  const dueMinor = amountOn(bill, day);
  const options = optionsOf(bill, currency);
  return {
    billId: bill.billId,
    period: details.period,
    amountDue: money(dueMinor, currency),
    lines: linesOf(bill, currency, dueMinor - amountMinor),
    ...(dueDate !== null && { dueDate }),
    ...(options.length > 1 && { amountOptions: options }),
  };
}

function linesOf({ amountMinor, details }: Owed, currency: string, differenceMinor: number): BillLine[] {
  const lines: BillLine[] = details.charges?.map(({ kind, zh, en, minor }) => ({
    kind,
    label: { 'zh-CN': zh, en },
    amount: money(minor, currency),
  })) ?? [{ kind: 'other', label: TEXTS.amount, amount: money(amountMinor, currency) }];
  if (differenceMinor === 0) return lines;
  const isLate = differenceMinor > 0;
  lines.push({
    kind: isLate ? 'lateFee' : 'rebate',
    label: isLate ? TEXTS.late : TEXTS.early,
    amount: money(differenceMinor, currency),
  });
  return lines;
}

function optionsOf({ amountMinor, dueDate, details }: Owed, currency: string): AmountOption[] {
  const { early, lateMinor } = details;
  return [
    ...(early ? [{ kind: 'early', amount: money(early.minor, currency), until: early.until } as const] : []),
    {
      kind: 'onTime',
      amount: money(amountMinor, currency),
      ...(early && { from: addDays(early.until, 1) }),
      ...(dueDate !== null && { until: dueDate }),
    },
    ...(lateMinor !== undefined && dueDate !== null
      ? [{ kind: 'late', amount: money(lateMinor, currency), from: addDays(dueDate, 1) } as const]
      : []),
  ];
}
