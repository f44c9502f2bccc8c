import { z } from 'zod';
import { BREAK_CLASSES, DIFFERENCE_KINDS, MATCH_RULES, type RunSummary } from '../reconciliation/index.ts';
import { agencyIdSchema, idSchema, instantOf, instantSchema, pageQuery } from './schemas.ts';

export const runParams = z.object({ runId: idSchema('run') });
export const runsQuery = pageQuery.extend({
  sourceId: agencyIdSchema.optional(),
  businessDate: z.iso.date().optional(),
});
export const rowParams = z.object({
  statementId: idSchema('stm'),
  rowNo: z.coerce.number().int().min(0).max(100_000_000).describe('0-based'),
});
export const paymentParams = z.object({ paymentId: idSchema('pay') });
export const rowsWithReferenceQuery = z.object({
  sourceId: agencyIdSchema,
  businessDate: z.iso.date(),
  ref: z.string().min(3).max(140).describe('A reference of ours or theirs, as a whole'),
});

const scores = z.record(z.string(), z.number()).describe('Days apart, likeness in percent, …');
const sideSum = z
  .object({ currency: z.string(), rows: z.int(), amountMinor: z.int() })
  .meta({ id: 'ReconciledSum' });
const statementProof = z
  .object({ all: z.array(sideSum), matched: z.array(sideSum), broken: z.array(sideSum) })
  .describe('By currency; `all` is `matched` and `broken` together')
  .meta({ id: 'StatementProof' });

export const runSchema = z
  .object({
    runId: z.string(),
    sourceId: z.string(),
    businessDate: z.string(),
    runNo: z.int().describe('Counts the runs of a batch, from 1'),
    oursId: z.string(),
    theirsId: z.string().nullable().describe('Null: their file was late'),
    previousRunId: z.string().nullable(),
    matchCount: z.int(),
    breakCount: z.int(),
    proof: z.object({ ours: statementProof, theirs: statementProof }),
    digest: z.string().describe('The same rows under the same rules give the same'),
    createdAt: instantSchema,
  })
  .meta({ id: 'ReconciliationRun' });

export const differenceSchema = z
  .object({
    counts: z.object({
      newlyMatched: z.int(),
      newlyBroken: z.int(),
      changed: z.int(),
      vanished: z.int().describe('The revision does not have the row any more'),
    }),
    items: z.array(
      z.object({
        kind: z.enum(DIFFERENCE_KINDS),
        breakId: z.string(),
        class: z.enum(BREAK_CLASSES),
        ref: z.string().nullable(),
        differenceMinor: z.int().nullable().describe('Theirs less ours'),
      }),
    ),
  })
  .meta({ id: 'RunDifference' });

export const placeSchema = z.object({ statementId: z.string(), rowNo: z.int() });

const shownRow = z
  .object({
    statementId: z.string(),
    rowNo: z.int(),
    side: z.enum(['ours', 'theirs']),
    fileName: z.string(),
    revision: z.int(),
    line: z.int(),
    raw: z.string().describe('As it came'),
    sha256: z.string().describe('Of `raw`'),
    ref: z.string().nullable(),
    channelRef: z.string().nullable(),
    originalRef: z.string().nullable(),
    amountMinor: z.int().nullable().describe('Positive: collected; null: it cannot be read'),
    feeMinor: z.int(),
    currency: z.string(),
    bookedOn: z.string().nullable(),
    status: z.enum(['final', 'pending', 'failed']),
  })
  .meta({ id: 'ReconciledRow' });

const explained = {
  sourceId: z.string(),
  businessDate: z.string(),
  runId: z.string().nullable(),
  rows: z.array(shownRow),
};
export const whySchema = z
  .discriminatedUnion('kind', [
    z.object({ ...explained, kind: z.literal('match'), rule: z.enum(MATCH_RULES), scores }),
    z.object({
      ...explained,
      kind: z.literal('break'),
      breakId: z.string(),
      class: z.enum(BREAK_CLASSES),
      rule: z.string(),
      state: z.string(),
      scores,
    }),
    z.object({ ...explained, kind: z.literal('superseded') }),
  ])
  .meta({ id: 'Why' });

export const paymentWordSchema = z
  .object({
    sourceId: z.string(),
    role: z.enum(['channel', 'agency']),
    businessDate: z.string(),
    answers: z.array(whySchema),
  })
  .meta({ id: 'WordOnPayment' });

export function runShown({ createdAtMs, ...run }: RunSummary): z.input<typeof runSchema> {
  const { runId, sourceId, businessDate, runNo, oursId, theirsId, previousRunId } = run;
  const { matchCount, breakCount, proof, digest } = run;
  const { ours, theirs } = proof;
  return {
    runId,
    sourceId,
    businessDate,
    runNo,
    oursId,
    theirsId,
    previousRunId,
    matchCount,
    breakCount,
    proof: { ours: proofShown(ours), theirs: proofShown(theirs) },
    digest,
    createdAt: instantOf(createdAtMs),
  };
}

const proofShown = ({ all, matched, broken }: RunSummary['proof']['ours']) => ({
  all: [...all],
  matched: [...matched],
  broken: [...broken],
});
