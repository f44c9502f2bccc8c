import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSettlementOffice } from '../../src/app/settlement-office.ts';
import { transact } from '../../src/infra/db/index.ts';
import { startOfChinaDate } from '../../src/kernel/china-time.ts';
import { formatMinor, sumMinor } from '../../src/kernel/money.ts';
import { balancesThatDiffer, trialBalance } from '../../src/ledger/index.ts';
import {
  type BatchFlow,
  type BreaksModule,
  createBatchFlow,
  createBreaks,
  ReconciliationRuns,
  StatementIntake,
  suspenseThatDiffers,
  verifyRun,
} from '../../src/reconciliation/index.ts';
import { addSource } from '../../src/reconciliation/intake/sources.repo.ts';
import { type SettlementOffice, settlementThatDiffers } from '../../src/settlement/index.ts';
import { createTestVault } from '../support/accounts.ts';
import { keepPayments, keepSteps } from '../support/planted-books.ts';
import { fileOf, type TheirRow } from '../support/planted-files.ts';
import {
  Dice,
  type Ending,
  ourRowsOf,
  type PlayedPayment,
  playPayment,
} from '../support/planted-payments.ts';
import { PLANTED_ROUTE, plantedSources } from '../support/reconciling.ts';
import { bankAccount, NET_T1, person } from '../support/settlement-office.ts';
import { describeOnStack } from '../support/stacks.ts';
import { TestClock } from '../support/test-clock.ts';
import { theirs } from '../support/worked-day.ts';

/** A Tuesday, and the days behind it. */
const [DAY, SECOND, THIRD] = ['2026-10-20', '2026-10-21', '2026-10-22'];
const FORMATS = { bank: 'sandbox-bank-csv-1', gas: 'gz-gas-daily-v1' } as const;
const { agencyId } = PLANTED_ROUTE;
const log = { debug() {}, info() {}, warn() {}, error() {} };
const NAMES = { 'zh-CN': '广州燃气', en: 'Guangzhou Gas' };
/** So much of a payment's life is told at first: it is debited and posted. */
const POSTED_STEPS = 3;

