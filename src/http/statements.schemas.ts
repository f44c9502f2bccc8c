import { z } from 'zod';
import { isTimeZone } from '../kernel/business-date.ts';
import type { Finding, GateName, RawRow, Statement, StatementSource } from '../reconciliation/index.ts';
import { GATES, sourceSettingsSchema } from '../reconciliation/index.ts';
import {
  agencyIdSchema,
  idSchema,
  instantOf,
  instantOrNull,
  instantSchema,
  localTextSchema,
  pageQuery,
} from './schemas.ts';
import { READING_PROBLEMS } from './statement-problems.text.ts';

const timeZone = z.string().refine(isTimeZone, 'not an IANA time zone');

export const sourceParams = z.object({ sourceId: agencyIdSchema });
export const batchParams = sourceParams.extend({ businessDate: z.iso.date() });
export const statementParams = z.object({ statementId: idSchema('stm') });
export const fileQuery = z.object({ fileName: z.string().min(1).max(200).default('statement') });
export const statementsQuery = pageQuery.extend({
  sourceId: agencyIdSchema.optional(),
  businessDate: z.iso.date().optional(),
  side: z.enum(['ours', 'theirs']).optional(),
});
export const rowsQuery = z.object({
  fromRow: z.coerce.number().int().min(0).max(100_000_000).default(0).describe('0-based'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const decisionBody = z.strictObject({
  accept: z.boolean().describe('false: it is refused for good'),
  reason: z.string().trim().min(3).max(500),
});

const cutOffSchema = z.strictObject({
  timeZone,
  cutOff: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .describe('When the next business date begins'),
});
export const sourceBody = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional()
    .describe('Of a channel only'),
  cutOff: cutOffSchema.optional().describe('Of a channel only'),
  settings: sourceSettingsSchema,
});

export const sourceSchema = z
  .object({
    sourceId: z.string(),
    role: z.enum(['channel', 'agency']),
    currency: z.string(),
    cutOff: z.object({ timeZone: z.string(), cutOff: z.string() }),
    beganOn: z.string().describe('The first business date that is reconciled'),
    settings: sourceSettingsSchema,
  })
  .meta({ id: 'StatementSource' });

const findingSchema = z
  .object({
    gate: z.enum(GATES),
    severity: z.enum(['stop', 'warn']),
    code: z.string(),
    line: z.int().describe('1-based; 0 is the file as a whole'),
    text: localTextSchema.describe('What does not hold'),
    detail: z.string(),
    isWaivable: z.boolean().describe('Whether a person may let the file in although'),
  })
  .meta({ id: 'StatementFinding' });

const amountOrNull = z.int().nullable();
export const statementSchema = z
  .object({
    statementId: z.string(),
    sourceId: z.string(),
    side: z.enum(['ours', 'theirs']).describe('`ours`: what our books said when it was made'),
    businessDate: z.string(),
    revision: z.int(),
    status: z.enum(['stopped', 'accepted', 'refused']),
    fileName: z.string(),
    format: z.string().nullable().describe('null: a sheet of ours, or a day on which nothing happened'),
    fileSha256: z.string(),
    rowsSha256: z.string(),
    rowCount: z.int(),
    sequence: z.string().nullable(),
    sums: z
      .array(z.object({ currency: z.string(), rowCount: z.int(), amountMinor: z.int() }))
      .describe('Final rows; positive is collected'),
    accounts: z
      .array(
        z.object({
          account: z.string().nullable(),
          currency: z.string().nullable(),
          openingMinor: amountOrNull,
          creditMinor: z.int(),
          debitMinor: z.int(),
          closingMinor: amountOrNull,
          balanceProof: z.enum(['proved', 'failed', 'notPossible']),
        }),
      )
      .describe('The first hundred'),
    findings: z.array(findingSchema).describe('In a list: the first ten'),
    receivedBy: z.string().nullable().describe('Who uploaded it; null: fetched or made'),
    receivedAt: instantSchema,
    decidedBy: z.string().nullable(),
    decidedAt: instantSchema.nullable(),
    decisionReason: z.string().nullable(),
  })
  .meta({ id: 'Statement' });

export const takenSchema = z
  .object({
    outcome: z.enum(['accepted', 'stopped', 'seenBefore']),
    statement: statementSchema,
  })
  .meta({ id: 'StatementTaken' });

export const rawRowsSchema = z.object({
  items: z.array(z.object({ rowNo: z.int(), line: z.int(), raw: z.string(), sha256: z.string() })),
  nextFromRow: z.int().nullable(),
});

const SHOWN_ACCOUNTS = 100;
const SHOWN_IN_LIST = 10;

export function sourceOf(source: StatementSource): z.input<typeof sourceSchema> {
  return source;
}

export function statementOf(statement: Statement, isWhole = false): z.input<typeof statementSchema> {
  const { content, receivedAtMs, decidedAtMs, findings, status, ...rest } = statement;
  const shown = isWhole ? findings : findings.slice(0, SHOWN_IN_LIST);
  return {
    ...rest,
    // One that is being written is shown to nobody.
    status: status === 'loading' ? 'stopped' : status,
    sums: content.sums.map((sum) => ({ ...sum })),
    accounts: accountsOf(content).slice(0, SHOWN_ACCOUNTS),
    findings: shown.map((finding) => ({ ...finding, text: textOf(finding) })),
    receivedAt: instantOf(receivedAtMs),
    decidedAt: instantOrNull(decidedAtMs),
  };
}

export function rawRowsOf(rows: readonly RawRow[], rowCount: number) {
  const next = (rows.at(-1)?.rowNo ?? rowCount) + 1;
  return { items: [...rows], nextFromRow: next < rowCount ? next : null };
}

function accountsOf({ totals, balances }: Statement['content']) {
  return totals.map(({ statement, account, currency, creditMinor, debitMinor, balanceProof }) => {
    const own = balances.filter((each) => each.statement === statement && each.currency === currency);
    const at = (end: string) => own.find(({ kind }) => kind.toLowerCase().includes(end))?.amountMinor ?? null;
    return {
      account,
      currency,
      openingMinor: at('opening'),
      creditMinor,
      debitMinor,
      closingMinor: at('closing'),
      balanceProof,
    };
  });
}

/** Of what can't be read, what it is; else, which gate does not hold. */
const textOf = ({ gate, code }: Finding) =>
  (gate === 'whole' ? READING_PROBLEMS[code] : null) ?? GATE_TEXTS[gate];

const GATE_TEXTS: Readonly<Record<GateName, Record<'zh-CN' | 'en', string>>> = {
  whole: {
    'zh-CN': '文件不完整或有内容无法读取：请对方重新提供',
    en: 'The file is not whole, or part of it can’t be read: ask for it again',
  },
  totals: {
    'zh-CN': '文件声明的笔数或金额与明细不一致',
    en: 'The file’s own counts or sums are not those of its rows',
  },
  balance: {
    'zh-CN': '期初余额加发生额不等于期末余额',
    en: 'Opening balance and movements do not come to the closing balance',
  },
  seenBefore: {
    'zh-CN': '同样的明细已经收过',
    en: 'The same rows were taken in before',
  },
  sequence: {
    'zh-CN': '对账单编号不连续：可能缺少文件',
    en: 'The running number does not follow: a file may be missing',
  },
  continuity: {
    'zh-CN': '期初余额与上一份的期末余额不一致',
    en: 'It does not open with what the one before closed with',
  },
  date: {
    'zh-CN': '文件日期不是这一批的业务日期',
    en: 'The file is not of this business date',
  },
  currency: {
    'zh-CN': '币种与对账来源不一致',
    en: 'The currency is not that of the source',
  },
  account: {
    'zh-CN': '账户与对账来源不一致',
    en: 'The account is not that of the source',
  },
} satisfies Record<Finding['gate'], unknown>;
