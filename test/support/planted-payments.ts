import { seededDraws } from '../../sandbox/support/fault-plan.ts';
import {
  type Answer,
  readDebit,
  readPosting,
  readRefund,
  readUndo,
  takeStep,
} from '../../src/billing/advance.rules.ts';
import { refundReference, undoReference } from '../../src/billing/billing.rules.ts';
import type { Payment } from '../../src/billing/index.ts';
import type { JournalDraft } from '../../src/ledger/index.ts';
import { NOTHING_SPECIAL } from './some-payment.ts';

/** One step of a payment's life, by billing's own rules. */
export interface PlayedStep {
  before: Payment;
  after: Payment;
  journals: readonly JournalDraft[];
}

/** A payment as it stands, and how it came there. */
export interface PlayedPayment {
  created: Payment;
  steps: readonly PlayedStep[];
  last: Payment;
}

/** Where payments of a day go. */
export interface PaymentRoute {
  channelId: string;
  connectionId: string;
  agencyId: string;
  timeZone: string;
  cutOff: string;
}

/** What became of a payment, in the end. */
export type Ending =
  /** The channel waits for the resident. */
  | 'waiting'
  /** Not confirmed in time. */
  | 'expired'
  | 'posted'
  /** The agency took it in, and will post it. */
  | 'postingPending'
  /** The agency may have posted it. */
  | 'postingUnknown'
  /** The agency refused, and the money went back. */
  | 'refunded'
  /** Posted, undone on the same day, and given back. */
  | 'reversed';

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** Random choices that a seed repeats. */
export class Dice {
  private readonly draw: () => number;

  constructor(seed: number) {
    this.draw = seededDraws(seed);
  }

  /** A whole number from `from` to `to`, both in it. */
  int(from: number, to: number): number {
    return from + Math.floor(this.draw() * (to - from + 1));
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.int(0, items.length - 1)] ?? items[0];
  }

  /** An id of the shape of `newId`, with the randomness of the seed. */
  id(prefix: string, atMs: number): string {
    let time = '';
    for (let rest = atMs; time.length < 10; rest = Math.floor(rest / 32)) time = DIGITS[rest % 32] + time;
    const random = Array.from({ length: 14 }, () => DIGITS[this.int(0, 31)]).join('');
    return `${prefix}_${time}03${random}`;
  }
}

export interface PlayOrder {
  ending: Ending;
  amountMinor: number;
  debitedAtMs: number;
  postedAtMs: number;
}

/** Makes a payment and carries it on by the answers that lead to its ending. */
export function playPayment(route: PaymentRoute, order: PlayOrder, dice: Dice): PlayedPayment {
  const createdAtMs = order.debitedAtMs - 40_000;
  const amount = { amountMinor: order.amountMinor, currency: 'CNY' };
  const accountNumber = String(dice.int(10 ** 9, 10 ** 10 - 1));
  const created: Payment = {
    paymentId: dice.id('pay', createdAtMs),
    residentId: dice.id('res', createdAtMs),
    commandKey: null,
    agencyId: route.agencyId,
    manifestVersion: 1,
    connectionId: route.connectionId,
    ...NOTHING_SPECIAL,
    channelId: route.channelId,
    status: 'created',
    version: 1,
    amount,
    debitedMinor: null,
    inputs: { accountNumber },
    maskedAccount: `****${accountNumber.slice(-4)}`,
    holder: null,
    queryReference: 'q1',
    bills: [{ billId: `B${accountNumber}`, period: '2026-10', amount }],
    confirmUrl: null,
    createdAtMs,
    expiresAtMs: createdAtMs + 900_000,
    debitedAtMs: null,
    channelReference: null,
    postedAtMs: null,
    agencyReference: null,
    refundedAtMs: null,
    refundRound: 0,
    promisedByMs: null,
    reason: null,
    updatedAtMs: createdAtMs,
  };
  return { created, ...carryOn(route, created, answersFor(created, order)) };
}

/** A payment that waited, and whose channel and agency then say yes. */
export function playOn(route: PaymentRoute, { created, last }: PlayedPayment, order: PlayOrder) {
  return carryOn(route, last, answersFor(created, { ...order, ending: 'posted' }).slice(1));
}

function carryOn(route: PaymentRoute, payment: Payment, told: readonly Told[]) {
  const steps: PlayedStep[] = [];
  let last = payment;
  for (const { answer, atMs } of told) {
    const before = last;
    const { after, journals } = takeStep(before, answer(before), {
      nowMs: atMs,
      cutOff: { timeZone: route.timeZone, cutOff: route.cutOff },
      postingPromiseSeconds: 60,
      attempts: 0,
      random: 0.5,
    });
    if (after.version === before.version) throw new Error(`nothing leads on from ${before.status}`);
    steps.push({ before, after, journals });
    last = after;
  }
  return { steps, last };
}

