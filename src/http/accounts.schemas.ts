import { z } from 'zod';
import { instantSchema, pageOf } from './schemas.ts';

const challengeId = z.string().max(64).describe('As the step before gave it');
const sixDigits = z
  .string()
  .trim()
  .regex(/^\d{6}$/);

export const userSchema = z
  .object({
    userId: z.string(),
    kind: z.enum(['resident', 'staff']),
    roles: z.array(z.enum(['resident', 'agency', 'finance', 'operator'])),
    displayName: z.string().describe('A masked phone, or the name of a member of staff'),
    agencyId: z.string().nullable().describe('Of an agency user: the one agency they work for'),
  })
  .meta({ id: 'User' });

export const sessionSchema = z
  .object({
    user: userSchema.nullable().describe('Null when nobody is signed in'),
    csrfToken: z.string().nullable().describe('To be sent as `X-CSRF-Token` with every command'),
    demo: z.boolean().describe('Whether this is a demo: nothing in it is real'),
  })
  .meta({ id: 'Session' });

export const signedInSchema = z.object({ user: userSchema, csrfToken: z.string() }).meta({ id: 'SignedIn' });

export const signOutQuery = z.object({
  everywhere: z.enum(['true', 'false']).default('false').describe('`true` ends all sessions of the user'),
});

export const codeRequestSchema = z.strictObject({
  phone: z
    .string()
    .min(1)
    .max(40)
    .describe('Mainland China mobile number; `+86`, spaces and dashes are fine'),
});

export const codeChallengeSchema = z
  .object({
    challengeId: z.string(),
    expiresAt: instantSchema,
    resendAfter: instantSchema.describe('Not before this may another code be asked for'),
  })
  .meta({ id: 'CodeChallenge' });

export const codeAttemptSchema = z.strictObject({ challengeId, code: sixDigits });

export const passwordSchema = z.strictObject({
  email: z.string().min(1).max(254),
  password: z.string().min(1).max(256),
});

export const staffChallengeSchema = z
  .object({ challengeId: z.string(), methods: z.array(z.enum(['totp', 'passkey'])) })
  .meta({ id: 'StaffChallenge' });

export const totpAttemptSchema = z.strictObject({ challengeId, code: sixDigits });

export const challengeRequestSchema = z.strictObject({ challengeId });

const credential = z
  .looseObject({ id: z.string().min(1).max(2048), type: z.literal('public-key') })
  .describe('What the browser answered (PublicKeyCredential.toJSON)');

export const passkeyAttemptSchema = z.strictObject({ challengeId, credential });

export const passkeyRegistrationSchema = z.strictObject({
  credential,
  label: z.string().trim().min(1).max(60).describe('What its owner calls it, such as the name of the device'),
});

export const passkeySchema = z
  .object({ label: z.string(), createdAt: instantSchema })
  .meta({ id: 'Passkey' });

export const passkeyOptionsSchema = z
  .object({
    options: z
      .looseObject({ challenge: z.string() })
      .describe('For `navigator.credentials`, in the JSON form of WebAuthn level 3'),
  })
  .meta({ id: 'PasskeyOptions' });

export const smsMessagesSchema = z
  .object({ items: z.array(z.object({ phone: z.string(), text: z.string(), sentAt: instantSchema })) })
  .meta({ id: 'SmsMessages' });

export const demoSignInsSchema = z
  .object({
    residents: z.array(z.object({ phone: z.string(), note: z.string() })),
    staff: z.array(
      z.object({
        email: z.string(),
        password: z.string(),
        totpCode: z.string().describe('Good now, once'),
        role: z.enum(['agency', 'finance', 'operator']),
      }),
    ),
  })
  .meta({ id: 'DemoSignIns' });

export const auditPageSchema = pageOf(
  z
    .object({
      eventId: z.string(),
      at: instantSchema,
      actor: z.object({
        kind: z.enum(['resident', 'staff', 'agencyKey', 'system', 'anonymous']),
        id: z.string().nullable(),
      }),
      action: z.string(),
      object: z.object({ kind: z.string(), id: z.string() }).nullable(),
      outcome: z.string().describe('`ok`, or the code of the refusal'),
      traceId: z.string().nullable(),
      addressIndex: z
        .string()
        .nullable()
        .describe('The same for the same client; the address itself is not kept'),
      detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    })
    .meta({ id: 'AuditEvent' }),
);
