import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AGENCY_ID, CHANNEL_ID, City } from '../../../test/support/city.ts';
import { fileOf, type TheirRow } from '../../../test/support/planted-files.ts';
import { plantedSources } from '../../../test/support/reconciling.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { addDays } from '../../kernel/business-date.ts';
import { chinaDate, startOfChinaDate } from '../../kernel/china-time.ts';
import { balancesThatDiffer, trialBalance } from '../../ledger/index.ts';
import { createBreaks } from '../breaks/create.ts';
import { StatementIntake } from '../intake/intake.service.ts';
import { ReconciliationRuns } from '../runs/runs.service.ts';
import { suspenseThatDiffers, verifyRun } from '../runs/verify.ts';
import { type BatchFlow, createBatchFlow } from './create.ts';

const POWER = 'guangzhou-power-gateway';
const ROUTE = { channelId: CHANNEL_ID, connectionId: POWER, timeZone: 'Asia/Shanghai', cutOff: '23:00' };
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const log = { debug() {}, info() {}, warn() {}, error() {} };

describeOnBothStacks('books that change after they were matched', (stack) => {
  let city: City;
  let flow: BatchFlow;
  let date: string;
  let runs: ReconciliationRuns;
  const sentBack: string[] = [];

  beforeAll(async () => {
    city = await City.start(stack());
    moveTo(addDays(chinaDate(city.clock.nowMs()), 1), 12);
    date = chinaDate(city.clock.nowMs());
    const { db } = stack();
    const { clock, vault, agencies, billing } = city;
    const { get } = plantedSources(date, {}, ROUTE);
    const sources = { get, list: () => Promise.all([get(CHANNEL_ID), get(POWER)]) };
    const agenciesOf = async () => [AGENCY_ID];
    const base = { db, vault, clock, log };
    runs = new ReconciliationRuns({ ...base, sources, agenciesOf });
    const breaks = createBreaks({ ...base, sources, agenciesOf, financeStaff: async () => [], billing });
    flow = createBatchFlow({
      ...base,
      sources,
      intake: new StatementIntake({ ...base, agencies, sources }),
      runs,
      resolve: (fence, runId) => breaks.resolveRun(fence, runId),
      settle: async () => {},
      send: (batches) => sentBack.push(...batches.map(({ sourceId }) => sourceId)),
    });
  });
  afterAll(() => city.stop());
  afterEach(async () => {
    const runIds: string[] = await stack()
      .db('reconciliation_batches')
      .whereNotNull('run_id')
      .pluck('run_id');
    for (const runId of runIds) expect(await verifyRun(stack().db, city.vault, runId)).toEqual([]);
    expect(await suspenseThatDiffers(stack().db)).toEqual([]);
    expect((await trialBalance(stack().db)).balanced).toBe(true);
    expect(await balancesThatDiffer(stack().db)).toEqual([]);
  });

  const moveTo = (businessDate: string, hour: number) =>
    city.clock.advance(startOfChinaDate(businessDate) + hour * HOUR_MS - city.clock.nowMs());
  const bankOf = (businessDate: string) => ({ sourceId: CHANNEL_ID, businessDate });
  const stateOf = async (businessDate: string) => {
    const { state, phase } = await flow.batches.get(bankOf(businessDate));
    return `${state} ${phase}`;
  };
  const runOf = async (businessDate: string) => {
    const [run] = await runs.list({ ...bankOf(businessDate), limit: 1 });
    if (!run) throw new Error('nothing was matched');
    return run;
  };

  /** Carries on every batch as far as it is due. */
  async function carryOn(): Promise<void> {
    const due = () => stack().db('reconciliation_batches').where('due_at_ms', '<=', city.clock.nowMs());
    for (let left = 60; left > 0; left--) {
      const rows = await due().where('state', 'waiting').orderBy('business_date');
      if (rows.length === 0) return;
      for (const row of rows)
        await flow.steps.run({ sourceId: row.source_id, businessDate: row.business_date });
    }
    throw new Error('the batches do not come to rest');
  }

  /** Looks as a worker does each minute, a while later; gives the sources that were sent back. */
  async function lookAgain(): Promise<string[]> {
    city.clock.advance(2 * MINUTE_MS);
    sentBack.length = 0;
    await flow.plan();
    return [...sentBack];
  }

  async function pay(): Promise<string> {
    const { paymentId } = await city.order(await city.customerWithBill());
    await city.work();
    expect(await city.press(paymentId, 'confirm')).toBe(true);
    return paymentId;
  }

  it('are matched again when a debit of the date was booked late, and only then', async () => {
    await flow.plan();
    await pay();
    await city.rest(city.clock.nowMs() + MINUTE_MS);
    city.bank.control.addFault({ operation: 'notify', fault: 'never' });
    await pay();
    city.bank.control.clearFaults();
    moveTo(addDays(date, 1), 12);
    await flow.plan();
    await carryOn();
    expect(await stateOf(date)).toBe('done settle');
    expect(await runOf(date)).toMatchObject({ runNo: 1, matchCount: 1, breakCount: 1 });

    // The bank was asked about the break, and its word was booked on the date of the debit.
    await city.rest(city.clock.nowMs() + MINUTE_MS);
    expect(await lookAgain()).toEqual([CHANNEL_ID]);
    expect(await stateOf(date)).toBe('waiting gate');
    await carryOn();
    expect(await stateOf(date)).toBe('done settle');
    const again = await runOf(date);
    expect(again).toMatchObject({ runNo: 2, matchCount: 2, breakCount: 0 });
    expect((await runs.difference(again.runId)).counts).toMatchObject({ newlyMatched: 1, newlyBroken: 0 });
    expect(await lookAgain()).toEqual([]);
  });

  it('are the same run again where what was booked late was read already', async () => {
    const before = await runOf(date);
    const row = stack().db('reconciliation_batches').where({ source_id: CHANNEL_ID, business_date: date });
    const { books_read_at_ms } = await row.clone().first();
    await row.clone().update({ books_complete_at_ms: Number(books_read_at_ms) + 1 });
    expect(await lookAgain()).toEqual([CHANNEL_ID]);
    await carryOn();
    expect(await runOf(date)).toEqual(before);
    expect(await stateOf(date)).toBe('done settle');
    expect(await lookAgain()).toEqual([]);
  });

  it('are matched again at the end of a date that was run before its end', async () => {
    const today = chinaDate(city.clock.nowMs());
    await flow.plan();
    await pay();
    await city.rest(city.clock.nowMs() + MINUTE_MS);
    const early = city.bank.control.books().movements.filter(({ atMs }) => chinaDate(atMs) === today);
    const rows = early.map(
      ({ merchantNo, bankNo, amountFen, atMs }): TheirRow => ({
        kind: 'payment',
        ref: merchantNo,
        theirRef: bankNo,
        originalRef: '',
        amountMinor: amountFen,
        currency: 'CNY',
        atMs,
      }),
    );
    const folder = await mkdtemp(path.join(tmpdir(), 'civicpay-late-books-'));
    try {
      const file = fileOf('sandbox-bank-csv-1', rows, today, 0);
      await writeFile(path.join(folder, file.fileName), file.content);
      const handed = { path: path.join(folder, file.fileName), fileName: file.fileName, receivedBy: 'usr_1' };
      expect(await flow.batches.take(bankOf(today), handed)).toMatchObject({ kind: 'accepted' });
    } finally {
      await rm(folder, { recursive: true });
    }
    await carryOn();
    expect(await runOf(today)).toMatchObject({ matchCount: 1, breakCount: 0 });
    expect(await lookAgain()).toEqual([]);
    await pay();
    await city.rest(city.clock.nowMs() + MINUTE_MS);
    expect(await lookAgain()).toEqual([]);

    moveTo(addDays(today, 1), 12);
    expect(await lookAgain()).toContain(CHANNEL_ID);
    expect(await stateOf(today)).toBe('waiting fetch');
    await carryOn();
    expect(await stateOf(today)).toBe('done settle');
    expect(await runOf(today)).toMatchObject({ runNo: 2, matchCount: 2, breakCount: 0 });
    expect(await lookAgain()).toEqual([]);
  });
});
