import { z } from 'zod';
import { CHARGE_KINDS, REASON_CODES } from '../../src/contract/index.ts';

/**
 * What travels, in both directions: the one truth that the published JSON Schemas and the OpenAPI document are made of.
 * Unknown members are ignored; a missing or odd one makes an answer not understood.
 */

const localDate = z.iso.date().describe('A date at the agency, YYYY-MM-DD');
const moment = z.iso.datetime({ offset: true }).describe('A moment, RFC 3339 with Z or an offset');
const agencyCode = z
  .string()
  .max(64)
  .describe('Which agency, where one endpoint serves several; absent where it serves one');
const printable = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[\x21-\x7e]+$/);
const reference = z
  .string()
  .regex(/^[\w-]{1,32}$/)
  .describe('Ours; the idempotency key: one reference is carried out at most once, for ever');
const agencyReference = printable(64).describe(
  "The agency's own number of what it did, on its statement too",
);
const currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .describe('ISO 4217');
const money = z
  .object({
    amountMinor: z.int().describe('Whole minor units (fen, cents): never a fraction, never a text'),
    currency,
  })
  .meta({ id: 'Money' });
const localText = z
  .object({ 'zh-CN': z.string().min(1).max(200), en: z.string().min(1).max(200) })
  .meta({ id: 'LocalText' });
const inputs = z
  .record(z.string(), z.string())
  .describe("What the resident typed, by the names of the manifest's inputs. Personal data");
const queryReference = z.string().min(1).max(64);
const account = z.string().min(1).max(64).describe("The agency's own number of the account. Personal data");

const holder = z
  .object({ maskedName: z.string().max(100).optional(), maskedAddress: z.string().max(200).optional() })
  .describe('Masked by the agency: 陈*明')
  .meta({ id: 'Holder' });

const charge = z.enum(CHARGE_KINDS);

export const billSchema = z
  .object({
    billId: printable(64).describe('Unique within the agency'),
    period: z.string().min(1).max(32).describe('What it is for, such as 2026-10; sorted by, as text'),
    amountDue: money.describe('What is to be paid today, everything included'),
    lines: z
      .array(
        z.object({
          kind: charge,
          label: localText,
          amount: money,
          quantity: z
            .object({
              quantity: z.string().max(32),
              unit: z.string().max(16),
              unitPrice: z.string().max(32),
            })
            .optional(),
        }),
      )
      .min(1)
      .max(100)
      .describe('How amountDue comes about; they add up to it'),
    dueDate: localDate.optional(),
    minimumDue: money.optional().describe('Less than this is not taken, where part of a bill may be paid'),
    amountOptions: z
      .array(
        z.object({
          kind: z.enum(['early', 'onTime', 'late']),
          amount: money,
          from: localDate.optional(),
          until: localDate.optional(),
        }),
      )
      .max(3)
      .optional()
      .describe('What it costs early, on time and late; amountDue is the one that holds today'),
    facts: z
      .array(z.object({ label: localText, value: z.string().max(100) }))
      .max(20)
      .optional(),
  })
  .meta({ id: 'Bill' });
export type WireBill = z.output<typeof billSchema>;

const reason = z
  .object({
    code: z
      .string()
      .regex(/^[a-z_]{1,40}$/)
      .describe(`One of: ${REASON_CODES.join(', ')}. Any other is taken for refused_by_agency`),
    detail: z
      .string()
      .max(200)
      .optional()
      .describe("The agency's own code, for operators. No personal data: a long number is dropped"),
  })
  .meta({ id: 'Reason' });

const noSuchAccount = z.object({ outcome: z.literal('noSuchAccount'), reason: reason.optional() });
const closedNow = z.object({
  outcome: z.literal('closedNow'),
  reason: reason.optional(),
  opensAt: moment.optional(),
});
const unavailable = z.object({ outcome: z.literal('unavailable'), reason: reason.optional() });

export const billsAnswerSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('due'),
    holder,
    bills: z.array(billSchema).min(1).max(200),
    queryReference,
    account: account.optional(),
  }),
  z.object({ outcome: z.literal('nothingDue'), holder, nextBillOn: localDate.optional() }),
  noSuchAccount,
  closedNow,
  unavailable,
]);

