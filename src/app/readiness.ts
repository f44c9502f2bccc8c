import type { Agencies } from '../agencies/index.ts';
import type { DebitOutcome, PostingOutcome, Reason } from '../contract/index.ts';
import type { ReadyCheck, ReadyReport } from '../http/health.ts';
import { type Db, pendingMigrations } from '../infra/db/index.ts';
import { isAnyWorkerAlive, type TaskSender } from '../jobs/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { RecentValues } from '../kernel/recent-values.ts';

interface ReadinessDeps {
  db: Db;
  clock: Clock;
  agencies: Agencies;
  taskSender: TaskSender;
}

/** Asked of the other side to see whether it answers: a reference that was never used, and never will be. */
const PROBE_REFERENCE = `pay_${'0'.repeat(26)}`;
const KEPT_MS = 2_000;
const CHECK_TIMEOUT_MS = 4_000;
/** Agencies asked at most: one that answers is enough to take a payment. */
const AGENCIES_ASKED = 5;

/**
 * Whether a bill can really be paid: the database is there and migrated, the queue takes jobs, a worker is alive, an
 * agency and a channel answer a question. Kept for two seconds, so that asking often costs nothing.
 */
export function createReadiness(deps: ReadinessDeps): () => Promise<ReadyReport> {
  const recent = new RecentValues(() => report(deps), deps.clock, KEPT_MS, 1);
  return () => recent.get('all');
}

async function report(deps: ReadinessDeps): Promise<ReadyReport> {
  const { db, clock } = deps;
  const checks = {
    database: await checked(async () => {
      const pending = await pendingMigrations(db);
      return pending.length === 0
        ? null
        : `migrations are missing: ${pending.length}; run \`npx civicpay migrate\``;
    }),
    queue: await checked(async () => {
      await Promise.all(deps.taskSender.handles.map(({ queue }) => queue.getJobCounts('waiting')));
      return null;
    }),
    worker: await checked(async () =>
      (await isAnyWorkerAlive(db, clock.nowMs()))
        ? null
        : 'no worker is alive; start one with `npx civicpay worker`',
    ),
    agency: await checked(() => agencyProblem(deps.agencies)),
    channel: await checked(() => channelProblem(deps.agencies)),
  };
  return { ready: Object.values(checks).every((check) => check.ok), checks };
}

async function checked(check: () => Promise<string | null>): Promise<ReadyCheck> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, CHECK_TIMEOUT_MS, 'no answer in time');
  });
  // What exactly is wrong is in the log of whoever failed; this report is public.
  const detail = await Promise.race([check(), timeout]).catch(() => 'it can’t be reached');
  clearTimeout(timer);
  const durationMs = Math.round(performance.now() - startedAt);
  return detail === null ? { ok: true, durationMs } : { ok: false, detail, durationMs };
}

const noAnswer: { kind: 'unknown'; reason: Reason } = {
  kind: 'unknown',
  reason: { code: 'no_answer', source: 'civicpay' },
};
const isAnswer = (outcome: PostingOutcome | DebitOutcome) =>
  outcome.kind === 'notAttempted' && outcome.reason.code === 'reference_not_known';

async function agencyProblem(agencies: Agencies): Promise<string | null> {
  const { items } = await agencies.listAgencies({ limit: AGENCIES_ASKED });
  if (items.length === 0) return 'no agency is live';
  for (const { connectionId, manifest } of items) {
    const request = { reference: PROBE_REFERENCE, agencyCode: manifest.agencyCode };
    const { outcome } = await agencies.gateway.provider(
      connectionId,
      'queryPayment',
      request,
      noAnswer,
      noAnswer,
    );
    if (isAnswer(outcome)) return null;
  }
  return 'no agency answers';
}

async function channelProblem(agencies: Agencies): Promise<string | null> {
  const channels = await agencies.listChannels();
  if (channels.length === 0) return 'there is no channel to pay with';
  for (const { channelId } of channels) {
    const request = { reference: PROBE_REFERENCE };
    const { outcome } = await agencies.gateway.channel(channelId, 'queryDebit', request, noAnswer, noAnswer);
    if (isAnswer(outcome)) return null;
  }
  return 'no channel answers';
}
