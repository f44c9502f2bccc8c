import { z } from 'zod';

/**
 * A manifest says everything about an agency that code does not: who it is, what a resident types, how its
 * bills behave, when it answers. It is data, versioned, and validated here; declared ⇔ works.
 */

const localText = z.object({ 'zh-CN': z.string().min(1).max(200), en: z.string().min(1).max(200) });
const hhmm = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM');
/** 24:00 closes a day that never closes. */
const hhmmEnd = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'HH:MM or 24:00');

/** One thing a resident types. A JSON Schema property narrowed to what every phone can show, with hints. */
export const inputFieldSchema = z.object({
  name: z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/),
  label: localText,
  /** JSON Schema `pattern` the value must match, anchored; at most 200 characters. */
  pattern: z.string().max(200),
  maxLength: z.int().min(1).max(64),
  keyboard: z.enum(['numeric', 'text', 'tel', 'idNumber']),
  scannable: z.boolean().default(false),
  placeholder: localText.optional(),
  /** Where to find it: on the paper bill, on the meter. */
  help: localText,
  /** What to say when the pattern does not match. */
  mismatch: localText,
});

export const PROVIDER_CAPABILITIES = [
  'validateAccount',
  'queryBills',
  'plans',
  'pay',
  'queryPayment',
  'reverse',
  'refund',
  'fetchStatement',
  'importBills',
  'exportAdvice',
  'parseWebhook',
  'listAgencies',
  'describe',
  'prefill',
  'check',
  'query',
  'apply',
  'status',
  'act',
  'slots',
  'documents',
] as const;
export type ProviderCapability = (typeof PROVIDER_CAPABILITIES)[number];

export const CATEGORIES = [
  'electricity',
  'water',
  'gas',
  'heating',
  'cable-tv',
  'broadband',
  'telephone',
  'property-fee',
  'traffic-fine',
  'school-fee',
  'provident-fund',
  'social-security',
  'health-code',
] as const;

/** How much may be paid towards what is due. */
export const amountRuleSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exact') }),
  z.object({ kind: z.literal('atLeast') }),
  z.object({ kind: z.literal('atMost'), minimumMinor: z.int().positive() }),
  z.object({ kind: z.literal('any'), minimumMinor: z.int().positive() }),
  z.object({ kind: z.literal('range'), minimumMinor: z.int().positive(), maximumMinor: z.int().positive() }),
  z.object({ kind: z.literal('multipleOf'), stepMinor: z.int().positive() }),
]);
export type AmountRule = z.infer<typeof amountRuleSchema>;

const serviceHoursSchema = z.object({
  timeZone: z.string(),
  /** Several spans a day are several entries; ISO weekdays, 1 = Monday. */
  open: z
    .array(z.object({ weekdays: z.array(z.int().min(1).max(7)).min(1), from: hhmm, to: hhmmEnd }))
    .min(1),
  maintenance: z
    .array(z.object({ from: z.iso.datetime({ offset: true }), to: z.iso.datetime({ offset: true }), note: localText }))
    .default([]),
});
export type ServiceHours = z.infer<typeof serviceHoursSchema>;

const serviceItemSchema = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  name: localText,
  /** What the item needs of the provider, all of which it must declare. */
  operations: z.array(z.enum(PROVIDER_CAPABILITIES)).min(1),
});

export const manifestSchema = z
  .object({
    /** Ours, stable and public: `guangzhou-power`. */
    id: z.string().regex(/^[a-z][a-z0-9-]{2,63}$/),
    names: localText,
    category: z.enum(CATEGORIES),
    /** GB/T 2260 codes of the places served: six digits, `440100` is Guangzhou. */
    regions: z.array(z.string().regex(/^\d{6}$/)).min(1),
    /** The connection that carries it. */
    connection: z.string().regex(/^[a-z][a-z0-9-]{2,63}$/),
    /** What the connection calls it, when one connection carries many. */
    agencyCode: z.string().max(64).optional(),
    currency: z.string().regex(/^[A-Z]{3}$/),
    capabilities: z.array(z.enum(PROVIDER_CAPABILITIES)).min(1),
    inputs: z.object({
      fields: z.array(inputFieldSchema).min(1).max(8),
      /** Each group is enough by itself: "account number", or "phone + name". Names of fields. */
      groups: z.array(z.array(z.string()).min(1)).min(1),
      /** The field that names the account when it is shown again, masked. */
      accountField: z.string(),
    }),
    queryKind: z.enum(['fetch', 'validate', 'direct', 'plan']),
    billShape: z.enum(['one', 'all', 'some', 'oldestFirst']),
    amountRule: amountRuleSchema,
    serviceHours: serviceHoursSchema,
    /** Most that one payment may carry, minor units. */
    paymentLimitMinor: z.int().positive(),
    /** The time promised between debit and posting, shown to the resident. */
    postingPromiseSeconds: z.int().positive(),
    /** Where the agency's business date ends. */
    cutOff: hhmm,
    statement: z.object({ format: z.string().min(1).max(64), availableFrom: hhmm }).optional(),
    serviceItems: z.array(serviceItemSchema).default([]),
    /** Shown for help with a bill. */
    servicePhone: z.string().max(32).optional(),
  })
  .superRefine((manifest, context) => {
    const names = new Set(manifest.inputs.fields.map((field) => field.name));
    const unknown = [...manifest.inputs.groups.flat(), manifest.inputs.accountField].filter((n) => !names.has(n));
    for (const name of unknown) {
      context.addIssue({ code: 'custom', path: ['inputs', 'groups'], message: `no field is named ${name}` });
    }
    for (const [index, item] of manifest.serviceItems.entries()) {
      for (const operation of item.operations) {
        if (manifest.capabilities.includes(operation)) continue;
        context.addIssue({
          code: 'custom',
          path: ['serviceItems', index, 'operations'],
          message: `${operation} is not among the capabilities`,
        });
      }
    }
    const needs: Partial<Record<typeof manifest.queryKind, ProviderCapability>> = {
      fetch: 'queryBills',
      validate: 'validateAccount',
      plan: 'plans',
    };
    const need = needs[manifest.queryKind];
    if (need && !manifest.capabilities.includes(need)) {
      context.addIssue({ code: 'custom', path: ['queryKind'], message: `needs the capability ${need}` });
    }
    for (const { pattern, name } of manifest.inputs.fields) {
      try {
        new RegExp(pattern, 'u');
      } catch {
        context.addIssue({ code: 'custom', path: ['inputs', 'fields'], message: `${name}: not a valid pattern` });
      }
    }
  });

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestInput = z.input<typeof manifestSchema>;
export type InputField = z.infer<typeof inputFieldSchema>;
