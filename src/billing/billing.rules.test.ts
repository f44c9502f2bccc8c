import fc from 'fast-check';
import type { Bill } from '../contract/index.ts';
import { isId, newId } from '../kernel/ids.ts';
import { money } from '../kernel/money.ts';
import {
  actionFor,
  compareBills,
  debitEvent,
  isFinal,
  nextStatus,
  type PaymentEvent,
  paymentIdOfReference,
  postingEvent,
  refundEvent,
  refundReference,
  TRANSITIONS,
  waitBeforeRetryMs,
} from './billing.rules.ts';
import type { PaymentStatus } from './billing.types.ts';

const STATUSES = Object.keys(TRANSITIONS) as PaymentStatus[];
const EVENTS = [...new Set(STATUSES.flatMap((status) => Object.keys(TRANSITIONS[status])))] as PaymentEvent[];

/** Written down a second time, by hand, from what the field demands: the table has to say exactly this. */
const POSSIBLE = `
created debitAwaitsResident debitPending
created debitTakenIn debitPending
created debitUnclear debitUnknown
created debitDone debited
created debitDoneWrong refunding
created debitRefused debitFailed
created debitTimedOut expired
created debitNeverSeen expired
debitPending debitDone debited
debitPending debitDoneWrong refunding
debitPending debitRefused debitFailed
debitPending debitTimedOut expired
debitUnknown debitAwaitsResident debitPending
debitUnknown debitTakenIn debitPending
debitUnknown debitDone debited
debitUnknown debitDoneWrong refunding
debitUnknown debitRefused debitFailed
debitUnknown debitTimedOut expired
debitUnknown debitNeverSeen created
debited postingDone posted
debited postingTakenIn postingPending
debited postingUnclear postingUnknown
debited postingRefused refunding
postingPending postingDone posted
postingPending postingRefused refunding
postingPending postingNeverSeen debited
postingUnknown postingDone posted
postingUnknown postingTakenIn postingPending
postingUnknown postingRefused refunding
postingUnknown postingNeverSeen debited
posted undoOrdered reversing
reversing reversalDone refunding
reversing reversalTooLate reversing
reversing reversalRefused posted
refunding refundDone refunded
refunding refundTakenIn refundPending
refunding refundUnclear refundUnknown
refunding refundRefused refundBlocked
refundPending refundDone refunded
refundPending refundRefused refundBlocked
refundPending refundNeverSeen refunding
refundUnknown refundDone refunded
refundUnknown refundTakenIn refundPending
refundUnknown refundRefused refundBlocked
refundUnknown refundNeverSeen refunding
refundBlocked refundResumed refunding
debitFailed debitDone refunding
debitFailed debitDoneWrong refunding
expired debitDone refunding
expired debitDoneWrong refunding
`
  .trim()
  .split('\n');

describe('the state machine', () => {
  it.each(STATUSES.flatMap((status) => EVENTS.map((event) => [status, event] as const)))(
    'from %s, %s',
    (status, event) => {
      const line = POSSIBLE.find((row) => row.startsWith(`${status} ${event} `));
      expect(nextStatus(status, event)).toBe(line?.split(' ')[2] ?? null);
    },
  );

  it('never refunds, fails or instructs anew out of an unknown without an explicit answer', () => {
    const explicit = /Done|DoneWrong|Refused|TimedOut|NeverSeen|AwaitsResident|TakenIn$/;
    for (const status of ['debitUnknown', 'postingUnknown', 'refundUnknown'] as const) {
      for (const event of Object.keys(TRANSITIONS[status])) expect(event).toMatch(explicit);
    }
  });

  it('reaches a final status from everywhere', () => {
    const canEnd = new Set<PaymentStatus>(STATUSES.filter(isFinal));
    for (let round = 0; round < STATUSES.length; round++) {
      for (const status of STATUSES) {
        if (Object.values(TRANSITIONS[status]).some((to) => canEnd.has(to))) canEnd.add(status);
      }
    }
    expect([...canEnd].sort()).toEqual([...STATUSES].sort());
  });

  it('leaves refunded for nothing, and posted only to be undone on order', () => {
    for (const event of EVENTS) {
      expect(nextStatus('posted', event)).toBe(event === 'undoOrdered' ? 'reversing' : null);
      expect(nextStatus('refunded', event)).toBeNull();
    }
  });

  it('has something to do exactly where it is not over', () => {
    const expiresAtMs = 1_000;
    for (const status of STATUSES) {
      expect(actionFor({ status, expiresAtMs }, 0) === null).toBe(isFinal(status));
    }
    // An order whose time is over is asked about, never sent.
    expect(actionFor({ status: 'created', expiresAtMs }, 999)).toBe('debit');
    expect(actionFor({ status: 'created', expiresAtMs }, 1_000)).toBe('askDebit');
  });
});

