import { z } from 'zod';

/** What the platform really sends. Unknown members are ignored; a missing or odd one makes the answer not understood. */

export const replySchema = z.union([
  z.object({ error: z.object({ code: z.int(), data: z.unknown().optional() }) }),
  z.object({ result: z.unknown() }),
]);

const yuan = z.string().regex(/^\d{1,9}\.\d{2}$/);
const words = z.object({ zh: z.string().min(1).max(200), en: z.string().min(1).max(200) });

export const billsSchema = z.object({
  queryId: z.string().min(1).max(64),
  /** Masked. */
  payer: z.string().min(1).max(100),
  bills: z.array(
    z.object({
      billId: z.string().min(1).max(64),
      /** `YYYY-MM` */
      period: z.string().regex(/^\d{4}-\d{2}$/),
      title: words,
      amount: yuan,
      dueDate: z.iso.date(),
    }),
  ),
});

export const paymentSchema = z.object({
  reference: z.string(),
  /** Kept as the agency's reference. */
  paymentId: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  amount: yuan,
  /** posted, processing, refused; anything else is a state we do not know. */
  status: z.string(),
  at: z.iso.datetime().nullable(),
  errorCode: z.int().optional(),
});

export const refundSchema = z.object({
  reference: z.string(),
  refundId: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  paymentReference: z.string(),
  amount: yuan,
  status: z.literal('refunded'),
  at: z.iso.datetime(),
});

export const closedSchema = z.object({ opensAt: z.iso.datetime().optional() });

export const messageSchema = z.object({ type: z.literal('payment.finished'), data: paymentSchema });

/** A tenant of the list. What of it makes no good manifest is found where manifests are checked. */
export const tenantSchema = z.object({
  tenantId: z.string().min(1).max(64),
  name: words,
  business: z.string(),
  regionCode: z.string(),
  form: z.array(
    z.object({
      name: z.string(),
      label: words,
      pattern: z.string(),
      maxLength: z.int(),
      isNumeric: z.boolean(),
      help: words,
      mismatch: words,
    }),
  ),
  accountField: z.string(),
  billChoice: z.enum(['ANY', 'OLDEST_FIRST']),
  maxAmount: yuan,
  phone: z.string().max(32),
});
export type WireTenant = z.output<typeof tenantSchema>;

export const tenantPageSchema = z.object({
  /** Of the whole list: two pages of different lists make no list. */
  etag: z.string(),
  items: z.array(tenantSchema),
  nextCursor: z.string().nullable(),
});
