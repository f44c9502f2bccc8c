import type { Payment, PaymentStatus } from '../../api/types.ts';

/** The resident's view of a payment: three steps, whose last is either the receipt or the money back. */
export interface ProgressStep {
  name: 'debit' | 'posting' | 'undo' | 'receipt' | 'refund';
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
  // Always undone: told by `undoingSteps`.
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
  payment: Pick<Payment, 'status' | 'undone' | 'debitedAt' | 'postedAt' | 'refundedAt'>,
): ProgressStep[] {
  if (payment.undone) return undoingSteps(payment);
  const [debit, posting, last] = PROGRESS[payment.status];
  const steps: ProgressStep[] = [
    { name: 'debit', state: debit, at: payment.debitedAt },
    { name: 'posting', state: posting, at: payment.postedAt },
  ];
  if (REFUNDING.includes(payment.status)) steps.push({ name: 'refund', state: last, at: payment.refundedAt });
  else steps.push({ name: 'receipt', state: last, at: payment.postedAt });
  return steps;
}

/** What was posted and is undone: the agency first, then the money comes back. */
function undoingSteps({
  status,
  debitedAt,
  postedAt,
  refundedAt,
}: Pick<Payment, 'status' | 'debitedAt' | 'postedAt' | 'refundedAt'>): ProgressStep[] {
  const isUndone = status !== 'reversing';
  return [
    { name: 'debit', state: 'done', at: debitedAt },
    { name: 'posting', state: 'done', at: postedAt },
    { name: 'undo', state: isUndone ? 'done' : 'current', at: null },
    {
      name: 'refund',
      state: status === 'refunded' ? 'done' : isUndone ? 'current' : 'waiting',
      at: refundedAt,
    },
  ];
}

/** Where the texts of a status are: money comes back for another reason when what was posted was undone. */
export function storyOf({ status, undone }: Pick<Payment, 'status' | 'undone'>) {
  return undone && (status === 'refunding' || status === 'refunded')
    ? (`payment.undone.${status}` as const)
    : (`payment.status.${status}` as const);
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
