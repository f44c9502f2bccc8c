// Stands for your billing system: who owes what, and when it is open. Here a JSON file, read at every call.
import { readFileSync } from 'node:fs';

const own = (object, key) => (Object.hasOwn(object ?? {}, key) ? object[key] : undefined);
const iso = (ms, offsetMinutes) => new Date(ms + offsetMinutes * 60_000).toISOString();

/** What a bill comes to on a day: paying early or late may have a price, and lines, of its own. */
function billOn(bill, day) {
  const option = bill.amountOptions?.find(({ from = '', until = '9' }) => from <= day && day <= until);
  return option ? { ...bill, amountDue: option.amount, lines: option.lines } : bill;
}

/** An agency of the file, as it is now; of an unknown one, only its dates are known. */
export function openBilling(file, agencyCode = '') {
  const { utcOffsetMinutes, cutOffMinutes, agencies } = JSON.parse(readFileSync(file, 'utf8'));
  const agency = own(agencies, agencyCode);
  const { accounts, accountField, plans, hours, minimumMinor = 1, maximumMinor, currency } = agency ?? {};
  const keyOf = (billId) => `${agencyCode} ${billId}`;
  const accountIdOf = (ask) => ask.inputs[accountField];
  const accountOf = (ask) => (accounts ? own(accounts, accountIdOf(ask)) : {}); // no accounts: paid unasked

  /** What may be paid on the day of a moment, paid or not; empty where the payer names the amount. */
  function payableOn(account, ms) {
    if (plans) return plans.map(({ planId, price }) => ({ billId: planId, amountDue: price }));
    return (account?.bills ?? []).map((bill) => billOn(bill, iso(ms, utcOffsetMinutes).slice(0, 10)));
  }

  /** What a payment pays for once: bills, or what was typed where nothing is asked before. */
  function keysOf(ask) {
    const ids = accounts ? ask.bills.map(({ billId }) => billId) : [accountIdOf(ask)];
    return ids.map(keyOf);
  }

  /** Why a payment can't be posted; null when it can. */
  function whyNot(ask, isPaid) {
    const { bills, planId, amount, debitedAt } = ask;
    const account = accountOf(ask);
    const payable = payableOn(account, Date.parse(debitedAt));
    const wanted = plans ? [{ billId: planId, amount }] : bills;
    const chosen = wanted.map((one) => payable.find(({ billId }) => billId === one.billId));
    const isExact = chosen.every((one, i) => one?.amountDue.amountMinor === wanted[i].amount.amountMinor);
    const sumMinor = wanted.reduce((totalMinor, one) => totalMinor + one.amount.amountMinor, 0);
    if (!account) return 'account_not_found';
    if (chosen.includes(undefined) || new Set(chosen).size < chosen.length) return 'bill_not_found';
    if (isPaid) return 'bill_already_paid';
    const hasPrice = plans ?? account.bills;
    if (hasPrice && !(isExact && sumMinor === amount.amountMinor)) return 'amount_changed';
    const isInRange = amount.amountMinor >= minimumMinor && amount.amountMinor <= maximumMinor;
    return isInRange && amount.currency === currency ? null : 'amount_not_allowed';
  }

  /** The business date of a moment: after the cut-off it is the next day's. */
  const businessDateOf = (ms) => iso(ms, utcOffsetMinutes + 24 * 60 - cutOffMinutes).slice(0, 10);
  const isOpen = (ms) =>
    hours.from <= iso(ms, utcOffsetMinutes).slice(11, 16) &&
    iso(ms, utcOffsetMinutes).slice(11, 16) < hours.to;
  return { keyOf, plans, accountIdOf, accountOf, payableOn, keysOf, whyNot, businessDateOf, isOpen };
}
