import { z } from 'zod';
import { type Receipt, type Receipts, receiptIdOf, type VerifiedReceipt } from '../billing/index.ts';
import { agencySummaryOf, agencySummarySchema } from './agencies.schemas.ts';
import { fulfilmentOf, holderOf } from './billing.presenter.ts';
import { channelSchema, fulfilmentSchema, holderSchema } from './billing.schemas.ts';
import { defineRoute, type Route, signedInCaller } from './route.ts';
import { idSchema, instantOf, instantSchema, localTextSchema, moneySchema } from './schemas.ts';

const verifiedReceiptSchema = z
  .object({
    receiptId: z.string(),
    agency: agencySummarySchema,
    maskedAccount: z.string(),
    amount: moneySchema.describe('What the agency got'),
    fee: moneySchema.describe('What was paid on top'),
    total: moneySchema.describe('What the channel took'),
    debitedAt: instantSchema,
    postedAt: instantSchema,
    agencyReference: z.string().describe('The agency’s own number of the posting'),
  })
  .meta({ id: 'VerifiedReceipt' });

const receiptSchema = verifiedReceiptSchema
  .extend({
    paymentId: z.string(),
    holder: holderSchema.nullable(),
    bills: z.array(z.object({ billId: z.string(), period: z.string(), amount: moneySchema })),
    credit: moneySchema.nullable().describe('Part of the amount that was beyond what was due'),
    planName: localTextSchema.nullable(),
    fulfilment: fulfilmentSchema.nullable(),
    payerName: z.string().nullable().describe('Who paid, where the agency wanted to know'),
    channel: channelSchema.extend({
      reference: z.string().describe('The channel’s own number of the debit'),
    }),
    verificationCode: z.string(),
    verifyUrl: z.string().describe('The page that checks it, for a QR code; carries no personal data'),
  })
  .meta({ id: 'Receipt' });

export interface ReceiptsRoutesOptions {
  receipts: Pick<Receipts, 'get' | 'getPdf' | 'verify'>;
}

/** Proof of payment, and checking it. */
export function receiptsRoutes({ receipts }: ReceiptsRoutesOptions): Route[] {
  const ofPayment = {
    method: 'get',
    tag: 'receipts',
    access: 'resident',
    idempotency: 'none',
    request: { params: z.object({ paymentId: idSchema('pay') }) },
    problems: ['payment_not_found', 'receipt_not_available'],
  } as const;
  return [
    defineRoute({
      ...ofPayment,
      path: '/v1/payments/{paymentId}/receipt',
      operationId: 'getReceipt',
      summary: 'The receipt of a payment that was posted',
      responses: { 200: { description: 'The same whenever it is asked for', schema: receiptSchema } },
      handler: async ({ params, caller }) => {
        const receipt = await receipts.get(signedInCaller(caller).userId, params.paymentId);
        return { status: 200, body: receiptOf(receipt) };
      },
    }),
    defineRoute({
      ...ofPayment,
      path: '/v1/payments/{paymentId}/receipt.pdf',
      operationId: 'getReceiptPdf',
      summary: 'The receipt to print or to keep, in Chinese and English',
      responses: {
        200: {
          description: 'A5, with a QR code to check it by',
          mediaType: 'application/pdf',
          schema: z.string(),
        },
      },
      handler: async ({ params, caller }) => {
        const body = await receipts.getPdf(signedInCaller(caller).userId, params.paymentId);
        const headers = {
          'content-disposition': `attachment; filename="${receiptIdOf(params.paymentId)}.pdf"`,
        };
        return { status: 200, body, headers };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/receipts/{receiptId}/verification',
      operationId: 'verifyReceipt',
      tag: 'receipts',
      summary: 'Whether a receipt is genuine, for anybody who holds its code',
      access: 'public',
      idempotency: 'none',
      request: {
        params: z.object({ receiptId: z.string().max(64) }),
        query: z.object({ code: z.string().max(40).default('') }),
      },
      responses: { 200: { description: 'It is, and this is what it says', schema: verifiedReceiptSchema } },
      problems: ['receipt_not_verified'],
      handler: async ({ params, query }) => {
        const verified = await receipts.verify(params.receiptId, query.code);
        return { status: 200, body: verifiedReceiptOf(verified) };
      },
    }),
  ];
}

function receiptOf(receipt: Receipt): z.input<typeof receiptSchema> {
  return {
    ...verifiedReceiptOf(receipt),
    paymentId: receipt.paymentId,
    holder: receipt.holder && holderOf(receipt.holder),
    bills: receipt.bills.map(({ billId, period, amount }) => ({ billId, period, amount })),
    credit: receipt.credit,
    planName: receipt.planName,
    fulfilment: fulfilmentOf(receipt.fulfilment),
    payerName: receipt.payer?.name ?? null,
    channel: receipt.channel,
    verificationCode: receipt.verificationCode,
    verifyUrl: receipt.verifyUrl,
  };
}

function verifiedReceiptOf(receipt: VerifiedReceipt): z.input<typeof verifiedReceiptSchema> {
  return {
    receiptId: receipt.receiptId,
    agency: agencySummaryOf(receipt.agency),
    maskedAccount: receipt.maskedAccount,
    amount: receipt.amount,
    fee: receipt.fee,
    total: receipt.total,
    debitedAt: instantOf(receipt.debitedAtMs),
    postedAt: instantOf(receipt.postedAtMs),
    agencyReference: receipt.agencyReference,
  };
}
