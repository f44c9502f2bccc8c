import { BreakDesk, FINANCE, type RowToMake } from '../../../test/support/breaks.ts';
import { City } from '../../../test/support/city.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { businessDateOf } from '../../kernel/business-date.ts';
import { balancesThatDiffer, trialBalance } from '../../ledger/index.ts';
import { suspenseThatDiffers } from '../runs/verify.ts';

const DAY_MS = 86_400_000;

describeOnBothStacks('breaks resolved without a person', (stack) => {
  let desk: BreakDesk;
  let bank: string;
  let agency: string;
  let fence: { sourceId: string; businessDate: string; token: number };
  let agencyFence: typeof fence;
  beforeEach(async () => {
    desk = new BreakDesk(stack().db);
    bank = await desk.addSource('channel');
    agency = await desk.addSource('agency');
    fence = await desk.addBatch(bank);
    agencyFence = await desk.addBatch(agency);
  });
  afterEach(async () => {
    expect(await suspenseThatDiffers(stack().db)).toEqual([]);
    expect((await trialBalance(stack().db)).balanced).toBe(true);
    expect(await balancesThatDiffer(stack().db)).toEqual([]);
  });

  const theirs = (amountMinor: number, more: Partial<RowToMake> = {}): RowToMake => ({
    side: 'theirs',
    amountMinor,
    ...more,
  });
  const ours = (amountMinor: number, more: Partial<RowToMake> = {}): RowToMake => ({
    side: 'ours',
    amountMinor,
    ...more,
  });
  const resolve = (of = fence) => desk.module.resolveRun(of, `run_${of.sourceId.slice(-12)}`);
  const eventsOf = async (breakId: string) =>
    (await desk.module.views.get(breakId)).events.map(({ event }) => event);

  it('takes the channel’s own word for a debit, and never the file’s', async () => {
    const [said, silent, otherwise] = [
      await desk.addPayment(),
      await desk.addPayment(),
      await desk.addPayment(),
    ];
    const rowsOf = (paymentId: string) => [
      ours(500, { paymentId, status: 'pending' }),
      theirs(500, { paymentId }),
    ];
    const debitedAtMs = Date.parse('2026-11-20T04:00:00Z');
    desk.said.debits.set(said, { status: 'debited', debitedAtMs, debitedMinor: 500 });
    desk.said.debits.set(otherwise, { status: 'refunding', debitedAtMs, debitedMinor: 400 });
    const breaks = [
      await desk.addBreak(bank, 'status', rowsOf(said)),
      await desk.addBreak(bank, 'status', rowsOf(silent)),
      await desk.addBreak(bank, 'status', rowsOf(otherwise)),
      await desk.addBreak(bank, 'bankOnly', [theirs(500)]),
    ];
    const clearing = await desk.balance(`channel_clearing/${bank}`);
    expect(await resolve()).toEqual({ looked: 4, resolved: 1, proposed: 0, waiting: 1, handedOver: 2 });
    const states = await Promise.all(breaks.map((breakId) => desk.state(breakId)));
    expect(states).toMatchObject([
      { state: 'closed', how: 'resolved' },
      { state: 'open', waits_for: 'channel' },
      { state: 'open', waits_for: 'person' },
      { state: 'open', waits_for: 'person' },
    ]);
    expect(await desk.balance(`channel_clearing/${bank}`)).toBe(clearing + 500);
    // Looked at again, only what still waits is asked about, and nothing is written twice.
    desk.said.asked.length = 0;
    expect(await resolve()).toMatchObject({ looked: 3, resolved: 0 });
    expect(desk.said.asked).toEqual([silent]);
    expect(await eventsOf(breaks[1] ?? '')).toEqual(['held']);
    desk.clock.advance(3 * DAY_MS);
    await resolve();
    expect(await desk.state(breaks[1] ?? '')).toMatchObject({ waits_for: 'person' });
  });

  it('books fees within the tolerance, up to what finance allows for one break and for one run', async () => {
    const capped = await desk.addSource('channel', {
      resolving: { automatic: { maxBreakMinor: 300, maxRunMinor: 120, feeToleranceMinor: 10 } },
    });
    const batch = await desk.addBatch(capped);
    const fee = (gapMinor: number, expectedFeeMinor: number) =>
      desk.addBreak(capped, 'fee', [ours(10_000), theirs(10_000 - gapMinor)], {
        scores: { expectedFeeMinor },
      });
    const ids = [
      await fee(60, 55),
      await fee(60, 40),
      await fee(400, 395),
      await fee(58, 55),
      await fee(59, 55),
    ];
    const before = await desk.balance('fee_differences');
    expect(await resolve(batch)).toMatchObject({ resolved: 2, handedOver: 3 });
    const states = await Promise.all(ids.map(async (id) => (await desk.state(id))?.state));
    expect(states).toEqual(['closed', 'open', 'open', 'closed', 'open']);
    expect(await desk.balance('fee_differences')).toBe(before - 118);
    // A killed worker's successor counts what its run has resolved.
    const late = await desk.addBreak(capped, 'fee', [ours(100), theirs(95)], {
      scores: { expectedFeeMinor: 5 },
    });
    await resolve(batch);
    expect(await desk.state(late)).toMatchObject({ state: 'open', waits_for: 'person' });
    await desk.module.breaks.reopen(ids[0] ?? '', '费率有误', desk.by());
    expect(await desk.balance('fee_differences')).toBe(before - 58);
  });

  it('queues the refund of a second debit for a person, who may be anybody', async () => {
    const paymentId = await desk.addPayment();
    const twice = await desk.addBreak(bank, 'duplicate', [
      ours(700, { paymentId }),
      theirs(700, { paymentId }),
      theirs(700, { paymentId }),
    ]);
    const unknown = await desk.addBreak(bank, 'duplicate', [theirs(700), theirs(700)]);
    expect(await resolve()).toMatchObject({ proposed: 1, handedOver: 1 });
    expect(desk.ordered).toEqual([]);
    expect(await desk.state(unknown)).toMatchObject({ state: 'open', waits_for: 'person' });
    const proposal = (await desk.module.views.get(twice)).resolutions[0]?.resolution;
    expect(proposal).toMatchObject({ kind: 'refund', maker: 'system', state: 'proposed' });
    if (!proposal) throw new Error('a proposal was made');
    await resolve();
    await desk.module.resolutions.approve(proposal.resolutionId, proposal.breaksSha256, desk.by(FINANCE[2]));
    expect(desk.ordered).toMatchObject([{ amountMinor: 700 }]);
    expect(await desk.balance(`refunds_payable/${bank}`)).toBe(700);
  });

  it('asks the agency about what its file lacks, and waits for the next one', async () => {
    const payments = await Promise.all(Array.from({ length: 4 }, () => desk.addPayment()));
    const [held = '', resent = '', refused = '', unclear = ''] = payments;
    desk.said.postings = new Map([
      [held, 'held'],
      [resent, 'postedAnew'],
      [refused, 'refused'],
    ]);
    const missing: string[] = [];
    for (const paymentId of payments) {
      missing.push(await desk.addBreak(agency, 'agencyMissing', [ours(300, { paymentId, ref: paymentId })]));
    }
    expect(await resolve(agencyFence)).toMatchObject({ resolved: 0, waiting: 3, handedOver: 1 });
    const waits = await Promise.all(missing.map(async (id) => (await desk.state(id))?.waits_for));
    expect(waits).toEqual(['nextFile', 'nextFile', 'person', 'agency']);
    expect(await eventsOf(missing[1] ?? '')).toEqual(['resent']);
    desk.said.asked.length = 0;
    await resolve(agencyFence);
    expect(desk.said.asked).toEqual([unclear]);
    // The next day's file has what was sent again.
    const next = { businessDate: '2026-11-21' };
    const shown = await desk.addBreak(agency, 'agencyOnly', [theirs(300, { ref: resent })], next);
    const nextFence = await desk.addBatch(agency, '2026-11-21');
    expect(await resolve(nextFence)).toMatchObject({ resolved: 2 });
    for (const breakId of [shown, missing[1] ?? ''])
      expect(await desk.state(breakId)).toMatchObject({ state: 'closed', how: 'resolved' });
    expect((await desk.module.views.get(shown)).resolutions[0]?.resolution.breakCount).toBe(2);
  });

  it('pairs what two dates say of one movement, where nothing else could be meant', async () => {
    const of = (date: string) => ({ businessDate: date });
    const late = await desk.addBreak(bank, 'ledgerOnly', [ours(900, { ref: 'A' })]);
    const shown = await desk.addBreak(bank, 'bankOnly', [theirs(900, { ref: 'A' })], of('2026-11-22'));
    const other = await desk.addBreak(bank, 'bankOnly', [theirs(901, { ref: 'B' })], of('2026-11-21'));
    const alike = await desk.addBreak(bank, 'ledgerOnly', [ours(50, { ref: 'C' })]);
    await desk.addBreak(bank, 'bankOnly', [theirs(50, { ref: 'C' })], of('2026-11-21'));
    await desk.addBreak(bank, 'bankOnly', [theirs(50, { ref: 'C' })], of('2026-11-22'));
    const tooLate = await desk.addBreak(bank, 'ledgerOnly', [ours(70, { ref: 'D' })], of('2026-11-10'));
    await desk.addBreak(bank, 'bankOnly', [theirs(70, { ref: 'D' })], of('2026-11-21'));
    await resolve();
    expect((await desk.state(late))?.state).toBe('open');
    await resolve(await desk.addBatch(bank, '2026-11-22'));
    const states = await Promise.all(
      [late, shown, other, alike, tooLate].map(async (id) => (await desk.state(id))?.state),
    );
    expect(states).toEqual(['closed', 'closed', 'open', 'open', 'open']);
  });

  it('holds a movement that the next file should have, until it is due', async () => {
    const held = await desk.addBreak(bank, 'dateCut', [ours(100)]);
    await resolve();
    expect(await desk.state(held)).toMatchObject({ state: 'open', waits_for: 'nextFile' });
    desk.clock.advance(3 * DAY_MS);
    await resolve();
    expect(await desk.state(held)).toMatchObject({ state: 'open', waits_for: 'person' });
    expect(await eventsOf(held)).toEqual(['held', 'handedOver']);
  });

  it('writes nothing once somebody else has the batch', async () => {
    const held = await desk.addBreak(bank, 'dateCut', [ours(100)]);
    await stack().db('reconciliation_batches').where('source_id', bank).update({ fence: 2 });
    await expect(resolve()).rejects.toMatchObject({ code: 'batch_taken_over' });
    expect(await desk.state(held)).toMatchObject({ waits_for: null, version: 1 });
  });
});

