/**
 * Loans repaid by equal shares of the principal (等额本金): interest is of what is still owed, and falls month by month. The
 * terms are this center's own; the rate is that of a first home over five years in 2025, 2.6% a year.
 */
const PRINCIPAL_FEN = 60_000_000;
const INSTALMENTS = 240;
const RATE_PPM = 26_000;
/** Late payment costs half as much again, by the day (罚息). */
const PENALTY_RATE_PPM = 39_000;
const DAYS_A_YEAR = 360;
const DAY_MS = 86_400_000;

export interface InstalmentAmounts {
  principalFen: number;
  interestFen: number;
}

/** The amounts of the nth instalment, from 1. */
export function instalmentAmounts(number: number): InstalmentAmounts {
  const principalFen = PRINCIPAL_FEN / INSTALMENTS;
  const owedFen = PRINCIPAL_FEN - principalFen * (number - 1);
  return { principalFen, interestFen: halfUp(BigInt(owedFen) * BigInt(RATE_PPM), 12n * 1_000_000n) };
}

/** What is added when an instalment is paid on a date after its due date, both `YYYY-MM-DD`. */
export function penaltyFen(amounts: InstalmentAmounts, dueDate: string, paidOn: string): number {
  const daysLate = Math.round((Date.parse(paidOn) - Date.parse(dueDate)) / DAY_MS);
  if (daysLate <= 0) return 0;
  const owedFen = BigInt(amounts.principalFen + amounts.interestFen);
  const product = owedFen * BigInt(PENALTY_RATE_PPM) * BigInt(daysLate);
  return halfUp(product, BigInt(DAYS_A_YEAR) * 1_000_000n);
}

function halfUp(dividend: bigint, divisor: bigint): number {
  return Number((2n * dividend + divisor) / (2n * divisor));
}