describeOnStack('embedded', 'a day that was settled and paid', (stack) => {
  const vault = createTestVault();
  const clock = new TestClock(startOfChinaDate(DAY));
  const dice = new Dice(2_026);
  const files = new Map<string, TheirRow[]>();
  let flow: BatchFlow;
  let runs: ReconciliationRuns;
  let breaks: BreaksModule;
  let office: SettlementOffice;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'civicpay-settled-'));
    const { db } = stack();
    const { get } = plantedSources(DAY, {});
    const sources = { get, list: () => Promise.all([get('bank'), get('gas')]) };
    for (const source of await sources.list()) await addSource(db, source, 0);
    const base = { db, vault, clock, log, sources };
    const agenciesOf = async () => [agencyId];
    runs = new ReconciliationRuns({ ...base, agenciesOf });
    breaks = createBreaks({
      ...base,
      agenciesOf,
      financeStaff: async () => [],
      billing: {
        // The gas company stands by its file.
        reviews: { standings: async () => new Map(), reviewPosting: async () => 'refused' },
        surplusRefunds: { order: async () => {}, find: async () => new Map() },
      } as never,
    });
    office = createSettlementOffice(
      {
        ...base,
        agencies: {
          getAgency: async () => ({ manifest: { connection: 'gas', otherRoutes: [], names: NAMES } }),
        } as never,
        onboarding: { settlementAccounts: { inEffect: async () => bankAccount('广州燃气') } } as never,
        billing: { disputes: { ofAgency: async () => [] } } as never,
      },
      { payoutAccount: { bankId: 'icbc', ...bankAccount('市民缴费平台') }, demo: null },
    );
    flow = createBatchFlow({
      ...base,
      // Files are handed in: nobody is asked for them.
      intake: new StatementIntake({ ...base, agencies: { gateway: {} as never } }),
      runs,
      resolve: (fence, runId) => breaks.resolveRun(fence, runId),
      settle: () => office.settlements.settleDue(),
      send() {},
    });
    const asked = await office.terms.propose(agencyId, { effectiveFrom: DAY, terms: NET_T1 }, person('a'));
    await office.terms.decide(asked.termsId, { state: 'approved', reason: null }, person('b'));
    moveTo(DAY, 12);
    await flow.plan();
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(async () => expect(await faults()).toEqual([]));

  const moveTo = (date: string, hour: number) =>
    clock.advance(startOfChinaDate(date) + hour * 3_600_000 - clock.nowMs());

  /** A payment of a date that our books have as debited and posted; what comes after that of it is told later. */
  async function pay(date: string, amountMinor: number, ending: Ending = 'posted'): Promise<PlayedPayment> {
    const debitedAtMs = startOfChinaDate(date) + 10 * 3_600_000;
    const order = { ending, amountMinor, debitedAtMs, postedAtMs: debitedAtMs + 5_000 };
    const played = playPayment(PLANTED_ROUTE, order, dice);
    const steps = played.steps.slice(0, POSTED_STEPS);
    await keepPayments(stack().db, vault, [{ ...played, steps }], clock.nowMs());
    for (const [sourceId, role] of [['bank', 'channel'] as const, ['gas', 'agency'] as const]) {
      const [row] = theirs(ourRowsOf(played)[role]);
      if (row) files.set(`${sourceId} ${date}`, [...rowsIn(sourceId, date), row]);
    }
    return played;
  }
  const rowsIn = (sourceId: string, date: string) => files.get(`${sourceId} ${date}`) ?? [];

  /** Hands a file in, and carries its batch on until nothing of it is due any more. */
  async function handIn(
    sourceId: 'bank' | 'gas',
    businessDate: string,
    rows = rowsIn(sourceId, businessDate),
  ) {
    const { fileName, content } = fileOf(FORMATS[sourceId], rows, businessDate, 0);
    writeFileSync(path.join(folder, fileName), content);
    const key = { sourceId, businessDate };
    const taken = await flow.batches.take(key, {
      path: path.join(folder, fileName),
      fileName,
      receivedBy: 'usr_1',
    });
    expect(taken.kind).toBe('accepted');
    return carryOn(sourceId, businessDate);
  }

  async function carryOn(sourceId: string, businessDate: string) {
    const key = { sourceId, businessDate };
    while ((await flow.batches.get(key)).state === 'waiting') await flow.steps.run(key);
    const { state, runId } = await flow.batches.get(key);
    expect(state).toBe('done');
    return runs.difference(runId ?? '');
  }

  /** The newest settlement: its totals and lines. */
  async function newest() {
    const { items } = await office.settlements.list({ agencyId, limit: 10 });
    const statement = await office.settlements.statement(items[0]?.settlementId ?? '');
    const lines = statement.lines.map(({ item, netMinor }) => [item.paymentId, item.kind, netMinor]);
    return {
      count: items.length,
      window: items[0]?.window.to,
      totals: items[0]?.totals,
      lines: lines.sort(),
    };
  }
  const idOf = ({ created }: PlayedPayment) => created.paymentId;

  /** Everything that is due is paid out: a file, two approvals, the bank's yes. */
  async function payOut(): Promise<void> {
    const { batch } = await office.payouts.prepare({ format: 'bankCsv', currency: 'CNY' }, person('a'));
    const { batchId, sha256, messageId, totalMinor } = batch;
    for (const id of ['b', 'c']) await office.payouts.approve(batchId, sha256, person(id));
    await office.payouts.send(batchId, person('a'));
    const [{ instructionId = '' } = {}] = await office.payouts.instructions(batchId);
    const amount = formatMinor(totalMinor, 'CNY');
    const answer = `H,civicpay-payout-answer-1,B-${batchId},${messageId},1,${amount}\nD,${instructionId},${amount},CNY,ACCEPTED,,\nT,1\n`;
    const { changes } = await office.answers.take(Buffer.from(answer), person('a'));
    expect(changes).toHaveLength(1);
  }

  async function writeOff(breakClass: string): Promise<void> {
    const { items } = await breaks.views.list(
      { classes: [breakClass as never], states: ['open'] },
      { limit: 9 },
    );
    const breakIds = items.map(({ breakId }) => breakId);
    const proposal = { breakIds, kind: 'writeOff', account: null, reason: '以对方文件为准' } as const;
    const { resolutionId, breaksSha256 } = await breaks.resolutions.propose(proposal, person('a'));
    await breaks.resolutions.approve(resolutionId, breaksSha256, person('b'));
  }

  /** Everything that the database proves of runs, suspense, books and settlements. */
  async function faults(): Promise<unknown[]> {
    const { db } = stack();
    const runIds: string[] = await db('reconciliation_batches').whereNotNull('run_id').pluck('run_id');
    const ofRuns = [];
    for (const runId of runIds) ofRuns.push(...(await verifyRun(db, vault, runId)));
    const isBalanced = (await trialBalance(db)).balanced;
    return [
      ...ofRuns,
      ...(await suspenseThatDiffers(db)),
      ...(isBalanced ? [] : ['the trial balance is not zero']),
      ...(await balancesThatDiffer(db)),
      ...(await settlementThatDiffers(db)),
    ];
  }

  let less: PlayedPayment;
  let gone: PlayedPayment;
  let undoneLate: PlayedPayment;

  it('is paid once its files are matched', async () => {
    const plain = await pay(DAY, 18_640);
    less = await pay(DAY, 8_800);
    gone = await pay(DAY, 41_000);
    undoneLate = await pay(DAY, 13_800, 'reversed');
    moveTo(SECOND, 11);
    await flow.plan();
    await handIn('bank', DAY);
    await handIn('gas', DAY);
    const { totals, lines } = await newest();
    expect(totals).toMatchObject({ grossMinor: 82_240, payoutMinor: 82_240 });
    expect(lines.map(([paymentId]) => paymentId)).toEqual([plain, less, gone, undoneLate].map(idOf).sort());
    await payOut();
  });

  it('is put right in the next settlement, payment by payment, when the agency’s file is revised', async () => {
    const revised = rowsIn('gas', DAY).flatMap((row) => {
      if (row.ref === idOf(gone)) return [];
      return row.ref === idOf(less) ? [{ ...row, amountMinor: row.amountMinor - 800 }] : [row];
    });
    const { counts } = await handIn('gas', DAY, revised);
    expect(counts).toMatchObject({ newlyBroken: 2, newlyMatched: 0, vanished: 0 });
    await writeOff('amountUnder');
    await writeOff('agencyMissing');
    const next = await pay(SECOND, 60_000);
    moveTo(THIRD, 11);
    await flow.plan();
    await handIn('bank', SECOND);
    await handIn('gas', SECOND);
    const { window, totals, lines } = await newest();
    expect([window, totals]).toMatchObject([
      SECOND,
      { grossMinor: 60_000, adjustmentsMinor: -41_800, payoutMinor: 18_200 },
    ]);
    expect(lines).toEqual(
      [
        [idOf(next), 'payment', 60_000],
        [idOf(less), 'adjustment', -800],
        [idOf(gone), 'adjustment', -41_000],
      ].sort(),
    );
    await payOut();
  });

  it('is matched again when our books change late, and what it was adjusted by is made good, once', async () => {
    const { db } = stack();
    await flow.plan();
    const rest = { steps: undoneLate.steps.slice(POSTED_STEPS) };
    await transact(db, (tx) => keepSteps(tx, vault, [rest], clock.nowMs()));
    clock.advance(120_000);
    await flow.plan();
    const broken = await carryOn('gas', DAY);
    expect(broken.counts).toMatchObject({ newlyBroken: 1 });
    await carryOn('bank', DAY);

    const withUndoing = (sourceId: 'bank' | 'gas', role: 'channel' | 'agency') => [
      ...rowsIn(sourceId, DAY),
      ...theirs(ourRowsOf(undoneLate)[role]).slice(1),
    ];
    const { counts } = await handIn('gas', DAY, withUndoing('gas', 'agency'));
    expect(counts).toMatchObject({ newlyMatched: 3, newlyBroken: 0 });
    await handIn('bank', DAY, withUndoing('bank', 'channel'));
    const last = await pay(THIRD, 5_000);
    moveTo('2026-10-23', 11);
    await flow.plan();
    await handIn('bank', THIRD);
    await handIn('gas', THIRD);
    const { window, totals, lines } = await newest();
    expect([window, totals]).toMatchObject([
      THIRD,
      { grossMinor: 5_000, refundsMinor: 13_800, adjustmentsMinor: 41_800, payoutMinor: 33_000 },
    ]);
    expect(lines).toEqual(
      [
        [idOf(last), 'payment', 5_000],
        [idOf(undoneLate), 'refund', -13_800],
        [idOf(less), 'adjustment', 800],
        [idOf(gone), 'adjustment', 41_000],
      ].sort(),
    );
    await payOut();
    expect(await db('breaks').whereNot('state', 'closed')).toEqual([]);

    // Nothing is left to be paid, and nothing was paid twice: what came in is what went out, less what went back.
    const paid = await db('settlements').sum({ minor: 'payout_minor' }).first();
    const all = [18_640, 8_800, 41_000, 60_000, 5_000];
    expect(Number(paid?.minor)).toBe(sumMinor(all));
    const owed = await db('balances')
      .where({ account_code: `agency_payable/${agencyId}` })
      .first();
    expect(Number(owed.credit_minor)).toBe(Number(owed.debit_minor));
  });
});
