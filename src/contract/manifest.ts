import { z } from 'zod';
import { isTimeZone, minuteOfDay } from '../kernel/business-date.ts';
import { faultsOfFees, feeSchema } from './manifest.fees.ts';
import { faultsOfInputs, inputsSchema } from './manifest.inputs.ts';
import { type Fault, localText, regionCode, slug } from './manifest.parts.ts';

/**
 * A manifest says everything about an agency that code does not: who it is, what a resident types, how its
 * bills behave, when it answers. It is data, versioned, and validated here; declared ⇔ works.
 */

const hhmm = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM');
const timeZone = z.string().refine(isTimeZone, 'not an IANA time zone');
/** 24:00 closes a day that never closes. */
const hhmmEnd = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'HH:MM or 24:00');

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

export const QUERY_KINDS = ['fetch', 'validate', 'direct', 'plan', 'none'] as const;

/** What sort of charge a line of a bill is: the pages group and explain by it. */
export const CHARGE_KINDS = [
  'usage',
  'basic',
  'adjustment',
  'surcharge',
  'sewage',
  'contribution',
  'fine',
  'tax',
  'lateFee',
  'rebate',
  'credit',
  'other',
] as const;
export type ChargeKind = (typeof CHARGE_KINDS)[number];

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
    .object({
      kind: z.literal('range'),
      minimumMinor: z.int().positive(),
      maximumMinor: z.int().positive(),
      /** Only multiples of it, both bounds being such: 100 is whole yuan. */
      stepMinor: z.int().positive().optional(),
    })
    .refine((range) => range.minimumMinor <= range.maximumMinor, 'the minimum is above the maximum')
    .refine(
      ({ minimumMinor, maximumMinor, stepMinor = 1 }) =>
        minimumMinor % stepMinor === 0 && maximumMinor % stepMinor === 0,
      'a bound is not a multiple of the step',
    ),
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
    id: slug,
    names: localText,
    category: z.enum(CATEGORIES),
    /** GB/T 2260 codes of the places served: six digits, `440100` is Guangzhou. */
    regions: z.array(regionCode).min(1),
    /** The connection that carries it. */
    connection: slug,
    /** What the connection calls it, when one connection carries many. */
    agencyCode: z.string().max(64).optional(),
    /** What a payment over `connection` costs us, in parts per million: of two ways that work, the cheaper is taken. */
    costPpm: z.int().min(0).default(0),
    /** Further connections that carry the same agency. A payment keeps to the one that its query was asked over. */
    otherRoutes: z
      .array(
        z.object({
          connection: slug,
          agencyCode: z.string().max(64).optional(),
          costPpm: z.int().min(0),
        }),
      )
      .max(4)
      .default([]),
    currency: z.string().regex(/^[A-Z]{3}$/),
    capabilities: z.array(z.enum(PROVIDER_CAPABILITIES)),
    /** Asks for nothing only where `queryKind` is `none`. */
    inputs: inputsSchema,
    /**
     * How a payment begins: with the bills that the agency states, with an account that it confirms, with nothing but what
     * the resident types (a paper fine), or with a choice of plans (a prepaid meter). `none`: it has services and no bills.
     */
    queryKind: z.enum(QUERY_KINDS),
    billShape: z.enum(['one', 'all', 'some', 'oldestFirst']),
    amountRule: amountRuleSchema,
    serviceHours: serviceHoursSchema,
    /** What is paid beyond what is due stays in the account's favour, also when nothing is due; else it is refused. */
    acceptsAdvance: z.boolean().default(false),
    /** The order in which a part payment is spread over the charges of one bill; charges not named come last. */
    chargeOrder: z.array(z.enum(CHARGE_KINDS)).default([]),
    /** Offered as buttons where the resident chooses the amount, minor units. */
    amountPresetsMinor: z.array(z.int().positive()).max(12).default([]),
    /** Most that one payment may carry, minor units. */
    paymentLimitMinor: z.int().positive(),
    /** Most that may be paid to one account on one business date, minor units. */
    dailyLimitMinor: z.int().positive().optional(),
    fees: z.array(feeSchema).max(20).default([]),
    /** `named`: the agency wants to know who pays, since anybody may pay for anybody. */
    payer: z.enum(['anyone', 'named']).default('anyone'),
    /** What a query says holds on its own business date only. */
    isQueryForSameDay: z.boolean().default(false),
    /** The time promised between debit and posting, shown to the resident. */
    postingPromiseSeconds: z.int().positive(),
    /** Where the agency's business date ends. */
    cutOff: hhmm,
    /** Until so many days after posting a payment can be disputed, and how soon the agency answers. */
    disputes: z
      .object({ withinDays: z.int().min(1).max(3_650), answerWithinHours: z.int().min(1).max(2_160) })
      .default({ withinDays: 90, answerWithinHours: 72 }),
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

/** What no single field can tell: whether the parts of a manifest fit each other. */
function faultsOf(manifest: Manifest): Fault[] {
  return [
    ...faultsOfInputs(manifest.inputs, manifest.queryKind === 'none'),
    ...faultsOfCapabilities(manifest),
    ...faultsOfFees(manifest.fees),
    ...faultsOfRoutes(manifest),
  ];
}

function faultsOfRoutes({ connection, otherRoutes }: Manifest): Fault[] {
  const connections = [connection, ...otherRoutes.map((route) => route.connection)];
  return new Set(connections).size < connections.length
    ? [{ path: ['otherRoutes'], message: 'two routes over one connection' }]
    : [];
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