describe('what an answer means', () => {
  const reason = { code: 'reference_not_known', source: 'channel' } as const;
  const down = { code: 'channel_down', source: 'network' } as const;
  const ordered = money(500, 'CNY');

  it('is unknown unless the other side was explicit', () => {
    for (const kind of ['unknown', 'duplicate'] as const) {
      const outcome = kind === 'unknown' ? { kind, reason: down } : { kind };
      expect(debitEvent(outcome, 'instructed', ordered)).toBe('debitUnclear');
      expect(postingEvent(outcome, 'instructed')).toBe('postingUnclear');
      expect(refundEvent(outcome, 'instructed')).toBe('refundUnclear');
      expect(debitEvent(outcome, 'asked', ordered)).toBeNull();
      expect(postingEvent(outcome, 'asked')).toBeNull();
      expect(refundEvent(outcome, 'asked')).toBeNull();
    }
  });

  it('takes "never seen" only from the other side itself, and only as the answer to a question', () => {
    const never = { kind: 'notAttempted', reason } as const;
    const unreachable = { kind: 'notAttempted', reason: down } as const;
    expect(debitEvent(never, 'asked', ordered)).toBe('debitNeverSeen');
    expect(postingEvent(never, 'asked')).toBe('postingNeverSeen');
    expect(refundEvent(never, 'asked')).toBe('refundNeverSeen');
    for (const outcome of [never, unreachable]) {
      expect(debitEvent(outcome, 'instructed', ordered)).toBeNull();
      expect(postingEvent(outcome, 'instructed')).toBeNull();
      expect(refundEvent(outcome, 'instructed')).toBeNull();
    }
    expect(debitEvent(unreachable, 'asked', ordered)).toBeNull();
    expect(postingEvent(unreachable, 'asked')).toBeNull();
  });

  it('gives back a debit of another amount or currency', () => {
    const accepted = (amount: typeof ordered) =>
      debitEvent({ kind: 'accepted', channelReference: 'c', debitedAtMs: 1, amount }, 'asked', ordered);
    expect(accepted(money(500, 'CNY'))).toBe('debitDone');
    expect(accepted(money(499, 'CNY'))).toBe('debitDoneWrong');
    expect(accepted(money(500, 'USD'))).toBe('debitDoneWrong');
  });
});

describe('waiting', () => {
  it('grows, keeps within its bounds, and is never at once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STATUSES),
        fc.nat(1_000),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (status, attempts, random) => {
          const waitMs = waitBeforeRetryMs(status, attempts, random);
          expect(waitMs).toBeGreaterThanOrEqual(1_600);
          expect(waitMs).toBeLessThanOrEqual((status === 'debitPending' ? 30_000 : 900_000) * 1.2);
          expect(waitBeforeRetryMs(status, attempts + 1, random)).toBeGreaterThanOrEqual(waitMs);
        },
      ),
    );
  });
});

describe('references', () => {
  it('lead back to the payment, are ids, and fit what the other side takes', () => {
    fc.assert(
      fc.property(fc.nat(1023), fc.integer({ min: 0, max: 35 }), (shard, refundRound) => {
        const paymentId = newId('pay', 1_764_000_000_000, shard);
        const reference = refundReference({ paymentId, refundRound });
        expect(reference.length).toBeLessThanOrEqual(32);
        expect(paymentIdOfReference(reference)).toBe(paymentId);
        expect(paymentIdOfReference(paymentId)).toBe(paymentId);
        expect(isId('pay', paymentIdOfReference(reference))).toBe(true);
      }),
    );
  });

  it('of one payment’s refunds are all different', () => {
    const paymentId = newId('pay', 1_764_000_000_000, 7);
    const rounds = Array.from({ length: 36 }, (_, refundRound) =>
      refundReference({ paymentId, refundRound }),
    );
    expect(new Set(rounds).size).toBe(36);
    expect(() => refundReference({ paymentId, refundRound: 36 })).toThrow(RangeError);
  });
});

describe('compareBills', () => {
  const bill = (billId: string, minor: number, period = billId): Bill => ({
    billId,
    period,
    amountDue: money(minor, 'CNY'),
    lines: [],
  });
  const bills = fc
    .uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 })
    .chain((periods) =>
      fc
        .array(fc.integer({ min: 1, max: 1e9 }), { minLength: periods.length, maxLength: periods.length })
        .map((amounts) => amounts.map((minor, i) => bill(String(periods[i]).padStart(3, '0'), minor))),
    );

  it('says same only when every chosen bill is owed just as it was seen', () => {
    fc.assert(
      fc.property(bills, (due) => {
        const ids = due.map((b) => b.billId);
        expect(compareBills(due, due, ids)).toEqual({ same: true });
        const [first, ...rest] = due;
        if (!first) return;
        const raised = { ...first, amountDue: money(first.amountDue.amountMinor + 1, 'CNY') };
        expect(compareBills(due, [raised, ...rest], ids)).toMatchObject({ same: false, goneIds: [] });
        expect(compareBills(due, rest, ids)).toMatchObject({ same: false, goneIds: [first.billId] });
        // What was not chosen may change.
        expect(compareBills(due, [raised, ...rest], ids.slice(1)).same).toBe(true);
      }),
    );
  });
});
