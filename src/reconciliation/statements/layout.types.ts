import { z } from 'zod';

/** Where a field stands: a column (1-based, or by its name in the heading), or characters (or bytes) of a fixed-width line. */
const placeSchema = z.union([
  z.strictObject({ column: z.union([z.int().min(1).max(10_000), z.string().min(1)]) }),
  z.strictObject({ from: z.int().min(1).max(100_000), length: z.int().min(1).max(100_000) }),
]);

/** A value that is the same on every line. */
const constantSchema = z.strictObject({ value: z.string().min(1) });

const textSchema = z.union([placeSchema, constantSchema]);

const dateSchema = z.union([
  z.strictObject({
    column: z.union([z.int().min(1).max(10_000), z.string().min(1)]),
    form: z.string().max(40).optional(),
  }),
  z.strictObject({
    from: z.int().min(1).max(100_000),
    length: z.int().min(1).max(100_000),
    form: z.string().max(40).optional(),
  }),
]);

const directionSchema = z.union([
  z.enum(['credit', 'debit']),
  z.strictObject({ at: placeSchema, words: z.record(z.string(), z.enum(['credit', 'debit'])) }),
]);

const rowSchema = z
  .strictObject({
    /** Without it every line is a row that is neither header nor trailer. */
    startsWith: z.string().min(1).optional(),
    /** Signed, or with `direction`. */
    amount: placeSchema.optional(),
    creditAmount: placeSchema.optional(),
    debitAmount: placeSchema.optional(),
    direction: directionSchema.optional(),
    currency: textSchema.optional(),
    ref: textSchema.optional(),
    bankRef: textSchema.optional(),
    /** Where a row that takes back an earlier one names it; not looked at in other rows. */
    originalRef: textSchema.optional(),
    /** The words that say that a row takes back an earlier one. */
    reversal: z.strictObject({ at: placeSchema, words: z.array(z.string().min(1)).min(1) }).optional(),
    bookedOn: dateSchema.optional(),
    valueOn: dateSchema.optional(),
    counterparty: textSchema.optional(),
    memo: textSchema.optional(),
    /** Counts 1, 2, 3 …: a gap is a row that is missing. */
    sequence: placeSchema.optional(),
  })
  .refine(
    (row) => row.amount !== undefined || row.creditAmount !== undefined || row.debitAmount !== undefined,
    {
      message: 'needs amount, or creditAmount and debitAmount',
    },
  );

/** A header or a trailer: what it says is what the rows must come to. */
const controlSchema = z.strictObject({
  startsWith: z.string().min(1),
  statementId: placeSchema.optional(),
  account: placeSchema.optional(),
  currency: placeSchema.optional(),
  /** The date of the rows that have none. */
  bookedOn: dateSchema.optional(),
  count: placeSchema.optional(),
  creditCount: placeSchema.optional(),
  creditTotal: placeSchema.optional(),
  debitCount: placeSchema.optional(),
  debitTotal: placeSchema.optional(),
  /** Credits less debits. */
  netTotal: placeSchema.optional(),
  openingBalance: placeSchema.optional(),
  closingBalance: placeSchema.optional(),
});

/** A declared layout (`--layout file.json`); docs/statements.md explains it with an example. */
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
    /** `minor`: amounts are counts of minor units, without a point. */
    amounts: z.enum(['decimal', 'minor']).default('decimal'),
    header: controlSchema.optional(),
    row: rowSchema,
    trailer: controlSchema.optional(),
  })
  .refine((layout) => layout.unit === 'character' || layout.encoding !== undefined, {
    message: 'bytes can only be counted in an encoding that is named',
    path: ['encoding'],
  });

export type Layout = z.infer<typeof layoutSchema>;
export type Place = z.infer<typeof placeSchema>;
export type DatePlace = z.infer<typeof dateSchema>;
export type TextPlace = z.infer<typeof textSchema>;
export type ControlRecord = z.infer<typeof controlSchema>;
