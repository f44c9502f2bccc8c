import type { Agencies } from '../../src/agencies/index.ts';
import { createVault, type VaultKeys } from '../../src/infra/crypto/index.ts';
import { openDb } from '../../src/infra/db/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { Reports } from '../../src/reconciliation/batches/reports.ts';
import { ReconciliationRuns, StatementIntake } from '../../src/reconciliation/index.ts';
import { type StatementSource, sourceSettingsSchema } from '../../src/reconciliation/intake/intake.types.ts';

/** A process of its own, so that the memory it takes is that of reconciling a day and nothing else. */

export interface DayInput {
  databaseUrl: string;
  vaultKeys: VaultKeys;
  businessDate: string;
  /** The file of each source. */
  files: Readonly<Record<'bank' | 'power', string>>;
}

export interface DayOutput {
  seconds: number;
  /** By source: matches, breaks, digest. */
  runs: Readonly<Record<string, { matchCount: number; breakCount: number; digest: string }>>;
  peakMiB: number;
  /** The longest time without a word about progress. */
  longestSilenceMs: number;
  /** What each part took, for a person who looks for where the time goes. */
  parts: Readonly<Record<string, number>>;
}

const { databaseUrl, vaultKeys, businessDate, files } = JSON.parse(process.argv[2] ?? '') as DayInput;

const sourceOf = (sourceId: string, role: StatementSource['role']): StatementSource => ({
  sourceId,
  role,
  currency: 'CNY',
  cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' },
  beganOn: businessDate,
  settings: sourceSettingsSchema.parse({}),
});
const all = new Map([
  ['bank', sourceOf('bank', 'channel')],
  ['power', sourceOf('power', 'agency')],
]);
const sources = {
  async get(sourceId: string) {
    const source = all.get(sourceId);
    if (!source) throw new Error(`no source ${sourceId}`);
    return source;
  },
  list: async () => [...all.values()],
};

const db = openDb({ url: databaseUrl });
const base = { db, vault: createVault(vaultKeys), clock: systemClock, sources };
// Files are handed in: no agency is called.
const intake = new StatementIntake({ ...base, agencies: {} as Agencies } as never);
const runs = new ReconciliationRuns({ ...base, agenciesOf: async () => ['power-agency'] });
const reports = new Reports({ ...base, runs });

const found: Record<string, DayOutput['runs'][string]> = {};
const parts: Record<string, number> = {};
let longestSilenceMs = 0;
const startedAtMs = performance.now();
async function reconcile(sourceId: 'bank' | 'power'): Promise<void> {
  const fence = { sourceId, businessDate, token: 1 };
  const timed = async <T>(name: string, work: Promise<T>): Promise<T> => {
    const fromMs = performance.now();
    const done = await work;
    parts[`${sourceId} ${name}`] = Math.round(performance.now() - fromMs);
    return done;
  };
  const file = { path: files[sourceId], fileName: `${sourceId}.csv`, receivedBy: 'bench' };
  const taken = await timed('take', intake.take(fence, file));
  if (taken.kind !== 'accepted') throw new Error(`the file was ${taken.kind}`);
  const ours = await timed('sheet', intake.makeSheet(fence));
  let heardAtMs = performance.now();
  const hear = () => {
    longestSilenceMs = Math.max(longestSilenceMs, performance.now() - heardAtMs);
    heardAtMs = performance.now();
  };
  const input = { oursId: ours.statementId, theirsId: taken.statement.statementId };
  const run = await timed('match', runs.match(fence, input, hear, new AbortController().signal));
  hear();
  await timed('report', reports.writeOfBatch(fence, run.runId));
  const { matchCount, breakCount, digest } = run;
  found[sourceId] = { matchCount, breakCount, digest };
}
// As workers do: two batches at once.
await Promise.all([reconcile('bank'), reconcile('power')]);
const seconds = (performance.now() - startedAtMs) / 1_000;
await db.destroy();
const peakMiB = process.resourceUsage().maxRSS / 1_024;
const output: DayOutput = { seconds, runs: found, peakMiB, longestSilenceMs, parts };
process.stdout.write(JSON.stringify(output));