interface Told {
  atMs: number;
  answer: (payment: Payment) => Answer;
}

function answersFor(created: Payment, { ending, debitedAtMs, postedAtMs }: PlayOrder): Told[] {
  const { amount, paymentId } = created;
  const number = paymentId.slice(-14);
  const askedFor: Told = {
    atMs: created.createdAtMs + 500,
    answer: (payment) =>
      readDebit(
        payment,
        { kind: 'awaitingResident', confirmUrl: 'https://bank.example/confirm' },
        'instructed',
      ),
  };
  const debited: Told = {
    atMs: debitedAtMs + 400,
    answer: (payment) =>
      readDebit(payment, { kind: 'accepted', amount, debitedAtMs, channelReference: `BK${number}` }, 'asked'),
  };
  const posted: Told = {
    atMs: postedAtMs + 300,
    answer: () => readPosting({ kind: 'accepted', postedAtMs, agencyReference: `AG${number}` }, 'instructed'),
  };
  const posting = (kind: 'pending' | 'unknown' | 'rejected'): Told => ({
    atMs: postedAtMs + 300,
    answer: () =>
      readPosting({ kind, reason: { code: 'bill_already_paid', source: 'agency' } }, 'instructed'),
  });
  const refunded = (atMs: number): Told => ({
    atMs: atMs + 300,
    answer: () =>
      readRefund({ kind: 'accepted', refundedAtMs: atMs, channelReference: `BR${number}` }, 'instructed'),
  });
  const undo = { kind: 'reverse', round: 0, disputeId: `dsp_${number}` } as const;
  const ordered: Told = {
    atMs: postedAtMs + 60_000,
    answer: () => ({ event: 'undoOrdered', reason: null, facts: { undo }, retryAtMs: null }),
  };
  const undone: Told = {
    atMs: postedAtMs + 61_000,
    answer: (payment) =>
      readUndo(
        payment.undo ?? undo,
        { kind: 'accepted', agencyReference: `AU${number}`, undoneAtMs: postedAtMs + 60_800 },
        true,
      ),
  };
  const expired: Told = {
    atMs: created.expiresAtMs + 3_000,
    answer: (payment) =>
      readDebit(
        payment,
        { kind: 'rejected', reason: { code: 'confirmation_expired', source: 'channel' } },
        'asked',
      ),
  };
  const ways: Record<Ending, Told[]> = {
    waiting: [askedFor],
    expired: [askedFor, expired],
    posted: [askedFor, debited, posted],
    postingPending: [askedFor, debited, posting('pending')],
    postingUnknown: [askedFor, debited, posting('unknown')],
    refunded: [askedFor, debited, posting('rejected'), refunded(postedAtMs + 5_000)],
    reversed: [askedFor, debited, posted, ordered, undone, refunded(postedAtMs + 65_000)],
  };
  return ways[ending];
}

/** One row of our books, as a sheet has it. */
export interface OurRow {
  kind: 'payment' | 'refund';
  paymentId: string;
  ref: string;
  theirRef: string | null;
  originalRef: string | null;
  amountMinor: number;
  status: 'final' | 'pending' | 'failed';
  atMs: number;
}

/** What a payment put into our books at its channel and at its agency. */
export function ourRowsOf({ last }: PlayedPayment): { channel: OurRow[]; agency: OurRow[] } {
  const { paymentId, status, debitedAtMs, postedAtMs, refundedAtMs, undo } = last;
  const amountMinor = last.amount.amountMinor;
  const common = { kind: 'payment', paymentId, ref: paymentId, originalRef: null, amountMinor } as const;
  const channel: OurRow[] = [
    {
      ...common,
      theirRef: last.channelReference,
      status: debitedAtMs !== null ? 'final' : status === 'expired' ? 'failed' : 'pending',
      atMs: debitedAtMs ?? last.createdAtMs,
    },
  ];
  const agency: OurRow[] = [];
  if (debitedAtMs !== null) {
    agency.push({
      ...common,
      theirRef: last.agencyReference,
      status: postedAtMs !== null ? 'final' : status === 'refunded' ? 'failed' : 'pending',
      atMs: postedAtMs ?? debitedAtMs,
    });
  }
  const back = { ...common, kind: 'refund', originalRef: paymentId, amountMinor: 0 - amountMinor } as const;
  if (refundedAtMs !== null) {
    const ref = refundReference(last);
    channel.push({ ...back, ref, theirRef: null, status: 'final', atMs: refundedAtMs });
  }
  if (undo && postedAtMs !== null) {
    agency.push({
      ...back,
      ref: undoReference(last),
      theirRef: null,
      status: 'final',
      atMs: undo.undoneAtMs ?? last.updatedAtMs,
    });
  }
  return { channel, agency };
}
