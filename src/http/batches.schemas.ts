import { z } from 'zod';
import { BATCH_COMMANDS, BATCH_PHASES, BATCH_STATES, BREAK_CLASSES } from '../reconciliation/index.ts';
import { agencyIdSchema, instantSchema } from './schemas.ts';

const dateSchema = z.iso.date();

export const dayParams = z.object({ businessDate: dateSchema });
export const batchParams = z.object({ sourceId: agencyIdSchema, businessDate: dateSchema });
export const commandParams = batchParams.extend({ command: z.enum(BATCH_COMMANDS) });
export const daysQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(31),
  cursor: dateSchema.optional().describe('`nextCursor` of the page before'),
});

const stateCounts = Object.fromEntries(BATCH_STATES.map((state) => [state, z.int().optional()])) as Record<
  (typeof BATCH_STATES)[number],
  z.ZodOptional<z.ZodInt>
>;

export const daySummarySchema = z
  .object({
    businessDate: z.string(),
    states: z.object(stateCounts).describe('Sources by what their batch is in; none is left out'),
    openBreaks: z.int(),
  })
  .meta({ id: 'ReconciliationDaySummary' });

const problemSchema = z
  .object({ code: z.string(), params: z.record(z.string(), z.union([z.string(), z.number()])) })
  .nullable()
  .describe('Why it waits, has stopped or has failed');

export const batchSchema = z
  .object({
    sourceId: z.string(),
    businessDate: z.string(),
    phase: z.enum(BATCH_PHASES).describe('What comes next, or what is being done'),
    state: z.enum(BATCH_STATES),
    dueAt: instantSchema,
    oursId: z.string().nullable().describe('Statement of our books'),
    theirsId: z.string().nullable().describe('Statement of the other side; null until there is one'),
    runId: z.string().nullable().describe('The matching that holds'),
    progress: z
      .object({
        phase: z.string(),
        done: z.int(),
        total: z.int().nullable(),
        rowsPerSecond: z.int().nullable(),
        etaMs: z.int().nullable(),
      })
      .nullable(),
    problem: problemSchema,
    commands: z.array(z.enum(BATCH_COMMANDS)).describe('What may be done to it now'),
    updatedAt: instantSchema,
  })
  .meta({ id: 'ReconciliationBatch' });

const sideSumSchema = z
  .object({ currency: z.string(), rows: z.int(), amountMinor: z.int() })
  .meta({ id: 'SideSum' });
const sideProofSchema = z.object({
  all: z.array(sideSumSchema),
  matched: z.array(sideSumSchema),
  broken: z.array(sideSumSchema),
});
const reportedStatementSchema = z.object({
  statementId: z.string(),
  revision: z.int(),
  fileName: z.string(),
  fileSha256: z.string(),
  rowsSha256: z.string(),
  rowCount: z.int(),
});

const batchReportSchema = z
  .object({
    sourceId: z.string(),
    businessDate: z.string(),
    runId: z.string(),
    runNo: z.int(),
    digest: z.string(),
    ours: reportedStatementSchema,
    theirs: reportedStatementSchema.nullable(),
    matchCount: z.int(),
    breakCount: z.int(),
    proof: z.object({ ours: sideProofSchema, theirs: sideProofSchema }),
    breaks: z.array(
      z.object({
        class: z.enum(BREAK_CLASSES),
        state: z.string(),
        currency: z.string(),
        count: z.int(),
        amountMinor: z.int(),
        differenceMinor: z.int(),
      }),
    ),
  })
  .meta({ id: 'BatchReport' });

const bothSides = z.object({ ours: sideSumSchema, theirs: sideSumSchema });

const dayReportSchema = z
  .object({
    businessDate: z.string(),
    isComplete: z.boolean(),
    threeWay: z
      .array(z.object({ currency: z.string(), channels: bothSides, agencies: bothSides }))
      .describe('What our books, the channels and the agencies say of the date'),
    lines: z.array(
      z.object({
        sourceId: z.string(),
        role: z.enum(['channel', 'agency']),
        phase: z.enum(BATCH_PHASES),
        state: z.enum(BATCH_STATES),
        problem: problemSchema,
        report: batchReportSchema.nullable(),
      }),
    ),
    openBreaks: z.int(),
  })
  .meta({ id: 'DayReport' });

const stored = <T extends z.ZodType>(content: T) =>
  z.object({ revision: z.int(), digest: z.string(), createdAt: instantSchema, content }).nullable();

export const batchDetailSchema = z.object({ batch: batchSchema, report: stored(batchReportSchema) });
export const daySchema = z.object({
  businessDate: z.string(),
  batches: z.array(batchSchema),
  report: stored(dayReportSchema),
});
export const batchListSchema = z.object({ items: z.array(batchSchema) });
export const streamSchema = z.string();
