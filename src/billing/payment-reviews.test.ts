import { CHANNEL_ID, City } from '../../test/support/city.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { transact } from '../infra/db/index.ts';
import { claimTasks } from '../infra/outbox/index.ts';
import { newId } from '../kernel/ids.ts';
import { money } from '../kernel/money.ts';
import { balancesThatDiffer, listBalances, trialBalance } from '../ledger/index.ts';
import { surplusRefundsBetween } from './index.ts';

const HOUR_MS = 3_600_000;

describeOnBothStacks('payments looked at again', (stack) => {
  let city: City;
  beforeAll(async () => {
    city = await City.start(stack());
  });
  afterAll(() => city.stop());
  beforeEach(() => {
    city.bank.control.clearFaults();
    city.power.agency.clearFaults();
  });
  afterEach(async () => {
    expect((await trialBalance(stack().db)).balanced).toBe(true);
    expect(await balancesThatDiffer(stack().db)).toEqual([]);
  });

  const ordered = async () => {
    const { paymentId } = await city.order(await city.customerWithBill());
    await city.work();
    return paymentId;
  };
  const debitedUnseen = async () => {
    city.bank.control.addFault({ operation: 'notify', fault: 'never' });
    const paymentId = await ordered();
    expect(await city.press(paymentId, 'confirm')).toBe(true);
    return paymentId;
  };
  const evidenceOf = (paymentId: string) =>
    stack().db('exchanges').where('subject_id', paymentId).orderBy('operation').pluck('operation');
  const postingsOf = (paymentId: string) =>
    city.power.agency.postings().filter(({ reference }) => reference === paymentId);

  it('a debit that the channel has goes on once the channel itself says so', async () => {
    const paymentId = await debitedUnseen();
    expect((await city.payment(paymentId)).status).toBe('debitPending');
    const standing = await city.billing.reviews.askDebit(paymentId);
    expect(standing).toMatchObject({ status: 'debited', debitedMinor: standing?.orderedMinor });
    // Asked again, it is known, and nobody is asked.
    const asked = (await evidenceOf(paymentId)).length;
    await city.billing.reviews.askDebit(paymentId);
    expect(await evidenceOf(paymentId)).toHaveLength(asked);
    await city.rest(city.clock.nowMs() + HOUR_MS);
    expect((await city.payment(paymentId)).status).toBe('posted');
  });

  it('what was over for us goes back when the channel took it after all', async () => {
    const paymentId = await debitedUnseen();
    // As after an answer that had not been true.
    await stack().db('payments').where('payment_id', paymentId).update({ status: 'expired' });
    await stack().db('tasks').where('task_id', paymentId).delete();
    expect(await city.billing.reviews.askDebit(paymentId)).toMatchObject({ status: 'refunding' });
    await city.rest(city.clock.nowMs() + HOUR_MS);
    expect((await city.payment(paymentId)).status).toBe('refunded');
    expect(postingsOf(paymentId)).toEqual([]);
  });

  it('nothing moves while the channel does not say so', async () => {
    const paymentId = await ordered();
    expect(await city.billing.reviews.askDebit(paymentId)).toMatchObject({
      status: 'debitPending',
      debitedAtMs: null,
    });
    city.bank.control.addFault({ operation: 'queryDebit', fault: 'nonsense', times: 1 });
    expect(await city.billing.reviews.askDebit(paymentId)).toMatchObject({ status: 'debitPending' });
    expect(await evidenceOf(paymentId)).toEqual(['askDebit', 'askDebit', 'debit']);
    expect(await city.billing.reviews.askDebit('no payment')).toBeNull();
    await city.press(paymentId, 'cancel');
  });

  it('a posting that the agency never saw is told again under the same reference, once, and only when allowed', async () => {
    const paymentId = await debitedUnseen();
    await city.billing.reviews.askDebit(paymentId);
    const { version } = await city.payment(paymentId);
    await stack()
      .db('payments')
      .where('payment_id', paymentId)
      .update({ status: 'posted', posted_at_ms: city.clock.nowMs(), version: version + 1 });
    const review = (mayPostAnew: boolean) => city.billing.reviews.reviewPosting(paymentId, { mayPostAnew });
    expect(await review(false)).toBe('unclear');
    expect(postingsOf(paymentId)).toEqual([]);
    city.power.agency.addFault({ operation: 'queryPayment', fault: 'badJson', times: 1 });
    expect(await review(true)).toBe('unclear');
    expect(postingsOf(paymentId)).toEqual([]);
    expect(await review(true)).toBe('postedAnew');
    expect(await review(true)).toBe('held');
    expect(postingsOf(paymentId)).toHaveLength(1);
  });

  it('a posting under way is asked about', async () => {
    const paymentId = await debitedUnseen();
    city.power.agency.addFault({ operation: 'pay', fault: 'timeoutAfterPosting', times: 1 });
    await city.billing.reviews.askDebit(paymentId);
    await city.work();
    expect((await city.payment(paymentId)).status).toBe('postingUnknown');
    expect(await city.billing.reviews.askPosting(paymentId)).toMatchObject({ status: 'posted' });
    expect(postingsOf(paymentId)).toHaveLength(1);
  });

  it('tells what the books say of many payments at once', async () => {
    const paymentId = await ordered();
    const standings = await city.billing.reviews.standings([paymentId, 'nonsense', newId('pay', 0, 0)]);
    expect([...standings.keys()]).toEqual([paymentId]);
    await city.press(paymentId, 'cancel');
  });

  describe('a surplus', () => {
    const posted = async () => {
      const paymentId = await debitedUnseen();
      await city.billing.reviews.askDebit(paymentId);
      await city.rest(city.clock.nowMs() + HOUR_MS);
      return city.payment(paymentId);
    };
    const order = (refundId: string, paymentId: string, minor: number) =>
      transact(stack().db, (tx) =>
        city.billing.surplusRefunds.order(tx, { refundId, paymentId, amount: money(minor, 'CNY') }),
      );
    const work = async (refundId: string) => {
      const { db } = stack();
      city.clock.advance(HOUR_MS);
      const nowMs = city.clock.nowMs();
      const claim = { claimToken: newId('clm', nowMs, 0), leaseMs: 60_000, nowMs };
      const tasks = await claimTasks(db, [refundId], claim);
      for (const result of await city.billing.surplusRefunds.run(tasks)) {
        if (result.status === 'rejected') throw result.reason;
      }
      return (await city.billing.surplusRefunds.find([refundId])).get(refundId);
    };
    const refundsAtBank = (refundId: string) =>
      city.bank.control.books().refunds.filter(({ merRefundNo }) => merRefundNo === refundId);
    const clearing = async () => {
      const balances = await listBalances(stack().db);
      const of = (code: string) => {
        const row = balances.find(({ accountCode }) => accountCode === code);
        return Number((row?.debitMinor ?? 0n) - (row?.creditMinor ?? 0n));
      };
      return [of(`channel_clearing/${CHANNEL_ID}`), of(`refunds_payable/${CHANNEL_ID}`)];
    };

    it('goes back once, whatever becomes of the answers', async () => {
      const { paymentId } = await posted();
      const refundId = newId('srf', city.clock.nowMs(), 0);
      const [cleared = 0, payable = 0] = await clearing();
      await order(refundId, paymentId, 100);
      await expect(order(refundId, paymentId, 100)).rejects.toThrow();
      city.bank.control.addFault({ operation: 'refund', fault: 'timeoutAfter', times: 1 });
      expect(await work(refundId)).toMatchObject({ status: 'refundUnknown' });
      city.bank.control.addFault({ operation: 'queryRefund', fault: 'unknownStatus', times: 1 });
      expect(await work(refundId)).toMatchObject({ status: 'refundUnknown' });
      expect(await work(refundId)).toMatchObject({ status: 'refunded' });
      expect(await work(refundId)).toMatchObject({ status: 'refunded' });
      expect(refundsAtBank(refundId)).toHaveLength(1);
      expect(await clearing()).toEqual([cleared - 100, payable + 100]);
      expect((await city.payment(paymentId)).status).toBe('posted');
      const nowMs = city.clock.nowMs();
      const carriedOut = await surplusRefundsBetween(stack().db, CHANNEL_ID, nowMs - 5 * HOUR_MS, nowMs + 1);
      expect(carriedOut.map((refund) => refund.refundId)).toContain(refundId);
    });

    it('that the channel refuses stays where it is, for a person', async () => {
      const { paymentId, debitedMinor } = await posted();
      const refundId = newId('srf', city.clock.nowMs(), 0);
      const before = await clearing();
      await order(refundId, paymentId, (debitedMinor ?? 0) + 1);
      expect(await work(refundId)).toMatchObject({ status: 'refundBlocked' });
      expect(await stack().db('tasks').where('task_id', refundId)).toEqual([]);
      expect(await clearing()).toEqual(before);
      await expect(order(newId('srf', 0, 0), paymentId, 0)).rejects.toThrow(RangeError);
    });
  });
});
