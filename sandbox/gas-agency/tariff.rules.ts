/**
 * What piped gas costs a household in Guangzhou, in integers. Prices and tiers are those that were public from 2015 on
 * (README.md says what of them is unverified); the rules of rounding and lateness are this sandbox's own. Volumes are whole
 * cubic decimetres, of which 1,000 are a cubic metre.
 */

/** Prices are integers in units of 10⁻⁴ yuan a cubic metre. */
type PriceE4 = number;

const DM3_PER_M3 = 1_000;
/** 10⁻⁴ yuan a cubic metre × dm³ in a fen. */
const UNITS_PER_FEN = 100 * DM3_PER_M3;

/** What a household uses in a calendar year up to which the first and the second tier reach. */
export const TIER_ENDS_DM3 = [320 * DM3_PER_M3, 400 * DM3_PER_M3] as const;
/** In the ratio 1 : 1.2 : 1.5. */
export const PRICES_E4: readonly [PriceE4, PriceE4, PriceE4] = [34_500, 41_400, 51_800];
/** The least that a prepaid meter counts. */
export const SALE_STEP_DM3 = 100;

/** One line of a bill: volume × price, rounded half up to the fen. */
export interface Charge {
  code: 'G1' | 'G2' | 'G3';
  volumeDm3: number;
  priceE4: PriceE4;
  amountFen: number;
}

/** What a volume costs, of which `usedDm3` went before in the same year. Lines of nothing are left out. */
export function chargesOf({ volumeDm3, usedDm3 }: { volumeDm3: number; usedDm3: number }): Charge[] {
  for (const volume of [volumeDm3, usedDm3]) {
    if (!Number.isSafeInteger(volume) || volume < 0)
      throw new RangeError('volumes must be whole dm³, not negative');
  }
  const [firstEnd, secondEnd] = TIER_ENDS_DM3;
  const upTo = (endDm3: number) => Math.min(usedDm3 + volumeDm3, endDm3) - Math.min(usedDm3, endDm3);
  const [first, second] = [upTo(firstEnd), upTo(secondEnd)];
  const tiers: [Charge['code'], number, PriceE4][] = [
    ['G1', first, PRICES_E4[0]],
    ['G2', second - first, PRICES_E4[1]],
    ['G3', volumeDm3 - second, PRICES_E4[2]],
  ];
  return tiers
    .filter(([, tierDm3]) => tierDm3 > 0)
    .map(([code, tierDm3, priceE4]) => ({
      code,
      volumeDm3: tierDm3,
      priceE4,
      amountFen: halfUp(tierDm3 * priceE4, UNITS_PER_FEN),
    }));
}

/** All charges of a volume together, in fen. */
export function costFen(request: { volumeDm3: number; usedDm3: number }): number {
  return chargesOf(request).reduce((total, { amountFen }) => total + amountFen, 0);
}

/** The most that an amount buys, in whole steps of a prepaid meter. */
export function volumeForDm3({ amountFen, usedDm3 }: { amountFen: number; usedDm3: number }): number {
  let affordable = 0;
  let tooMuch = Math.ceil((amountFen * UNITS_PER_FEN) / PRICES_E4[0] / SALE_STEP_DM3) + 1;
  while (tooMuch - affordable > 1) {
    const steps = Math.floor((affordable + tooMuch) / 2);
    if (costFen({ volumeDm3: steps * SALE_STEP_DM3, usedDm3 }) <= amountFen) affordable = steps;
    else tooMuch = steps;
  }
  return affordable * SALE_STEP_DM3;
}

/** A payment towards a bill; `onDate` is `YYYY-MM-DD` at the agency. */
interface PartPayment {
  onDate: string;
  amountFen: number;
}

/**
 * What is still owed of a bill on a date. The late fee (违约金) is 0.1 % of the arrears that are left for each day from the
 * first day overdue, rounded half up from payment to payment; a payment goes to the late fee first. `payments` are by date.
 */
export function owedOn(
  { arrearsFen, dueDate }: { arrearsFen: number; dueDate: string },
  payments: readonly PartPayment[],
  onDate: string,
): { arrearsFen: number; lateFeeFen: number } {
  let leftFen = arrearsFen;
  let lateFeeFen = 0;
  let countedUntil = dueDate;
  for (const payment of [...payments, { onDate, amountFen: 0 }]) {
    if (payment.onDate > countedUntil) {
      lateFeeFen += halfUp(leftFen * daysBetween(countedUntil, payment.onDate), 1000);
      countedUntil = payment.onDate;
    }
    const towardsFeeFen = Math.min(lateFeeFen, payment.amountFen);
    lateFeeFen -= towardsFeeFen;
    leftFen -= payment.amountFen - towardsFeeFen;
  }
  return { arrearsFen: leftFen, lateFeeFen };
}

/** Writes a price as the agency prints it: yuan, four decimals. */
export function formatPrice(priceE4: PriceE4): string {
  const digits = String(priceE4).padStart(5, '0');
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

/** Writes a volume as the agency prints it: cubic metres, one decimal; the rest is cut off. */
export function formatVolume(volumeDm3: number): string {
  return `${Math.floor(volumeDm3 / DM3_PER_M3)}.${Math.floor((volumeDm3 % DM3_PER_M3) / SALE_STEP_DM3)}`;
}

function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}

/** Whole quotient of two non-negative integers, halves up; throws when the numerator is no longer exact. */
function halfUp(numerator: number, denominator: number): number {
  if (!Number.isSafeInteger(numerator)) throw new RangeError('beyond exact integers');
  const rest = numerator % denominator;
  return (numerator - rest) / denominator + (rest * 2 >= denominator ? 1 : 0);
}
