import type {
  AccountHolder,
  Bill,
  BillLine,
  LocalText,
  Plan,
  PlansOutcome,
  QueryOutcome,
} from '../../src/contract/index.ts';
import { codeTable } from '../../src/kernel/code-table.ts';
import { sumMinor } from '../../src/kernel/money.ts';
import type { Answer } from './client.ts';
import { type Answered, closedNow, DONE, reasonOf, theirReason, yuan } from './map.ts';
import { type Bills, billsSchema, holderSchema, type Plans, plansSchema } from './wire.ts';

/** What asking for bills came to. */
export function toQueryOutcome(answer: Answer, accountNumber: string): QueryOutcome {
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  if (answer.code === DONE) {
    const parsed = billsSchema.safeParse(answer.data);
    const bills = parsed.success && parsed.data.account_no === accountNumber ? toBills(parsed.data) : null;
    if (parsed.success && bills) {
      const { query_no, account_no } = parsed.data;
      return {
        kind: 'due',
        holder: toHolder(parsed.data),
        bills,
        queryReference: query_no,
        account: account_no,
      };
    }
  }
  if (answer.code === '40102') {
    const holder = holderSchema.safeParse(answer.data);
    if (holder.success) return { kind: 'nothingDue', holder: toHolder(holder.data) };
  }
  return notAnswered(answer);
}

/** What asking what can be bought came to. */
export function toPlansOutcome(answer: Answer, accountNumber: string): PlansOutcome {
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  if (answer.code === DONE) {
    const parsed = plansSchema.safeParse(answer.data);
    if (parsed.success && parsed.data.account_no === accountNumber) {
      const { query_no, account_no } = parsed.data;
      const plans = toPlans(parsed.data);
      return {
        kind: 'plans',
        holder: toHolder(parsed.data),
        plans,
        queryReference: query_no,
        account: account_no,
      };
    }
  }
  return notAnswered(answer);
}

function notAnswered(answer: Answered) {
  const { code } = answer;
  // A prepaid meter has no bills and a pipeline no plans: at this agency of ours there is no such account.
  if (code === '40101' || code === '40103') {
    return { kind: 'noSuchAccount', reason: theirReason('account_not_found', code) } as const;
  }
  return closedNow(answer) ?? ({ kind: 'unavailable', reason: reasonOf(code) } as const);
}

/** Null when their own sums do not add up: such a bill is not shown to anybody. */
function toBills({ bills: theirs }: Bills): Bill[] | null {
  const areSound = theirs.every((bill) => {
    const [billed, paid, lateFee] = [yuan(bill.billed), yuan(bill.paid), yuan(bill.late_fee)];
    const items = sumMinor(bill.items.map(({ amount }) => yuan(amount).amountMinor));
    const payableMinor = billed.amountMinor - paid.amountMinor + lateFee.amountMinor;
    return (
      items === billed.amountMinor &&
      paid.amountMinor <= billed.amountMinor &&
      payableMinor === yuan(bill.payable).amountMinor &&
      payableMinor > 0
    );
  });
  return areSound ? theirs.map(toBill) : null;
}

function toBill(bill: Bills['bills'][number]): Bill {
  const [billed, paid, lateFee] = [yuan(bill.billed), yuan(bill.paid), yuan(bill.late_fee)];
  // What is paid in part is no longer a sum of volumes at prices: one line says what is left.
  const lines: BillLine[] =
    paid.amountMinor === 0
      ? bill.items.map(toLine)
      : [
          {
            kind: 'usage',
            label: { 'zh-CN': '剩余气费', en: 'Left of the gas charges' },
            amount: { ...billed, amountMinor: billed.amountMinor - paid.amountMinor },
          },
        ];
  if (lateFee.amountMinor > 0) {
    lines.push({ kind: 'lateFee', label: { 'zh-CN': '违约金', en: 'Late fee' }, amount: lateFee });
  }
  return {
    billId: bill.bill_no,
    period: `${bill.period.slice(0, 4)}-${bill.period.slice(4)}`,
    amountDue: yuan(bill.payable),
    lines,
    dueDate: `${bill.due_date.slice(0, 4)}-${bill.due_date.slice(4, 6)}-${bill.due_date.slice(6)}`,
    facts: [
      { label: { 'zh-CN': '本期用气', en: 'Used' }, value: `${bill.volume} m³` },
      { label: { 'zh-CN': '上期示数', en: 'Previous reading' }, value: bill.last_reading },
      { label: { 'zh-CN': '本期示数', en: 'Present reading' }, value: bill.this_reading },
      ...(paid.amountMinor === 0
        ? []
        : [
            { label: { 'zh-CN': '本期气费', en: 'Gas charges' }, value: `${bill.billed} 元` },
            { label: { 'zh-CN': '已缴气费', en: 'Paid of them' }, value: `${bill.paid} 元` },
          ]),
    ],
  };
}

const ITEM_LABELS = codeTable<LocalText>({
  G1: { 'zh-CN': '第一档气费', en: 'First tier' },
  G2: { 'zh-CN': '第二档气费', en: 'Second tier' },
  G3: { 'zh-CN': '第三档气费', en: 'Third tier' },
});

/** A charge we have no name for is shown under theirs: it is still part of the sum. */
function toLine({ code, name, volume, price, amount }: Bills['bills'][number]['items'][number]): BillLine {
  const label = ITEM_LABELS[code];
  return {
    kind: label ? 'usage' : 'other',
    label: label ?? { 'zh-CN': name, en: name },
    amount: yuan(amount),
    quantity: { quantity: volume, unit: 'm³', unitPrice: price },
  };
}

function toPlans({ plans, meter }: Plans): Plan[] {
  const description =
    meter === 'CARD'
      ? { 'zh-CN': '购气后写入燃气卡', en: 'Written onto the gas card afterwards' }
      : { 'zh-CN': '购气后得到 20 位充值码', en: 'A token of 20 digits for the meter' };
  return plans.map(({ plan_id, volume, price }) => ({
    planId: plan_id,
    name:
      meter === 'CARD'
        ? { 'zh-CN': `${volume} 立方米`, en: `${volume} m³` }
        : { 'zh-CN': `${price} 元（约 ${volume} 立方米）`, en: `${price} yuan (about ${volume} m³)` },
    price: yuan(price),
    description,
  }));
}

/** They mask; should they once forget, we do. */
function toHolder({ user_name, user_address }: { user_name: string; user_address: string }): AccountHolder {
  const maskedName = user_name.includes('*') ? user_name : `${[...user_name][0] ?? ''}**`;
  const maskedAddress = user_address.includes('*')
    ? user_address
    : `${[...user_address].slice(0, 6).join('')}****`;
  return { maskedName, maskedAddress };
}
