import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CsvReader, TextReader, UnreadableFile } from '../../infra/files/index.ts';
import { parseMinor } from '../../kernel/money.ts';
import {
  agreedTermsSchema,
  ITEM_KINDS,
  ITEM_STATES,
  type PayoutBatch,
  type SettlementItem,
} from '../../settlement/index.ts';
import { CommandError, EXIT } from './exit-codes.ts';

const MAX_BYTES = 256 * 1024 ** 2;
const date = z.iso.date();
const minor = z.int();

const termsSchema = agreedTermsSchema.extend({
  agencyId: z.string().min(1).max(64),
  agencyNames: z.strictObject({ 'zh-CN': z.string().min(1), en: z.string().min(1) }),
});
export type PreviewTerms = z.infer<typeof termsSchema>;

const itemSchema = z.strictObject({
  itemId: z.string().min(1).max(64),
  kind: z.enum(ITEM_KINDS),
  paymentId: z.string().min(1).max(64).nullable().default(null),
  businessDate: date,
  amountMinor: minor,
  feeMinor: minor.min(0).default(0),
  state: z.enum(ITEM_STATES),
  note: z.string().max(200).nullable().default(null),
});

const accountSchema = z.strictObject({
  holderName: z.string(),
  bankName: z.string(),
  bankCode: z.string(),
  accountNumber: z.string(),
});
const accountsSchema = z.strictObject({ debtor: accountSchema, creditor: accountSchema });
const batchSchema = z.strictObject({
  messageId: z.string(),
  createdAtMs: z.int(),
  executeOn: date,
  currency: z.string(),
  debtor: accountSchema,
  instructions: z.array(
    z.strictObject({
      instructionId: z.string(),
      creditor: accountSchema,
      amountMinor: minor,
      remittance: z.string(),
    }),
  ),
});

/** The agency's terms, JSON. Throws CommandError with every wrong field. */
export const readTerms = (file: string): Promise<PreviewTerms> => readJson(file, termsSchema);

/** Whose accounts a payout goes between, JSON. */
export const readAccounts = (file: string): Promise<z.infer<typeof accountsSchema>> =>
  readJson(file, accountsSchema);

/** A batch as `settlement preview` wrote it, JSON. */
export const readBatch = (file: string): Promise<PayoutBatch> => readJson(file, batchSchema);

/** Items as a JSON list, or as CSV with a heading of the same names and amounts as decimals (`amount`, `fee`). */
export async function readItems(file: string, currency: string): Promise<SettlementItem[]> {
  if (!file.toLowerCase().endsWith('.csv')) return readJson(file, z.array(itemSchema));
  const records = recordsOf(file, await readBytes(file));
  const [heading, ...rows] = records;
  const names = heading?.cells.map((cell) => cell.trim()) ?? [];
  return rows.map(({ cells, line }) => {
    const row = Object.fromEntries(names.map((name, index) => [name, cells[index]?.trim() || undefined]));
    const { amount, fee, ...others } = row;
    const where = `${file}, line ${line}`;
    const amounts = {
      amountMinor: minorOf(amount ?? '', currency, where),
      ...(fee && { feeMinor: minorOf(fee, currency, where) }),
    };
    return parsed({ ...others, ...amounts }, itemSchema, where);
  });
}

/** The bytes of a file. */
export async function readBytes(file: string): Promise<Buffer> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > MAX_BYTES) throw new Error('too large');
    return bytes;
  } catch (error) {
    throw new CommandError(`Can't read ${file}: ${(error as Error).message}`, EXIT.usage);
  }
}

async function readJson<T extends z.ZodType>(file: string, schema: T): Promise<z.output<T>> {
  const text = (await readBytes(file)).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CommandError(`${file} is no JSON: ${(error as Error).message}`, EXIT.usage);
  }
  return parsed(value, schema, file);
}

function parsed<T extends z.ZodType>(value: unknown, schema: T, where: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => `  ${path.join('.') || 'file'}: ${message}`);
  throw new CommandError(`${where} can't be used:\n${lines.join('\n')}`, EXIT.usage);
}

function minorOf(decimal: string, currency: string, where: string): number {
  try {
    return parseMinor(decimal, currency);
  } catch (error) {
    throw new CommandError(`${where}: ${decimal || 'amount'}: ${(error as Error).message}`, EXIT.usage);
  }
}

function recordsOf(file: string, bytes: Buffer): { cells: string[]; line: number }[] {
  const records: { cells: string[]; line: number }[] = [];
  const problem = (code: string, line: number, message: string) => {
    throw new UnreadableFile(code, message, line);
  };
  try {
    const reader = new CsvReader(',', { error: problem, warn: problem }, (record) => records.push(record));
    const text = new TextReader(null, 'gb18030');
    reader.write(text.write(bytes) + text.end());
    reader.end();
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new CommandError(`${file}, line ${error.line}: ${error.message}`, EXIT.usage);
  }
  return records;
}
