import { z } from 'zod';
import { type Fault, localDate } from './manifest.parts.ts';

/**
 * What collecting a payment costs and who bears it. The slab that the whole amount falls in decides: flat plus a share of
 * the amount, rounded half up to the minor unit, held between the minimum and the maximum.
 */
export const feeSchema = z.object({
  /** `resident`: on top of the amount, shown before paying. `agency`: kept back from what it is owed. */
  payer: z.enum(['resident', 'agency']),
  /** First business date of the agency it holds for. */
  effectiveFrom: localDate,
  /** Last business date it holds for. */
  effectiveUntil: localDate.optional(),
  /** In rising order; the last has no bound. */
  slabs: z
    .array(
      z.object({
        /** The largest amount of the slab, inclusive. */
        upToMinor: z.int().positive().optional(),
        flatMinor: z.int().min(0).max(100_000_000),
        /** Parts per million of the amount: 3,800 is 0.38%. */
        ratePpm: z.int().min(0).max(1_000_000),
      }),
    )
    .min(1)
    .max(20),
  minimumMinor: z.int().min(0).optional(),
  maximumMinor: z.int().min(0).optional(),
  /** How the fee is shared, by weights and the largest remainder, so that the parts add up. */
  split: z
    .object({
      platform: z.int().min(0).max(1_000_000),
      channel: z.int().min(0).max(1_000_000),
      agency: z.int().min(0).max(1_000_000),
    })
    .refine((split) => split.platform + split.channel + split.agency > 0, 'no one gets the fee'),
});
export type Fee = z.infer<typeof feeSchema>;

/** Whether fees are in order: slabs rise to an open end, and at most one fee of a payer holds on any date. */
export function faultsOfFees(fees: readonly Fee[]): Fault[] {
  return [...fees.flatMap(faultsOfFee), ...faultsOfDates(fees)];
}

function faultsOfFee(fee: Fee, index: number): Fault[] {
  const at = (...path: (string | number)[]) => ['fees', index, ...path];
  const bounds = fee.slabs.map(({ upToMinor }) => upToMinor ?? Number.POSITIVE_INFINITY);
  const faults: Fault[] = [];
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY) {
    faults.push({ path: at('slabs'), message: 'the last slab must have no bound' });
  }
  if (bounds.some((bound, i) => i > 0 && bound <= (bounds[i - 1] ?? 0))) {
    faults.push({ path: at('slabs'), message: 'slabs must rise' });
  }
  if ((fee.minimumMinor ?? 0) > (fee.maximumMinor ?? Number.POSITIVE_INFINITY)) {
    faults.push({ path: at('minimumMinor'), message: 'the minimum is above the maximum' });
  }
  if (fee.effectiveUntil !== undefined && fee.effectiveUntil < fee.effectiveFrom) {
    faults.push({ path: at('effectiveUntil'), message: 'ends before it begins' });
  }
  return faults;
}

function faultsOfDates(fees: readonly Fee[]): Fault[] {
  const untilOf = (fee: Fee) => fee.effectiveUntil ?? '9999-12-31';
  return fees.flatMap((fee, index) =>
    fees
      .slice(0, index)
      .some(
        (other) =>
          other.payer === fee.payer &&
          other.effectiveFrom <= untilOf(fee) &&
          fee.effectiveFrom <= untilOf(other),
      )
      ? [{ path: ['fees', index], message: `two fees of the ${fee.payer} hold on one date` }]
      : [],
  );
}
