import { z } from 'zod';
import { CHARGE_KINDS, REASON_CODES } from '../contract/index.ts';
import { agencySummarySchema } from './agencies.schemas.ts';
import { idSchema, instantSchema, localTextSchema, moneySchema } from './schemas.ts';

/** Shapes of queries and payments. */

export const inputsSchema = z
  .record(z.string().max(40), z.string().max(200))
  .describe('What the resident typed, by the names of the agency’s input fields');

export const billQueryBody = z.union([
  z.strictObject({ savedAccountId: idSchema('sav') }),
  z.strictObject({ agencyId: z.string().max(64), inputs: inputsSchema }),
]);

export const reasonSchema = z
  .object({
    code: z.enum(REASON_CODES),
    source: z.enum(['agency', 'channel', 'network', 'civicpay']).describe('Who said so'),
  })
  .meta({ id: 'Reason' });

const billLineSchema = z.object({
  kind: z.enum(CHARGE_KINDS),
  label: localTextSchema,
  amount: moneySchema,
  quantity: z
    .object({ quantity: z.string(), unit: z.string(), unitPrice: z.string() })
    .nullable()
    .describe('Decimal texts, to be shown and not computed with'),
});

const billSchema = z
  .object({
    billId: z.string(),
    period: z.string(),
    amountDue: moneySchema,
    minimumDue: moneySchema.nullable().describe('Less than this is not taken'),
    amountOptions: z
      .array(
        z.object({
          kind: z.enum(['early', 'onTime', 'late']),
          amount: moneySchema,
          from: z.string().nullable().describe('First day it holds, at the agency'),
          until: z.string().nullable().describe('Last day it holds'),
        }),
      )
      .describe('What it costs early, on time and late; `amountDue` is the one that holds today'),
    dueDate: z.string().nullable().describe('Last day without a late fee, at the agency'),
    lines: z.array(billLineSchema).describe('How `amountDue` comes about; they add up to it'),
    facts: z.array(z.object({ label: localTextSchema, value: z.string() })),
    inFlightPaymentId: z.string().nullable().describe('The payment that is paying it right now'),
  })
  .meta({ id: 'Bill' });

export const holderSchema = z
  .object({ maskedName: z.string().nullable(), maskedAddress: z.string().nullable() })
  .meta({ id: 'AccountHolder' });

const planSchema = z
  .object({
    planId: z.string(),
    name: localTextSchema,
    price: moneySchema,
    description: localTextSchema.nullable(),
  })
  .meta({ id: 'Plan' });

export const billQuerySchema = z
  .object({
    outcome: z
      .enum(['due', 'payable', 'plans', 'nothingDue', 'noSuchAccount', 'closedNow', 'unavailable'])
      .describe('`payable`: no bill, the resident says how much; `plans`: choose one of `plans`'),
    queryId: z
      .string()
      .nullable()
      .describe('What a payment refers to; there when something can be paid, also in advance'),
    queriedAt: instantSchema,
    validUntil: instantSchema.nullable(),
    agency: agencySummarySchema,
    maskedAccount: z.string(),
    holder: holderSchema.nullable(),
    bills: z.array(billSchema),
    plans: z.array(planSchema),
    nextBillOn: z.string().nullable(),
    opensAt: instantSchema.nullable(),
    reason: reasonSchema.nullable(),
  })
  .meta({ id: 'BillQuery' });

export const channelSchema = z
  .object({ channelId: z.string(), names: localTextSchema })
  .meta({ id: 'Channel' });

const chosen = {
  billIds: z
    .array(z.string().min(1).max(64))
    .max(60)
    .describe('Empty where an account is paid and not a bill'),
  planId: z.string().min(1).max(64).optional(),
  amount: moneySchema.describe('What the agency is to be paid'),
};

export const paymentBody = z.strictObject({
  queryId: idSchema('qry'),
  ...chosen,
  total: moneySchema
    .optional()
    .describe('What the resident was told they would pay in all; refused when it is not'),
  payerName: z
    .string()
    .min(1)
    .max(60)
    .optional()
    .describe('Asked for by agencies that want to know who pays'),
  channelId: z.string().max(64),
});

export const quoteBody = z.strictObject({ queryId: idSchema('qry'), ...chosen });

export const quoteSchema = z
  .object({
    amount: moneySchema.describe('What the agency is paid'),
    fee: moneySchema.describe('What the resident pays on top'),
    total: moneySchema.describe('What the channel will take'),
  })
  .meta({ id: 'PaymentQuote' });

export const paymentStatusSchema = z.enum([
  'created',
  'debitPending',
  'debitUnknown',
  'debited',
  'postingPending',
  'postingUnknown',
  'posted',
  'reversing',
  'refunding',
  'refundPending',
  'refundUnknown',
  'refundBlocked',
  'refunded',
  'debitFailed',
  'expired',
]);

export const fulfilmentSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('token'), token: z.string(), units: z.string().nullable() }),
    z.object({ kind: z.literal('cardWrite'), instruction: localTextSchema, code: z.string().nullable() }),
  ])
  .meta({ id: 'Fulfilment' })
  .describe('What is still to be done with what was bought: type a token, write a card');

export const paymentSchema = z
  .object({
    paymentId: z.string(),
    status: paymentStatusSchema,
    final: z.boolean().describe('Nothing more will happen by itself'),
    agency: agencySummarySchema,
    maskedAccount: z.string(),
    amount: moneySchema,
    fee: moneySchema.describe('What the resident pays on top'),
    total: moneySchema.describe('What the channel takes'),
    credit: moneySchema.nullable().describe('Part of the amount that is beyond what was due'),
    planName: localTextSchema.nullable().describe('What was chosen, where there were plans'),
    fulfilment: fulfilmentSchema.nullable(),
    bills: z.array(z.object({ billId: z.string(), period: z.string(), amount: moneySchema })),
    channelId: z.string(),
    createdAt: instantSchema,
    expiresAt: instantSchema.describe('Until when it can be confirmed at the channel'),
    confirmUrl: z.string().nullable().describe('Where to confirm it, while that is still to be done'),
    debitedAt: instantSchema.nullable(),
    postedAt: instantSchema.nullable(),
    refundedAt: instantSchema.nullable(),
    promisedBy: instantSchema.nullable().describe('When the next definite answer is promised'),
    reason: reasonSchema.nullable(),
    receiptId: z.string().nullable(),
    undone: z.boolean().describe('The posting was, or is to be, undone: the money goes back because of that'),
    disputableUntil: instantSchema.nullable().describe('Until when it can be disputed; null when it can’t'),
    timeline: z.array(
      z.object({ status: paymentStatusSchema, at: instantSchema, reason: reasonSchema.nullable() }),
    ),
  })
  .meta({ id: 'Payment' });

export const trialBalanceSchema = z
  .object({
    balanced: z.boolean(),
    currencies: z.array(
      z.object({
        currency: z.string(),
        debitMinor: z.string().describe('Integer as text: sums may exceed what JSON numbers hold'),
        creditMinor: z.string(),
        differenceMinor: z.string(),
      }),
    ),
  })
  .meta({ id: 'TrialBalance' });

export const parkedTaskSchema = z
  .object({
    taskId: z.string(),
    topic: z.string(),
    attempts: z.int(),
    lastError: z.string().nullable(),
    createdAt: instantSchema,
  })
  .meta({ id: 'ParkedTask' });