describeOnBothStacks('breaks resolved by asking a real bank and a real agency', (stack) => {
  let city: City;
  let desk: BreakDesk;
  beforeAll(async () => {
    city = await City.start(stack());
    desk = new BreakDesk(stack().db, city);
  });
  afterAll(() => city.stop());

  it('carries the payment on and closes the break when our books say the same', async () => {
    city.bank.control.addFault({ operation: 'notify', fault: 'never' });
    const { paymentId } = await city.order(await city.customerWithBill());
    await city.work();
    expect(await city.press(paymentId, 'confirm')).toBe(true);
    const bank = await desk.addSource('channel');
    const { amount } = await city.payment(paymentId);
    const businessDate = businessDateOf(city.clock.nowMs(), { timeZone: 'Asia/Shanghai', cutOff: '00:00' });
    const dueAtMs = city.clock.nowMs() + DAY_MS;
    const { amountMinor } = amount;
    const breakId = await desk.addBreak(
      bank,
      'status',
      [
        { side: 'ours', amountMinor, paymentId, status: 'pending' },
        { side: 'theirs', amountMinor, paymentId },
      ],
      { businessDate, dueAtMs },
    );
    const fence = await desk.addBatch(bank, businessDate);
    expect(await desk.module.resolveRun(fence, 'run_real')).toMatchObject({ resolved: 1 });
    expect(await desk.state(breakId)).toMatchObject({ state: 'closed', how: 'resolved' });
    await city.rest(city.clock.nowMs() + 3_600_000);
    expect((await city.payment(paymentId)).status).toBe('posted');
    expect(await suspenseThatDiffers(stack().db)).toEqual([]);
    expect((await trialBalance(stack().db)).balanced).toBe(true);
  });
});
