import type { AuditEvent } from '../../accounts/index.ts';
import type { LocalText, Manifest } from '../../contract/index.ts';
import type { Agency, Connection, Rollout } from '../agencies.types.ts';

/** Who does something, for the audit trail and for telling two people apart. */
export interface Actor extends Pick<AuditEvent, 'traceId' | 'addressIndex'> {
  kind: 'staff' | 'agencyKey';
  /** Of the person, or the key. */
  id: string;
}

/** How far the version that is being worked on has come. */
export const STAGES = ['draft', 'sandbox', 'conformancePassed', 'submitted', 'approved', 'live'] as const;
export type Stage = (typeof STAGES)[number];

/** Whether residents can pay at the agency, whatever version is being worked on. */
export type OperatingStatus = Agency['status'] | 'notLive' | 'scheduled';

/** What a version still lacks before it may go live. */
export const MISSING = [
  'connectionNotThere',
  'connectionNotLive',
  'conformanceNotPassed',
  'approvalNotGiven',
] as const;
export type Missing = (typeof MISSING)[number];

/** Where an agency stands. */
export interface Onboarding {
  agencyId: string;
  names: LocalText;
  category: string;
  stage: Stage;
  /** The version being worked on. */
  version: number;
  /** The approval that was asked for it, while it counts. */
  requestId: string | null;
  status: OperatingStatus;
  statusReason: LocalText | null;
  liveVersion: number | null;
  next: { version: number; fromMs: number } | null;
  rollout: Rollout | null;
  updatedAtMs: number;
}

/** What a test of an agency came to. */
export interface ConformanceResult {
  passed: boolean;
  /** The whole report, as JSON. */
  report: unknown;
}

/** Tests an agency over its connection, for real. Throws DomainError `test_accounts_invalid`. */
export type ConformanceKit = (target: {
  manifest: Manifest;
  connection: Connection;
  /** What may be asked for and paid in the test, as the kit wants it. */
  testAccounts: unknown;
}) => Promise<ConformanceResult>;

export interface ConformanceRecord {
  reportId: string;
  agencyId: string;
  contentHash: string;
  source: 'kit' | 'attested';
  passed: boolean;
  /** JSON text, as it was signed. */
  report: string;
  signature: string;
  madeBy: string;
  madeAtMs: number;
}

/** One difference between two JSON values; `before` is absent where something was added, `after` where it was removed. */
export interface Difference {
  /** RFC 6901 */
  pointer: string;
  before?: unknown;
  after?: unknown;
}

export const APPROVAL_KINDS = [
  'manifest',
  'settlementAccount',
  'connection',
  'attestation',
  'catalogue',
] as const;
export type ApprovalKind = (typeof APPROVAL_KINDS)[number];

/** `waiting`: approved, and not in effect yet. */
export const APPROVAL_STATES = ['open', 'waiting', 'approved', 'returned', 'withdrawn'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** Something that one person asked for and another one has to approve. */
export interface Approval {
  requestId: string;
  kind: ApprovalKind;
  /** The agency, or the connection, that it is about. */
  subjectId: string;
  submittedBy: string;
  submittedAtMs: number;
  state: ApprovalState;
  decidedBy: string | null;
  decidedAtMs: number | null;
  reason: string | null;
  takesEffectAtMs: number | null;
  /** What it is about, without secrets. */
  summary: Readonly<Record<string, unknown>>;
}

/** Where an agency's money is paid out to. Sealed at rest, shown masked. */
export interface SettlementAccount {
  holderName: string;
  bankName: string;
  /** CNAPS code of the branch: 12 digits. */
  bankCode: string;
  accountNumber: string;
}

export interface MaskedSettlementAccount {
  maskedHolderName: string;
  bankName: string;
  bankCode: string;
  maskedAccountNumber: string;
}

export interface AgencyNotice {
  noticeId: string;
  kind: string;
  params: Readonly<Record<string, unknown>>;
  createdAtMs: number;
}
