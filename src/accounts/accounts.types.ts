import type { PasswordCost } from './passwords.ts';

/** What somebody may do; each route asks for one. */
export type Role = 'resident' | 'agency' | 'finance' | 'operator';
export type StaffRole = Exclude<Role, 'resident'>;

/** Who signs in, and has sessions. */
export type PersonKind = 'resident' | 'staff';

/** What a key of an agency's own system may be used for. */
export const KEY_SCOPES = ['billFiles', 'payments', 'disputes', 'webhooks'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** Who is calling, as the session or the API key says. */
export interface Caller {
  /** Of a person; the key's own id for an agency's system. */
  userId: string;
  /** The key's own id for an agency's system, which has no session. */
  sessionId: string;
  kind: PersonKind | 'agencyKey';
  roles: readonly Role[];
  /** For agency users and keys: the one agency whose things they may see. */
  agencyId: string | null;
  /** Of API keys alone. */
  scopes?: readonly KeyScope[];
  /** Shown on the page: a masked phone, or a member of staff's name. */
  displayName: string;
}

/** Where a request comes from; for limits and the audit trail. */
export interface ClientContext {
  /** IP address, as the HTTP layer trusts it. */
  address: string;
  traceId: string;
  /** The session token the client holds already, if any: signing in puts an end to that session. */
  sessionToken: string | null;
}

/** A session just begun. The token is shown once, here; only its hash is kept. */
export interface SignedIn {
  token: string;
  caller: Caller;
  /** How long it can last, used or not. */
  lifetimeMs: number;
}

export interface CodeChallenge {
  challengeId: string;
  expiresAtMs: number;
  /** Not before this may another code be asked for. */
  resendAfterMs: number;
}

export type SecondFactor = 'totp' | 'passkey';

export interface StaffChallenge {
  challengeId: string;
  methods: readonly SecondFactor[];
}

export interface NewStaff {
  email: string;
  /** At least 12 characters; made at random when absent. */
  password?: string;
  roles: readonly StaffRole[];
  /** Needed by, and only by, agency users. */
  agencyId?: string;
  displayName: string;
  /** Base32; made at random when absent. */
  totpSecret?: string;
}

export interface CreatedStaff {
  staffId: string;
  /** What was made at random, to be handed over once; null when it was given. */
  newPassword: string | null;
  totpSecret: string;
  /** `otpauth://` address for an authenticator app. */
  totpUri: string;
}

/** A member of staff, or an agency's user, without anything to sign in by. */
export interface StaffMember {
  staffId: string;
  email: string;
  displayName: string;
  roles: readonly StaffRole[];
  agencyId: string | null;
  createdAtMs: number;
  /** Since when they may not sign in any more. */
  disabledAtMs: number | null;
}

/** Who does something, as the audit trail has it. */
export type DoneBy = Pick<AuditEvent, 'actor' | 'traceId' | 'addressIndex'>;

/** Sends text messages. Throws when the message was certainly not sent. */
export interface SmsSender {
  send(message: { phone: string; text: string }): Promise<void>;
}

/** How often codes may be asked for. */
export interface CodeLimits {
  perPhonePerHour: number;
  perAddressPerHour: number;
  resendAfterMs: number;
}

export interface AccountsConfig {
  /** Where browsers see the site; passkeys belong to its host. */
  publicUrl: string;
  /** Null: residents can't sign in, and are told so. */
  smsSender: SmsSender | null;
  codeLimits?: CodeLimits;
  /** What a new password is hashed at; those there are keep the cost they were hashed at. */
  passwordCost?: PasswordCost;
}

/** One thing somebody did. Ids, codes and numbers only: nothing here may be personal data. */
export interface AuditEvent {
  atMs: number;
  actor: { kind: Caller['kind'] | 'system' | 'anonymous'; id: string | null };
  /** `noun.verb`, such as `payment.create`. */
  action: string;
  object: { kind: string; id: string } | null;
  /** `ok`, or the code of the refusal. */
  outcome: string;
  traceId: string | null;
  /** Blind index of the client's address (`addressIndex`). */
  addressIndex: string | null;
  detail?: Readonly<Record<string, string | number | boolean | null>>;
}

export interface RecordedAuditEvent extends Required<AuditEvent> {
  eventId: string;
}
