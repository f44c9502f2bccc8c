import { z } from 'zod';
import { type Agency, isOpen, opensAtMs } from '../agencies/index.ts';
import {
  amountRuleSchema,
  CATEGORIES,
  CHARGE_KINDS,
  INPUT_CHECKS,
  type Manifest,
  QUERY_KINDS,
  type ServiceHours,
} from '../contract/index.ts';
import { jsonSchemaOfInputs } from './input-json-schema.ts';
import {
  instantOf,
  instantOrNull,
  instantSchema,
  localTextSchema,
  moneySchema,
  pageQuery,
} from './schemas.ts';

const category = z.enum(CATEGORIES);
const region = z
  .string()
  .regex(/^\d{6}$/)
  .describe('GB/T 2260 code');

export const agencyQuery = pageQuery.extend({
  region: region.optional().describe('GB/T 2260 code; agencies of its prefecture and province serve it too'),
  category: category.optional(),
  search: z
    .string()
    .trim()
    .regex(/^[^\p{Cc}]{1,32}$/u)
    .optional()
    .describe('Part of a name, in either language; of words in Latin letters, the beginning'),
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
    queryKind: z
      .enum(QUERY_KINDS)
      .describe(
        'How a payment begins: with the bills the agency states, an account it confirms, only what is typed, a choice of plans; `none`: there is nothing to pay',
      ),
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
    picture: z.string().nullable().describe('Where to find it, as a `data:` URL of an image'),
    mismatch: localTextSchema.describe('What to say when the pattern does not match, or the check fails'),
    check: z
      .enum(INPUT_CHECKS)
      .nullable()
      .describe('What the server checks beyond the pattern: GB 11643, GA 36, DL/T 645'),
    presets: z
      .array(z.object({ value: z.string(), label: localTextSchema }))
      .nullable()
      .describe('Offered instead of typing: the value is one of these'),
  })
  .meta({ id: 'InputField' });

export const agencySchema = agencySummarySchema
  .extend({
    inputs: z.object({
      fields: z.array(inputFieldSchema),
      groups: z.array(z.array(z.string())).describe('Names of fields; each group is enough by itself'),
      accountField: z.string().describe('The field that is shown again, masked'),
      schema: z
        .record(z.string(), z.unknown())
        .describe('The same form as JSON Schema, draft 2020-12, for uniform values'),
    }),
    billShape: z.enum(['one', 'all', 'some', 'oldestFirst']).describe('Which bills may be paid together'),
    amountRule: amountRuleSchema.describe(
      'Towards bills. Where no bill is paid, `exact`, `atLeast` and `atMost` mean any amount',
    ),
    amountPresets: z.array(moneySchema).describe('Offered as buttons where the resident says how much'),
    acceptsAdvance: z
      .boolean()
      .describe('What is paid beyond what is due stays as credit; else it is refused'),
    chargeOrder: z
      .array(z.enum(CHARGE_KINDS))
      .describe('The order in which a part payment is spread over the charges of one bill'),
    payer: z.enum(['anyone', 'named']).describe('`named`: a payment has to say who pays'),
    isQueryForSameDay: z.boolean().describe('What a query says holds on its own business date only'),
    openNow: z.boolean(),
    opensAt: instantSchema.nullable().describe('When it opens again; null while it is open, or not known'),
    serviceHours: z.object({
      timeZone: z.string().describe('IANA name'),
      open: z
        .array(z.object({ weekdays: z.array(z.int()), from: z.string(), to: z.string() }))
        .describe('ISO weekdays, 1 is Monday; `HH:MM`, 24:00 ends a day'),
    }),
    maintenance: z
      .array(z.object({ from: instantSchema, to: instantSchema, note: localTextSchema }))
      .describe('Windows under way and to come, by their beginning: it is closed then'),
    postingPromiseSeconds: z.int().describe('The time promised between debit and posting'),
    paymentLimit: moneySchema.describe('Most that one payment may carry'),
    dailyLimit: moneySchema.nullable().describe('Most that may be paid to one account a day'),
    disputes: z
      .object({ withinDays: z.int(), answerWithinHours: z.int() })
      .describe('Until how long after posting a payment can be disputed; how soon the agency answers'),
    servicePhone: z.string().nullable(),
  })
  .meta({ id: 'Agency' });

export function agencySummaryOf({ agencyId, manifest }: Agency): z.input<typeof agencySummarySchema> {
  const { names, category, regions, queryKind } = manifest;
  return { agencyId, names, category, regions, queryKind };
}

export function agencyOf(agency: Agency, nowMs: number): z.input<typeof agencySchema> {
  const { manifest } = agency;
  const moneyOf = (amountMinor: number) => ({ amountMinor, currency: manifest.currency });
  return {
    ...agencySummaryOf(agency),
    inputs: inputsOf(manifest.inputs),
    billShape: manifest.billShape,
    amountRule: manifest.amountRule,
    amountPresets: manifest.amountPresetsMinor.map(moneyOf),
    acceptsAdvance: manifest.acceptsAdvance,
    chargeOrder: manifest.chargeOrder,
    payer: manifest.payer,
    isQueryForSameDay: manifest.isQueryForSameDay,
    ...openingOf(manifest.serviceHours, nowMs),
    postingPromiseSeconds: manifest.postingPromiseSeconds,
    paymentLimit: moneyOf(manifest.paymentLimitMinor),
    dailyLimit: manifest.dailyLimitMinor === undefined ? null : moneyOf(manifest.dailyLimitMinor),
    disputes: manifest.disputes,
    servicePhone: manifest.servicePhone ?? null,
  };
}

function inputsOf(inputs: Manifest['inputs']): z.input<typeof agencySchema>['inputs'] {
  return {
    ...inputs,
    fields: inputs.fields.map((field) => ({
      ...field,
      placeholder: field.placeholder ?? null,
      picture: field.picture ?? null,
      check: field.check ?? null,
      presets: field.presets ?? null,
    })),
    schema: jsonSchemaOfInputs(inputs),
  };
}

/** Whether it is open, when it opens, its hours, and the maintenance that is not over. */
function openingOf(hours: ServiceHours, nowMs: number) {
  const openNow = isOpen(hours, nowMs);
  const openingMs = openNow ? null : opensAtMs(hours, nowMs);
  const windows = hours.maintenance
    .map(({ from, to, note }) => ({ fromMs: Date.parse(from), toMs: Date.parse(to), note }))
    .filter(({ toMs }) => toMs > nowMs)
    .sort((a, b) => a.fromMs - b.fromMs);
  return {
    openNow,
    opensAt: instantOrNull(openingMs),
    serviceHours: { timeZone: hours.timeZone, open: hours.open },
    maintenance: windows.map(({ fromMs, toMs, note }) => ({
      from: instantOf(fromMs),
      to: instantOf(toMs),
      note,
    })),
  };
}
