import fc from 'fast-check';
import { NOTHING_SPECIAL } from '../../test/support/some-payment.ts';
import type { DebitOutcome, PostingOutcome, ReasonCode, RefundOutcome } from '../contract/index.ts';
import { newId } from '../kernel/ids.ts';
import { money } from '../kernel/money.ts';
import type { JournalDraft } from '../ledger/index.ts';
import { type Answer, readDebit, readPosting, readRefund, type Step, takeStep } from './advance.rules.ts';
import { actionFor, isFinal } from './billing.rules.ts';
import type { Payment } from './billing.types.ts';

const T0 = Date.parse('2026-11-21T08:00:00Z');
const setting = (nowMs: number, attempts: number) => ({
  nowMs,
  cutOff: { timeZone: 'Asia/Shanghai', cutOff: '23:00' },
  postingPromiseSeconds: 7200,
  attempts,
  random: 0.5,
});

function newPayment(): Payment {
  return {
    paymentId: newId('pay', T0, 1),
    residentId: newId('res', T0, 1),
    commandKey: null,
    agencyId: 'power',
    manifestVersion: 1,
    connectionId: 'power-gateway',
    ...NOTHING_SPECIAL,
    channelId: 'bank',
    status: 'created',
    version: 1,
    amount: money(12_345, 'CNY'),
    debitedMinor: null,
    inputs: { accountNumber: '0800000000000' },
    maskedAccount: '****0000',
    holder: null,
    queryReference: 'q1',
    bills: [{ billId: 'b1', period: '2026-10', amount: money(12_345, 'CNY') }],
    confirmUrl: null,
    createdAtMs: T0,
    expiresAtMs: T0 + 900_000,
    debitedAtMs: null,
    channelReference: null,
    postedAtMs: null,
    agencyReference: null,
    refundedAtMs: null,
    refundRound: 0,
    promisedByMs: null,
    reason: null,
    updatedAtMs: T0,
  };
}

const reason = (code: ReasonCode) => ({ code, source: 'channel' as const });
const notDefinite = fc.constantFrom<DebitOutcome & PostingOutcome & RefundOutcome>(
  { kind: 'pending' },
  { kind: 'unknown', reason: reason('no_answer') },
  { kind: 'duplicate' },
  { kind: 'notAttempted', reason: reason('channel_down') },
  { kind: 'notAttempted', reason: reason('reference_not_known') },
  { kind: 'rejected', reason: reason('refused_by_channel') },
);
const debitOutcome: fc.Arbitrary<DebitOutcome> = fc.oneof(
  notDefinite,
  fc.constantFrom<DebitOutcome>(
    { kind: 'awaitingResident', confirmUrl: 'http://bank/confirm' },
    { kind: 'rejected', reason: reason('confirmation_expired') },
    { kind: 'accepted', channelReference: 'c1', debitedAtMs: T0, amount: money(12_345, 'CNY') },
    { kind: 'accepted', channelReference: 'c1', debitedAtMs: T0, amount: money(12_344, 'CNY') },
  ),
);
const postingOutcome: fc.Arbitrary<PostingOutcome> = fc.oneof(
  notDefinite,
  fc.constant<PostingOutcome>({ kind: 'accepted', agencyReference: 'a1', postedAtMs: T0 }),
);
const refundOutcome: fc.Arbitrary<RefundOutcome> = fc.oneof(
  notDefinite,
  fc.constant<RefundOutcome>({ kind: 'accepted', channelReference: 'c2', refundedAtMs: T0 }),
);
/** Any answer at any moment, whether it was asked for or not: webhooks come late, twice, out of order. */
const stimulus = fc.record({
  debitOutcome,
  postingOutcome,
  refundOutcome,
  unasked: fc.nat(5),
  wait: fc.nat(400_000),
});

type Stimulus = typeof stimulus extends fc.Arbitrary<infer Given> ? Given : never;

function answerTo(payment: Payment, nowMs: number, given: Stimulus): Answer {
  if (given.unasked === 0) return readDebit(payment, given.debitOutcome, 'asked');
  if (given.unasked === 1) return readPosting(given.postingOutcome, 'asked');
  if (given.unasked === 2) return readRefund(given.refundOutcome, 'asked');
  switch (actionFor(payment, nowMs)) {
    case 'debit':
      return readDebit(payment, given.debitOutcome, 'instructed');
    case 'post':
      return readPosting(given.postingOutcome, 'instructed');
    case 'askPosting':
      return readPosting(given.postingOutcome, 'asked');
    case 'refund':
      return readRefund(given.refundOutcome, 'instructed');
    case 'askRefund':
      return readRefund(given.refundOutcome, 'asked');
    case 'resumeRefund':
      return { event: 'refundResumed', reason: null, facts: {}, retryAtMs: null };
    default:
      return readDebit(payment, given.debitOutcome, 'asked');
  }
}

const balanceOf = (journals: readonly JournalDraft[], code: string) =>
  journals
    .flatMap((journal) => journal.entries)
    .filter((entry) => entry.account.code === code)
    .reduce((sum, entry) => sum + entry.debitMinor - entry.creditMinor, 0);

