import { z } from 'zod';

/**
 * Outcomes are values, never exceptions: throwing means our bug. The default is `unknown`; only an explicit,
 * well-formed and authentic answer from the other side is anything else.
 */

/** Why something came out as it did. Never holds personal data: it is logged, stored and shown. */
export interface Reason {
  /** Stable, from REASON_CODES; the pages hold plain words for each in every language. */
  code: ReasonCode;
  /** Who said so. */
  source: 'agency' | 'channel' | 'network' | 'civicpay';
  /** The other side's own code or words, for operators; cut at 200 characters, masked by the provider. */
  detail?: string;
}

export const REASON_CODES = [
  'amount_changed', // what is owed is no longer what was paid for
  'bill_already_paid',
  'bill_not_found',
  'account_not_found',
  'account_blocked',
  'amount_not_allowed', // breaks the agency's amount rule
  'outside_service_hours',
  'under_maintenance',
  'agency_down', // it could not be reached at all
  'refused_by_agency', // a definite no without a reason we know
  'limit_exceeded',
  'insufficient_funds',
  'declined_by_resident', // they pressed cancel at the bank
  'confirmation_expired', // they did not confirm in time
  'refused_by_channel',
  'channel_down',
  'no_answer', // timed out after the request had left: it may have been carried out
  'answer_not_understood',
  'answer_not_authentic', // the signature is wrong
  'reference_not_known', // the other side has never seen our reference
  'too_busy', // our own limits for this connection held it back; nothing was sent
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

export const reasonSchema: z.ZodType<Reason> = z.object({
  code: z.enum(REASON_CODES),
  source: z.enum(['agency', 'channel', 'network', 'civicpay']),
  detail: z.string().max(200).optional(),
});

/** A definite no; nothing was, or will be, carried out under this reference. */
export interface Rejected {
  kind: 'rejected';
  reason: Reason;
}

/** Taken in, and will be carried out or refused later; ask by reference. */
export interface Pending {
  kind: 'pending';
  /** When the other side promises an answer. */
  expectedByMs?: number;
}

/**
 * Certainly not carried out, and may be tried again under the same reference. As the answer to a query by
 * reference: the other side has never seen it.
 */
export interface NotAttempted {
  kind: 'notAttempted';
  reason: Reason;
  /** The soonest time worth trying again, when the other side says. */
  retryAtMs?: number;
}

/** It may or may not have been carried out. Ask; never instruct anew, never undo. */
export interface Unknown {
  kind: 'unknown';
  reason: Reason;
}

/** The reference was used before: what became of it is learned by asking for it. */
export interface Duplicate {
  kind: 'duplicate';
}

/** What an instruction, or a question about one, can come to; `A` is what a yes carries. */
export type Outcome<A> = ({ kind: 'accepted' } & A) | Rejected | Pending | NotAttempted | Unknown | Duplicate;
