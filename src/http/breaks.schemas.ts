import { z } from 'zod';
import { RESOLUTION_ACCOUNTS } from '../ledger/index.ts';
import {
  AGE_BUCKETS,
  BREAK_CLASSES,
  BREAK_STATES,
  MANUAL_KINDS,
  MAX_BREAKS_AT_ONCE,
  SEVERITIES,
  WAITS_FOR,
} from '../reconciliation/index.ts';
import { agencyIdSchema, idSchema, instantSchema, pageQuery } from './schemas.ts';

const breakId = idSchema('brk');
const staffId = idSchema('stf');
const reason = z.string().trim().min(3).max(1_000);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const minor = z.int();

/** One value, or several behind each other with commas. */
function listOf<const T extends readonly [string, ...string[]]>(values: T) {
  const value = z.enum(values);
  return z
    .string()
    .max(300)
    .transform((text) => text.split(','))
    .pipe(z.array(value).min(1).max(values.length))
    .describe(`One of, or several with commas: ${values.join(', ')}`);
}

const filterShape = {
  state: listOf(BREAK_STATES).optional(),
  class: listOf(BREAK_CLASSES).optional(),
  severity: listOf(SEVERITIES).optional(),
  waitsFor: listOf(WAITS_FOR).optional(),
  sourceId: agencyIdSchema.optional(),
  owner: z.union([staffId, z.literal('nobody')]).optional(),
  fromDate: z.iso.date().optional(),
  toDate: z.iso.date().optional(),
  age: z.enum(AGE_BUCKETS).optional().describe('Days since it was found'),
  overdue: z.enum(['true']).optional(),
};
export const filterQuery = z.object(filterShape);
export const listQuery = pageQuery.extend(filterShape);

export const breakParams = z.object({ breakId });
export const evidenceParams = z.object({ breakId, evidenceId: idSchema('bev') });
export const resolutionParams = z.object({ resolutionId: idSchema('brs') });
export const resolutionsQuery = pageQuery;
export const evidenceQuery = z.object({ fileName: z.string().min(1).max(200).default('evidence') });

export const commentBody = z.strictObject({ text: reason });
export const reasonBody = z.strictObject({ reason });
export const assignedSchema = z.object({ count: z.int().describe('Breaks that were given') });
export const approveBody = z.strictObject({
  breaksSha256: sha256.describe('Of the resolution, as the second person has seen it'),
});
const selectionShape = {
  breakIds: z.array(breakId).min(1).max(MAX_BREAKS_AT_ONCE).optional(),
  filter: z
    .strictObject(filterShape)
    .optional()
    .describe('Instead of `breakIds`: every break that it finds and that is not closed'),
};
export const assignBody = z.strictObject({
  ...selectionShape,
  owner: staffId.nullable(),
  reason: reason.optional(),
});
export const splitBody = z.strictObject({
  rows: z
    .array(z.strictObject({ statementId: idSchema('stm'), rowNo: z.int().min(0).max(100_000_000) }))
    .min(1)
    .max(500),
  reason,
});
const kind = z.enum(MANUAL_KINDS);
const account = z.enum(RESOLUTION_ACCOUNTS).nullable().default(null);
export const previewBody = z.strictObject({
  ...selectionShape,
  kind,
  account,
});
export const proposeBody = z.strictObject({
  breakIds: z.array(breakId).min(1).max(MAX_BREAKS_AT_ONCE),
  breaksSha256: sha256.optional().describe('Of the preview'),
  kind,
  account,
  reason,
});

const breakShape = {
  breakId: z.string(),
  sourceId: z.string(),
  businessDate: z.string(),
  runId: z.string(),
  class: z.enum(BREAK_CLASSES),
  rule: z.string().describe('What was compared'),
  scores: z.record(z.string(), z.number()),
  ref: z.string().nullable(),
  currency: z.string(),
  amountMinor: minor.describe('What is at stake, never negative'),
  differenceMinor: minor.nullable().describe('Theirs less ours'),
  word: z.enum(['surplus', 'shortage']).nullable().describe('长款 or 短款, by the source’s setting'),
  state: z.enum(BREAK_STATES),
  how: z.enum(['matched', 'resolved', 'superseded']).nullable(),
  version: z.int(),
  severity: z.enum(SEVERITIES),
  owner: z.string().nullable(),
  waitsFor: z.enum(WAITS_FOR).nullable(),
  openedAt: instantSchema,
  dueAt: instantSchema,
  closedAt: instantSchema.nullable(),
};
export const breakSchema = z.object(breakShape).meta({ id: 'ReconciliationBreak' });

const rowShape = {
  breakId: z.string(),
  statementId: z.string(),
  rowNo: z.int(),
  side: z.enum(['ours', 'theirs']),
  line: z.int(),
  ref: z.string().nullable(),
  paymentId: z.string().nullable(),
  amountMinor: minor.nullable(),
  currency: z.string().nullable(),
  status: z.enum(['final', 'pending', 'failed']),
  bookedOn: z.string().nullable(),
  isActive: z.boolean(),
};
const rowSchema = z.object(rowShape).meta({ id: 'BreakRow' });
export const rawRowsSchema = z.object({
  items: z.array(
    z.object({
      ...rowShape,
      fileName: z.string(),
      revision: z.int(),
      raw: z.string().nullable(),
      sha256: z.string().nullable(),
    }),
  ),
});

