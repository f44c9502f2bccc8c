/** Why a resident says that a posted payment is wrong. */
export const DISPUTE_REASONS = ['paidTwice', 'wrongAmount', 'wrongAccount', 'notReceived', 'other'] as const;
export type DisputeReason = (typeof DISPUTE_REASONS)[number];

/** `open`: waits for the agency. `upheld`: it agrees, and the posting is undone. `declined`: it does not, and says why. */
export const DISPUTE_STATUSES = ['open', 'upheld', 'declined'] as const;
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number];

/** A resident's objection to a posted payment, and what the agency says to it. */
export interface Dispute {
  disputeId: string;
  paymentId: string;
  residentId: string;
  agencyId: string;
  reason: DisputeReason;
  /** In the resident's words; personal data. */
  note: string | null;
  status: DisputeStatus;
  openedAtMs: number;
  /** When the agency has to have answered. */
  dueAtMs: number;
  answeredAtMs: number | null;
  /** In the agency's words, for the resident. */
  answer: string | null;
  /** Who answered for it. */
  answeredBy: string | null;
}

/** What an agency says to a dispute. */
export interface DisputeAnswer {
  disputeId: string;
  status: Exclude<DisputeStatus, 'open'>;
  answer: string;
  answeredBy: string;
  answeredAtMs: number;
}
