import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CHANNEL_ID, City } from '../../test/support/city.ts';
import { type OpenAgency, setAgencyAheadMs, startOpenAgency } from '../../test/support/open-agency.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import type { ManifestInput } from '../contract/index.ts';
import { money } from '../kernel/money.ts';
import { balancesThatDiffer, listBalances, trialBalance } from '../ledger/index.ts';
import type { QueriedBills } from './query.service.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const CONNECTION = 'open-agency-sandbox';
const DAY_MS = 86_400_000;
const cny = (amountMinor: number) => money(amountMinor, 'CNY');
const readJson = (file: string) => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));

/** `HH:MM` in China. */
const localTime = (atMs: number) => new Date(atMs + 8 * 3_600_000).toISOString().slice(11, 16);

/** Signatures, as well as business, by the clock that the test moves. */
const ONE_CLOCK = {
  file: 'signatures.mjs',
  from: 'const nowSeconds = Date.now() / 1000;',
  to: 'const nowSeconds = (Date.now() + (globalThis.agencyAheadMs ?? 0)) / 1000;',
} as const;

describeOnBothStacks('billing of every kind', (stack) => {
  let city: City;
  let agency: OpenAgency;
  let resident = 0;

  beforeAll(async () => {
    city = await City.start(stack());
    agency = await startOpenAgency(readJson('sandbox/reference-agency/data.json'), [ONE_CLOCK]);
    const { ours, theirs, url } = agency;
    await city.agencies.putConnection({
      connectionId: CONNECTION,
      plug: 'provider',
      kind: 'open-protocol',
      settings: {
        baseUrl: url,
        signingKeys: [{ keyId: ours.keyId, privateKey: ours.privateKey }],
        agencyKeys: [{ keyId: theirs.keyId, publicKey: theirs.publicKey }],
      },
      limits: { concurrency: 100, ratePerSecond: 5_000 },
    });
  });
  afterAll(async () => {
    setAgencyAheadMs(0);
    await agency.stop();
    await city.stop();
  });
  beforeEach(() => {
    resident++;
    setAgencyAheadMs(city.clock.nowMs() - Date.now());
  });
  afterEach(async () => {
    expect((await trialBalance(stack().db)).balanced).toBe(true);
    expect(await balancesThatDiffer(stack().db)).toEqual([]);
  });

  /** Publishes a biller of the reference agency, changed, and under an id of its own; returns the id. */
  async function biller(name: string, more: Partial<ManifestInput> = {}): Promise<string> {
    const manifest = readJson(`providers/open-protocol/manifests/${name}.json`) as ManifestInput;
    const id = `${manifest.id}-${resident}`;
    await city.agencies.publishManifest({ ...manifest, ...more, id });
    return id;
  }
  const who = () => `res_${resident}`;
  const query = (agencyId: string, inputs: Record<string, string>) =>
    city.billing.queries.query(who(), agencyId, inputs);
  const order = (seen: QueriedBills, amountMinor: number, more: object = {}) =>
    city.billing.orders.create(
      who(),
      {
        queryId: seen.queryId ?? '',
        billIds: seen.bills.map((bill) => bill.billId),
        amount: cny(amountMinor),
        channelId: CHANNEL_ID,
        ...more,
      },
      null,
    );
  /** Confirms at the bank and works until nothing is left to do for a while. */
  async function settle(paymentId: string) {
    await city.work();
    const { confirmUrl } = await city.billing.payments.get(who(), paymentId);
    if (confirmUrl) await fetch(`${confirmUrl}/confirm`, { method: 'POST', redirect: 'manual' });
    await city.rest(city.clock.nowMs() + 120_000);
    setAgencyAheadMs(city.clock.nowMs() - Date.now());
    return city.billing.payments.get(who(), paymentId);
  }
  const booked = (paymentId: string) =>
    agency.booked().filter(({ ask, answer }) => ask.reference === paymentId && answer.outcome === 'accepted');
  const balanceOf = async (code: string) => {
    const row = (await listBalances(stack().db)).find(({ accountCode }) => accountCode === code);
    return row ? Number(row.creditMinor - row.debitMinor) : 0;
  };
  let cards = 0;
  const broadband = () => {
    // A new account for each test: claims and limits of a day belong to an account.
    const data = readJson('sandbox/reference-agency/data.json');
    const accountNumber = `gz9${String(++cards).padStart(7, '0')}`;
    data.agencies.broadband.accounts[accountNumber] = { holder: { maskedName: '周*' } };
    agency.writeData(data);
    return { accountNumber };
  };

  it('sells a plan at its price', async () => {
    const seen = await query(await biller('guangzhou-cable-tv'), { cardNumber: '8000000001' });
    expect(seen.outcome).toBe('plans');
    const [plan] = seen.plans;
    if (!plan) throw new Error('no plans');
    await expect(order(seen, plan.price.amountMinor)).rejects.toMatchObject({
      code: 'selection_not_allowed',
    });
    await expect(order(seen, plan.price.amountMinor + 1, { planId: plan.planId })).rejects.toMatchObject({
      code: 'amount_not_allowed',
    });
    const { paymentId } = await order(seen, plan.price.amountMinor, { planId: plan.planId });
    expect(await settle(paymentId)).toMatchObject({ status: 'posted', planId: plan.planId, bills: [] });
    expect(booked(paymentId)).toHaveLength(1);
  });

  it('pays an account that was validated, with the resident’s fee on top and shared to the fen', async () => {
    const agencyId = await biller('guangzhou-broadband', {
      fees: [
        {
          payer: 'resident',
          effectiveFrom: '2026-01-01',
          slabs: [{ flatMinor: 0, ratePpm: 6_000 }],
          split: { platform: 1, channel: 1, agency: 0 },
        },
        {
          payer: 'agency',
          effectiveFrom: '2026-01-01',
          slabs: [{ flatMinor: 25, ratePpm: 0 }],
          split: { platform: 3, channel: 1, agency: 1 },
        },
      ],
    });
    const seen = await query(agencyId, broadband());
    expect(seen).toMatchObject({ outcome: 'payable', bills: [], holder: { maskedName: '周*' } });
    await expect(order(seen, 999)).rejects.toMatchObject({ code: 'amount_not_allowed' });
    const chosen = { queryId: seen.queryId ?? '', billIds: [], amount: cny(10_050) };
    const quote = await city.billing.orders.quote(who(), chosen);
    expect(quote).toEqual({ amount: cny(10_050), fee: cny(60), total: cny(10_110) });
    await expect(order(seen, 10_050, { total: cny(10_050) })).rejects.toMatchObject({
      code: 'total_changed',
    });
    const [incomeBefore, channelBefore] = [
      await balanceOf('fee_income'),
      await balanceOf(`channel_fees_payable/${CHANNEL_ID}`),
    ];
    const { paymentId } = await order(seen, 10_050, { total: quote.total });
    expect(await settle(paymentId)).toMatchObject({ status: 'posted', debitedMinor: 10_110 });
    expect(booked(paymentId)[0]?.ask.amount.amountMinor).toBe(10_050);
    // Of the agency's 25: 15 ours, 5 the channel's, 5 its own again.
    expect(await balanceOf(`agency_payable/${agencyId}`)).toBe(10_050 - 25 + 5);
    expect((await balanceOf('fee_income')) - incomeBefore).toBe(30 + 15);
    expect((await balanceOf(`channel_fees_payable/${CHANNEL_ID}`)) - channelBefore).toBe(30 + 5);
  });

  it('pays a paper fine that nobody was asked about before, once at a time', async () => {
    const agencyId = await biller('guangzhou-traffic-fines');
    const inputs = { fineNumber: `440100${String(resident).padStart(9, '7')}`, plateNumber: '粤A12345' };
    const seen = await query(agencyId, inputs);
    expect(seen).toMatchObject({ outcome: 'payable', holder: null });
    const { paymentId } = await order(seen, 20_000);
    await expect(order(seen, 20_000)).rejects.toMatchObject({
      code: 'bill_payment_in_flight',
      params: { paymentId },
    });
    expect((await settle(paymentId)).status).toBe('posted');
    // The agency knows that it is paid; the money of whoever tries again goes back.
    const again = await order(await query(agencyId, inputs), 20_000);
    expect((await settle(again.paymentId)).status).toBe('refunded');
  });

  it('asks who pays where the agency wants to know, and holds an account to its limit of a day', async () => {
    const agencyId = await biller('guangzhou-broadband', { payer: 'named', dailyLimitMinor: 15_000 });
    const inputs = broadband();
    const seen = await query(agencyId, inputs);
    await expect(order(seen, 10_000)).rejects.toMatchObject({ code: 'payer_required' });
    const { paymentId } = await order(seen, 10_000, { payerName: ' 李四 ' });
    expect(await settle(paymentId)).toMatchObject({ status: 'posted', payer: { name: '李四' } });
    await expect(order(await query(agencyId, inputs), 5_001, { payerName: '李四' })).rejects.toMatchObject({
      code: 'daily_limit_exceeded',
      params: { left: cny(5_000) },
    });
    const rest = await order(await query(agencyId, inputs), 5_000, { payerName: '李四' });
    expect((await settle(rest.paymentId)).status).toBe('posted');
    // Names of payers are sealed like every other personal fact.
    const row = await stack().db('payments').where('payment_id', paymentId).first();
    expect(JSON.stringify(row)).not.toContain('李四');
  });

  it('lets a query of one day end with the day', async () => {
    const cutOffAtMs = city.clock.nowMs() + 5 * 60_000;
    const agencyId = await biller('guangzhou-broadband', {
      isQueryForSameDay: true,
      cutOff: localTime(cutOffAtMs),
    });
    const seen = await query(agencyId, broadband());
    expect(seen.validUntilMs).toBeLessThanOrEqual(cutOffAtMs);
    const payment = await order(seen, 5_000);
    expect(payment.expiresAtMs).toBeLessThanOrEqual(cutOffAtMs);
  });

  it('keeps a payment under the version it was made under', async () => {
    const agencyId = await biller('guangzhou-broadband', { postingPromiseSeconds: 60 });
    const { paymentId, manifestVersion } = await order(await query(agencyId, broadband()), 5_000);
    await biller('guangzhou-broadband', { postingPromiseSeconds: 86_400 });
    const paid = await settle(paymentId);
    expect([paid.status, paid.manifestVersion]).toEqual(['posted', manifestVersion]);
    expect((await city.agencies.getAgency(agencyId))?.manifestVersion).toBe(manifestVersion + 1);
  });

  describe('a dispute', () => {
    const posted = async (more: Partial<ManifestInput> = {}) => {
      const agencyId = await biller('guangzhou-broadband', more);
      const { paymentId } = await order(await query(agencyId, broadband()), 8_000);
      expect((await settle(paymentId)).status).toBe('posted');
      return { agencyId, paymentId };
    };
    const disputes = () => city.billing.disputes;
    const open = (paymentId: string) =>
      disputes().open(who(), paymentId, { reason: 'paidTwice', note: '付了两次' });
    const uphold = (agencyId: string, disputeId: string) =>
      disputes().answer(agencyId, disputeId, { decision: 'upheld', answer: '已核实', answeredBy: 'stf_1' });
    const listenAs = (agencyId: string) =>
      stack().db('webhook_endpoints').insert({
        agency_id: agencyId,
        endpoint_id: 'whe_test',
        url: 'https://hooks.example.com/',
        event_types: 'dispute.opened payment.undone',
        sealed_secret: '',
        old_secret_until_ms: 0,
        // Nothing is sent from here; what there is to tell is kept.
        status: 'disabled',
        created_by: 'stf_1',
        created_at_ms: 0,
      });
    const undone = (paymentId: string) =>
      agency.booked().filter(({ ask }) => ask.originalReference === paymentId);

    it('that the agency upholds reverses the posting on its own day, then gives the money back', async () => {
      const { agencyId, paymentId } = await posted();
      await listenAs(agencyId);
      const { disputeId, dueAtMs } = await open(paymentId);
      expect(dueAtMs - city.clock.nowMs()).toBe(72 * 3_600_000);
      await expect(open(paymentId)).rejects.toMatchObject({ code: 'dispute_open_already' });
      expect(await uphold(agencyId, disputeId)).toMatchObject({ status: 'upheld', answer: '已核实' });
      await expect(uphold(agencyId, disputeId)).rejects.toMatchObject({ code: 'dispute_answered_already' });
      const after = await settle(paymentId);
      expect(after.timeline.map(({ status }) => status).slice(-4)).toEqual([
        'posted',
        'reversing',
        'refunding',
        'refunded',
      ]);
      expect(undone(paymentId).map((line) => line.path)).toEqual(['/payments/reverse']);
      expect(await balanceOf(`agency_payable/${agencyId}`)).toBe(0);
      const told = await stack()
        .db('webhook_deliveries')
        .where({ agency_id: agencyId })
        .orderBy('event_type');
      expect(told.map(({ payload }) => JSON.parse(payload))).toMatchObject([
        { type: 'dispute.opened', data: { disputeId, paymentId, reason: 'paidTwice' } },
        { type: 'payment.undone', data: { disputeId, paymentId, undo: 'reverse' } },
      ]);
    });

    it('after the cut-off is a refund at the agency, asked again under one reference until it answers', async () => {
      const { agencyId, paymentId } = await posted();
      city.clock.advance(2 * DAY_MS);
      setAgencyAheadMs(city.clock.nowMs() - Date.now());
      const { disputeId } = await open(paymentId);
      await agency.goDown();
      await uphold(agencyId, disputeId);
      await city.work();
      expect((await city.billing.payments.get(who(), paymentId)).status).toBe('reversing');
      await agency.comeUp();
      await city.rest(city.clock.nowMs() + 3_600_000);
      expect((await city.billing.payments.get(who(), paymentId)).status).toBe('refunded');
      expect(undone(paymentId).map((line) => line.path)).toEqual(['/payments/refund']);
    });

    it('is a refund after all when the agency says that it is too late for a reversal', async () => {
      const { agencyId, paymentId } = await posted({ cutOff: localTime(city.clock.nowMs() + DAY_MS / 2) });
      const { disputeId } = await open(paymentId);
      // Its cut-off was a minute ago, and ours is far.
      city.clock.advance(120_000);
      setAgencyAheadMs(city.clock.nowMs() - Date.now());
      const data = readJson('sandbox/reference-agency/data.json');
      const [hours = 0, minutes = 0] = localTime(city.clock.nowMs() - 60_000)
        .split(':')
        .map(Number);
      agency.writeData({ ...data, cutOffMinutes: 60 * hours + minutes });
      await uphold(agencyId, disputeId);
      await city.rest(city.clock.nowMs() + 60_000);
      agency.writeData(data);
      expect(await city.billing.payments.get(who(), paymentId)).toMatchObject({
        status: 'refunded',
        undo: { kind: 'refund', round: 1 },
      });
      expect(undone(paymentId).map(({ path, answer }) => [path, answer.outcome])).toEqual([
        ['/payments/reverse', 'rejected'],
        ['/payments/refund', 'accepted'],
      ]);
    });

    it('that the agency declines changes nothing, and another may follow', async () => {
      const { agencyId, paymentId } = await posted();
      const { disputeId } = await open(paymentId);
      const said = { decision: 'declined', answer: '账单无误', answeredBy: 'stf_1' } as const;
      await expect(disputes().answer('another-agency', disputeId, said)).rejects.toMatchObject({
        code: 'dispute_not_found',
      });
      await disputes().answer(agencyId, disputeId, said);
      expect((await city.billing.payments.get(who(), paymentId)).status).toBe('posted');
      city.clock.advance(1);
      const second = await open(paymentId);
      expect((await disputes().ofPayment(who(), paymentId)).map((one) => one.disputeId)).toEqual([
        second.disputeId,
        disputeId,
      ]);
    });

    it('is not possible of what is not posted, too late, or where the agency can’t undo', async () => {
      const waiting = await order(await query(await biller('guangzhou-broadband'), broadband()), 5_000);
      await expect(open(waiting.paymentId)).rejects.toMatchObject({ code: 'dispute_not_possible' });
      resident++;
      const { agencyId, paymentId } = await posted({
        capabilities: ['validateAccount', 'pay', 'queryPayment', 'fetchStatement'],
        disputes: { withinDays: 1, answerWithinHours: 1 },
      });
      const { disputeId } = await open(paymentId);
      await expect(uphold(agencyId, disputeId)).rejects.toMatchObject({ code: 'undo_not_possible' });
      city.clock.advance(2 * DAY_MS);
      await expect(open(paymentId)).rejects.toMatchObject({ code: 'dispute_not_possible' });
    });
  });
});
