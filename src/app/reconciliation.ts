import type { Accounts } from '../accounts/index.ts';
import type { Agencies } from '../agencies/index.ts';
import type { Billing } from '../billing/index.ts';
import type { Logger } from '../contract/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import type { Db } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import {
  type Batch,
  type BatchFlow,
  type BreaksModule,
  createBatchFlow,
  createBreaks,
  Explanations,
  ReconciliationRuns,
  StatementIntake,
  StatementSources,
} from '../reconciliation/index.ts';

/** Everything about reconciliation: whose files, the files, matching, breaks, and what carries it all out. */
export interface Reconciliation {
  sources: StatementSources;
  intake: StatementIntake;
  runs: ReconciliationRuns;
  explanations: Explanations;
  breaks: BreaksModule;
  flow: BatchFlow;
}

interface ReconciliationParts {
  db: Db;
  vault: Vault;
  clock: Clock;
  log: Logger;
  accounts: Accounts;
  agencies: Agencies;
  billing: Billing;
  /** Settles what is due, of all agencies. */
  settle(): Promise<unknown>;
  /** Puts batches on the queue, without waiting. */
  send(batches: readonly Batch[]): void;
}

export function createReconciliation(parts: ReconciliationParts): Reconciliation {
  const { db, vault, clock, log, accounts, agencies, billing, settle, send } = parts;
  const base = { db, vault, clock, log };
  const agenciesOf = (connectionId: string) => agenciesOfConnection(agencies, connectionId);
  const sources = new StatementSources({ ...base, agencies });
  const intake = new StatementIntake({ ...base, agencies, sources });
  const runs = new ReconciliationRuns({ ...base, sources, agenciesOf });
  const explanations = new Explanations({ ...base, sources });
  const breaks = createBreaks({
    ...base,
    sources,
    agenciesOf,
    financeStaff: () => accounts.staffDirectory.ofRole('finance'),
    billing,
  });
  const flow = createBatchFlow({
    ...base,
    sources,
    intake,
    runs,
    resolve: (fence, runId) => breaks.resolveRun(fence, runId),
    settle,
    send,
  });
  return { sources, intake, runs, explanations, breaks, flow };
}

const AGENCIES_A_PAGE = 200;

/** The agencies that are reached by a connection, first or otherwise. */
async function agenciesOfConnection(
  { listAgencies }: Pick<Agencies, 'listAgencies'>,
  connectionId: string,
): Promise<string[]> {
  const agencyIds: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listAgencies({ limit: AGENCIES_A_PAGE, ...(cursor && { cursor }) });
    for (const { agencyId, manifest } of page.items) {
      const routes = [manifest.connection, ...manifest.otherRoutes.map((route) => route.connection)];
      if (routes.includes(connectionId)) agencyIds.push(agencyId);
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return agencyIds;
}