export const validationAnswerSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('valid'),
    holder,
    queryReference: queryReference.optional(),
    account: account.optional(),
  }),
  noSuchAccount,
  closedNow,
  unavailable,
]);

export const plansAnswerSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('plans'),
    holder,
    plans: z
      .array(
        z.object({
          planId: printable(64),
          name: localText,
          price: money,
          description: localText.optional(),
        }),
      )
      .max(100),
    queryReference: queryReference.optional(),
    account: account.optional(),
  }),
  noSuchAccount,
  closedNow,
  unavailable,
]);

const fulfilment = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('token'),
    token: z.string().min(1).max(200),
    units: z.string().max(64).optional(),
  }),
  z.object({
    kind: z.literal('cardWrite'),
    instruction: localText,
    code: z.string().max(200).optional(),
  }),
]);

const rejected = z.object({ outcome: z.literal('rejected'), reason });
const pending = z.object({ outcome: z.literal('pending'), expectedBy: moment.optional() });
const notAttempted = z.object({
  outcome: z.literal('notAttempted'),
  reason: reason.optional(),
  retryAt: moment.optional(),
});
const duplicate = z.object({ outcome: z.literal('duplicate') });

export const paymentAnswerSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('accepted'),
    reference,
    agencyReference,
    amount: money.describe('What was posted: exactly what was asked'),
    postedAt: moment,
    fulfilment: fulfilment.optional(),
  }),
  rejected,
  pending,
  notAttempted,
  duplicate,
]);
export type PaymentAnswer = z.output<typeof paymentAnswerSchema>;

export const undoAnswerSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('accepted'),
    reference,
    agencyReference,
    amount: money,
    undoneAt: moment,
  }),
  rejected,
  pending,
  notAttempted,
  duplicate,
]);

export const statementAnswerSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('emptyDay') }),
  z.object({ outcome: z.literal('notReady'), availableAt: moment.optional() }),
  unavailable,
]);

export const accountRequestSchema = z.object({ agencyCode: agencyCode.optional(), inputs });

export const paymentRequestSchema = z.object({
  reference,
  agencyCode: agencyCode.optional(),
  inputs,
  queryReference: queryReference.optional().describe('From the answer that the resident saw'),
  bills: z
    .array(
      z.object({
        billId: z.string(),
        amount: money,
        charges: z
          .array(z.object({ kind: charge, amount: money }))
          .optional()
          .describe('How a part payment is spread; absent where the bill is paid in full'),
      }),
    )
    .describe('Empty where an account is paid and not a bill'),
  credit: money.optional().describe('Beyond the bills, kept in favour of the account; part of amount'),
  planId: z.string().optional().describe('What was chosen of the plans'),
  amount: money.describe('What is paid in all'),
  payer: z
    .object({ name: z.string() })
    .optional()
    .describe('Where the manifest asks who pays. Personal data'),
  debitedAt: moment.describe("When the resident's money was taken: the date of payment"),
});
export type PaymentRequest = z.input<typeof paymentRequestSchema>;

export const paymentQuerySchema = z.object({ reference, agencyCode: agencyCode.optional() });

export const undoRequestSchema = z.object({
  reference: reference.describe('Names the undoing itself'),
  originalReference: reference.describe('Names the payment that is undone'),
  agencyCode: agencyCode.optional(),
  amount: money,
});

export const statementRequestSchema = z.object({
  businessDate: localDate,
  interim: z
    .boolean()
    .optional()
    .describe('True: what there is so far, even if the day is not over. For tests and for looking on'),
});

export const webhookSchema = z.object({
  eventId: printable(64).describe('The same each time an event is sent again'),
  type: z.literal('payment'),
  reference,
  payment: paymentAnswerSchema,
});

/** The first line of a statement: the names of its columns. */
export const STATEMENT_COLUMNS = [
  'kind',
  'reference',
  'originalReference',
  'agencyCode',
  'agencyReference',
  'amountMinor',
  'currency',
  'at',
] as const;
export const STATEMENT_FORMAT = 'civicpay-open-statement-v1';
