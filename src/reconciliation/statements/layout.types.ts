import { z } from 'zod';

const columnSchema = z.union([z.int().min(1).max(10_000), z.string().min(1)]);
const fixed = { from: z.int().min(1).max(100_000), length: z.int().min(1).max(100_000) };

/** Where a field stands: a column (1-based, or by its name in the heading), or characters (or bytes) of a fixed-width line. */
const placeSchema = z
  .union([z.strictObject({ column: columnSchema }), z.strictObject(fixed)])
  .meta({ id: 'LayoutPlace' });

/** A value that is the same on every line. */
const constantSchema = z.strictObject({ value: z.string().min(1) });

const textSchema = z.union([placeSchema, constantSchema]).meta({ id: 'LayoutText' });

/** Words at a place. */
const wordsSchema = z
  .strictObject({ at: placeSchema, words: z.array(z.string().min(1)).min(1) })
  .meta({ id: 'LayoutWords' });

/** An amount with its own sign, or negative where certain words stand at another place. */
const amountSchema = z
  .union([
    z.strictObject({ column: columnSchema, negative: wordsSchema.optional() }),
    z.strictObject({ ...fixed, negative: wordsSchema.optional() }),
  ])
  .meta({ id: 'LayoutAmount' });

/** A form without a year means the day that lies nearest to the header's. */
const dateSchema = z
  .union([
    z.strictObject({ column: columnSchema, form: z.string().max(40).optional() }),
    z.strictObject({ ...fixed, form: z.string().max(40).optional() }),
  ])
  .meta({ id: 'LayoutDate' });

const directionSchema = z.union([
  z.enum(['credit', 'debit']),
  z.strictObject({ at: placeSchema, words: z.record(z.string(), z.enum(['credit', 'debit'])) }),
]);

/** The code of ISO 4217, or words that stand for one, such as the numbers of ISO 4217. */
const currencySchema = z
  .union([
    textSchema,
    z.strictObject({ at: placeSchema, words: z.record(z.string(), z.string().regex(/^[A-Z]{3}$/)) }),
  ])
  .meta({ id: 'LayoutCurrency' });

/** What tells a record: how its line begins, words at a place, or both. Of several that fit, the longest counts. */
const sign = { startsWith: z.string().min(1).optional(), when: wordsSchema.optional() };

function hasSign({ startsWith, when }: { startsWith?: string; when?: object }): boolean {
  return startsWith !== undefined || when !== undefined;
}
const SIGN_MISSING = { message: 'needs startsWith or when' };

const names = {
  ref: textSchema.optional(),
  bankRef: textSchema.optional(),
  /** Where a row that takes back an earlier one names it; not looked at in other rows. */
  originalRef: textSchema.optional(),
  counterparty: textSchema.optional(),
  memo: textSchema.optional(),
};

const rowSchema = z
  .strictObject({
    /** Without a sign every line is a row that is nothing else. */
    ...sign,
    ...names,
    /** Signed, or with `direction`. */
    amount: amountSchema.optional(),
    creditAmount: amountSchema.optional(),
    debitAmount: amountSchema.optional(),
    direction: directionSchema.optional(),
    currency: currencySchema.optional(),
    /** What was kept back of the amount, whichever sign it has. */
    fee: amountSchema.optional(),
    /** The settlement batch. */
    batch: textSchema.optional(),
    /** The words that say that a row is one movement for many payments. */
    settlement: wordsSchema.optional(),
    /** The words that say that a row takes back an earlier one. */
    reversal: wordsSchema.optional(),
    bookedOn: dateSchema.optional(),
    valueOn: dateSchema.optional(),
    /** Counts 1, 2, 3 …: a gap is a row that is missing. */
    sequence: placeSchema.optional(),
  })
  .refine(
    (row) => row.amount !== undefined || row.creditAmount !== undefined || row.debitAmount !== undefined,
    { message: 'needs amount, or creditAmount and debitAmount' },
  );

/** A line that says more of the row above it: texts are put behind the row's, references where it has none. */
const continuationSchema = z
  .strictObject({ ...sign, ...names })
  .refine(hasSign, SIGN_MISSING)
  .meta({ id: 'LayoutContinuation' });

