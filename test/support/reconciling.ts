import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Agencies } from '../../src/agencies/index.ts';
import type { Vault } from '../../src/infra/crypto/index.ts';
import type { Db } from '../../src/infra/db/index.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { claimBatch, planBatches } from '../../src/reconciliation/batches/batches.repo.ts';
import type { Fence } from '../../src/reconciliation/batches/fence.ts';
import {
  ReconciliationRuns,
  type RunSummary,
  StatementIntake,
  type StatementSource,
  sourceSettingsSchema,
} from '../../src/reconciliation/index.ts';
import type { PlantedFile } from './planted-files.ts';
import type { PaymentRoute } from './planted-payments.ts';

/** A channel and an agency's connection whose days end at midnight in China. */
export const PLANTED_ROUTE = {
  channelId: 'bank',
  connectionId: 'gas',
  agencyId: 'guangzhou-gas',
  timeZone: 'Asia/Shanghai',
  cutOff: '00:00',
} as const;

type Route = Pick<PaymentRoute, 'channelId' | 'connectionId' | 'timeZone' | 'cutOff'>;

/** The two sources of a route, by their ids; `matching` of the channel's. */
export function plantedSources(beganOn: string, matching: unknown, route: Route = PLANTED_ROUTE) {
  const { channelId, connectionId, timeZone, cutOff } = route;
  const common = { currency: 'CNY', beganOn };
  const known: StatementSource[] = [
    {
      ...common,
      sourceId: channelId,
      role: 'channel',
      cutOff: { timeZone, cutOff: '00:00' },
      settings: sourceSettingsSchema.parse({ matching }),
    },
    {
      ...common,
      sourceId: connectionId,
      role: 'agency',
      cutOff: { timeZone, cutOff },
      settings: sourceSettingsSchema.parse({}),
    },
  ];
  return {
    async get(sourceId: string): Promise<StatementSource> {
      const source = known.find((each) => each.sourceId === sourceId);
      if (!source) throw new Error(`there is no source ${sourceId}`);
      return source;
    },
  };
}

/** Files are handed in: nobody is asked for them. */
const NOBODY = {
  provider: () => Promise.reject(new Error('nobody is to be asked')),
  channel: () => Promise.reject(new Error('nobody is to be asked')),
} as unknown as Agencies['gateway'];

interface ReconcilingDeps {
  db: Db;
  vault: Vault;
  clock: Clock;
  sources: ReturnType<typeof plantedSources>;
  agencyId?: string;
}

/** Takes in one side's file (null: it has not come) beside the sheet of our books, and matches them. */
export async function reconcileFile(
  deps: ReconcilingDeps,
  key: { sourceId: string; businessDate: string },
  file: PlantedFile | null,
): Promise<{ run: RunSummary; fence: Fence }> {
  const { db, clock } = deps;
  const intake = new StatementIntake({ ...deps, agencies: { gateway: NOBODY } });
  const runs = new ReconciliationRuns({
    ...deps,
    agenciesOf: async () => [deps.agencyId ?? PLANTED_ROUTE.agencyId],
  });
  await planBatches(db, [{ ...key, dueAtMs: clock.nowMs() }], clock.nowMs());
  // Whoever comes next takes it over.
  const claim = { phase: null, states: ['waiting'], leaseMs: 0, nowMs: clock.nowMs() } as const;
  const claimed = await claimBatch(db, key, claim);
  if (!claimed) throw new Error('the batch is taken');
  const { fence } = claimed;
  const sheet = await intake.makeSheet(fence);
  const theirsId = file && (await takeIn(intake, fence, file));
  const run = await runs.match(
    fence,
    { oursId: sheet.statementId, theirsId },
    () => {},
    new AbortController().signal,
  );
  return { run, fence };
}

async function takeIn(intake: StatementIntake, fence: Fence, { fileName, content }: PlantedFile) {
  const folder = mkdtempSync(path.join(tmpdir(), 'civicpay-planted-'));
  try {
    const filePath = path.join(folder, fileName);
    writeFileSync(filePath, content);
    const taken = await intake.take(fence, { path: filePath, fileName, receivedBy: 'usr_1' });
    if (taken.kind !== 'accepted') throw new Error(`the file was not taken in: ${JSON.stringify(taken)}`);
    return taken.statement.statementId;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
