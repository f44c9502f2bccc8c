import type { Fee } from '../contract/index.ts';
import type { BusinessDate } from '../kernel/business-date.ts';
import { type Money, money, safeSum, splitMinor, sumMinor } from '../kernel/money.ts';

/** A fee as it was worked out for one payment; the shares add up to the amount. */
export interface FeeCharge {
  /** Who bears it: the resident on top of the amount, the agency out of it. */
  payer: Fee['payer'];
  amountMinor: number;
  shares: { platformMinor: number; channelMinor: number; agencyMinor: number };
}

const MILLION = 1_000_000n;

/** What collecting an amount costs on a business date. Fees of nothing are left out. */
export function feesOn(fees: readonly Fee[], date: BusinessDate, amountMinor: number): FeeCharge[] {
  return fees
    .filter((fee) => fee.effectiveFrom <= date && date <= (fee.effectiveUntil ?? date))
    .map((fee) => chargeOf(fee, amountMinor))
    .filter((charge) => charge.amountMinor > 0);
}

function chargeOf(fee: Fee, amountMinor: number): FeeCharge {
  const feeMinor = feeMinorOf(fee, amountMinor);
  const { platform, channel, agency } = fee.split;
  const [platformMinor = 0, channelMinor = 0, agencyMinor = 0] = splitMinor(feeMinor, [
    platform,
    channel,
    agency,
  ]);
  return { payer: fee.payer, amountMinor: feeMinor, shares: { platformMinor, channelMinor, agencyMinor } };
}

/** The slab that the whole amount falls in: flat plus a share, rounded half up, within the bounds of the fee. */
function feeMinorOf(fee: Fee, amountMinor: number): number {
  const slab = fee.slabs.find(({ upToMinor }) => upToMinor === undefined || amountMinor <= upToMinor);
  if (!slab) throw new RangeError('the last slab of a fee has no bound');
  const share = Number((BigInt(amountMinor) * BigInt(slab.ratePpm) + MILLION / 2n) / MILLION);
  const raised = Math.max(safeSum(slab.flatMinor, share), fee.minimumMinor ?? 0);
  const held = Math.min(raised, fee.maximumMinor ?? raised);
  // An agency is never charged more than what was collected for it.
  return fee.payer === 'agency' ? Math.min(held, amountMinor) : held;
}

/** What the resident pays on top. */
export function residentFeeMinor(charges: readonly FeeCharge[]): number {
  return sumMinor(charges.filter(({ payer }) => payer === 'resident').map(({ amountMinor }) => amountMinor));
}

/** What the channel is asked to take: the amount and what the resident pays on top. */
export function debitAmountOf(payment: { amount: Money; fees: readonly FeeCharge[] }): Money {
  const { amountMinor, currency } = payment.amount;
  return money(safeSum(amountMinor, residentFeeMinor(payment.fees)), currency);
}

/** Whose what was taken is once it is posted; the parts add up to amount and resident's fee. */
export interface PostedShares {
  agencyMinor: number;
  platformMinor: number;
  channelMinor: number;
}

export function sharesOf(payment: { amount: Money; fees: readonly FeeCharge[] }): PostedShares {
  const { amount, fees } = payment;
  // Most payments: a day's books are read by the million.
  if (fees.length === 0) return { agencyMinor: amount.amountMinor, platformMinor: 0, channelMinor: 0 };
  const keptBackMinor = sumMinor(
    fees.filter(({ payer }) => payer === 'agency').map(({ amountMinor }) => amountMinor),
  );
  const total = (pick: (charge: FeeCharge) => number) => sumMinor(fees.map(pick));
  return {
    agencyMinor: sumMinor([amount.amountMinor, -keptBackMinor, total(({ shares }) => shares.agencyMinor)]),
    platformMinor: total(({ shares }) => shares.platformMinor),
    channelMinor: total(({ shares }) => shares.channelMinor),
  };
}
