import { z } from 'zod';
import { type FixedLayout, fixedBytes, fixedLayout, readFixed } from '../../src/kernel/fixed-width.ts';

/** The bureau's messages: digits of length, header, body, message authentication code. */
export const LENGTH_DIGITS = 8;
export const MAC_BYTES = 64;
export const VERSION = '01';
export type TransactionCode = '1101' | '1201' | '1202' | '1203' | '1301';

export const HEADER = fixedLayout(
  'version X2',
  'code X4',
  'channel X8',
  'trace X32',
  'time X14',
  'returnCode X4',
);

/** Requests. */
export const QUERY = fixedLayout('identityNumber X18', 'name X80', 'grade 9(3)');
export const PAY = fixedLayout(
  'reference X32',
  'queryNo X20',
  'identityNumber X18',
  'grade 9(3)',
  'payTime X14',
  'total 9(12)',
  'count 9(2)',
);
export const PAY_ITEM = fixedLayout('voucherNo X20', 'amount 9(12)');
export const QUERY_PAYMENT = fixedLayout('reference X32');
export const REVERSE = fixedLayout('reference X32', 'originalReference X32', 'amount 9(12)');
export const DAILY_FILE = fixedLayout('date X8');

/** Answers. */
const DUE = fixedLayout('personNo X12', 'maskedName X80', 'queryNo X20', 'count 9(2)');
const DUE_ITEM = fixedLayout(
  'voucherNo X20',
  'month X6',
  'base 9(12)',
  'pension 9(12)',
  'medical 9(12)',
  'total 9(12)',
);
const HOLDER = fixedLayout('personNo X12', 'maskedName X80');
const PAYMENT = fixedLayout(
  'reference X32',
  'receiptNo X20',
  'amount 9(12)',
  'state X1',
  'postedTime X14',
  'expectedTime X14',
  'failCode X4',
);
const REVERSAL = fixedLayout(
  'reference X32',
  'originalReference X32',
  'reversalNo X20',
  'amount 9(12)',
  'time X14',
);
const MOMENT = fixedLayout('time X14');
const FILE = fixedLayout('fileName X40', 'size 9(10)');

const fen = z
  .string()
  .regex(/^\d{12}$/)
  .transform(Number);
const time = z.string().regex(/^(\d{14})?$/);
/** Kept as the bureau's reference: anything else is not understood rather than not storable. */
const theirNumber = z.string().regex(/^[\x21-\x7e]{1,20}$/);
const personNo = z.string().regex(/^\d{12}$/);
const holderSchema = z.object({ personNo, maskedName: z.string().min(1) });
const dueSchema = holderSchema.extend({ queryNo: theirNumber });
const dueItemSchema = z.object({
  voucherNo: theirNumber,
  month: z.string().regex(/^\d{4}(0[1-9]|1[0-2])$/),
  base: fen,
  pension: fen,
  medical: fen,
  total: fen.refine((total) => total > 0),
});
const paymentSchema = z.object({
  reference: z.string(),
  receiptNo: theirNumber,
  amount: fen,
  /** S posted, P being processed, F refused; anything else is a state we do not know. */
  state: z.string(),
  postedTime: time,
  expectedTime: time,
  failCode: z.string().regex(/^(\d{4})?$/),
});
const reversalSchema = z.object({
  reference: z.string(),
  originalReference: z.string(),
  reversalNo: theirNumber,
  amount: fen,
  time,
});

export type DueItem = z.output<typeof dueItemSchema>;
export type Due = z.output<typeof dueSchema> & { items: DueItem[] };

/** Each reader gives null for a body that is not what the bureau documents. */
export function readDue(body: Uint8Array): Due | null {
  const headBytes = fixedBytes(DUE);
  const itemBytes = fixedBytes(DUE_ITEM);
  const head = readFixed(DUE, body.subarray(0, headBytes));
  const due = dueSchema.safeParse(head);
  const count = Number(head?.count);
  if (!due.success || count === 0 || body.length !== headBytes + count * itemBytes) return null;
  const items = Array.from({ length: count }, (_, index) => {
    const offset = headBytes + index * itemBytes;
    return dueItemSchema.safeParse(readFixed(DUE_ITEM, body.subarray(offset, offset + itemBytes))).data;
  });
  return items.every((item) => item !== undefined) ? { ...due.data, items } : null;
}

export const readHolder = (body: Uint8Array) => readAs(HOLDER, holderSchema, body);
export const readPayment = (body: Uint8Array) => readAs(PAYMENT, paymentSchema, body);
export const readReversal = (body: Uint8Array) => readAs(REVERSAL, reversalSchema, body);

/** A `yyyyMMddHHmmss`. */
export function readMoment(body: Uint8Array): string | undefined {
  return readFixed(MOMENT, body)?.time;
}

export function readFile(body: Uint8Array): { fileName: string; content: Uint8Array } | null {
  const head = readFixed(FILE, body.subarray(0, fixedBytes(FILE)));
  const content = body.subarray(fixedBytes(FILE));
  if (!head || Number(head.size) !== content.length) return null;
  const { fileName = '' } = head;
  return /^[\w-]{1,36}\.txt$/.test(fileName) ? { fileName, content } : null;
}

function readAs<T>(layout: FixedLayout, schema: z.ZodType<T>, body: Uint8Array): T | null {
  return schema.safeParse(readFixed(layout, body)).data ?? null;
}
