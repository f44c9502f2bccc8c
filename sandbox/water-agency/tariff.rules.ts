/**
 * What water costs a household in Guangzhou, in integers. Prices and tiers are those that were public from 2012 on
 * (README.md says what of them is unverified); the rules of rounding and lateness are this sandbox's own.
 */

/** Prices are integers in units of 10⁻⁴ yuan, which holds every published digit. */
type PriceE4 = number;

/** 10⁻⁴ yuan in a fen. */
const E4_PER_FEN = 100;

/** Cubic metres a household and month up to which the first and the second tier reach. */
export const TIER_ENDS_M3 = [26, 34] as const;
/** In the ratio 1 : 1.5 : 2. */
export const WATER_PRICES_E4: readonly [PriceE4, PriceE4, PriceE4] = [19_800, 29_700, 39_600];
/** Sewage (污水处理费), on every cubic metre taken. */
export const SEWAGE_PRICE_E4: PriceE4 = 9_500;
/** Household waste (生活垃圾处理费), a household and month, whatever is used. */
export const WASTE_FEE_E4: PriceE4 = 50_000;
const MAX_MONTHS = 12;

/** What a meter counted in a billing period of so many months; whole cubic metres, as bills are made. */
export interface Usage {
  volumeM3: number;
  months: number;
}

/** One line of a bill: quantity × price, rounded half up to the fen. The quantity of the waste fee is months. */
export interface Charge {
  code: 'W1' | 'W2' | 'W3' | 'WS' | 'LJ';
  quantity: number;
  priceE4: PriceE4;
  amountFen: number;
}

/** The charges of a billing period; a bill is their sum. Lines of nothing are left out. Throws RangeError on odd usage. */
export function chargesOf({ volumeM3, months }: Usage): Charge[] {
  const [tier1, tier2, tier3] = tiersOf({ volumeM3, months });
  const lines: [Charge['code'], number, PriceE4][] = [
    ['W1', tier1, WATER_PRICES_E4[0]],
    ['W2', tier2, WATER_PRICES_E4[1]],
    ['W3', tier3, WATER_PRICES_E4[2]],
    ['WS', volumeM3, SEWAGE_PRICE_E4],
    ['LJ', months, WASTE_FEE_E4],
  ];
  return lines
    .filter(([, quantity]) => quantity > 0)
    .map(([code, quantity, priceE4]) => ({
      code,
      quantity,
      priceE4,
      amountFen: halfUp(quantity * priceE4, E4_PER_FEN),
    }));
}

/** How many cubic metres fall in each tier; the tiers of a period are those of a month times its months. */
export function tiersOf({ volumeM3, months }: Usage): [number, number, number] {
  if (!Number.isSafeInteger(volumeM3) || volumeM3 < 0)
    throw new RangeError('usage must be whole m³, not negative');
  if (!Number.isInteger(months) || months < 1 || months > MAX_MONTHS) {
    throw new RangeError('a period has 1 to 12 months');
  }
  const [firstEnd, secondEnd] = TIER_ENDS_M3;
  const first = Math.min(volumeM3, firstEnd * months);
  const second = Math.min(volumeM3, secondEnd * months) - first;
  return [first, second, volumeM3 - first - second];
}

/**
 * The late fee (违约金) in fen when paid on a date: 0.1 % of the arrears for each day from the first day overdue to the
 * day of payment, and never more than the arrears. Dates are `YYYY-MM-DD` at the agency.
 */
export function lateFeeFen(arrearsFen: number, dueDate: string, paidOn: string): number {
  const daysLate = Math.max(0, (Date.parse(paidOn) - Date.parse(dueDate)) / 86_400_000);
  return Math.min(arrearsFen, halfUp(arrearsFen * daysLate, 1000));
}

/** Writes a price as the agency prints it: yuan, four decimals. */
export function formatPrice(priceE4: PriceE4): string {
  const digits = String(priceE4).padStart(5, '0');
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

/** Whole quotient of two non-negative integers, halves up; throws when the numerator is no longer exact. */
function halfUp(numerator: number, denominator: number): number {
  if (!Number.isSafeInteger(numerator)) throw new RangeError('beyond exact integers');
  const rest = numerator % denominator;
  return (numerator - rest) / denominator + (rest * 2 >= denominator ? 1 : 0);
}