/** Plays answers to one payment and says after each what must hold. */
function play(
  given: readonly Stimulus[],
  check: (payment: Payment, journals: JournalDraft[], step: Step) => void,
) {
  let payment = newPayment();
  const journals: JournalDraft[] = [];
  let nowMs = T0;
  let attempts = 0;
  for (const one of given) {
    nowMs += one.wait;
    const before = payment;
    const step = takeStep(payment, answerTo(payment, nowMs, one), setting(nowMs, attempts));
    payment = step.after;
    journals.push(...step.journals);
    attempts = step.next.kind === 'due' ? step.next.attempts : 0;
    expect(payment.version - before.version).toBe(payment.status === before.status ? 0 : 1);
    check(payment, journals, step);
  }
}

describe('carrying a payment on, whatever the answers', () => {
  it('journals each movement once, and never one that did not happen', () => {
    fc.assert(
      fc.property(fc.array(stimulus, { minLength: 1, maxLength: 30 }), (given) => {
        play(given, (payment, journals) => {
          const kinds = journals.map((journal) => journal.kind).sort();
          expect(new Set(kinds).size).toBe(kinds.length);
          const clearing = balanceOf(journals, 'channel_clearing/bank');
          const transit = 0 - balanceOf(journals, 'funds_in_transit');
          const payable = 0 - balanceOf(journals, 'agency_payable/power');
          // Debited = posted + refunded + still on its way.
          expect(clearing).toBe(transit + payable);
          if (payment.status === 'posted') expect([clearing, transit, payable]).toEqual([12_345, 0, 12_345]);
          if (payment.status === 'refunded') expect([clearing, transit, payable]).toEqual([0, 0, 0]);
          if (payment.status === 'debitFailed' || payment.status === 'expired') expect(kinds).toEqual([]);
          if (payment.debitedAtMs === null) expect(kinds).toEqual([]);
          else expect(kinds).toContain('debit');
        });
      }),
      { numRuns: 600 },
    );
  });

  it('leaves a task exactly where something is still to be done, and never in the past', () => {
    fc.assert(
      fc.property(fc.array(stimulus, { minLength: 1, maxLength: 30 }), (given) => {
        play(given, (payment, _, { next }) => {
          if (isFinal(payment.status)) expect(next.kind).toBe('done');
          else expect(next.kind).not.toBe('done');
          if (next.kind === 'parked') expect(payment.status).toBe('refundBlocked');
          if (next.kind === 'due') expect(next.atMs).toBeGreaterThanOrEqual(payment.updatedAtMs);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('looks at a payment that waits for its resident when the time is over, at the latest', () => {
    const asked = readDebit(
      newPayment(),
      { kind: 'awaitingResident', confirmUrl: 'http://bank' },
      'instructed',
    );
    const pending = takeStep(newPayment(), asked, setting(T0, 0));
    expect(pending.after.status).toBe('debitPending');
    const late = readDebit(pending.after, { kind: 'unknown', reason: reason('no_answer') }, 'asked');
    const nearTheEnd = pending.after.expiresAtMs - 1_000;
    const { next } = takeStep(pending.after, late, setting(nearTheEnd, 12));
    expect(next).toMatchObject({ kind: 'due', atMs: pending.after.expiresAtMs + 2_000 });
  });

  it('does not spin between "never seen" and instructing again', () => {
    let payment: Payment = { ...newPayment(), status: 'debited', debitedAtMs: T0, debitedMinor: 12_345 };
    let nowMs = T0;
    let attempts = 0;
    const waits: number[] = [];
    for (let round = 0; round < 6; round++) {
      for (const outcome of [
        { kind: 'unknown', reason: reason('no_answer') },
        { kind: 'notAttempted', reason: reason('reference_not_known') },
      ] as const) {
        const answering = payment.status === 'debited' ? 'instructed' : 'asked';
        const step = takeStep(payment, readPosting(outcome, answering), setting(nowMs, attempts));
        if (step.next.kind !== 'due') throw new Error('it is not over');
        waits.push(step.next.atMs - nowMs);
        ({ after: payment } = step);
        ({ attempts, atMs: nowMs } = step.next);
      }
    }
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_600);
  });

  it('dates the journal by the agency’s cut-off', () => {
    const at = Date.parse('2026-11-21T23:30:00+08:00');
    const outcome = {
      kind: 'accepted',
      channelReference: 'c',
      debitedAtMs: at,
      amount: money(12_345, 'CNY'),
    } as const;
    const [journal] = takeStep(
      newPayment(),
      readDebit(newPayment(), outcome, 'asked'),
      setting(at, 0),
    ).journals;
    expect(journal?.businessDate).toBe('2026-11-22');
  });

  it('notices a contradiction, and changes nothing for it', () => {
    const posted: Payment = {
      ...newPayment(),
      status: 'posted',
      debitedAtMs: T0,
      debitedMinor: 12_345,
      postedAtMs: T0,
    };
    const refused = readPosting({ kind: 'rejected', reason: reason('refused_by_agency') }, 'asked');
    expect(takeStep(posted, refused, setting(T0, 0))).toMatchObject({
      after: posted,
      contradiction: 'postingRefused',
    });
    const again = readPosting({ kind: 'accepted', agencyReference: 'a', postedAtMs: T0 }, 'asked');
    expect(takeStep(posted, again, setting(T0, 0))).toMatchObject({ after: posted, contradiction: null });
  });
});