export const evidenceSchema = z
  .object({
    evidenceId: z.string(),
    fileName: z.string(),
    mediaType: z.string(),
    sizeBytes: z.int(),
    sha256: z.string(),
    attachedBy: z.string(),
    attachedAt: instantSchema,
  })
  .meta({ id: 'BreakEvidence' });

export const resolutionSchema = z
  .object({
    resolutionId: z.string(),
    sourceId: z.string(),
    kind: z.string(),
    account: z.string().nullable(),
    currency: z.string(),
    breakCount: z.int(),
    amountMinor: minor,
    breaksSha256: z.string(),
    state: z.enum(['proposed', 'applied', 'rejected', 'withdrawn']),
    needsChecker: z.boolean(),
    maker: z.string(),
    checker: z.string().nullable(),
    reason: z.string().nullable(),
    answer: z.string().nullable(),
    madeAt: instantSchema,
    decidedAt: instantSchema.nullable(),
  })
  .meta({ id: 'BreakResolution' });

const entriesSchema = z.array(z.object({ account: z.string(), debitMinor: minor, creditMinor: minor }));
export const resolutionDetailSchema = z.object({
  resolution: resolutionSchema,
  items: z.array(
    z.object({ breakId: z.string(), suspenseMinor: minor, bookedMinor: minor, isActive: z.boolean() }),
  ),
  entries: entriesSchema.describe('What it books, by account'),
});

export const previewSchema = z.object({
  breakIds: z.array(z.string()),
  breaksSha256: z.string(),
  amountMinor: minor,
  currency: z.string(),
  people: z.union([z.literal(1), z.literal(2), z.literal('refused')]),
  obstacle: z
    .object({
      code: z.string(),
      breakId: z.string(),
      title: z.string().describe('What stands in the way, in the language of Accept-Language'),
      detail: z.string().describe('What to do about it'),
    })
    .nullable(),
  entries: entriesSchema,
});

export const detailSchema = z
  .object({
    ...breakShape,
    role: z.enum(['channel', 'agency']),
    suspenseMinor: minor.describe('What of it stands in suspense: theirs less ours'),
    rows: z.array(rowSchema),
    elsewhere: z.array(rowSchema).describe('Other breaks’ rows about the same payments'),
    payments: z.array(
      z.object({
        paymentId: z.string(),
        agencyId: z.string(),
        channelId: z.string(),
        status: z.string(),
        currency: z.string(),
        orderedMinor: minor,
        debitedMinor: minor.nullable(),
        debitedAt: instantSchema.nullable(),
        amountMinor: minor,
        postedAt: instantSchema.nullable(),
        refundedAt: instantSchema.nullable(),
      }),
    ),
    events: z.array(
      z.object({
        version: z.int(),
        event: z.string(),
        actor: z.string(),
        reason: z.string().nullable(),
        details: z.record(z.string(), z.unknown()),
        at: instantSchema,
      }),
    ),
    resolutions: z.array(
      z.object({
        resolution: resolutionSchema,
        bookedMinor: minor,
        isActive: z.boolean(),
        refundStatus: z.string().nullable(),
      }),
    ),
    evidence: z.array(evidenceSchema),
    actions: z.array(z.object({ kind, accounts: z.array(z.string()) })),
  })
  .meta({ id: 'ReconciliationBreakDetail' });

export const totalsSchema = z.object({
  items: z.array(
    z.object({
      class: z.enum(BREAK_CLASSES),
      severity: z.enum(SEVERITIES),
      age: z.enum(AGE_BUCKETS),
      sourceId: z.string(),
      currency: z.string(),
      count: z.int(),
      amountMinor: minor,
      theirsMoreMinor: minor,
      oursMoreMinor: minor,
      overdueCount: z.int(),
    }),
  ),
});

const sumShape = { count: z.int(), overdueCount: z.int(), currency: z.string(), amountMinor: minor };
export const digestSchema = z.object({
  at: instantSchema,
  open: z.array(z.object(sumShape)),
  byAge: z.array(z.object({ ...sumShape, age: z.enum(AGE_BUCKETS) })),
  bySeverity: z.array(z.object({ ...sumShape, severity: z.enum(SEVERITIES) })),
  bySource: z.array(z.object({ ...sumShape, sourceId: z.string(), suspenseMinor: minor })),
  waitingForSecondPerson: z.int(),
  waitingForPerson: z.int(),
  withoutOwner: z.int(),
  openedInDay: z.int(),
  closedInDay: z.int(),
  mostUrgent: z.array(breakSchema.omit({ word: true, ref: true })),
  text: z.string().describe('The same in words, in the language that was asked for'),
});

export const ownersSchema = z.object({
  items: z.array(z.object({ staffId: z.string(), displayName: z.string() })),
});
