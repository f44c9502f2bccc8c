import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Agencies } from '../../src/agencies/index.ts';
import type { Db } from '../../src/infra/db/index.ts';
import { claimBatch, planBatches } from '../../src/reconciliation/batches/batches.repo.ts';
import {
  ReconciliationRuns,
  type RunSummary,
  StatementIntake,
  type StatementSource,
  sourceSettingsSchema,
  verifyRun,
} from '../../src/reconciliation/index.ts';
import { createTestVault } from '../support/accounts.ts';
import { keepPayments } from '../support/planted-books.ts';
import { type PlantedBreak, plantDay } from '../support/planted-day.ts';
import type { PlantedFile } from '../support/planted-files.ts';
import { describeOnBothStacks } from '../support/stacks.ts';
import { TestClock } from '../support/test-clock.ts';

type Gateway = Agencies['gateway'];

const DATE = '2026-10-20';
const ROUTE = {
  channelId: 'bank',
  connectionId: 'gas',
  agencyId: 'guangzhou-gas',
  timeZone: 'Asia/Shanghai',
  cutOff: '00:00',
};
const FEES = [{ name: 'card', currency: 'CNY', ratePpm: 6_000, toleranceMinor: 1 }];
const common = { currency: 'CNY', cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' }, beganOn: DATE };
const SOURCES: Readonly<Record<string, StatementSource>> = {
  bank: {
    ...common,
    sourceId: 'bank',
    role: 'channel',
    settings: sourceSettingsSchema.parse({ matching: { fees: FEES } }),
  },
  gas: { ...common, sourceId: 'gas', role: 'agency', settings: sourceSettingsSchema.parse({}) },
};
const sources = {
  async get(sourceId: string): Promise<StatementSource> {
    const source = SOURCES[sourceId];
    if (!source) throw new Error(`there is no source ${sourceId}`);
    return source;
  },
};

const NOBODY: Gateway = {
  provider: () => Promise.reject(new Error('nobody is to be asked')),
  channel: () => Promise.reject(new Error('nobody is to be asked')),
} as unknown as Gateway;

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
  const folder = mkdtempSync(path.join(tmpdir(), 'civicpay-planted-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Takes in one side's file beside the sheet of our books, and matches them. */
  async function reconcile(
    sourceId: string,
    file: PlantedFile | null,
    businessDate = DATE,
  ): Promise<RunSummary> {
    const { db } = stack();
    const deps = { db, vault, clock, sources };
    const intake = new StatementIntake({
      ...deps,
      // Its file is handed in: nobody is asked for it.
      agencies: { gateway: NOBODY },
    });
    const runs = new ReconciliationRuns({ ...deps, agenciesOf: async () => [ROUTE.agencyId] });
    const key = { sourceId, businessDate };
    await planBatches(db, [{ ...key, dueAtMs: clock.nowMs() }], clock.nowMs());
    const claim = {
      phase: null,
      states: ['waiting', 'running'],
      // Whoever comes next takes it over.
      leaseMs: 0,
      nowMs: clock.nowMs(),
    } as const;
    const claimed = await claimBatch(db, key, claim);
    if (!claimed) throw new Error('the batch is taken');
    const { fence } = claimed;
    const sheet = await intake.makeSheet(fence);
    let theirsId: string | null = null;
    if (file) {
      const { fileName, content } = file;
      const filePath = path.join(folder, fileName);
      writeFileSync(filePath, content);
      const taken = await intake.take(fence, { path: filePath, fileName, receivedBy: 'usr_1' });
      if (taken.kind !== 'accepted') throw new Error(`the file was not taken in: ${JSON.stringify(taken)}`);
      theirsId = taken.statement.statementId;
    }
    return runs.match(fence, { oursId: sheet.statementId, theirsId }, () => {}, new AbortController().signal);
  }

  it('each is found and rightly told, and none invented, from payments and files to stored breaks', async () => {
    const { db } = stack();
    const day = plantDay({
      seed: 20_261_020,
      businessDate: DATE,
      payments: 1_000,
      plantedShare: 0.04,
      route: ROUTE,
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
