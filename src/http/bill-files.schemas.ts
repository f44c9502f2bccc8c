import { z } from 'zod';
import type { BillFilePreview, BillRevision, LineProblem } from '../bill-files/index.ts';
import { LINE_PROBLEMS } from '../bill-files/index.ts';
import { instantOf, instantOrNull, instantSchema, localTextSchema } from './schemas.ts';

const lineProblemSchema = z
  .object({
    line: z.int().describe('1-based; 0 is the file as a whole'),
    field: z.string().describe('Of the setup, such as `amount`; empty where it is the whole line'),
    code: z.string(),
    text: localTextSchema.describe('What is wrong, and what to do'),
    detail: z.string().nullable(),
  })
  .meta({ id: 'BillLineProblem' });

export const billFilePreviewSchema = z
  .object({
    bills: z.array(
      z.object({
        line: z.int(),
        maskedAccount: z.string(),
        maskedName: z.string().nullable(),
        billId: z.string(),
        period: z.string(),
        amountMinor: z.int().describe('In the agency’s currency; 0 means paid'),
        dueDate: z.string().nullable(),
      }),
    ),
    problems: z.array(lineProblemSchema),
  })
  .meta({ id: 'BillFilePreview' });

const summarySchema = z
  .object({
    lineCount: z.int(),
    billCount: z.int(),
    badLineCount: z.int(),
    repeatedCount: z.int(),
    amountMinor: z.int(),
    addedCount: z.int(),
    changedCount: z.int(),
    unchangedCount: z.int(),
    statedPaidCount: z.int(),
    withdrawnCount: z.int(),
    keptPaidCount: z.int().describe('Stated as owed although paid here: they stay paid'),
  })
  .meta({ id: 'BillImportSummary' });

export const billRevisionSchema = z
  .object({
    revisionId: z.string(),
    revision: z.int(),
    status: z.enum(['loading', 'live', 'refused']),
    mode: z.enum(['delta', 'full']),
    fileName: z.string(),
    fileSha256: z.string(),
    beganAt: instantSchema,
    endedAt: instantSchema.nullable(),
    summary: summarySchema,
    problems: z
      .array(lineProblemSchema)
      .describe('The first hundred; an import’s own page has all that are kept'),
  })
  .meta({ id: 'BillRevision' });

export const billImportSchema = z
  .object({
    outcome: z.enum(['imported', 'alreadyImported', 'refused']),
    revision: billRevisionSchema,
  })
  .meta({ id: 'BillImport' });

const SHOWN_IN_LIST = 100;

export function previewOf({ bills, problems }: BillFilePreview): z.input<typeof billFilePreviewSchema> {
  return {
    bills: bills.map(({ line, maskedAccount, maskedName, billId, details, amountMinor, dueDate }) => ({
      line,
      maskedAccount,
      maskedName,
      billId,
      period: details.period,
      amountMinor,
      dueDate,
    })),
    problems: problems.map(problemOf),
  };
}

export function revisionOf(revision: BillRevision, isWhole = false): z.input<typeof billRevisionSchema> {
  const problems = isWhole ? revision.problems : revision.problems.slice(0, SHOWN_IN_LIST);
  return {
    revisionId: revision.revisionId,
    revision: revision.revision,
    status: revision.status,
    mode: revision.mode,
    fileName: revision.fileName,
    fileSha256: revision.fileSha256,
    beganAt: instantOf(revision.beganAtMs),
    endedAt: instantOrNull(revision.endedAtMs),
    summary: revision.summary,
    problems: problems.map(problemOf),
  };
}

function problemOf({ line, field, code, detail }: LineProblem): z.input<typeof lineProblemSchema> {
  return { line, field, code, text: LINE_PROBLEMS[code], detail: detail ?? null };
}
