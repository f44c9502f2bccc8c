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
    dueDate: z.string().nullable().describe('Last day without a late fee, at the agency'),
    lines: z.array(billLineSchema).describe('How `amountDue` comes about; they add up to it'),
    facts: z.array(z.object({ label: localTextSchema, value: z.string() })),
    inFlightPaymentId: z.string().nullable().describe('The payment that is paying it right now'),
  })
  .meta({ id: 'Bill' });

export const holderSchema = z
  .object({ maskedName: z.string().nullable(), maskedAddress: z.string().nullable() })
  .meta({ id: 'AccountHolder' });

export const billQuerySchema = z
  .object({
    outcome: z.enum(['due', 'nothingDue', 'noSuchAccount', 'closedNow', 'unavailable']),
    queryId: z.string().nullable().describe('What a payment refers to; there when something is due'),
    queriedAt: instantSchema,
    validUntil: instantSchema.nullable(),
    agency: agencySummarySchema,
    maskedAccount: z.string(),
    holder: holderSchema.nullable(),
    bills: z.array(billSchema),
    nextBillOn: z.string().nullable(),
    opensAt: instantSchema.nullable(),
    reason: reasonSchema.nullable(),
  })
  .meta({ id: 'BillQuery' });

export const channelSchema = z
  .object({ channelId: z.string(), names: localTextSchema })
  .meta({ id: 'Channel' });

export const paymentBody = z.strictObject({
  queryId: idSchema('qry'),
  billIds: z.array(z.string().min(1).max(64)).min(1).max(60),
  amount: moneySchema,
  channelId: z.string().max(64),
});

export const paymentStatusSchema = z.enum([
  'created',
  'debitPending',
  'debitUnknown',
  'debited',
  'postingPending',
  'postingUnknown',
  'posted',
  'refunding',
  'refundPending',
  'refundUnknown',
  'refundBlocked',
  'refunded',
  'debitFailed',
  'expired',
]);

export const paymentSchema = z
  .object({
    paymentId: z.string(),
    status: paymentStatusSchema,
    final: z.boolean().describe('Nothing more will happen by itself'),
    agency: agencySummarySchema,
    maskedAccount: z.string(),
    amount: moneySchema,
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
