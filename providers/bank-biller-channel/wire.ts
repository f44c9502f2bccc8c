import { z } from 'zod';

/** What the bank really sends. Unknown members are ignored; a missing or odd one makes the answer not understood. */

export const replySchema = z.object({
  code: z.string().regex(/^[A-Z_]{1,40}$/),
  data: z.unknown().optional(),
});

const fen = z.int().min(0).max(100_000_000_000);
const time = z.string().regex(/^\d{14}$/);
const text = z.string().min(1).max(200);

const lookUpSchema = z.object({
  queryId: z.string().min(1).max(64),
  holder: z.object({ name: z.string().max(100), address: z.string().max(200) }),
});

export const accountSchema = lookUpSchema;

export const billsSchema = lookUpSchema.extend({
  total: fen,
  bills: z
    .array(
      z.object({
        billNo: z.string().min(1).max(64),
        /** `YYYYMM` */
        month: z.string().regex(/^\d{6}$/),
        amount: fen.positive(),
        dueDate: z.string().regex(/^\d{8}$/),
        items: z
          .array(z.object({ code: z.string().max(16), nameZh: text, nameEn: text, amount: fen }))
          .min(1),
      }),
    )
    .min(1),
});
export type Bills = z.output<typeof billsSchema>;

export const packagesSchema = lookUpSchema.extend({
  packages: z
    .array(
      z.object({
        packageId: z.string().min(1).max(64),
        nameZh: text,
        nameEn: text,
        priceFen: fen.positive(),
      }),
    )
    .min(1),
});

export const orderSchema = z.object({
  orderNo: z.string(),
  /** Kept as the agency's reference. */
  serialNo: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  amount: fen,
  /** DONE, IN_PROGRESS, FAILED; anything else is a state we do not know. */
  state: z.string(),
  doneTime: time.optional(),
  expectTime: time.optional(),
  failCode: z.string().optional(),
});

export const closedSchema = z.object({ openTime: time.optional() });
export const fileNotReadySchema = z.object({ availableTime: time.optional() });
export const fileSchema = z.object({
  fileName: z.string().regex(/^[\w-]{1,80}\.tsv$/),
  content: z.base64(),
});

/** A biller of the list. What of it makes no good manifest is found where manifests are checked. */
export const billerSchema = z.object({
  billerId: z.string().min(1).max(64),
  nameZh: text,
  nameEn: text,
  industry: z.string(),
  areas: z.array(z.string()),
  mode: z.enum(['QUERY', 'VERIFY', 'PACKAGE']),
  isAllAtOnce: z.boolean(),
  amountFen: z.object({ least: fen, most: fen }).optional(),
  orderLimitFen: fen,
  openFrom: z.string(),
  openTo: z.string(),
  postedWithin: z.int().positive(),
  servicePhone: z.string().max(32),
  field: z.object({
    key: z.string(),
    nameZh: text,
    nameEn: text,
    regex: z.string(),
    maxLength: z.int(),
    keypad: z.enum(['NUM', 'TEL']),
    helpZh: text,
    helpEn: text,
    errorZh: text,
    errorEn: text,
  }),
});
export type WireBiller = z.output<typeof billerSchema>;

export const billerPageSchema = z.object({
  /** Of the whole list: two pages of different lists make no list. */
  version: z.string(),
  total: z.int().min(0),
  pages: z.int().min(0),
  billers: z.array(billerSchema),
});
