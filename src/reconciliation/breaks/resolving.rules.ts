import { createHash } from 'node:crypto';
import { z } from 'zod';
import { sumMinor } from '../../kernel/money.ts';
import type { ResolutionAccount } from '../../ledger/index.ts';
import type { BreakRow, ResolutionKind, StoredBreak } from './break.types.ts';

const minor = z.int().min(0).max(1e12);

/** How far breaks of a source are resolved without a person, and with one or two; finance sets it. Amounts in minor units. */
export const resolvingRulesSchema = z.strictObject({
  automatic: z
    .strictObject({
      /** What may be resolved of one break without a person. */
      maxBreakMinor: minor.default(500_000),
      /** What may be resolved of one run without a person. */
      maxRunMinor: minor.default(100_000_000),
      /** So much may a fee miss what was expected, and still be booked as a fee difference. */
      feeToleranceMinor: minor.default(100),
    })
    .prefault({}),
  /** Above it a second person has to approve. */
  secondPersonAboveMinor: minor.default(0),
  /** Above it nothing is resolved here. */
  refusedAboveMinor: minor.default(1_000_000_000),
});
export type ResolvingRules = z.output<typeof resolvingRulesSchema>;

type Role = 'channel' | 'agency';

/** What of a break stands in suspense: theirs less ours, of rows that are final, in the source's currency. A file that is late says nothing. */
export function suspenseMinorOf(
  { class: found }: Pick<StoredBreak, 'class'>,
  rows: readonly Pick<BreakRow, 'side' | 'status' | 'currency' | 'amountMinor' | 'isActive'>[],
  sourceCurrency: string,
): number {
  if (found === 'lateFile') return 0;
  return sumMinor(
    rows
      .filter((row) => row.isActive && row.status === 'final' && row.currency === sourceCurrency)
      .map((row) => (row.side === 'theirs' ? (row.amountMinor ?? 0) : -(row.amountMinor ?? 0))),
  );
}

/** Accounts that a difference may be adjusted to, by whose statement it is. */
export const ADJUSTMENT_ACCOUNTS: Readonly<Record<Role, readonly ResolutionAccount[]>> = {
  channel: ['feeDifferences', 'channelClearing', 'refundsPayable'],
  agency: ['feeDifferences', 'agencyPayable'],
};

/** A break as it is to be resolved. */
export interface Resolvable {
  found: Pick<StoredBreak, 'breakId' | 'class'>;
  suspenseMinor: number;
  /** Of our payments, that the break is about; null when it is about none, or about several. */
  paymentId: string | null;
}

/** Why a break can't be resolved in a way; null when it can. The code of a problem. */
export function obstacleOf(
  kind: ResolutionKind,
  account: ResolutionAccount | null,
  role: Role,
  { found, suspenseMinor, paymentId }: Resolvable,
): string | null {
  if (found.class === 'lateFile') return 'break_waits_for_file';
  switch (kind) {
    case 'adjust':
      return account !== null && ADJUSTMENT_ACCOUNTS[role].includes(account)
        ? null
        : 'break_account_not_allowed';
    case 'refund':
      // Only what a channel took too much of can be given back by it.
      return role === 'channel' && suspenseMinor > 0 ? null : 'break_not_refundable';
    case 'resend':
      return role === 'agency' && found.class === 'agencyMissing' && suspenseMinor < 0 && paymentId !== null
        ? null
        : 'break_not_resendable';
    default:
      return null;
  }
}

/** Where the amount goes; null where nothing is booked. */
export function accountFor(
  kind: ResolutionKind,
  account: ResolutionAccount | null,
  role: Role,
): ResolutionAccount | null {
  switch (kind) {
    case 'adjust':
    case 'match':
      return account;
    case 'writeOff':
      return 'writeOffs';
    case 'refund':
      return 'refundsPayable';
    case 'feeDifference':
      return 'feeDifferences';
    case 'booksAgree':
      return role === 'channel' ? 'channelClearing' : 'agencyPayable';
    case 'resend':
      return null;
  }
}

/** What each of the breaks books. Of breaks that are matched with each other only what is left over is booked, by the first. */
export function bookedMinors(kind: ResolutionKind, suspenseMinors: readonly number[]): number[] {
  if (kind === 'resend') return suspenseMinors.map(() => 0);
  if (kind !== 'match') return [...suspenseMinors];
  return suspenseMinors.map((_, index) => (index === 0 ? sumMinor(suspenseMinors) : 0));
}

/** What is at stake in a resolution: the money that is booked or instructed, whatever its sign. */
export function stakeMinor(kind: ResolutionKind, suspenseMinors: readonly number[]): number {
  const moved = kind === 'resend' ? suspenseMinors : bookedMinors(kind, suspenseMinors);
  return sumMinor(moved.map(Math.abs));
}

/** By how many people a resolution has to be made. */
export function peopleNeeded(amountMinor: number, rules: ResolvingRules): 1 | 2 | 'refused' {
  if (amountMinor > rules.refusedAboveMinor) return 'refused';
  return amountMinor > rules.secondPersonAboveMinor ? 2 : 1;
}

/** Stands for the breaks and amounts that a person has seen: SHA-256, hex, in whatever order they come. */
export function hashOfBreaks(breaks: readonly { breakId: string; suspenseMinor: number }[]): string {
  const lines = breaks.map(({ breakId, suspenseMinor }) => `${breakId} ${suspenseMinor}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}
