import { z } from 'zod';
import { localTime, minuteOfDay } from '../kernel/business-date.ts';

/**
 * A manifest says everything about an agency that code does not: who it is, what a resident types, how its
 * bills behave, when it answers. It is data, versioned, and validated here; declared ⇔ works.
 */

const localText = z.object({ 'zh-CN': z.string().min(1).max(200), en: z.string().min(1).max(200) });
const hhmm = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM');
const timeZone = z.string().refine(isTimeZone, 'not an IANA time zone');
/** 24:00 closes a day that never closes. */
const hhmmEnd = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'HH:MM or 24:00');

/** One thing a resident types. A JSON Schema property narrowed to what every phone can show, with hints. */
export const inputFieldSchema = z.object({
  name: z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/),
  label: localText,
  /** JSON Schema `pattern` the value must match, anchored; at most 200 characters. */
  pattern: z.string().max(200).refine(isAnchoredPattern, 'must be a regular expression from ^ to $'),
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
  z
    .object({ kind: z.literal('range'), minimumMinor: z.int().positive(), maximumMinor: z.int().positive() })
    .refine((range) => range.minimumMinor <= range.maximumMinor, 'the minimum is above the maximum'),
  z.object({ kind: z.literal('multipleOf'), stepMinor: z.int().positive() }),
]);
export type AmountRule = z.infer<typeof amountRuleSchema>;

const serviceHoursSchema = z.object({
  timeZone,
  /** Several spans a day are several entries, and so are two days that a night spans; ISO weekdays, 1 = Monday. */
  open: z
    .array(
      z
        .object({ weekdays: z.array(z.int().min(1).max(7)).min(1), from: hhmm, to: hhmmEnd })
        .refine((span) => minuteOfDay(span.from) < minuteOfDay(span.to), 'ends before it begins'),
    )
    .min(1),
  maintenance: z
    .array(
      z
        .object({
          from: z.iso.datetime({ offset: true }),
          to: z.iso.datetime({ offset: true }),
          note: localText,
        })
        .refine((span) => Date.parse(span.from) < Date.parse(span.to), 'ends before it begins'),
    )
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
    for (const { path, message } of faultsOf(manifest)) context.addIssue({ code: 'custom', path, message });
  });

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestInput = z.input<typeof manifestSchema>;
export type InputField = z.infer<typeof inputFieldSchema>;

type Fault = { path: (string | number)[]; message: string };

/** What no single field can tell: whether the parts of a manifest fit each other. */
function faultsOf(manifest: Manifest): Fault[] {
  return [...faultsOfInputs(manifest.inputs), ...faultsOfCapabilities(manifest)];
}

function faultsOfInputs({ fields, groups, accountField }: Manifest['inputs']): Fault[] {
  const names = fields.map((field) => field.name);
  const asked = new Set(groups.flat());
  const faults: Fault[] = [];
  if (new Set(names).size < names.length) {
    faults.push({ path: ['inputs', 'fields'], message: 'two fields have one name' });
  }
  for (const name of asked) {
    if (!names.includes(name))
      faults.push({ path: ['inputs', 'groups'], message: `no field is named ${name}` });
  }
  for (const name of names) {
    if (!asked.has(name)) faults.push({ path: ['inputs', 'groups'], message: `no group asks for ${name}` });
  }
  if (!names.includes(accountField)) {
    faults.push({ path: ['inputs', 'accountField'], message: `no field is named ${accountField}` });
  }
  return faults;
}

function faultsOfCapabilities({ capabilities, queryKind, serviceItems }: Manifest): Fault[] {
  const needs: Partial<Record<typeof queryKind, ProviderCapability>> = {
    fetch: 'queryBills',
    validate: 'validateAccount',
    plan: 'plans',
  };
  const need = needs[queryKind];
  const faults: Fault[] = [];
  if (need && !capabilities.includes(need)) {
    faults.push({ path: ['queryKind'], message: `needs the capability ${need}` });
  }
  // A posting that times out is unknown until the agency is asked: without asking it would stay so for ever.
  if (capabilities.includes('pay') && !capabilities.includes('queryPayment')) {
    faults.push({ path: ['capabilities'], message: 'pay needs queryPayment' });
  }
  for (const [index, item] of serviceItems.entries()) {
    for (const operation of item.operations.filter((name) => !capabilities.includes(name))) {
      faults.push({
        path: ['serviceItems', index, 'operations'],
        message: `${operation} is not among the capabilities`,
      });
    }
  }
  return faults;
}

function isTimeZone(name: string): boolean {
  try {
    localTime(0, name);
    return true;
  } catch {
    return false;
  }
}

function isAnchoredPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
  } catch {
    return false;
  }
  // `^a|b$` is anchored on one side of each alternative only.
  return /^\^.*\$$/s.test(pattern) && (!pattern.includes('|') || /^\^\(.*\)\$$/s.test(pattern));
}
