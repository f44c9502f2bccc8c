import { z } from 'zod';
import { CHARGE_KINDS, type Manifest } from '../contract/index.ts';
import { DomainError } from '../kernel/errors.ts';

/** A column by the name in its heading, or by its letter: `户号`, `C`. */
const column = z.string().trim().min(1).max(64);

const localText = z.object({ 'zh-CN': z.string().min(1).max(20), en: z.string().min(1).max(40) });

const columnsSchema = z.object({
  /** What names the account: each input of one group of the manifest, and its column. */
  inputs: z
    .record(z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/), column)
    .refine((inputs) => Object.keys(inputs).length > 0, 'names no account'),
  /** The agency's own id of the bill, never used again for another; where there is none, the period is it. */
  billId: column.optional(),
  period: column.optional(),
  /** What is owed by the due date, everything included; 0 means that it is paid. */
  amount: column,
  dueDate: column.optional(),
  /** Less, when paid by `earlyUntil`. */
  earlyAmount: column.optional(),
  earlyUntil: column.optional(),
  /** More, when paid after the due date. */
  lateAmount: column.optional(),
  /** Masked as it is read: the full name is never stored. */
  holderName: column.optional(),
  /** What the amount is made of; each bill's add up to it. */
  charges: z
    .array(z.object({ column, kind: z.enum(CHARGE_KINDS), label: localText }))
    .max(12)
    .default([]),
});

/** How an agency's files are read, and what it is sent back. Its own choice, kept with its books. */
export const billFileSetupSchema = z
  .object({
    columns: columnsSchema,
    /** `full`: what a file does not list is owed no more. `delta`: what it does not list stays as it was. */
    mode: z.enum(['delta', 'full']).default('delta'),
    /** Where lines are wrong: take the others, or refuse the whole file. */
    onBadLines: z.enum(['keepGood', 'refuseWhole']).default('keepGood'),
    adviceFormats: z
      .array(z.enum(['csv', 'xlsx']))
      .min(1)
      .max(2)
      .default(['csv']),
    /** While false, the books are closed: nothing is shown as due, and nothing is taken. */
    isOpen: z.boolean().default(true),
  })
  .superRefine(({ columns, mode, onBadLines }, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['columns', path], message });
    // A bill whose line has a slip of the pen would otherwise be owed no more.
    if (mode === 'full' && onBadLines !== 'refuseWhole') {
      const message = 'a full file is taken whole or not at all';
      context.addIssue({ code: 'custom', path: ['onBadLines'], message });
    }
    if (!columns.billId && !columns.period) fault('billId', 'a bill needs an id or a period');
    if (!columns.earlyAmount !== !columns.earlyUntil) fault('earlyUntil', 'early needs an amount and a date');
    if (columns.lateAmount && !columns.dueDate) fault('lateAmount', 'late needs a due date');
  });

export type BillFileSetup = z.output<typeof billFileSetupSchema>;
export type BillFileSetupInput = z.input<typeof billFileSetupSchema>;

/** What the books take over from the manifest whenever they are set up. */
export interface BookTerms {
  agencyId: string;
  connectionId: string;
  currency: string;
  timeZone: string;
  cutOff: string;
}

/** Patterns that each part of an account has to match, by input: a spreadsheet may have eaten its leading zeros. */
export type AccountPatterns = Readonly<Record<string, string>>;

/** A setup that fits the manifest. Throws DomainError `bill_file_setup_invalid` with pointers to what does not. */
export function checkedSetup(input: unknown, manifest: Manifest): BillFileSetup {
  const parsed = billFileSetupSchema.safeParse(input);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => ({
      pointer: `#${path.map((step) => `/${String(step)}`).join('')}`,
      code: 'invalid',
    }));
    throw new DomainError('invalid', 'bill_file_setup_invalid', { fields });
  }
  const names = Object.keys(parsed.data.columns.inputs).sort().join(' ');
  const isGroup = manifest.inputs.groups.some((group) => [...group].sort().join(' ') === names);
  if (!isGroup) {
    const fields = [{ pointer: '#/columns/inputs', code: 'not_allowed_value' }];
    throw new DomainError('invalid', 'bill_file_setup_invalid', { fields });
  }
  return parsed.data;
}

/** The pattern of each input that names an account. */
export function accountPatterns({ columns }: BillFileSetup, { inputs }: Manifest): AccountPatterns {
  return Object.fromEntries(
    inputs.fields
      .filter(({ name }) => Object.hasOwn(columns.inputs, name))
      .map(({ name, pattern }) => [name, pattern]),
  );
}
