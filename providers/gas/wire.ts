import { z } from 'zod';

/** What the gas company really sends in `data`. Unknown members are ignored; a missing or odd one makes the answer not understood. */

const yuan = z.string().regex(/^\d{1,10}\.\d{2}$/);
const volume = z.string().regex(/^\d{1,9}\.\d$/);
const count = z.string().regex(/^\d{1,9}$/);
const day = z.string().regex(/^\d{8}$/);
const time = z.string().regex(/^\d{14}$/);
/** Kept as the agency's reference: anything else is not understood rather than not storable. */
const theirNumber = z.string().regex(/^[\x21-\x7e]{1,64}$/);

export const holderSchema = z.object({
  account_no: z.string().regex(/^\d{12}$/),
  user_name: z.string().max(100),
  user_address: z.string().max(200),
});

export const billsSchema = holderSchema.extend({
  query_no: theirNumber,
  bills: z
    .array(
      z.object({
        bill_no: theirNumber,
        /** `YYYYMM` */
        period: z.string().regex(/^\d{6}$/),
        volume: count,
        last_reading: count,
        this_reading: count,
        due_date: day,
        /** All charges of the month, without the late fee. */
        billed: yuan,
        /** What of `billed` has been paid. */
        paid: yuan,
        /** What is left of it, as of now. */
        late_fee: yuan,
        /** What is left of all, as of now. */
        payable: yuan,
        items: z
          .array(
            z.object({
              code: z.string().max(8),
              name: z.string().min(1).max(60),
              volume,
              price: z.string().regex(/^\d{1,6}\.\d{1,8}$/),
              amount: yuan,
            }),
          )
          .min(1),
      }),
    )
    .min(1)
    .max(36),
});
export type Bills = z.output<typeof billsSchema>;

export const plansSchema = holderSchema.extend({
  query_no: theirNumber,
  meter: z.enum(['CARD', 'TOKEN']),
  plans: z
    .array(z.object({ plan_id: theirNumber, volume, price: yuan }))
    .min(1)
    .max(50),
});
export type Plans = z.output<typeof plansSchema>;

export const closedSchema = z.object({ open_time: time.optional() });

export const paymentSchema = z.object({
  order_no: z.string(),
  gas_no: theirNumber,
  pay_amount: yuan,
  /** SUCCESS posted, PROCESSING, FAIL refused; anything else is a state we do not know. */
  status: z.string(),
  post_time: time.optional(),
  expect_time: time.optional(),
  fail_code: z
    .string()
    .regex(/^\d{5}$/)
    .optional(),
  /** What was bought: a token of twenty digits for the keypad, or a code to have the card written with. */
  supply: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('TOKEN'), volume, token: z.string().regex(/^\d{20}$/) }),
      z.object({ type: z.literal('CARD'), volume, write_code: z.string().regex(/^\d{6,20}$/) }),
    ])
    .optional(),
});
export type Payment = z.output<typeof paymentSchema>;

export const undoingSchema = z.object({
  order_no: z.string(),
  orig_order_no: z.string(),
  gas_no: theirNumber,
  amount: yuan,
  status: z.string(),
  undo_time: time,
});

export const fileSchema = z.object({
  file_name: z.string().regex(/^[\w-]{1,80}\.csv$/),
  /** In hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  content: z.base64(),
});

export const fileNotReadySchema = z.object({ avail_time: time.optional() });
