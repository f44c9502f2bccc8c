import { z } from 'zod';
import { type Agency, isOpen, opensAtMs } from '../agencies/index.ts';
import { amountRuleSchema, CATEGORIES, QUERY_KINDS } from '../contract/index.ts';
import { instantOf, instantSchema, localTextSchema, moneySchema, pageQuery } from './schemas.ts';

const category = z.enum(CATEGORIES);
const region = z
  .string()
  .regex(/^\d{6}$/)
  .describe('GB/T 2260 code');

export const agencyQuery = pageQuery.extend({
  region: region.optional().describe('GB/T 2260 code; agencies of its prefecture and province serve it too'),
  category: category.optional(),
});

export const regionsSchema = z
  .object({
    items: z.array(
      z.object({
        code: region,
        names: localTextSchema,
        categories: z.array(z.string()).describe('What there is'),
      }),
    ),
  })
  .meta({ id: 'Regions' });

export const agencySummarySchema = z
  .object({
    agencyId: z.string(),
    names: localTextSchema,
    category: z.string(),
    regions: z.array(z.string()).describe('GB/T 2260 codes'),
  })
  .meta({ id: 'AgencySummary' });

const inputFieldSchema = z
  .object({
    name: z.string(),
    label: localTextSchema,
    pattern: z.string().describe('Regular expression (ECMAScript, flag u) that the whole value must match'),
    maxLength: z.int(),
    keyboard: z.enum(['numeric', 'text', 'tel', 'idNumber']),
    scannable: z.boolean(),
    placeholder: localTextSchema.nullable(),
    help: localTextSchema.describe('Where to find it'),
    mismatch: localTextSchema.describe('What to say when the pattern does not match'),
  })
  .meta({ id: 'InputField' });

export const agencySchema = agencySummarySchema
  .extend({
    inputs: z.object({
      fields: z.array(inputFieldSchema),
      groups: z.array(z.array(z.string())).describe('Names of fields; each group is enough by itself'),
      accountField: z.string().describe('The field that is shown again, masked'),
    }),
    queryKind: z.enum(QUERY_KINDS),
    billShape: z.enum(['one', 'all', 'some', 'oldestFirst']).describe('Which bills may be paid together'),
    amountRule: amountRuleSchema,
    openNow: z.boolean(),
    opensAt: instantSchema.nullable().describe('When it opens again; null while it is open, or not known'),
    postingPromiseSeconds: z.int().describe('The time promised between debit and posting'),
    paymentLimit: moneySchema.describe('Most that one payment may carry'),
    servicePhone: z.string().nullable(),
  })
  .meta({ id: 'Agency' });

export function agencySummaryOf({ agencyId, manifest }: Agency): z.input<typeof agencySummarySchema> {
  return { agencyId, names: manifest.names, category: manifest.category, regions: manifest.regions };
}

export function agencyOf(agency: Agency, nowMs: number): z.input<typeof agencySchema> {
  const { manifest } = agency;
  const { inputs, serviceHours } = manifest;
  const openNow = isOpen(serviceHours, nowMs);
  const openingMs = openNow ? null : opensAtMs(serviceHours, nowMs);
  return {
    ...agencySummaryOf(agency),
    inputs: {
      ...inputs,
      fields: inputs.fields.map((field) => ({ ...field, placeholder: field.placeholder ?? null })),
    },
    queryKind: manifest.queryKind,
    billShape: manifest.billShape,
    amountRule: manifest.amountRule,
    openNow,
    opensAt: openingMs === null ? null : instantOf(openingMs),
    postingPromiseSeconds: manifest.postingPromiseSeconds,
    paymentLimit: { amountMinor: manifest.paymentLimitMinor, currency: manifest.currency },
    servicePhone: manifest.servicePhone ?? null,
  };
}
