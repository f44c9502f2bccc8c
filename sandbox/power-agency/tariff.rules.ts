/**
 * What electricity costs a household in Guangzhou: published rules, in integers.
 *
 * Sources
 * - Tiers, seasons, surcharges of 0.05 and 0.30 yuan: 粤价〔2012〕135号 (Guangdong, tiered prices for residents).
 * - First-tier price in Guangzhou, 0.58886875 yuan/kWh all in: 粤发改价格〔2017〕498号 and the Guangzhou price list,
 *   https://www.gz.gov.cn/attachment/0/89/89550/6432486.pdf. Of it 0.5802 is the price before government funds.
 * - Peak : flat : valley = 1.7 : 1 : 0.38 from 2021-10-01: 粤发改价格〔2021〕331号,
 *   https://www.ndrc.gov.cn/xwdt/gdzt/jgjzgg/nyjggg/202110/t20211027_1301148.html. The ratio applies before government
 *   funds; time of use first, then the tier's surcharge; residents have no critical-peak price:
 *   https://www.haizhu.gov.cn/zwgk/zdlyxxgk/jghsf/jgbz/content/post_9476644.html
 *   Peak 10–12 and 14–19, valley 0–8, flat otherwise (the meter keeps the three counts; we are given them).
 * - Time-of-use prices are rounded to 0.01 fen a kWh before funds, as the notes to Guangdong's price tables say.
 * - Late fee: 《供电营业规则》, 1996 (Ministry of Electric Power Order 8) article 98, the daily rate kept by the 2024 text (NDRC
 *   Order 14): residents pay 0.1 % of the arrears for each day from the first day overdue to the day of payment,
 *   simple, added up by day. The rule sets no ceiling, and so there is none here; the one-yuan minimum of the
 *   1996 text is not charged.
 */

/** Prices are integers in units of 10⁻⁸ yuan, which holds every published digit. */
type PriceE8 = number;

/** 10⁻⁸ yuan in a fen. */
const E8_PER_FEN = 1_000_000;

const BASE_PRICE_E8: PriceE8 = 58_020_000;
const FUNDS_E8: PriceE8 = 866_875;
/** The ratios in hundredths. */
const PEAK_RATIO_PERCENT = 170;
const VALLEY_RATIO_PERCENT = 38;
/** 0.01 fen a kWh. */
const TIME_OF_USE_ROUNDING_E8: PriceE8 = 10_000;

export const FLAT_PRICE_E8: PriceE8 = BASE_PRICE_E8 + FUNDS_E8;
export const PEAK_PRICE_E8: PriceE8 = timeOfUsePriceE8(PEAK_RATIO_PERCENT);
export const VALLEY_PRICE_E8: PriceE8 = timeOfUsePriceE8(VALLEY_RATIO_PERCENT);
/** Added to each kWh of the second and of the third tier. */
export const TIER_SURCHARGES_E8: readonly [PriceE8, PriceE8] = [5_000_000, 30_000_000];

/** What a meter counted in a month; whole kWh, as bills are made. */
export type Usage =
  | { tariff: 'tiered'; kwh: number }
  | { tariff: 'timeOfUse'; peakKwh: number; flatKwh: number; valleyKwh: number };

/** One line of a bill: quantity × price, rounded half up to the fen. */
export interface Charge {
  code: 'T1' | 'T2' | 'T3' | 'TP' | 'TF' | 'TV' | 'A2' | 'A3';
  kwh: number;
  priceE8: PriceE8;
  amountFen: number;
}

/** The charges of a billing month `YYYYMM`; a bill is their sum. Lines of no kWh are left out. */
export function chargesOf(usage: Usage, month: string): Charge[] {
  const [surcharge2, surcharge3] = TIER_SURCHARGES_E8;
  const [tier1, tier2, tier3] = tiersOf(usageKwh(usage), month);
  const lines: [Charge['code'], number, PriceE8][] =
    usage.tariff === 'tiered'
      ? [
          ['T1', tier1, FLAT_PRICE_E8],
          ['T2', tier2, FLAT_PRICE_E8 + surcharge2],
          ['T3', tier3, FLAT_PRICE_E8 + surcharge3],
        ]
      : [
          ['TP', usage.peakKwh, PEAK_PRICE_E8],
          ['TF', usage.flatKwh, FLAT_PRICE_E8],
          ['TV', usage.valleyKwh, VALLEY_PRICE_E8],
          ['A2', tier2, surcharge2],
          ['A3', tier3, surcharge3],
        ];
  return lines
    .filter(([, kwh]) => kwh > 0)
    .map(([code, kwh, priceE8]) => ({ code, kwh, priceE8, amountFen: halfUp(kwh * priceE8, E8_PER_FEN) }));
}

/** All of a month's kWh. */
export function usageKwh(usage: Usage): number {
  const kwh = usage.tariff === 'tiered' ? usage.kwh : usage.peakKwh + usage.flatKwh + usage.valleyKwh;
  if (!Number.isSafeInteger(kwh) || kwh < 0) throw new RangeError('usage must be whole kWh, not negative');
  return kwh;
}

/** How many kWh fall in each tier: in summer (May to October) up to 260 and 600, otherwise up to 200 and 400. */
export function tiersOf(kwh: number, month: string): [number, number, number] {
  const monthOfYear = Number(month.slice(4, 6));
  if (!/^\d{6}$/.test(month) || monthOfYear < 1 || monthOfYear > 12)
    throw new RangeError('month must be YYYYMM');
  const [firstEnd, secondEnd] = monthOfYear >= 5 && monthOfYear <= 10 ? [260, 600] : [200, 400];
  const first = Math.min(kwh, firstEnd);
  const second = Math.min(kwh, secondEnd) - first;
  return [first, second, kwh - first - second];
}

/**
 * The late fee (违约金) on arrears, in fen, when paid on a date; both dates `YYYY-MM-DD` at the agency.
 * `dueDate` is the last day without one; the day of payment counts.
 */
export function lateFeeFen(arrearsFen: number, dueDate: string, paidOn: string): number {
  return halfUp(arrearsFen * daysLate(dueDate, paidOn), 1000);
}

/** Days overdue on a date, that day included; 0 up to the due date. */
export function daysLate(dueDate: string, onDate: string): number {
  return Math.max(0, (Date.parse(onDate) - Date.parse(dueDate)) / 86_400_000);
}

/** Writes a price as the agency prints it: yuan, eight decimals. */
export function formatPrice(priceE8: PriceE8): string {
  const digits = String(priceE8).padStart(9, '0');
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`;
}

function timeOfUsePriceE8(ratioPercent: number): PriceE8 {
  const exactE8 = (BASE_PRICE_E8 / 100) * ratioPercent;
  return halfUp(exactE8, TIME_OF_USE_ROUNDING_E8) * TIME_OF_USE_ROUNDING_E8 + FUNDS_E8;
}

/** Whole quotient of two non-negative integers, halves up; throws when the numerator is no longer exact. */
function halfUp(numerator: number, denominator: number): number {
  if (!Number.isSafeInteger(numerator)) throw new RangeError('beyond exact integers');
  const rest = numerator % denominator;
  return (numerator - rest) / denominator + (rest * 2 >= denominator ? 1 : 0);
}
