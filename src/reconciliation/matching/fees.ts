import type { FeeRule } from './rules.ts';

const MILLION = 1_000_000n;
/** Where no rule is declared, and a row itself says its fee. */
const STATED_FEE_CEILING_PPM = 50_000;

/** What a difference is, seen as a fee. */
export type FeeVerdict =
  | { kind: 'withinTolerance'; rule: string; expectedMinor: number }
  | { kind: 'offByFee'; rule: string; expectedMinor: number }
  | { kind: 'notAFee' };

/** Amounts of one payment, or of the payments of one settlement. */
export interface FeeQuestion {
  /** Before the fee, and what came after it. */
  grossMinor: number;
  netMinor: number;
  /** The fee that the rows say; 0 when they say none. */
  statedFeeMinor: number;
  currency: string;
}

/** Judges by the first rule for the currency; without any, only by the fee that the rows say. */
export function judgeFee(rules: readonly FeeRule[], question: FeeQuestion): FeeVerdict {
  const { grossMinor, netMinor, statedFeeMinor, currency } = question;
  const rule = rules.find((each) => each.currency === undefined || each.currency === currency);
  if (!rule && statedFeeMinor === 0) return { kind: 'notAFee' };
  const sizeMinor = Math.abs(grossMinor);
  const expectedMinor =
    statedFeeMinor !== 0 || !rule ? statedFeeMinor : rule.flatMinor + share(sizeMinor, rule.ratePpm);
  // Of a refund the fee is given back: less is taken.
  const takenMinor = (grossMinor - netMinor) * (grossMinor < 0 ? -1 : 1);
  const toleranceMinor = rule ? Math.max(rule.toleranceMinor, share(sizeMinor, rule.tolerancePpm)) : 0;
  const name = rule?.name ?? 'stated';
  if (Math.abs(takenMinor - expectedMinor) <= toleranceMinor) {
    return { kind: 'withinTolerance', rule: name, expectedMinor };
  }
  const ceilingMinor = share(sizeMinor, rule?.ceilingPpm ?? STATED_FEE_CEILING_PPM);
  const isFee = takenMinor >= 0 && takenMinor <= Math.max(ceilingMinor, expectedMinor);
  return isFee ? { kind: 'offByFee', rule: name, expectedMinor } : { kind: 'notAFee' };
}

/** Parts per million of an amount, half up. */
function share(amountMinor: number, ppm: number): number {
  return ppm === 0 ? 0 : Number((BigInt(amountMinor) * BigInt(ppm) + MILLION / 2n) / MILLION);
}
