import type { Db } from '../../src/infra/db/index.ts';
import { verifyRun } from '../../src/reconciliation/index.ts';
import { createTestVault } from '../support/accounts.ts';
import { keepPayments } from '../support/planted-books.ts';
import { type PlantedBreak, plantDay } from '../support/planted-day.ts';
import type { PlantedFile } from '../support/planted-files.ts';
import { PLANTED_ROUTE, plantedSources, reconcileFile } from '../support/reconciling.ts';
import { describeOnBothStacks } from '../support/stacks.ts';
import { TestClock } from '../support/test-clock.ts';

const DATE = '2026-10-20';
const FEES = [{ name: 'card', currency: 'CNY', ratePpm: 6_000, toleranceMinor: 1 }];

const inOrder = (breaks: readonly PlantedBreak[]) =>
  breaks.map(({ class: name, ours, theirs }) => `${name}: ${ours.join(' ')} | ${theirs.join(' ')}`).sort();

/** The breaks of a batch as they are stored, told as they were planted. */
async function storedBreaks(db: Db, sourceId: string): Promise<PlantedBreak[]> {
  const rows = await db('breaks')
    .join('break_rows', 'break_rows.break_id', 'breaks.break_id')
    .where({ source_id: sourceId, business_date: DATE, state: 'open', is_active: 1 })
    .orderBy(['breaks.break_id', 'ref'])
    .select('breaks.break_id', 'class', 'side', 'ref');
  interface Told {
    class: PlantedBreak['class'];
    ours: string[];
    theirs: string[];
  }
  const breaks = new Map<string, Told>();
  for (const row of rows) {
    const known: Told = breaks.get(row.break_id) ?? { class: row.class, ours: [], theirs: [] };
    breaks.set(row.break_id, known);
    known[row.side as 'ours' | 'theirs'].push(row.ref);
  }
  return [...breaks.values()].map(({ ours, theirs, ...rest }) => ({
    ...rest,
    ours: ours.sort(),
    theirs: theirs.sort(),
  }));
}

const classesOf = (db: Db, sourceId: string) =>
  db('breaks').where({ source_id: sourceId }).select('class', 'state', 'how');

describeOnBothStacks('a day with planted breaks', (stack) => {
  const vault = createTestVault();
  const clock = new TestClock(Date.parse('2026-10-21T03:00:00Z'));
  const sources = plantedSources(DATE, { fees: FEES });

  async function reconcile(sourceId: string, file: PlantedFile | null, businessDate = DATE) {
    const { run } = await reconcileFile(
      { db: stack().db, vault, clock, sources },
      { sourceId, businessDate },
      file,
    );
    return run;
  }

  it('each is found and rightly told, and none invented, from payments and files to stored breaks', async () => {
    const { db } = stack();
    const day = plantDay({
      seed: 20_261_020,
      businessDate: DATE,
      payments: 1_000,
      plantedShare: 0.04,
      route: PLANTED_ROUTE,
      channelFormat: 'camt',
      agencyFormat: 'civicpay-open-statement-v1',
    });
    await keepPayments(db, vault, day.payments, clock.nowMs());

    // The agency's file is late: everything that moved waits for it together, and nothing is booked.
    await reconcile('gas', null);
    expect(await classesOf(db, 'gas')).toEqual([{ class: 'lateFile', state: 'open', how: null }]);

    const runs = [await reconcile('bank', day.channel.file), await reconcile('gas', day.agency.file)];

    expect(inOrder(await storedBreaks(db, 'bank'))).toEqual(inOrder(day.channel.breaks));
    expect(inOrder(await storedBreaks(db, 'gas'))).toEqual(inOrder(day.agency.breaks));
    for (const { runId } of runs) expect(await verifyRun(db, vault, runId)).toEqual([]);

    // What was booked a day late closes its break, when the next day's file shows it.
    const late = day.channel.breaks.filter((each) => each.class === 'dateCut' && each.ours.length > 0);
    const { runId } = await reconcile('bank', day.channel.nextFile, '2026-10-21');
    expect(await verifyRun(db, vault, runId)).toEqual([]);
    const left = day.channel.breaks.filter((each) => !late.includes(each));
    expect(inOrder(await storedBreaks(db, 'bank'))).toEqual(inOrder(left));
    const closed = (await classesOf(db, 'bank')).filter(({ state }) => state === 'closed');
    expect(closed).toEqual(late.map(() => ({ class: 'dateCut', state: 'closed', how: 'matched' })));
  }, 60_000);
});
