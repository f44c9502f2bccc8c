import fc from 'fast-check';
import { AGENCY_ID, City } from '../../test/support/city.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import type { ManifestInput } from '../contract/index.ts';
import { balancesThatDiffer, listBalances, trialBalance } from '../ledger/index.ts';
import { isFinal, nextStatus, TRANSITIONS } from './billing.rules.ts';
import type { PaymentStatus } from './billing.types.ts';

/** What may go wrong next, on either side; each strikes the next call of its kind. */
const BANK_FAULTS = [
  ['debit', 'timeoutBefore'],
  ['debit', 'timeoutAfter'],
  ['debit', 'refuse'],
  ['debit', 'settleLater'],
  ['debit', 'nonsense'],
  ['queryDebit', 'badSignature'],
  ['confirm', 'insufficientFunds'],
  ['confirm', 'settleLater'],
  ['refund', 'timeoutBefore'],
  ['refund', 'timeoutAfter'],
  ['refund', 'settleLater'],
  ['queryRefund', 'unknownStatus'],
  ['notify', 'never'],
  ['notify', 'duplicated'],
  ['notify', 'outOfOrder'],
] as const;
const AGENCY_FAULTS = [
  ['pay', 'timeoutBeforePosting'],
  ['pay', 'timeoutAfterPosting'],
  ['pay', 'refuse'],
  ['pay', 'duplicate'],
  ['pay', 'pendingThenPosted'],
  ['pay', 'unknownCode'],
  ['queryPayment', 'badJson'],
  ['queryArrears', 'reset'],
] as const;

const action = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ do: 'order' } as const) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('confirm' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.constant({ do: 'work' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 500, max: 120_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('redeliver' as const), which: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('bankFault' as const), fault: fc.constantFrom(...BANK_FAULTS) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('agencyFault' as const),
      fault: fc.constantFrom(...AGENCY_FAULTS),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** What is on top, and what is kept back: neither may lose a fen, whatever happens. */
const FEES: ManifestInput['fees'] = [
  {
    payer: 'resident',
    effectiveFrom: '2020-01-01',
    slabs: [
      { upToMinor: 10_000, flatMinor: 50, ratePpm: 0 },
      { flatMinor: 0, ratePpm: 3_877 },
    ],
    split: { platform: 2, channel: 1, agency: 0 },
  },
  {
    payer: 'agency',
    effectiveFrom: '2020-01-01',
    slabs: [{ flatMinor: 0, ratePpm: 1_931 }],
    minimumMinor: 7,
    split: { platform: 1, channel: 1, agency: 1 },
  },
];

const SEED = Number(process.env.MODEL_SEED ?? 261_121);
const RUNS = 6;

describeOnBothStacks(`payments, whatever happens (MODEL_SEED=${SEED})`, (stack) => {
  let city: City;
  beforeAll(async () => {
    city = await City.start(stack());
    const agency = await city.agencies.getAgency(AGENCY_ID);
    if (!agency) throw new Error('a city has a power company');
    await city.agencies.publishManifest({ ...agency.manifest, fees: FEES });
  });
  afterAll(() => city.stop());

  async function perform(paymentIds: string[], one: Action): Promise<void> {
    const chosen = 'which' in one ? paymentIds[one.which % Math.max(1, paymentIds.length)] : undefined;
    switch (one.do) {
      case 'order': {
        const accountNumber = await city.customerWithBill();
        const made = await city.order(accountNumber).catch(() => null);
        if (made) paymentIds.push(made.paymentId);
        return;
      }
      case 'confirm':
      case 'cancel':
        if (chosen) await city.press(chosen, one.do);
        return;
      case 'redeliver':
        if (chosen) city.bank.control.redeliver(chosen);
        return;
      case 'work':
        await city.work();
        return;
      case 'wait':
        city.clock.advance(one.ms);
        city.bank.control.advanceClock(0);
        return;
      case 'bankFault':
        city.bank.control.addFault({
          operation: one.fault[0],
          fault: one.fault[1],
          times: 1,
          delayMs: 5_000,
        });
        return;
      case 'agencyFault':
        city.power.agency.addFault({ operation: one.fault[0], fault: one.fault[1], times: 1 });
    }
  }

  /** Every step that was taken is in the table. */
  function assertPossible(statuses: readonly PaymentStatus[]): void {
    expect(statuses[0]).toBe('created');
    for (const [index, to] of statuses.slice(1).entries()) {
      const from = statuses[index] as PaymentStatus;
      const events = Object.keys(TRANSITIONS[from]) as Parameters<typeof nextStatus>[1][];
      expect(events.map((event) => nextStatus(from, event))).toContain(to);
    }
  }

  async function assertBooksAgree(paymentIds: readonly string[]): Promise<void> {
    const { orders, refunds, trialBalanceFen } = city.bank.control.books();
    expect(trialBalanceFen).toBe(0);
    const postings = city.power.agency.postings();
    for (const paymentId of paymentIds) {
      const payment = await city.payment(paymentId);
      const statuses = payment.timeline.map((step) => step.status);
      assertPossible(statuses);
      expect([paymentId, statuses, isFinal(payment.status)]).toEqual([paymentId, statuses, true]);
      const debits = orders.filter((order) => order.merOrderNo === paymentId && order.status === 'DEBITED');
      const refunded = refunds.filter(
        (refund) => refund.merOrderNo === paymentId && refund.status === 'REFUNDED',
      );
      const posted = postings.filter((posting) => posting.reference === paymentId);
      const expected = { posted: [1, 0, 1], refunded: [1, 1, 0], debitFailed: [0, 0, 0], expired: [0, 0, 0] }[
        payment.status as 'posted'
      ];
      expect([statuses, [debits.length, refunded.length, posted.length]]).toEqual([statuses, expected]);
    }
  }

  /** What the bank holds for us is, to the fen, the agency's, the bank's and ours. */
  async function assertShared(): Promise<void> {
    const sums = new Map<string, bigint>();
    for (const { accountCode, creditMinor, debitMinor } of await listBalances(stack().db)) {
      const [owner = ''] = accountCode.split('/');
      sums.set(owner, (sums.get(owner) ?? 0n) + creditMinor - debitMinor);
    }
    const of = (owner: string) => sums.get(owner) ?? 0n;
    expect(of('agency_payable') + of('channel_fees_payable') + of('fee_income')).toBe(
      -of('channel_clearing'),
    );
  }

  it('end in one state that the bank’s, the agency’s and our own books agree on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 12, maxLength: 40 }), async (actions) => {
        const paymentIds: string[] = [];
        for (const one of actions) {
          await perform(paymentIds, one);
          expect((await trialBalance(stack().db)).balanced).toBe(true);
        }
        city.bank.control.clearFaults();
        city.power.agency.clearFaults();
        await city.rest(city.clock.nowMs() + 24 * 3_600_000);
        await assertBooksAgree(paymentIds);
        expect(await balancesThatDiffer(stack().db)).toEqual([]);
        const transit = (await listBalances(stack().db)).find(
          (row) => row.accountCode === 'funds_in_transit',
        );
        expect((transit?.creditMinor ?? 0n) - (transit?.debitMinor ?? 0n)).toBe(0n);
        await assertShared();
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true, interruptAfterTimeLimit: 150_000 },
    );
  }, 240_000);
});
