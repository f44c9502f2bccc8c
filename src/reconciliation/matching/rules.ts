import { z } from 'zod';

const MILLION = 1_000_000;

/** What is kept back of a payment, and by how much it may be off. */
const feeRuleSchema = z.strictObject({
  name: z.string().min(1).max(64),
  /** Only for this currency. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  /** Expected where the rows say no fee: flat, and parts per million of the amount, half up. */
  flatMinor: z.int().min(0).default(0),
  ratePpm: z.int().min(0).max(MILLION).default(0),
  /** By how much the difference may miss what is expected: the larger of the two. */
  toleranceMinor: z.int().min(0).default(0),
  tolerancePpm: z.int().min(0).max(MILLION).default(0),
  /** Up to this share of the amount a difference beyond the tolerance is a break of the fee, above it one of the amount. */
  ceilingPpm: z.int().min(0).max(MILLION).default(50_000),
});

/** The rules of a run; docs/reconciliation.md explains them. All have defaults. */
export const matchingRulesSchema = z.strictObject({
  dateCut: z
    .strictObject({
      /** How many clearing days apart two rows may be booked. */
      days: z.int().min(0).max(10).default(1),
      /** Dates on which nothing is cleared: weekends and holidays, each by name. */
      closedOn: z.array(z.iso.date()).max(10_000).default([]),
    })
    .prefault({}),
  subsetSum: z
    .strictObject({
      /** Of more candidates no sum is looked for; 0: never. */
      maxCandidates: z.int().min(0).max(32).default(24),
      /** How many clearing days before its settlement a payment may be booked. */
      days: z.int().min(0).max(31).default(3),
    })
    .prefault({}),
  fees: z.array(feeRuleSchema).max(50).default([]),
  nearReference: z
    .strictObject({
      /** From this likeness on (percent) rows match if neither has another candidate. 101: never. */
      acceptFrom: z.int().min(50).max(101).default(90),
      /** From this likeness on they are proposed to a person. 101: never. */
      proposeFrom: z.int().min(50).max(101).default(80),
      /** Shorter references are like too many others. */
      minLength: z.int().min(4).max(64).default(8),
    })
    .prefault({}),
});

export type MatchingRules = z.infer<typeof matchingRulesSchema>;
export type FeeRule = z.infer<typeof feeRuleSchema>;
