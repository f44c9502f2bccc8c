import { AGENCY_ID, City } from '../../test/support/city.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { balancesThatDiffer, trialBalance } from '../ledger/index.ts';

const HOUR_MS = 3_600_000;

describeOnBothStacks('billing', (stack) => {
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

  const statuses = async (paymentId: string) =>
    (await city.payment(paymentId)).timeline.map((step) => step.status);
  const eventually = async (paymentId: string, status: string) => {
    for (let look = 0; look < 100; look++) {
      if ((await city.payment(paymentId)).status === status) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await city.payment(paymentId)).status).toBe(status);
  };
  const ordered = async () => {
    const accountNumber = await city.customerWithBill();
    const payment = await city.order(accountNumber);
    await city.work();
    return { accountNumber, paymentId: payment.paymentId };
  };
  const postingsOf = (paymentId: string) =>
    city.power.agency.postings().filter((p) => p.reference === paymentId);

  it('carries a payment from the order to the posting', async () => {
    const { paymentId } = await ordered();
    expect((await city.payment(paymentId)).confirmUrl).toMatch(/^http/);
    expect(await city.press(paymentId, 'confirm')).toBe(true);
    await eventually(paymentId, 'debited');
    await city.work();
    expect(await statuses(paymentId)).toEqual(['created', 'debitPending', 'debited', 'posted']);
    expect(postingsOf(paymentId)).toHaveLength(1);
  });

  it('asks by reference when no notification comes', async () => {
    city.bank.control.addFault({ operation: 'notify', fault: 'never' });
    const { paymentId } = await ordered();
    await city.press(paymentId, 'confirm');
    await city.rest(city.clock.nowMs() + 60_000);
    expect((await city.payment(paymentId)).status).toBe('posted');
  });

  it('closes an order that was never confirmed, and frees the bill', async () => {
    const { accountNumber, paymentId } = await ordered();
    await expect(city.order(accountNumber)).rejects.toMatchObject({
      code: 'bill_payment_in_flight',
      params: { paymentId },
    });
    await city.rest(city.clock.nowMs() + HOUR_MS);
    expect(await statuses(paymentId)).toEqual(['created', 'debitPending', 'expired']);
    const again = await city.order(accountNumber);
    expect(again.paymentId).not.toBe(paymentId);
  });

  it('takes nothing when the resident cancels', async () => {
    const { paymentId } = await ordered();
    await city.press(paymentId, 'cancel');
    await eventually(paymentId, 'debitFailed');
    expect((await city.payment(paymentId)).reason?.code).toBe('declined_by_resident');
  });

  it('refunds by itself after a definite refusal, with the agency’s reason', async () => {
    const { paymentId } = await ordered();
    city.power.agency.addFault({ operation: 'pay', fault: 'refuse', times: 1 });
    await city.press(paymentId, 'confirm');
    await eventually(paymentId, 'debited');
    await city.rest(city.clock.nowMs() + 60_000);
    const payment = await city.payment(paymentId);
    expect(payment.timeline.map((step) => step.status)).toEqual([
      'created',
      'debitPending',
      'debited',
      'refunding',
      'refunded',
    ]);
    expect(payment.reason?.source).toBe('agency');
    expect(postingsOf(paymentId)).toEqual([]);
    expect(city.bank.control.books().refunds.filter((r) => r.merOrderNo === paymentId)).toMatchObject([
      { status: 'REFUNDED' },
    ]);
  });

  it.each(['timeoutBeforePosting', 'timeoutAfterPosting', 'badJson', 'wrongSignature', 'duplicate'] as const)(
    'posts once when the agency’s answer is lost or useless (%s)',
    async (fault) => {
      const { paymentId } = await ordered();
      city.power.agency.addFault({ operation: 'pay', fault, times: 1 });
      await city.press(paymentId, 'confirm');
      await eventually(paymentId, 'debited');
      await city.work();
      expect((await city.payment(paymentId)).status).toBe('postingUnknown');
      await city.rest(city.clock.nowMs() + HOUR_MS);
      expect((await city.payment(paymentId)).status).toBe('posted');
      expect(postingsOf(paymentId)).toHaveLength(1);
    },
  );

  it('keeps a debit that is not clear unknown, and asks; it never instructs anew', async () => {
    city.bank.control.addFault({ operation: 'debit', fault: 'timeoutAfter', times: 1 });
    city.bank.control.addFault({ operation: 'queryDebit', fault: 'nonsense', times: 3 });
    const { paymentId } = await ordered();
    expect((await city.payment(paymentId)).status).toBe('debitUnknown');
    await city.rest(city.clock.nowMs() + 60_000);
    expect(await statuses(paymentId)).toEqual(['created', 'debitUnknown', 'debitPending']);
    expect(city.bank.control.books().orders.filter((o) => o.merOrderNo === paymentId)).toHaveLength(1);
  });

  it('waits for a bank that can’t be reached, and for an agency that is closed', async () => {
    await city.bank.control.goDown();
    const { paymentId } = await ordered();
    expect((await city.payment(paymentId)).status).toBe('created');
    await city.bank.control.comeUp();
    await city.rest(city.clock.nowMs() + 60_000);
    await city.press(paymentId, 'confirm');
    await eventually(paymentId, 'debited');
    await city.power.goDown();
    await city.work();
    expect(await city.payment(paymentId)).toMatchObject({
      status: 'debited',
      reason: { code: 'agency_down' },
    });
    await city.power.comeUp();
    await city.rest(city.clock.nowMs() + 60_000);
    expect((await city.payment(paymentId)).status).toBe('posted');
  });

  it('refuses a bill that has changed, with the new amount', async () => {
    const accountNumber = await city.customerWithBill();
    const query = await city.billing.queries.query(city.residentId, AGENCY_ID, { accountNumber });
    const [bill] = query.bills;
    if (!bill || !query.queryId) throw new Error('a bill is due');
    // Paid at the counter in the meantime: nothing is due any more.
    const other = await city.order(accountNumber);
    await city.work();
    await city.press(other.paymentId, 'confirm');
    await eventually(other.paymentId, 'debited');
    await city.rest(city.clock.nowMs() + 60_000);
    const order = {
      queryId: query.queryId,
      billIds: [bill.billId],
      amount: bill.amountDue,
      channelId: 'sandbox-bank',
    };
    await expect(city.billing.orders.create(city.residentId, order, null)).rejects.toMatchObject({
      code: 'bill_changed',
      params: { amount: { amountMinor: 0, currency: 'CNY' }, previousAmount: bill.amountDue },
    });
  });

  it('knows at once that a bill is paid, whatever was cached', async () => {
    const { accountNumber, paymentId } = await ordered();
    await city.billing.queries.query(city.residentId, AGENCY_ID, { accountNumber });
    await city.press(paymentId, 'confirm');
    await eventually(paymentId, 'debited');
    await city.work();
    const query = await city.billing.queries.query(city.residentId, AGENCY_ID, { accountNumber });
    expect(query.outcome).toBe('nothingDue');
  });

  it('asks the agency once for a hundred who ask at once', async () => {
    const accountNumber = await city.customerWithBill();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        city.billing.queries.query(city.residentId, AGENCY_ID, { accountNumber }),
      ),
    );
    expect(new Set(answers.map((answer) => answer.queriedAtMs)).size).toBe(1);
  });

  it('makes one payment of a hundred orders of one bill', async () => {
    const accountNumber = await city.customerWithBill();
    const results = await Promise.allSettled(Array.from({ length: 100 }, () => city.order(accountNumber)));
    const made = results.filter((result) => result.status === 'fulfilled');
    expect(made).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'bill_payment_in_flight' });
    }
  });

  it('takes a notification three times, in any order, as once', async () => {
    city.bank.control.addFault({ operation: 'notify', fault: 'duplicated' });
    const { paymentId } = await ordered();
    await city.press(paymentId, 'confirm');
    await eventually(paymentId, 'debited');
    city.bank.control.redeliver(paymentId);
    await city.work();
    city.bank.control.redeliver(paymentId);
    await city.rest(city.clock.nowMs() + 60_000);
    expect(await statuses(paymentId)).toEqual(['created', 'debitPending', 'debited', 'posted']);
  });

  it('parks a refund that the bank refuses, and tries anew when an operator says so', async () => {
    const { paymentId } = await ordered();
    city.power.agency.addFault({ operation: 'pay', fault: 'refuse', times: 1 });
    city.bank.control.addFault({ operation: 'refund', fault: 'refuse', times: 1 });
    await city.press(paymentId, 'confirm');
    await eventually(paymentId, 'debited');
    await city.rest(city.clock.nowMs() + 60_000);
    expect((await city.payment(paymentId)).status).toBe('refundBlocked');
    const { listParkedTasks, resumeTask } = await import('../infra/outbox/index.ts');
    const parked = await listParkedTasks(stack().db, 10);
    expect(parked.map((task) => task.taskId)).toContain(paymentId);
    await resumeTask(stack().db, paymentId, city.clock.nowMs());
    await city.rest(city.clock.nowMs() + 60_000);
    expect((await city.payment(paymentId)).status).toBe('refunded');
  });

  it('keeps what was said, sealed, and lets nobody change it', async () => {
    const { accountNumber, paymentId } = await ordered();
    const rows = await stack().db('exchanges').where('subject_id', paymentId);
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(accountNumber);
    expect(city.vault.open(rows[0].sealed_request, 'exchanges.sealed')).toContain(paymentId);
    await expect(stack().db('exchanges').update({ result: 'x' })).rejects.toThrow();
  });

  it('shows a payment to nobody else', async () => {
    const { paymentId } = await ordered();
    await expect(city.billing.payments.get('res_somebody_else', paymentId)).rejects.toMatchObject({
      code: 'payment_not_found',
    });
  });
});
