import { z } from 'zod';
import { KEY_SCOPES } from '../accounts/index.ts';
import {
  APPROVAL_KINDS,
  APPROVAL_STATES,
  KEY_LIFETIME_DAYS,
  KEY_OVERLAP_DAYS,
  MISSING,
  STAGES,
} from '../agencies/index.ts';
import { agencyIdSchema, idSchema, instantSchema, localTextSchema, pageQuery } from './schemas.ts';

const staffId = z.string().describe('Who did it');
const region = z
  .string()
  .regex(/^\d{6}$/)
  .describe('GB/T 2260 code');

export const agencyParams = z.object({ agencyId: agencyIdSchema });
const versionNumber = z.coerce.number().int().min(1).max(1_000_000);

export const versionParams = agencyParams.extend({ version: versionNumber });
export const keyParams = agencyParams.extend({ keyId: idSchema('key') });
export const userParams = agencyParams.extend({ staffId: idSchema('stf') });
export const changeParams = agencyParams.extend({ requestId: idSchema('apr') });
export const requestParams = z.object({ requestId: idSchema('apr') });
export const connectionParams = z.object({ connectionId: agencyIdSchema });

export const onboardingQuery = pageQuery.extend({ stage: z.enum(STAGES).optional() });
export const diffQuery = z.object({
  from: versionNumber,
  to: versionNumber,
});
export const approvalQuery = pageQuery.extend({
  state: z.enum(['open', 'all']).default('open'),
  subjectId: agencyIdSchema.optional().describe('An agency’s or a connection’s id'),
});

export const manifestBody = z
  .record(z.string(), z.unknown())
  .describe('docs/onboarding.md says what is in it');
export const optionalReason = z.object({ reason: z.string().trim().max(1_000).optional() });
export const neededReason = z.object({ reason: z.string().trim().min(1).max(1_000) });
export const publicReason = z.object({ reason: localTextSchema.describe('Shown to residents') });
export const conformanceBody = z.object({
  testAccounts: z
    .record(z.string(), z.unknown())
    .describe('What may be asked for and paid in the test, as the kit of the connection’s kind wants it'),
});
export const attestationBody = z.object({
  summary: z.string().trim().min(1).max(1_000).describe('What was run, where, and with what result'),
  report: z.string().min(1).max(200_000).describe('The contract suite’s report as it came'),
});
export const goLiveBody = z.object({
  regions: z.array(region).min(1).max(100).optional().describe('Within the manifest’s; absent: all of them'),
  sharePercent: z.int().min(0).max(100).default(100).describe('Of a hundred residents, how many'),
  effectiveFrom: instantSchema.optional().describe('From when on; absent: now'),
});

const rolloutSchema = z.object({ regions: z.array(region).nullable(), sharePercent: z.int() });

export const onboardingSchema = z
  .object({
    agencyId: z.string(),
    names: localTextSchema,
    category: z.string(),
    stage: z.enum(STAGES).describe('How far the version being worked on has come'),
    version: z.int().describe('The version being worked on'),
    requestId: z.string().nullable().describe('The approval asked for it'),
    status: z.enum(['notLive', 'scheduled', 'live', 'suspended', 'retired']),
    statusReason: localTextSchema.nullable(),
    liveVersion: z.int().nullable(),
    next: z.object({ version: z.int(), effectiveFrom: instantSchema }).nullable(),
    rollout: rolloutSchema.nullable(),
    updatedAt: instantSchema,
  })
  .meta({ id: 'Onboarding' });

export const onboardingDetailSchema = onboardingSchema
  .extend({ missing: z.array(z.enum(MISSING)).describe('What the version lacks before it may go live') })
  .meta({ id: 'OnboardingDetail' });

export const versionSchema = z
  .object({ version: z.int(), contentHash: z.string(), createdAt: instantSchema })
  .meta({ id: 'ManifestVersion' });
export const manifestVersionSchema = z.object({
  version: z.int(),
  manifest: z.record(z.string(), z.unknown()),
});
export const differencesSchema = z
  .object({
    items: z.array(
      z.object({
        pointer: z.string().describe('RFC 6901'),
        before: z.unknown().optional().describe('Absent where something was added'),
        after: z.unknown().optional().describe('Absent where something was removed'),
      }),
    ),
  })
  .meta({ id: 'ManifestDiff' });
export const releasesSchema = z
  .object({
    items: z.array(
      z.object({
        version: z.int(),
        effectiveFrom: instantSchema,
        rollout: rolloutSchema,
        releasedBy: z.string().nullable(),
        requestId: z.string().nullable(),
        releasedAt: instantSchema,
      }),
    ),
  })
  .meta({ id: 'Releases' });

export const reportSchema = z
  .object({
    reportId: z.string(),
    contentHash: z.string().describe('Of the manifest that was tested'),
    source: z.enum(['kit', 'attested']).describe('`attested`: attached by hand, accepted by a second person'),
    passed: z.boolean(),
    report: z.unknown().describe('The whole report'),
    signature: z.string(),
    madeBy: staffId,
    madeAt: instantSchema,
  })
  .meta({ id: 'ConformanceReport' });
export const reportsSchema = z.object({ items: z.array(reportSchema) });

