import { addDays } from '../../src/kernel/business-date.ts';
import { chinaDate, startOfChinaDate } from '../../src/kernel/china-time.ts';
import { balancesThatDiffer, trialBalance } from '../../src/ledger/index.ts';
import { type BreakClass, createBreaks, suspenseThatDiffers } from '../../src/reconciliation/index.ts';
import { AGENCY_ID, CHANNEL_ID, City } from '../support/city.ts';
import { debitRowsOf } from '../support/city-days.ts';
import { fileOf, type PlantedFile, type TheirRow } from '../support/planted-files.ts';
import { plantedSources, reconcileFile } from '../support/reconciling.ts';
import { describeOnStack } from '../support/stacks.ts';

const POWER = 'guangzhou-power-gateway';
const ROUTE = { channelId: CHANNEL_ID, connectionId: POWER, timeZone: 'Asia/Shanghai', cutOff: '23:00' };
const HOUR_MS = 3_600_000;
const EACH = 4;

/** What becomes of the payments of the day; each but `quiet` has a break that is resolved without a person's judgement. */
type Plan =
  | 'quiet'
  /** The agency lost it, and says that it never saw it. */
  | 'lost'
  | Extract<BreakClass, 'status' | 'ledgerOnly' | 'fee' | 'duplicate' | 'agencyMissing'>;
const PLANS: readonly Plan[] = ['quiet', 'ledgerOnly', 'fee', 'duplicate', 'agencyMissing', 'lost', 'status'];
const classOf = (plan: Plan) => (plan === 'lost' ? 'agencyMissing' : plan);

describeOnStack('mysql', 'a day with planted breaks that need no judgement', (stack) => {
  let city: City;
  beforeAll(async () => {
    city = await City.start(stack());
    // Noon in China: nothing then straddles a cut-off.
    const today = startOfChinaDate(chinaDate(city.clock.nowMs()));
    city.clock.advance(today + 36 * HOUR_MS - city.clock.nowMs());
  });
  afterAll(() => city.stop());

  /** Pays as residents do; the last ones are debited by the bank, which keeps it to itself. */
  async function payAll(): Promise<Map<string, Plan>> {
    const plans = new Map<string, Plan>();
    for (const plan of PLANS) {
      if (plan === 'status') city.bank.control.addFault({ operation: 'notify', fault: 'never' });
      for (let count = 0; count < EACH; count++) {
        const { paymentId } = await city.order(await city.customerWithBill());
        plans.set(paymentId, plan);
        await city.work();
        expect(await city.press(paymentId, 'confirm')).toBe(true);
      }
      if (plan === 'status') city.bank.control.clearFaults();
      else await city.rest(city.clock.nowMs() + 60_000);
    }
    return plans;
  }

  const powerRows = (date: string): TheirRow[] =>
    city.power.agency.postings(date).map(({ reference, agencyReference, amountMinor }) => ({
      kind: 'payment',
      ref: reference,
      theirRef: agencyReference,
      originalRef: '',
      amountMinor,
      currency: 'CNY',
      atMs: startOfChinaDate(date) + 12 * HOUR_MS,
    }));

  it('are resolved, and no money moves that should not', async () => {
    const { db } = stack();
    const { clock, vault, billing } = city;
    const date = chinaDate(clock.nowMs());
    const next = addDays(date, 1);
    const sources = plantedSources(
      date,
      { fees: [{ name: 'card', currency: 'CNY', ceilingPpm: 50_000 }] },
      ROUTE,
    );
    const breaks = createBreaks({
      db,
      vault,
      clock,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      sources,
      agenciesOf: async () => [AGENCY_ID],
      financeStaff: async () => [],
      billing,
    });
    const reconcile = async (sourceId: string, businessDate: string, file: PlantedFile) => {
      const { run, fence } = await reconcileFile(
        { db, vault, clock, sources, agencyId: AGENCY_ID },
        { sourceId, businessDate },
        file,
      );
      await breaks.resolveRun(fence, run.runId);
      expect(await suspenseThatDiffers(db)).toEqual([]);
    };

    const plans = await payAll();
    const planOf = ({ ref }: TheirRow) => plans.get(ref);
    const late = (row: TheirRow) => ({ ...row, atMs: row.atMs + 24 * HOUR_MS });
    const atBank = debitRowsOf(city);
    const lost = [...plans.keys()].filter((paymentId) => plans.get(paymentId) === 'lost');
    for (const paymentId of lost) await city.power.agency.losePayment(paymentId);
    const atPower = powerRows(date);
    clock.advance(startOfChinaDate(next) + 3 * HOUR_MS - clock.nowMs());

    const theirDay = atBank.flatMap((row): TheirRow[] => {
      if (planOf(row) === 'ledgerOnly') return [];
      if (planOf(row) === 'fee') return [{ ...row, amountMinor: row.amountMinor - 60 }];
      return planOf(row) === 'duplicate' ? [row, { ...row, theirRef: `${row.theirRef}X` }] : [row];
    });
    await reconcile(CHANNEL_ID, date, fileOf('sandbox-bank-csv-1', theirDay, date, 0));
    const posted = atPower.filter((row) => planOf(row) !== 'agencyMissing');
    await reconcile(POWER, date, fileOf('gz-power-daily-v1', posted, date, 0));
    const found = await db('breaks').select('class').orderBy('class');
    const planted = [...plans.values()]
      .filter((plan) => plan !== 'quiet')
      .map(classOf)
      .sort();
    expect(found.map((row) => row.class)).toEqual(planted);

    // What the agency never saw was told again, under the same references.
    const toldAgain = city.power.agency.postings(next).map(({ reference }) => reference);
    expect(toldAgain.sort()).toEqual(lost.sort());

    // What the bank confirmed goes on by itself; what was late stands in the next files.
    await city.rest(clock.nowMs() + 60_000);
    const lateAtBank = atBank.filter((row) => planOf(row) === 'ledgerOnly').map(late);
    const lateAtPower = atPower.filter((row) => planOf(row) === 'agencyMissing').map(late);
    clock.advance(startOfChinaDate(addDays(next, 1)) + 3 * HOUR_MS - clock.nowMs());
    await reconcile(CHANNEL_ID, next, fileOf('sandbox-bank-csv-1', lateAtBank, next, 0));
    const powerNext = [...powerRows(next), ...lateAtPower];
    await reconcile(POWER, next, fileOf('gz-power-daily-v1', powerNext, next, 0));

    const ended: { class: BreakClass; state: string }[] = await db('breaks').select('class', 'state');
    const isResolved = (each: { class: BreakClass; state: string }) =>
      // A refund waits for a person's approval: nothing more may be done by itself.
      each.state === (each.class === 'duplicate' ? 'proposed' : 'closed');
    expect(ended.filter(isResolved).length / ended.length).toBeGreaterThanOrEqual(0.95);

    const { orders, refunds, trialBalanceFen } = city.bank.control.books();
    expect(refunds).toEqual([]);
    expect(trialBalanceFen).toBe(0);
    expect(orders.map(({ status }) => status)).toEqual(orders.map(() => 'DEBITED'));
    expect(debitRowsOf(city)).toHaveLength(plans.size);
    const postings = city.power.agency.postings().map(({ reference }) => reference);
    expect(postings.sort()).toEqual([...plans.keys()].sort());
    const statuses = await db('payments').distinct('status');
    expect(statuses).toEqual([{ status: 'posted' }]);
    expect((await trialBalance(db)).balanced).toBe(true);
    expect(await balancesThatDiffer(db)).toEqual([]);
  }, 90_000);
});
