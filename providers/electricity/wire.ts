import { z } from 'zod';

/** What the power company really sends. Unknown members are ignored; a missing or odd one makes the answer not understood. */

/** Every answer but a daily file. */
export const replySchema = z.object({
  rtnCode: z.string().regex(/^\d{4}$/),
  data: z.unknown().optional(),
});

const yuan = z.string().regex(/^\d{1,10}\.\d{2}$/);
const count = z.string().regex(/^\d{1,9}$/);
const day = z.string().regex(/^\d{8}$/);
const time = z.string().regex(/^\d{14}$/);

const holderSchema = z.object({ consName: z.string().max(100), consAddr: z.string().max(200) });

export const arrearsSchema = holderSchema.extend({
  qryNo: z.string().min(1).max(64),
  totalAmt: yuan,
  arrears: z
    .array(
      z.object({
        rcvblNo: z.string().min(1).max(64),
        /** `YYYYMM` */
        rcvblYm: z.string().regex(/^\d{6}$/),
        /** JT 阶梯 tiered, FG 峰谷 time of use. */
        tariff: z.enum(['JT', 'FG']),
        pq: count,
        lastRd: count,
        thisRd: count,
        dueDate: day,
        /** Without the late fee. */
        rcvblAmt: yuan,
        penaltyAmt: yuan,
        totalAmt: yuan,
        items: z.array(
          z.object({
            itemCode: z.string().max(8),
            itemName: z.string().min(1).max(60),
            pq: count,
            prc: z.string().regex(/^\d+\.\d{1,8}$/),
            amt: yuan,
          }),
        ),
      }),
    )
    .min(1),
});
export type Arrears = z.output<typeof arrearsSchema>;

export const nothingDueSchema = holderSchema.extend({ nextRcvblDate: day.optional() });

export const closedSchema = z.object({ openTime: time.optional() });

export const paymentSchema = z.object({
  merOrderNo: z.string(),
  /** Kept as the agency's reference: anything else is not understood rather than not storable. */
  chrgNo: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  payAmt: yuan,
  /** S posted, P being processed, F refused; anything else is a state we do not know. */
  procStatus: z.string(),
  chrgTime: time.optional(),
  expTime: time.optional(),
  failCode: z
    .string()
    .regex(/^\d{4}$/)
    .optional(),
});

export const fileNotReadySchema = z.object({ availTime: time.optional() });
