import type { Payment, PaymentStatus } from '../../api/types.ts';

/** The resident's view of a payment: three steps, whose last is either the receipt or the money back. */
export interface ProgressStep {
  name: 'debit' | 'posting' | 'receipt' | 'refund';
  state: 'done' | 'current' | 'waiting' | 'failed';
  /** ISO 8601, when the step was done. */
  at: string | null;
}

/** How far each status has got along debit, posting and the last step. */
const PROGRESS: Record<
  PaymentStatus,
  readonly [ProgressStep['state'], ProgressStep['state'], ProgressStep['state']]
> = {
  created: ['current', 'waiting', 'waiting'],
  debitPending: ['current', 'waiting', 'waiting'],
  debitUnknown: ['current', 'waiting', 'waiting'],
  debitFailed: ['failed', 'waiting', 'waiting'],
  expired: ['failed', 'waiting', 'waiting'],
  debited: ['done', 'current', 'waiting'],
  postingPending: ['done', 'current', 'waiting'],
  postingUnknown: ['done', 'current', 'waiting'],
  posted: ['done', 'done', 'done'],
  reversing: ['done', 'done', 'current'],
  refunding: ['done', 'failed', 'current'],
  refundPending: ['done', 'failed', 'current'],
  refundUnknown: ['done', 'failed', 'current'],
  refundBlocked: ['done', 'failed', 'current'],
  refunded: ['done', 'failed', 'done'],
};

const REFUNDING: readonly PaymentStatus[] = [
  'reversing',
  'refunding',
  'refundPending',
  'refundUnknown',
  'refundBlocked',
  'refunded',
];

export function stepsOf(
  payment: Pick<Payment, 'status' | 'debitedAt' | 'postedAt' | 'refundedAt'>,
): ProgressStep[] {
  const [debit, posting, last] = PROGRESS[payment.status];
  const steps: ProgressStep[] = [
    { name: 'debit', state: debit, at: payment.debitedAt },
    { name: 'posting', state: posting, at: payment.postedAt },
  ];
  if (REFUNDING.includes(payment.status)) steps.push({ name: 'refund', state: last, at: payment.refundedAt });
  else steps.push({ name: 'receipt', state: last, at: payment.postedAt });
  return steps;
}

/** Whether the status is good news, bad news that costs nothing, or something to wait for. */
export function toneOf(status: PaymentStatus): 'good' | 'info' | 'wait' | 'bad' {
  if (status === 'posted') return 'good';
  if (status === 'refunded' || status === 'expired') return 'info';
  if (status === 'debitFailed') return 'bad';
  return 'wait';
}

/** While it waits for the resident at the bank it is not safe to leave: nothing happens by itself. */
export function isSafeToLeave(payment: Pick<Payment, 'status' | 'final'>): boolean {
  return !payment.final && payment.status !== 'debitPending' && payment.status !== 'created';
}
