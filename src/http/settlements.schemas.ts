import { z } from 'zod';
import {
  agreedTermsSchema,
  BATCH_STATES,
  ITEM_KINDS,
  PAYOUT_FORMATS,
  PAYOUT_STATES,
  TERMS_STATES,
} from '../settlement/index.ts';
import { agencyIdSchema, idSchema, instantSchema, moneySchema, pageQuery } from './schemas.ts';

const staffId = z.string().describe('Who did it; `system` where nobody did');
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256, hexadecimal');
const instructionId = z.string();
const month = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/);

export const settlementParams = z.object({ settlementId: idSchema('stl') });
export const agencyParams = z.object({ agencyId: agencyIdSchema });
export const agencySettlementParams = agencyParams.extend(settlementParams.shape);
export const agencyMonthParams = agencyParams.extend({ month });
export const termsParams = z.object({ termsId: idSchema('trm') });
export const batchParams = z.object({ batchId: idSchema('pob') });
export const monthParams = z.object({ month });
export const settlementsQuery = pageQuery.extend({ agencyId: agencyIdSchema.optional() });
export const formatQuery = z.object({ format: z.enum(['csv', 'xlsx', 'pdf']).default('csv') });
export const termsQuery = z.object({
  agencyId: agencyIdSchema.optional(),
  state: z.enum(TERMS_STATES).optional(),
});
export const accountQuery = z.object({
  account: z
    .string()
    .regex(/^[a-z_]{1,40}(\/[A-Za-z0-9._-]{1,64})?$/)
    .describe('An account’s code, such as `agency_payable/guangzhou-power`'),
});

const totalsSchema = z.object({
  carriedInMinor: z.int(),
  grossMinor: z.int(),
  refundsMinor: z.int(),
  feesMinor: z.int(),
  feesReturnedMinor: z.int(),
  adjustmentsMinor: z.int(),
  payoutsReturnedMinor: z.int(),
  reserveReleasedMinor: z.int(),
  reserveHeldMinor: z.int(),
  netMinor: z.int(),
  payoutMinor: z.int(),
  carriedOutMinor: z.int(),
});
const reserves = z.array(z.object({ heldOn: z.iso.date(), releaseOn: z.iso.date(), amountMinor: z.int() }));
const windowSchema = z.object({ from: z.iso.date(), to: z.iso.date(), dueOn: z.iso.date() });

export const settlementSchema = z
  .object({
    settlementId: z.string(),
    agencyId: z.string(),
    currency: z.string(),
    basis: z.enum(['net', 'gross']),
    window: windowSchema.describe('Business dates, both inclusive, and when the payout is due'),
    totals: totalsSchema.describe('Minor units; carried in + net = payout + carried out'),
    reserves: reserves.describe('What is kept after it'),
    itemCount: z.int(),
    heldCount: z.int().describe('Items of its dates that were left out'),
    payoutState: z.enum(PAYOUT_STATES),
    batchId: z.string().nullable().describe('The payout file it is paid by'),
    createdAt: instantSchema,
  })
  .meta({ id: 'Settlement' });

const itemSchema = z.object({
  itemId: z.string(),
  kind: z.enum(ITEM_KINDS),
  paymentId: z.string().nullable(),
  businessDate: z.iso.date(),
  amountMinor: z.int(),
  feeMinor: z.int(),
  note: z.string().nullable(),
});
export const settlementDetailSchema = settlementSchema
  .extend({
    items: z.array(itemSchema.extend({ netMinor: z.int() })).describe('The first 200; files have all'),
    held: z
      .array(itemSchema.extend({ reason: z.enum(['notReconciled', 'disputed', 'paymentHeld']) }))
      .describe('The first 200 that were left out, and why'),
  })
  .meta({ id: 'SettlementDetail' });

export const roundSchema = z.object({
  items: z.array(
    z.object({
      agencyId: z.string(),
      settlementIds: z.array(z.string()).describe('What was settled now'),
      outcome: z.enum(['noTerms', 'notDue', 'waiting', 'blocked']).describe('Why it went no further'),
      window: windowSchema.nullable(),
      waitsFor: z
        .array(z.object({ businessDate: z.iso.date(), sourceIds: z.array(z.string()) }))
        .describe('Files that are not matched yet'),
      problem: z
        .object({ code: z.string(), title: z.string(), detail: z.string() })
        .nullable()
        .describe('What blocks it, and what to do, in the language of Accept-Language'),
    }),
  ),
});

