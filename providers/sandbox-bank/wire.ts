import { z } from 'zod';

/** What the bank really sends, as its manual and the fixtures have it: yuan as decimal text, times with offset. */
const amount = z.string().regex(/^\d{1,10}\.\d{2}$/);
const time = z.iso.datetime({ offset: true });
/** Kept as the channel's reference: anything else is not understood rather than not storable. */
const bankNumber = z.string().regex(/^[\x21-\x7e]{1,64}$/);

const orderCommon = z.object({
  merOrderNo: z.string(),
  bankOrderNo: bankNumber,
  amount,
  currency: z.literal('CNY'),
});

/** A status that is not listed does not parse: it is then not known what it means. */
export const orderSchema = z.discriminatedUnion('status', [
  orderCommon.extend({ status: z.literal('WAIT_CONFIRM'), cashierUrl: z.url({ protocol: /^https?$/ }) }),
  orderCommon.extend({ status: z.literal('PROCESSING'), expectedTime: time.optional() }),
  orderCommon.extend({ status: z.literal('DEBITED'), debitTime: time }),
  orderCommon.extend({ status: z.literal('CLOSED'), closeReason: z.string().max(64) }),
]);
export type BankOrder = z.output<typeof orderSchema>;

const refundCommon = z.object({
  merRefundNo: z.string(),
  bankRefundNo: bankNumber,
  amount,
  currency: z.literal('CNY'),
});

export const refundSchema = z.discriminatedUnion('status', [
  refundCommon.extend({ status: z.literal('PROCESSING'), expectedTime: time.optional() }),
  refundCommon.extend({ status: z.literal('REFUNDED'), refundTime: time }),
  refundCommon.extend({ status: z.literal('REFUSED'), refuseReason: z.string().max(64) }),
]);
export type BankRefund = z.output<typeof refundSchema>;

/** Every JSON answer: `OK` with data, or a code that says what the bank did not do. */
export const answerSchema = z.object({ code: z.string().max(64), data: z.unknown().optional() });

export const fileNotReadySchema = z.object({ availableTime: time });

export const notificationSchema = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['order.debited', 'order.closed', 'order.waiting']), data: orderSchema }),
  z.object({ type: z.literal('refund.refunded'), data: refundSchema }),
]);