const totals = {
  count: placeSchema.optional(),
  creditCount: placeSchema.optional(),
  creditTotal: amountSchema.optional(),
  debitCount: placeSchema.optional(),
  debitTotal: amountSchema.optional(),
  /** Credits less debits. */
  netTotal: amountSchema.optional(),
  /** Rows and their continuations. */
  entryLineCount: placeSchema.optional(),
};

/** A header or a trailer: what it says is what the rows must come to. */
const controlSchema = z
  .strictObject({
    ...sign,
    ...totals,
    statementId: placeSchema.optional(),
    account: placeSchema.optional(),
    currency: currencySchema.optional(),
    /** The date of the rows that have none. */
    bookedOn: dateSchema.optional(),
    openingBalance: amountSchema.optional(),
    closingBalance: amountSchema.optional(),
  })
  .refine(hasSign, SIGN_MISSING)
  .meta({ id: 'LayoutControl' });

/** What stands around all statements of a file. */
const fileHeaderSchema = z
  .strictObject({ ...sign, bookedOn: dateSchema.optional(), currency: currencySchema.optional() })
  .refine(hasSign, SIGN_MISSING);
const fileTrailerSchema = z
  .strictObject({
    ...sign,
    ...totals,
    /** All lines between the file's header (or its beginning) and this one. */
    lineCount: placeSchema.optional(),
  })
  .refine(hasSign, SIGN_MISSING);

const controlsSchema = z.union([controlSchema, z.array(controlSchema).min(1).max(10)]);

/** A declared layout (`--layout file.json`); docs/statements.md explains it with examples. */
export const layoutSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
    kind: z.enum(['delimited', 'fixedWidth']),
    /** WHATWG name; found out from the file without it. */
    encoding: z.string().optional(),
    delimiter: z.string().length(1).default(','),
    /** What `from` and `length` count: GBK files are cut by bytes, of which a Chinese character has two. */
    unit: z.enum(['character', 'byte']).default('character'),
    skipLines: z.int().min(0).max(1_000).default(0),
    /** The first line after those skipped names the columns. */
    hasHeading: z.boolean().default(false),
    /** Of rows that do not say theirs. */
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .optional(),
    /** `minor`: counts of minor units, without a point. `decimals`: digits of which the last so many stand behind the point. */
    amounts: z
      .union([
        z.enum(['decimal', 'minor']),
        z.strictObject({ decimals: z.int().min(0).max(9), isOverpunched: z.boolean().optional() }),
      ])
      .default('decimal'),
    file: z
      .strictObject({ header: fileHeaderSchema.optional(), trailer: fileTrailerSchema.optional() })
      .optional(),
    /** Of several, each stands once in a statement. */
    header: controlsSchema.optional(),
    row: rowSchema,
    continuations: z.array(continuationSchema).max(20).optional(),
    /** Behind the last one the next statement may begin with its header. */
    trailer: controlsSchema.optional(),
    /** Lines that say nothing of money. */
    passOver: z.array(z.strictObject(sign).refine(hasSign, SIGN_MISSING)).max(20).optional(),
  })
  .refine((layout) => layout.unit === 'character' || layout.encoding !== undefined, {
    message: 'bytes can only be counted in an encoding that is named',
    path: ['encoding'],
  });

export type Layout = z.infer<typeof layoutSchema>;
export type Place = z.infer<typeof placeSchema>;
export type AmountPlace = z.infer<typeof amountSchema>;
export type DatePlace = z.infer<typeof dateSchema>;
export type TextPlace = z.infer<typeof textSchema>;
export type CurrencyPlace = z.infer<typeof currencySchema>;
export type RecordSign = Pick<z.infer<typeof continuationSchema>, 'startsWith' | 'when'>;
export type Continuation = z.infer<typeof continuationSchema>;
export type TotalsRecord = Pick<z.infer<typeof fileTrailerSchema>, keyof typeof totals>;
export type ControlRecord = z.infer<typeof controlSchema>;
