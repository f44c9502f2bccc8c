import { paymentEvents } from './agency-events.rules.ts';
import { TRANSITIONS } from './billing.rules.ts';
import type { Payment, PaymentStatus } from './billing.types.ts';

const payment = (status: PaymentStatus, version: number) =>
  ({
    status,
    version,
    agencyId: 'water-co',
    paymentId: 'pay_1',
    agencyReference: 'W-1',
    amount: { amountMinor: 4_200, currency: 'CNY' },
    postedAtMs: 1_000,
    undo: { kind: 'reverse', round: 0, disputeId: 'dsp_1' },
    maskedAccount: '****1234',
    inputs: { account: '10086111' },
  }) as unknown as Payment;

/** What an agency is told of each step that there is. */
const told = Object.entries(TRANSITIONS).flatMap(([before, row]) =>
  [...new Set(Object.values(row) as PaymentStatus[])].flatMap((after) =>
    paymentEvents({ before: payment(before as PaymentStatus, 1), after: payment(after, 2) }).map(
      ({ type }) => `${before} ${after}: ${type}`,
    ),
  ),
);

it('an agency is told when a payment is posted and when that is undone, and of no other step', () => {
  expect(told).toEqual([
    'debited posted: payment.posted',
    'postingPending posted: payment.posted',
    'postingUnknown posted: payment.posted',
    'reversing refunding: payment.undone',
  ]);
});

it('a look that changed nothing is told to nobody', () => {
  expect(paymentEvents({ before: payment('posted', 2), after: payment('posted', 2) })).toEqual([]);
});

it('what it is told is nobody’s data', () => {
  const [event] = paymentEvents({ before: payment('debited', 1), after: payment('posted', 2) });
  expect(event?.data).toEqual({
    paymentId: 'pay_1',
    agencyReference: 'W-1',
    amount: { amountMinor: 4_200, currency: 'CNY' },
    postedAt: '1970-01-01T00:00:01.000Z',
  });
});
