import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addDays } from '../../src/kernel/business-date.ts';
import { chinaDate, startOfChinaDate } from '../../src/kernel/china-time.ts';
import { balancesThatDiffer, trialBalance } from '../../src/ledger/index.ts';
import {
  type BatchFlow,
  createBatchFlow,
  createBreaks,
  ReconciliationRuns,
  type RunSummary,
  StatementIntake,
  suspenseThatDiffers,
  verifyRun,
} from '../../src/reconciliation/index.ts';
import { AGENCY_ID, CHANNEL_ID, City } from './city.ts';
import { fileOf, type TheirRow } from './planted-files.ts';
import { plantedSources } from './reconciling.ts';
import type { Stack } from './stacks.ts';

const POWER = 'guangzhou-power-gateway';
const ROUTE = { channelId: CHANNEL_ID, connectionId: POWER, timeZone: 'Asia/Shanghai', cutOff: '23:00' };
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const log = { debug() {}, info() {}, warn() {}, error() {} };

/** Debits of the bank's books, as rows of its file. */
export const debitRowsOf = ({ bank }: City): TheirRow[] =>
  bank.control
    .books()
    .movements.filter(({ kind }) => kind === 'debit')
    .map(({ merchantNo, bankNo, amountFen, atMs }) => ({
      kind: 'payment',
      ref: merchantNo,
      theirRef: bankNo,
      originalRef: '',
      amountMinor: amountFen,
      currency: 'CNY',
      atMs,
    }));

/**
 * A city whose business dates are reconciled with the files of its bank and its power company: everything real, on one clock that the
 * test moves, and batches carried on when the test says so.
 */
export class CityDays {
  readonly city: City;
  readonly flow: BatchFlow;
  readonly runs: ReconciliationRuns;
  private readonly stack: Stack;
  private readonly sent: string[] = [];

  private constructor(stack: Stack, city: City, beganOn: string) {
    this.stack = stack;
    this.city = city;
    const { db } = stack;
    const { clock, vault, agencies, billing } = city;
    const { get } = plantedSources(beganOn, {}, ROUTE);
    const sources = { get, list: () => Promise.all([get(CHANNEL_ID), get(POWER)]) };
    const agenciesOf = async () => [AGENCY_ID];
    const base = { db, vault, clock, log };
    this.runs = new ReconciliationRuns({ ...base, sources, agenciesOf });
    const breaks = createBreaks({ ...base, sources, agenciesOf, financeStaff: async () => [], billing });
    this.flow = createBatchFlow({
      ...base,
      sources,
      intake: new StatementIntake({ ...base, agencies, sources }),
      runs: this.runs,
      resolve: (fence, runId) => breaks.resolveRun(fence, runId),
      settle: async () => {},
      send: (batches) => this.sent.push(...batches.map(({ sourceId }) => sourceId)),
    });
  }

  /** At noon of a date that begins its sources. */
  static async start(stack: Stack): Promise<CityDays> {
    const city = await City.start(stack);
    const date = addDays(chinaDate(city.clock.nowMs()), 1);
    const days = new CityDays(stack, city, date);
    days.moveTo(date, 12);
    return days;
  }

  stop(): Promise<void> {
    return this.city.stop();
  }

  today(): string {
    return chinaDate(this.city.clock.nowMs());
  }

  moveTo(businessDate: string, hour: number): void {
    const { clock } = this.city;
    clock.advance(startOfChinaDate(businessDate) + hour * HOUR_MS - clock.nowMs());
  }

  /** The bank's batch of a date. */
  bank(businessDate: string) {
    return this.flow.batches.get({ sourceId: CHANNEL_ID, businessDate });
  }

  /** The run that holds for the bank's batch of a date. */
  async run(businessDate: string): Promise<RunSummary> {
    const { runId } = await this.bank(businessDate);
    if (runId === null) throw new Error('nothing was matched');
    return this.runs.get(runId);
  }

  /** Pays a bill, and has the payment come to rest. */
  async pay(): Promise<string> {
    const paymentId = await this.debit();
    await this.city.rest(this.city.clock.nowMs() + MINUTE_MS);
    return paymentId;
  }

  /** Confirms a payment at the bank; what we learn of it is up to the bank. */
  async debit(): Promise<string> {
    const { city } = this;
    const { paymentId } = await city.order(await city.customerWithBill());
    await city.work();
    if (!(await city.press(paymentId, 'confirm'))) throw new Error('the bank has not taken the confirmation');
    return paymentId;
  }

  /** Debits of the bank's books on a date, as rows of its file. */
  bankRows(businessDate: string): TheirRow[] {
    return debitRowsOf(this.city).filter(({ atMs }) => chinaDate(atMs) === businessDate);
  }

  /**
   * Hands a file in as the bank's, as a person does; gives what the gates said. `openingMinor`: as camt, whose rows say their own dates,
   * of an account that held so much; else in the bank's own format.
   */
  async handIn(
    businessDate: string,
    rows: readonly TheirRow[],
    openingMinor: number | null = null,
  ): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), 'civicpay-city-days-'));
    try {
      const { fileName, content } = fileOf(
        openingMinor === null ? 'sandbox-bank-csv-1' : 'camt',
        rows,
        businessDate,
        openingMinor ?? 0,
      );
      const file = path.join(folder, fileName);
      await writeFile(file, content);
      const key = { sourceId: CHANNEL_ID, businessDate };
      return (await this.flow.batches.take(key, { path: file, fileName, receivedBy: 'usr_1' })).kind;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** Carries every batch on as far as it is due; the clock moves on while one waits for another for some seconds. */
  async carryOn(): Promise<void> {
    for (let left = 100; left > 0; left--) {
      const { clock } = this.city;
      const waiting: { source_id: string; business_date: string; due_at_ms: unknown }[] = await this.stack
        .db('reconciliation_batches')
        .where('state', 'waiting')
        .andWhere('due_at_ms', '<=', clock.nowMs() + 5_000)
        .orderBy(['business_date', 'source_id']);
      if (waiting.length === 0) return;
      const firstMs = Math.min(...waiting.map((row) => Number(row.due_at_ms)));
      clock.advance(Math.max(0, firstMs - clock.nowMs()));
      for (const row of waiting)
        await this.flow.steps.run({ sourceId: row.source_id, businessDate: row.business_date });
    }
    throw new Error('the batches do not come to rest');
  }

  /** Looks as a worker does each minute, a while later; gives the sources whose batches were sent back. */
  async lookAgain(): Promise<string[]> {
    this.city.clock.advance(2 * MINUTE_MS);
    this.sent.length = 0;
    await this.flow.plan();
    return [...this.sent];
  }

  /** Everything that the database proves: each run that holds, suspense, the trial balance, balances against entries. */
  async faults(): Promise<string[]> {
    const { db } = this.stack;
    const runIds: string[] = await db('reconciliation_batches').whereNotNull('run_id').pluck('run_id');
    const ofRuns: string[] = [];
    for (const runId of runIds) ofRuns.push(...(await verifyRun(db, this.city.vault, runId)));
    const isBalanced = (await trialBalance(db)).balanced;
    return [
      ...ofRuns,
      ...(await suspenseThatDiffers(db)).map((one) => JSON.stringify(one)),
      ...(isBalanced ? [] : ['the trial balance is not zero']),
      ...(await balancesThatDiffer(db)).map((one) => JSON.stringify(one)),
    ];
  }
}
