/**
 * What a flexible worker pays in for a month: pension 20% of the base they choose (国发〔2005〕38号), medical 8%, which is this
 * bureau's own, as is the reference wage. A base is a share of that wage, in whole yuan.
 */
const REFERENCE_WAGE_YUAN = 9_167;
const PENSION_PERCENT = 20;
const MEDICAL_PERCENT = 8;

/** Grades (缴费档次): percent of the reference wage. */
export const GRADES = [60, 80, 100, 150, 200, 300] as const;

export interface Contribution {
  baseFen: number;
  pensionFen: number;
  medicalFen: number;
  totalFen: number;
}

/** The contribution of a month by grade, or null for a grade that there is not. */
export function contributionOf(grade: number): Contribution | null {
  if (!(GRADES as readonly number[]).includes(grade)) return null;
  const baseYuan = Math.round((REFERENCE_WAGE_YUAN * grade) / 100);
  // A percent of a yuan is a fen: nothing is rounded.
  const pensionFen = baseYuan * PENSION_PERCENT;
  const medicalFen = baseYuan * MEDICAL_PERCENT;
  return { baseFen: baseYuan * 100, pensionFen, medicalFen, totalFen: pensionFen + medicalFen };
}