export const termsBody = z.object({
  agencyId: agencyIdSchema,
  effectiveFrom: z.iso.date().describe('The first business date they hold for'),
  terms: agreedTermsSchema,
});
export const termsSchema = z
  .object({
    termsId: z.string(),
    agencyId: z.string(),
    effectiveFrom: z.iso.date(),
    terms: agreedTermsSchema,
    state: z.enum(TERMS_STATES),
    proposedBy: staffId,
    proposedAt: instantSchema,
    decidedBy: staffId.nullable(),
    decidedAt: instantSchema.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'SettlementTerms' });

export const payoutBody = z.object({
  format: z.enum(PAYOUT_FORMATS).describe('`pain001`: pain.001.001.09; `bankCsv`: civicpay-payout-1'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('CNY'),
});
export const approvalBody = z.object({ sha256 });
export const reasonBody = z.object({ reason: z.string().trim().min(1).max(500) });
export const optionalReasonBody = z.object({ reason: z.string().trim().min(1).max(500).optional() });

export const payoutBatchSchema = z
  .object({
    batchId: z.string(),
    messageId: z.string().describe('What the bank calls it by'),
    format: z.enum(PAYOUT_FORMATS),
    executeOn: z.iso.date(),
    instructionCount: z.int(),
    total: moneySchema,
    sha256,
    state: z.enum(BATCH_STATES),
    approvals: z.array(z.object({ approvedBy: staffId, approvedAt: instantSchema })),
    approvalsNeeded: z.int(),
    statuses: z.record(z.string(), z.int()).describe('How many instructions stand where'),
    madeBy: staffId,
    madeAt: instantSchema,
    endedBy: staffId.nullable(),
    endedAt: instantSchema.nullable().describe('When it was sent, or called off'),
    reason: z.string().nullable(),
  })
  .meta({ id: 'PayoutBatch' });
export const preparedSchema = payoutBatchSchema.extend({
  notPayable: z
    .array(
      z.object({
        agencyId: z.string(),
        settlementId: z.string(),
        why: z.enum(['accountMissing', 'accountInvalid']),
      }),
    )
    .describe('Due, and not in the file'),
});

const answerSchema = z.object({
  acknowledgementId: z.string(),
  sha256,
  receivedBy: staffId,
  receivedAt: instantSchema,
  changes: z.array(
    z.object({ instructionId, before: z.string(), after: z.string(), code: z.string().nullable() }),
  ),
});
export const payoutDetailSchema = payoutBatchSchema
  .extend({
    instructions: z.array(
      z.object({
        instructionId,
        settlementId: z.string(),
        agencyId: z.string(),
        amount: moneySchema,
        maskedHolderName: z.string(),
        bankName: z.string(),
        maskedAccountNumber: z.string(),
        status: z.enum(['pending', 'accepted', 'rejected', 'returned', 'cancelled']),
        answer: z.string().nullable().describe('The bank’s own code and words'),
        contradiction: z.string().nullable().describe('What it said against itself: ask it'),
      }),
    ),
    answers: z.array(answerSchema),
  })
  .meta({ id: 'PayoutBatchDetail' });
export const takenSchema = z.object({
  batchId: z.string(),
  isRepeated: z.boolean().describe('The same file was taken before'),
  changes: answerSchema.shape.changes,
});

const accountSchema = z.object({
  accountCode: z.string(),
  currency: z.string(),
  openingMinor: z.int(),
  debitMinor: z.int(),
  creditMinor: z.int(),
  closingMinor: z.int(),
});
const closingSchema = z.object({
  month,
  asOf: instantSchema.describe('What was booked later belongs to the next open month'),
  journalCount: z.int(),
  sha256: sha256.describe('Of the journals as they are exported'),
  closedBy: staffId,
  closedAt: instantSchema,
});
export const closingsSchema = z.object({ items: z.array(closingSchema) });
export const monthSchema = z
  .object({
    month,
    closing: closingSchema.nullable(),
    accounts: z.array(accountSchema).describe('Balances are debits less credits'),
  })
  .meta({ id: 'BooksOfMonth' });
