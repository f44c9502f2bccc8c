import { z } from 'zod';
import type { Fields } from './client.ts';

/** What the center really sends. Unknown fields are ignored; a missing or odd one makes the answer not understood. */

const yuan = z.string().regex(/^\d{1,10}\.\d{2}$/);
const day = z.string().regex(/^\d{8}$/);
const time = z
  .string()
  .regex(/^(\d{14})?$/)
  .default('');
/** Kept as the center's reference: anything else is not understood rather than not storable. */
const theirNumber = z.string().regex(/^[\x21-\x7e]{1,64}$/);

export const holderSchema = z.object({ holder_name: z.string().min(1).max(100) });

const loanSchema = holderSchema.extend({
  query_no: theirNumber,
  count: z
    .string()
    .regex(/^[1-9]\d?$/)
    .transform(Number),
});

const instalmentSchema = z.object({
  inst_no: theirNumber,
  number: z.string().regex(/^\d{1,3}$/),
  month: z.string().regex(/^\d{4}(0[1-9]|1[0-2])$/),
  due_date: day,
  principal: yuan,
  interest: yuan,
  penalty: yuan,
  total: yuan,
});
export type Instalment = z.output<typeof instalmentSchema>;
export type Loan = z.output<typeof loanSchema> & { instalments: Instalment[] };

export const paymentSchema = z.object({
  order_no: z.string(),
  serial_no: theirNumber,
  pay_amt: yuan,
  /** S posted, P being processed, F refused; anything else is a state we do not know. */
  state: z.string(),
  post_time: time,
  expect_time: time,
  fail_code: z
    .string()
    .regex(/^(E\d{4})?$/)
    .default(''),
});

export const fileSchema = z.object({
  file_name: z.string().regex(/^[\w-]{1,80}\.csv$/),
  file_content: z.base64(),
});

/** A loan with its instalments, whose fields end in `_1`, `_2`, …; null when one is missing or odd. */
export function readLoan(fields: Fields): Loan | null {
  const loan = loanSchema.safeParse(fields);
  if (!loan.success) return null;
  const names = Object.keys(instalmentSchema.shape);
  const instalments = Array.from({ length: loan.data.count }, (_, index) =>
    instalmentSchema.safeParse(
      Object.fromEntries(names.map((name) => [name, fields[`${name}_${index + 1}`]])),
    ),
  );
  const sound = instalments.flatMap(({ data }) => data ?? []);
  return sound.length === loan.data.count ? { ...loan.data, instalments: sound } : null;
}
