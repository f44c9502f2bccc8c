import fc from 'fast-check';
import { datesFrom, NET_T1, person, TestOffice } from '../../test/support/settlement-office.ts';
import { describeOnStack } from '../../test/support/stacks.ts';
import { listBalances } from '../ledger/index.ts';

const ann = person('stf_ann');

/** What may happen on a day; `of` chooses among what there is. */
const happening = fc.oneof(
  fc.record({
    kind: fc.constant('pay' as const),
    amountMinor: fc.integer({ min: 1, max: 5_000 }),
    feeMinor: fc.nat(60),
  }),
  fc.record({ kind: fc.constantFrom('refund', 'break', 'mend', 'dispute', 'end', 'late'), of: fc.nat(50) }),
);
const day = fc.record({
  happenings: fc.array(happening, { maxLength: 4 }),
  isPaidOut: fc.boolean(),
  said: fc.constantFrom('ACCEPTED', 'REJECTED', 'RETURNED', 'PENDING'),
});
type Day = typeof day extends fc.Arbitrary<infer T> ? T : never;

const terms = fc.record({
  basis: fc.constantFrom('net' as const, 'gross' as const),
  minimumPayoutMinor: fc.constantFrom(0, 3_000),
  reserve: fc.constantFrom(null, { ratePpm: 50_000, heldDays: 3 }),
  payoutAfterDays: fc.integer({ min: 0, max: 2 }),
});

describeOnStack('embedded', 'settlement, over any sequence of days', (stack) => {
  it('pays each item once, loses and makes nothing, and its books say so', async () => {
    await fc.assert(
      fc.asyncProperty(terms, fc.array(day, { minLength: 3, maxLength: 8 }), async (agreed, days) => {
        const test = new TestOffice(stack().db);
        const agencyId = await test.agency({ ...NET_T1, ...agreed });
        const payments: string[] = [];
        const refunded = new Set<string>();
        for (const [index, date] of datesFrom('2026-03-02', days.length).entries()) {
          test.goTo(date);
          await live(test, { agencyId, date, payments, refunded }, days[index]);
          await test.office.settlements.settle(agencyId);
          if (days[index]?.isPaidOut) await payOut(test, agencyId, days[index]?.said ?? 'PENDING');
          await test.expectSound();
        }
        // Once nothing is held any more, everything that was collected is paid, carried, kept or on its way.
        test.unreconciled.clear();
        test.disputed.clear();
        test.goTo('2026-03-20');
        for (let i = 0; i < 20; i++) {
          if ((await test.office.settlements.settle(agencyId)).kind !== 'settled') break;
        }
        const items = await stack()
          .db('settlement_items')
          .where('agency_id', agencyId)
          .whereNot('kind', 'payoutReturned');
        expect(items).toHaveLength(payments.length + refunded.size);
        await test.expectSound();
        const [record] = (await test.office.settlements.list({ agencyId, limit: 1 })).items;
        expect(record?.heldCount ?? 0).toBe(0);
      }),
      { numRuns: 6 },
    );
  }, 120_000);
});

interface Scene {
  agencyId: string;
  date: string;
  payments: string[];
  refunded: Set<string>;
}

async function live(test: TestOffice, scene: Scene, now: Day | undefined): Promise<void> {
  const { agencyId, date, payments, refunded } = scene;
  for (const one of now?.happenings ?? []) {
    test.clock.advance(1);
    if ('amountMinor' in one) {
      payments.push(await test.pay(agencyId, date, one.amountMinor + one.feeMinor, one.feeMinor));
      continue;
    }
    if (one.kind === 'late') {
      payments.push(await test.pay(agencyId, '2026-03-02', 100 + one.of));
      continue;
    }
    const paymentId = payments[one.of % Math.max(1, payments.length)];
    if (paymentId === undefined) continue;
    if (one.kind === 'break') test.unreconciled.add(paymentId);
    if (one.kind === 'mend') test.unreconciled.delete(paymentId);
    if (one.kind === 'dispute') test.disputed.add(paymentId);
    if (one.kind === 'end') test.disputed.delete(paymentId);
    if (one.kind === 'refund' && !refunded.has(paymentId)) {
      refunded.add(paymentId);
      await test.refund(paymentId, date);
    }
  }
}

async function payOut(test: TestOffice, agencyId: string, said: string): Promise<void> {
  const made = await test.office.payouts
    .prepare({ format: 'bankCsv', currency: 'CNY' }, ann)
    .catch(() => null);
  if (!made) return;
  const { batch } = made;
  await test.approveAndSend(batch.batchId, batch.sha256);
  const instructions = await test.office.payouts.instructions(batch.batchId);
  const decimal = (minor: number) => (minor / 100).toFixed(2);
  const lines = instructions.map(
    (one) => `D,${one.instructionId},${decimal(one.amountMinor)},CNY,${said},,\n`,
  );
  const head = `H,civicpay-payout-answer-1,B-${agencyId},${batch.messageId},${instructions.length},${decimal(batch.totalMinor)}\n`;
  await test.office.answers.take(Buffer.from(`${head}${lines.join('')}T,${lines.length}\n`), ann);
  const pending = (await listBalances(test.db)).find(
    ({ accountCode }) => accountCode === 'payouts_pending/icbc',
  );
  if (said !== 'PENDING') expect(instructions).not.toHaveLength(0);
  expect((pending?.creditMinor ?? 0n) >= (pending?.debitMinor ?? 0n)).toBe(true);
}
