import { z } from 'zod';
import type { XmlValue } from '../../src/kernel/xml.ts';

/**
 * What the water company really sends, as `xmlValue` gives it: each element by name, each a list. Unknown elements are
 * ignored; a missing, doubled or odd one makes the answer not understood. Texts stay texts until `parseMinor`.
 */

/** Exactly one element of a name. */
const one = <Schema extends z.ZodType>(schema: Schema) => z.tuple([schema]).transform(([value]) => value);
const text = (pattern: RegExp) => one(z.string().regex(pattern));
const anyText = (maxLength: number) => one(z.string().max(maxLength));

const yuan = text(/^\d{1,10}\.\d{2}$/);
const count = text(/^\d{1,9}$/);
const day = text(/^\d{8}$/);
const time = text(/^\d{14}$/);
/** Kept as the agency's reference: anything else is not understood rather than not storable. */
const theirNumber = text(/^[\x21-\x7e]{1,64}$/);

export const messageSchema = z
  .object({
    Head: one(
      z.object({
        TxnCode: anyText(16),
        MerchantId: anyText(64),
        RequestId: anyText(64),
        RtnCode: text(/^\d{6}$/),
      }),
    ),
    Body: one(z.custom<XmlValue>()),
    Sign: anyText(2_048),
  })
  .transform(({ Head: { TxnCode, MerchantId, RequestId, RtnCode }, Body, Sign }) => ({
    head: { txnCode: TxnCode, merchantId: MerchantId, requestId: RequestId, rtnCode: RtnCode },
    body: Body,
    sign: Sign,
  }));

export const holderSchema = z.object({ CustName: anyText(100), CustAddr: anyText(200) });

export const billsSchema = holderSchema.extend({
  AccountNo: text(/^\d{10}$/),
  QueryNo: theirNumber,
  TotalAmt: yuan,
  Bill: z
    .array(
      z.object({
        BillNo: theirNumber,
        /** `YYYYMM` */
        Period: text(/^\d{6}$/),
        Months: count,
        Volume: count,
        LastRead: count,
        ThisRead: count,
        DueDate: day,
        LateFee: yuan,
        TotalAmt: yuan,
        Item: z
          .array(
            z.object({
              Code: anyText(8),
              Name: text(/^.{1,60}$/u),
              Qty: count,
              Price: text(/^\d{1,6}\.\d{1,8}$/),
              Amt: yuan,
            }),
          )
          .min(1),
      }),
    )
    .min(1)
    .max(36),
});
export type Bills = z.output<typeof billsSchema>;

export const closedSchema = z.object({ OpenTime: time.optional() });

export const paymentSchema = z.object({
  OrderNo: anyText(64),
  ReceiptNo: theirNumber,
  PayAmt: yuan,
  /** 1 posted, 2 being processed, 3 refused; anything else is a state we do not know. */
  Status: anyText(8),
  PostTime: time.optional(),
  ExpectTime: time.optional(),
  FailCode: text(/^\d{6}$/).optional(),
});

export const undoingSchema = z.object({
  OrderNo: anyText(64),
  OrigOrderNo: anyText(64),
  UndoNo: theirNumber,
  Amt: yuan,
  Status: anyText(8),
  UndoTime: time,
});

export const fileSchema = z.object({
  FileName: text(/^[\w-]{1,80}\.dat$/),
  /** SHA-256 in hex. */
  Digest: text(/^[0-9a-f]{64}$/),
  Content: one(z.base64()),
});

export const fileNotReadySchema = z.object({ AvailTime: time.optional() });