export const approvalSchema = z
  .object({
    requestId: z.string(),
    kind: z.enum(APPROVAL_KINDS),
    subjectId: z.string().describe('The agency, or the connection'),
    summary: z.record(z.string(), z.unknown()).describe('What it is about, without secrets'),
    state: z.enum(APPROVAL_STATES).describe('`waiting`: approved, and not in effect yet'),
    submittedBy: staffId,
    submittedAt: instantSchema,
    decidedBy: z.string().nullable(),
    decidedAt: instantSchema.nullable(),
    reason: z.string().nullable(),
    takesEffectAt: instantSchema.nullable(),
  })
  .meta({ id: 'Approval' });
export const submittedSchema = z.object({
  requestId: z.string().describe('To be approved by somebody else'),
});

const settlementAccount = {
  bankName: z.string().trim().min(2).max(100),
  bankCode: z
    .string()
    .regex(/^\d{12}$/)
    .describe('CNAPS code of the branch'),
};
export const settlementAccountBody = z.object({
  ...settlementAccount,
  holderName: z.string().trim().min(2).max(100),
  accountNumber: z.string().regex(/^\d{8,32}$/),
});
const maskedAccount = z.object({
  ...settlementAccount,
  maskedHolderName: z.string(),
  maskedAccountNumber: z.string(),
});
export const settlementAccountSchema = z
  .object({
    current: maskedAccount.extend({ since: instantSchema }).nullable(),
    pending: maskedAccount
      .extend({
        requestId: z.string(),
        takesEffectAt: instantSchema.nullable().describe('Null before it is approved'),
      })
      .nullable(),
  })
  .meta({ id: 'SettlementAccount' });

const label = z.string().trim().min(1).max(64);
const lifetimeDays = z.int().min(1).max(KEY_LIFETIME_DAYS.most).default(KEY_LIFETIME_DAYS.default);
export const newKeyBody = z.object({
  label,
  scopes: z.array(z.enum(KEY_SCOPES)).min(1).max(KEY_SCOPES.length),
  lifetimeDays,
});
export const rotateBody = z.object({
  overlapDays: z
    .int()
    .min(0)
    .max(KEY_OVERLAP_DAYS.most)
    .default(KEY_OVERLAP_DAYS.default)
    .describe('For how long the old key still works'),
});
export const keySchema = z
  .object({
    keyId: z.string(),
    prefix: z.string().describe('What the key begins with'),
    label: z.string(),
    scopes: z.array(z.enum(KEY_SCOPES)),
    isUsable: z.boolean(),
    createdBy: staffId,
    createdAt: instantSchema,
    expiresAt: instantSchema,
    lastUsedAt: instantSchema.nullable(),
    revokedAt: instantSchema.nullable(),
    replacedBy: z.string().nullable(),
  })
  .meta({ id: 'AgencyKey' });
export const keysSchema = z.object({ items: z.array(keySchema) });
export const shownKeySchema = keySchema
  .extend({ key: z.string().describe('`Authorization: Bearer …`. Shown this once') })
  .meta({ id: 'NewAgencyKey' });

export const newUserBody = z.object({
  email: z.string().trim().min(3).max(200),
  displayName: z.string().trim().min(1).max(64),
});
export const agencyUserSchema = z
  .object({
    staffId: z.string(),
    email: z.string(),
    displayName: z.string(),
    createdAt: instantSchema,
    disabledAt: instantSchema.nullable(),
  })
  .meta({ id: 'AgencyUser' });
export const agencyUsersSchema = z.object({ items: z.array(agencyUserSchema) });
export const newUserSchema = z
  .object({
    staffId: z.string(),
    password: z.string().describe('Made at random and shown this once'),
    totpUri: z.string().describe('For an authenticator app; shown this once'),
  })
  .meta({ id: 'NewAgencyUser' });

export const noticeSchema = z
  .object({
    noticeId: z.string(),
    kind: z.string(),
    params: z.record(z.string(), z.unknown()),
    createdAt: instantSchema,
  })
  .meta({ id: 'AgencyNotice' });

const limits = z.object({
  concurrency: z.int().min(1).max(1_000).describe('Calls at once, in one process'),
  ratePerSecond: z.int().min(1).max(10_000).describe('Calls begun a second, in one process'),
});
const environment = z.enum(['sandbox', 'live']).describe('`live` ones carry real payments');
export const connectionBody = z.object({
  plug: z.enum(['provider', 'channel']),
  kind: z.string().min(1).max(64),
  settings: z
    .record(z.string(), z.unknown())
    .describe('As the kind’s settingsSchema says; never shown again'),
  limits,
  environment,
});
export const connectionSchema = z
  .object({
    connectionId: z.string(),
    plug: z.enum(['provider', 'channel']),
    kind: z.string(),
    environment,
    limits,
    updatedAt: instantSchema,
  })
  .meta({ id: 'ConnectionSettings' });
export const connectionsSchema = z.object({ items: z.array(connectionSchema) });
export const connectionPutSchema = z.object({
  requestId: z.string().nullable().describe('What has to be approved before it holds; null: it holds now'),
});
export const connectionTestSchema = z
  .object({
    answered: z.boolean(),
    outcome: z.string(),
    reason: z.string().nullable(),
    durationMs: z.int(),
  })
  .meta({ id: 'ConnectionTest' });
export const plugInsSchema = z
  .object({
    items: z.array(
      z.object({
        plug: z.enum(['provider', 'channel']),
        kind: z.string(),
        capabilities: z.array(z.string()),
        settingsSchema: z.unknown().describe('JSON Schema'),
      }),
    ),
  })
  .meta({ id: 'PlugIns' });
