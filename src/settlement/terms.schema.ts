import { z } from 'zod';
import { isTimeZone } from '../kernel/business-date.ts';

/** What is agreed with an agency, as it is written down; everything but whose it is. */
export const agreedTermsSchema = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/),
  cutOff: z.strictObject({
    timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone'),
    cutOff: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  }),
  cycle: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('daily') }),
    z.strictObject({ kind: z.literal('weekly'), lastWeekday: z.int().min(1).max(7) }),
  ]),
  payoutAfterDays: z.int().min(0).max(30),
  basis: z.enum(['net', 'gross']),
  minimumPayoutMinor: z.int().min(0).default(0),
  reserve: z
    .strictObject({ ratePpm: z.int().min(0).max(1_000_000), heldDays: z.int().min(0).max(3_650) })
    .nullable()
    .default(null),
});
export type AgreedTerms = z.output<typeof agreedTermsSchema>;
