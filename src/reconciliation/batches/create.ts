import type { Logger } from '../../contract/index.ts';
import type { Db } from '../../infra/db/index.ts';
import { ChangeWatch } from '../../infra/watch/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { StatementSource } from '../intake/intake.types.ts';
import type { RunSummary } from '../runs/runs.types.ts';
import { BatchSteps } from './batch-steps.ts';
import { takeNudges } from './batches.repo.ts';
import { Batches, type BatchesDeps } from './batches.service.ts';
import type { Batch } from './batches.types.ts';
import { takeDayNudges } from './days.repo.ts';
import { matchLateBooksAgain } from './late-books.ts';
import { type BatchWork, createPhases } from './phases.ts';
import { planDates } from './planner.ts';
import { Reports } from './reports.ts';

/** Batches sent in one go; the rest goes with the next look. */
const NUDGES_AT_ONCE = 200;

export interface BatchFlowDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  sources: BatchWork['sources'] & { list(): Promise<readonly StatementSource[]> };
  intake: BatchWork['intake'] & BatchesDeps['intake'];
  runs: BatchWork['runs'] & { get(runId: string): Promise<RunSummary> };
  resolve: BatchWork['resolve'];
  settle: BatchWork['settle'];
  /** Puts batches on the queue, without waiting. */
  send(batches: readonly Batch[]): void;
}

export interface BatchFlow {
  /** What people see and do. */
  batches: Batches;
  /** Carries batches on. */
  steps: BatchSteps;
  reports: Reports;
  watch: ChangeWatch;
  /** Plans the dates that have come, and sends back those whose books have changed; gives how many batches are new. */
  plan(): Promise<number>;
  /** What should be on the queue now and is not. */
  takeNudges(): Promise<{ batches: Batch[]; days: string[] }>;
}

/** The plan of business dates and everything that carries it out. Making it connects to nothing. */
export function createBatchFlow(deps: BatchFlowDeps): BatchFlow {
  const { db, clock, log, sources, runs, send } = deps;
  const reports = new Reports({ db, clock, sources, runs });
  const steps = new BatchSteps({ db, clock, log }, createPhases({ ...deps, reports }));
  const batches = new Batches({ ...deps, steps });
  return {
    batches,
    steps,
    reports,
    watch: new ChangeWatch((dates) => batches.dayVersions(dates), log),
    plan: async () => {
      const known = await sources.list();
      const again = await matchLateBooksAgain({ db, clock }, known);
      if (again.length > 0) send(again);
      return planDates({ db, clock }, known);
    },
    takeNudges: async () => {
      const nowMs = clock.nowMs();
      return { batches: await takeNudges(db, nowMs, NUDGES_AT_ONCE), days: await takeDayNudges(db, nowMs) };
    },
  };
}
