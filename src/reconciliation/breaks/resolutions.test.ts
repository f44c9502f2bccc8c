import { BreakDesk, FINANCE } from '../../../test/support/breaks.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { transact } from '../../infra/db/index.ts';
import { balancesThatDiffer, trialBalance } from '../../ledger/index.ts';
import { suspenseThatDiffers } from '../runs/verify.ts';
import type { ManualKind } from './break.types.ts';
import { undoForRun } from './undo-for-run.ts';

describeOnBothStacks('breaks resolved by hand', (stack) => {
  let desk: BreakDesk;
  let bank: string;
  let agency: string;
  beforeAll(async () => {
    desk = new BreakDesk(stack().db);
  });
  beforeEach(async () => {
    bank = await desk.addSource('channel');
    agency = await desk.addSource('agency');
  });
  afterEach(async () => {
    expect(await suspenseThatDiffers(stack().db)).toEqual([]);
    expect((await trialBalance(stack().db)).balanced).toBe(true);
    expect(await balancesThatDiffer(stack().db)).toEqual([]);
  });

  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'ok',
      (error: { code?: string }) => error.code ?? String(error),
    );
  const propose = (breakIds: string[], kind: ManualKind, account: string | null = null, by = FINANCE[0]) =>
    desk.module.resolutions.propose(
      { breakIds, kind, account: account as never, reason: '银行来函确认' },
      desk.by(by),
    );
  const approve = async (resolution: { resolutionId: string; breaksSha256: string }, by = FINANCE[1]) =>
    desk.module.resolutions.approve(resolution.resolutionId, resolution.breaksSha256, desk.by(by));
  const bankOnly = (amountMinor = 1_000) =>
    desk.addBreak(bank, 'bankOnly', [{ side: 'theirs', amountMinor }]);

  it('moves money only when a second person has approved, once, and moves it back by new entries', async () => {
    const breakId = await bankOnly();
    const before = await desk.balance(`write_offs/${bank}`);
    const proposed = await propose([breakId], 'writeOff');
    expect(proposed).toMatchObject({ state: 'proposed', amountMinor: 1_000, needsChecker: true });
    expect(await desk.state(breakId)).toMatchObject({ state: 'proposed', waits_for: 'checker' });
    expect(await desk.balance(`write_offs/${bank}`)).toBe(before);
    expect(await codeOf(approve(proposed, FINANCE[0]))).toBe('resolution_by_maker');
    expect(await codeOf(propose([breakId], 'writeOff'))).toBe('break_not_open');
    const results = await Promise.allSettled([
      approve(proposed),
      approve(proposed, FINANCE[2]),
      approve(proposed),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await desk.balance(`write_offs/${bank}`)).toBe(1_000);
    expect(await desk.balance(`suspense/${bank}`)).toBe(0);
    expect(await desk.state(breakId)).toMatchObject({ state: 'closed', how: 'resolved' });
    await desk.module.breaks.reopen(breakId, '查错了', desk.by());
    expect(await codeOf(desk.module.breaks.reopen(breakId, '再来', desk.by()))).toBe('break_not_resolved');
    expect(await desk.balance(`write_offs/${bank}`)).toBe(0);
    expect(await desk.balance(`suspense/${bank}`)).toBe(1_000);
    const { events, resolutions } = await desk.module.views.get(breakId);
    expect(events.map(({ event }) => event)).toEqual(['proposed', 'resolved', 'reopened']);
    expect(events.map(({ version }) => version)).toEqual([2, 3, 4]);
    expect(resolutions).toMatchObject([{ resolution: { maker: FINANCE[0], reason: '银行来函确认' } }]);
    const again = await approve(await propose([breakId], 'adjust', 'refundsPayable'));
    expect(again.state).toBe('applied');
    expect(await desk.balance(`refunds_payable/${bank}`)).toBe(1_000);
  });

  it('is refused by the database itself when one person is both', async () => {
    const breakId = await bankOnly();
    const { resolutionId } = await propose([breakId], 'writeOff');
    const write = (columns: object) =>
      stack().db('break_resolutions').where('resolution_id', resolutionId).update(columns);
    await expect(write({ checker: FINANCE[0] })).rejects.toThrow();
    await expect(write({ state: 'applied' })).rejects.toThrow();
    await expect(write({ state: 'applied', checker: FINANCE[0] })).rejects.toThrow();
    await desk.module.resolutions.withdraw(resolutionId, '算了', desk.by());
    expect(await desk.state(breakId)).toMatchObject({ state: 'open', waits_for: 'person' });
  });

  it('says no, and leaves the break to be asked for anew', async () => {
    const breakId = await bankOnly();
    const proposed = await propose([breakId], 'writeOff');
    const { resolutions } = desk.module;
    expect(await codeOf(resolutions.reject(proposed.resolutionId, '没有依据', desk.by()))).toBe(
      'resolution_by_maker',
    );
    const rejected = await resolutions.reject(proposed.resolutionId, '没有依据', desk.by(FINANCE[1]));
    expect(rejected).toMatchObject({ state: 'rejected', checker: FINANCE[1], answer: '没有依据' });
    expect(await codeOf(approve(proposed))).toBe('resolution_decided');
    expect((await propose([breakId], 'writeOff', null, FINANCE[1])).state).toBe('proposed');
  });

  it('is approved only as it was seen', async () => {
    const [one, two] = [await bankOnly(), await bankOnly(500)];
    const preview = await desk.module.preview([one, two], 'writeOff', null);
    expect(preview).toMatchObject({ amountMinor: 1_500, people: 2, obstacle: null });
    expect(preview.entries).toEqual([
      { account: `suspense/${bank}`, debitMinor: 1_500, creditMinor: 0 },
      { account: `write_offs/${bank}`, debitMinor: 0, creditMinor: 1_500 },
    ]);
    const reason = '同一原因';
    const ask = (breaksSha256: string) =>
      desk.module.resolutions.propose(
        { breakIds: [two, one], kind: 'writeOff', account: null, reason, breaksSha256 },
        desk.by(),
      );
    expect(await codeOf(ask('0'.repeat(64)))).toBe('breaks_changed');
    const proposed = await ask(preview.breaksSha256);
    expect(await codeOf(approve({ ...proposed, breaksSha256: '0'.repeat(64) }))).toBe('breaks_changed');
    await approve(proposed);
    expect(await desk.balance(`write_offs/${bank}`)).toBe(1_500);
    // One of many is opened again alone.
    await desk.module.breaks.reopen(two, '只有这笔错了', desk.by());
    expect(await desk.balance(`write_offs/${bank}`)).toBe(1_000);
    expect(await desk.state(one)).toMatchObject({ state: 'closed' });
  });

  it('matches breaks that are one matter: nothing moves, or only what is left over', async () => {
    const [theirs, ours] = [
      await bankOnly(1_000),
      await desk.addBreak(bank, 'ledgerOnly', [{ side: 'ours', amountMinor: 1_000 }]),
    ];
    const matched = await propose([theirs, ours], 'match');
    expect(matched).toMatchObject({ state: 'applied', needsChecker: false, amountMinor: 0 });
    expect(await desk.state(ours)).toMatchObject({ state: 'closed', how: 'resolved' });
    await desk.module.breaks.reopen(ours, '不是同一笔', desk.by());
    expect(await desk.state(theirs)).toMatchObject({ state: 'open' });
    const less = await desk.addBreak(bank, 'ledgerOnly', [{ side: 'ours', amountMinor: 994 }]);
    expect(await codeOf(propose([theirs, less], 'match'))).toBe('break_amounts_differ');
    expect(await codeOf(propose([theirs, less], 'match', 'agencyPayable'))).toBe('break_account_not_allowed');
    const before = await desk.balance('fee_differences');
    await approve(await propose([theirs, less], 'match', 'feeDifferences'));
    expect(await desk.balance('fee_differences')).toBe(before + 6);
  });

  it('gives back what a channel took twice, once, and opens again only what the channel refused', async () => {
    const paymentId = await desk.addPayment();
    const breakId = await desk.addBreak(bank, 'duplicate', [
      { side: 'ours', amountMinor: 700, paymentId },
      { side: 'theirs', amountMinor: 700, paymentId },
      { side: 'theirs', amountMinor: 700, paymentId },
    ]);
    const proposed = await propose([breakId], 'refund');
    expect(desk.ordered.filter(({ amountMinor }) => amountMinor === 700)).toEqual([]);
    await approve(proposed);
    const [order] = desk.ordered.filter(({ amountMinor }) => amountMinor === 700);
    expect(order?.refundId).toMatch(/^srf_/);
    expect(await desk.balance(`refunds_payable/${bank}`)).toBe(700);
    desk.refundStates.set(order?.refundId ?? '', 'refunded');
    expect(await codeOf(desk.module.breaks.reopen(breakId, 'x', desk.by()))).toBe('break_refund_under_way');
    desk.refundStates.set(order?.refundId ?? '', 'refundBlocked');
    await desk.module.breaks.reopen(breakId, '银行拒绝退款', desk.by());
    expect(await desk.balance(`refunds_payable/${bank}`)).toBe(0);
  });

  it('keeps each kind to what it is for', async () => {
    const missing = await desk.addBreak(agency, 'agencyMissing', [{ side: 'ours', amountMinor: 900 }]);
    expect(await codeOf(propose([missing], 'refund'))).toBe('break_not_refundable');
    expect(await codeOf(propose([missing], 'resend'))).toBe('break_not_resendable');
    expect(await codeOf(propose([missing], 'adjust', 'channelClearing'))).toBe('break_account_not_allowed');
    expect(await codeOf(propose([missing, await bankOnly()], 'writeOff'))).toBe('breaks_of_several_sources');
    expect(await codeOf(propose(['brk_nonsense'], 'writeOff'))).toBe('break_not_found');
    const rich = await bankOnly(2_000_000_000);
    expect(await codeOf(propose([rich], 'writeOff'))).toBe('break_above_limit');
    const payable = await desk.balance('agency_payable/power');
    await approve(await propose([missing], 'adjust', 'agencyPayable'));
    // The agency's file had taken it off what is owed to the agency.
    expect(await desk.balance('agency_payable/power')).toBe(payable + 900);
  });

  it('sends again only after a second person, and stays open until a file shows it', async () => {
    const paymentId = await desk.addPayment();
    const missing = await desk.addBreak(agency, 'agencyMissing', [
      { side: 'ours', amountMinor: 900, paymentId },
    ]);
    desk.said.postings.set(paymentId, 'postedAnew');
    const proposed = await propose([missing], 'resend');
    expect(desk.said.asked).not.toContain(paymentId);
    await approve(proposed);
    expect(desk.said.asked.filter((id) => id === paymentId)).toHaveLength(1);
    expect(await desk.state(missing)).toMatchObject({ state: 'open', waits_for: 'nextFile' });
  });

  it('needs one person alone below the limit that finance has set', async () => {
    const small = await desk.addSource('channel', { resolving: { secondPersonAboveMinor: 500 } });
    const breakId = await desk.addBreak(small, 'bankOnly', [{ side: 'theirs', amountMinor: 500 }]);
    expect(await propose([breakId], 'writeOff')).toMatchObject({ state: 'applied', checker: null });
  });

  it('is undone for a run that shows the break no more', async () => {
    const [gone, other] = [await bankOnly(), await bankOnly()];
    await approve(await propose([gone, other], 'writeOff'));
    const [waiting, beside] = [await bankOnly(), await bankOnly()];
    const proposed = await propose([waiting, beside], 'writeOff');
    await transact(stack().db, async (tx) => {
      await undoForRun(tx, desk, [gone, waiting], 'run_1');
      // What the run does itself: its rows are no break's any more, and its journal takes them out of suspense.
      for (const breakId of [gone, waiting]) {
        await tx('breaks').where('break_id', breakId).update({ state: 'open', how: null });
      }
    });
    expect(await desk.balance(`write_offs/${bank}`)).toBe(1_000);
    expect(await desk.state(other)).toMatchObject({ state: 'closed' });
    expect(await desk.state(beside)).toMatchObject({ state: 'open' });
    expect(await codeOf(approve(proposed))).toBe('resolution_decided');
  });

  it('splits a break, and what stands in suspense stays the same', async () => {
    const breakId = await desk.addBreak(bank, 'splitIncomplete', [
      { side: 'ours', amountMinor: 1_000 },
      { side: 'theirs', amountMinor: 400 },
      { side: 'theirs', amountMinor: 700 },
    ]);
    const rows = await stack().db('break_rows').where({ break_id: breakId, amount_minor: 700 });
    const places = rows.map((row) => ({ statementId: row.statement_id, rowNo: Number(row.row_no) }));
    const partId = await desk.module.breaks.split(breakId, places, '另一笔', desk.by());
    const [whole, part] = [await desk.module.views.get(breakId), await desk.module.views.get(partId)];
    expect(part).toMatchObject({ class: 'bankOnly', suspenseMinor: 700, version: 1, word: 'surplus' });
    expect(whole).toMatchObject({ class: 'splitIncomplete', suspenseMinor: -600, amountMinor: 1_000 });
    expect(await codeOf(desk.module.breaks.split(partId, places, 'x', desk.by()))).toBe('break_split_empty');
  });

  it('keeps owners, comments and files, sealed', async () => {
    const breakId = await bankOnly();
    const { breaks, views } = desk.module;
    await breaks.assign([breakId], FINANCE[1], null, desk.by());
    expect(await codeOf(breaks.assign([breakId], 'stf_nobody', null, desk.by()))).toBe('break_owner_unknown');
    await breaks.comment([breakId], '张三来电', desk.by());
    const bytes = Buffer.from('%PDF-1.7 evidence of 张三');
    const attached = await breaks.attach(breakId, { fileName: '../../回单<1>.pdf', bytes }, desk.by());
    expect(attached).toMatchObject({ fileName: '回单1.pdf', mediaType: 'application/pdf' });
    expect(
      await codeOf(breaks.attach(breakId, { fileName: 'x', bytes: Buffer.from([0x4d, 0x5a, 0]) }, desk.by())),
    ).toBe('evidence_type_unknown');
    const large = Buffer.alloc(5 * 1024 ** 2 + 1, 0x61);
    expect(await codeOf(breaks.attach(breakId, { fileName: 'x', bytes: large }, desk.by()))).toBe(
      'evidence_too_large',
    );
    const read = await breaks.evidence(breakId, attached.evidenceId);
    expect(Buffer.from(read.bytes).equals(bytes)).toBe(true);
    expect(await codeOf(breaks.evidence(breakId, 'bev_x'))).toBe('evidence_not_found');
    const detail = await views.get(breakId);
    expect(detail).toMatchObject({ owner: FINANCE[1], evidence: [{ evidenceId: attached.evidenceId }] });
    expect(detail.events.map(({ event }) => event)).toEqual(['assigned', 'commented', 'evidenceAttached']);
    const stored = JSON.stringify(await stack().db('break_events').where('break_id', breakId));
    expect(stored).not.toContain('张三');
    await expect(stack().db('break_events').where('break_id', breakId).delete()).rejects.toThrow();
  });

  it('lists, counts and pages what a filter finds', async () => {
    const ids = [];
    for (let at = 0; at < 5; at++) ids.push(await bankOnly(1_000 + at));
    const filter = { sourceId: bank, states: ['open'] as const };
    const first = await desk.module.views.list(filter, { limit: 3 });
    const rest = await desk.module.views.list(filter, { limit: 3, cursor: first.nextCursor ?? '' });
    expect([...first.items, ...rest.items].map(({ breakId }) => breakId).sort()).toEqual([...ids].sort());
    expect(rest.nextCursor).toBeNull();
    const [total] = await desk.module.views.totals(filter);
    expect(total).toMatchObject({ count: 5, amountMinor: 5_010, theirsMoreMinor: 5_010, age: '0-1' });
    desk.clock.advance(5 * 86_400_000);
    expect((await desk.module.views.list({ ...filter, age: '4-7' }, { limit: 9 })).items).toHaveLength(5);
    expect((await desk.module.views.list({ ...filter, age: '0-1' }, { limit: 9 })).items).toEqual([]);
    expect((await desk.module.views.totals({ ...filter, isOverdue: true }))[0]).toMatchObject({
      overdueCount: 5,
    });
    const digest = await desk.module.digest();
    expect(digest.bySource.find(({ sourceId }) => sourceId === bank)).toMatchObject({
      count: 5,
      suspenseMinor: 5_010,
    });
    expect(await desk.module.views.idsOf(filter)).toHaveLength(5);
  });
});
