import type { HttpClient, HttpResult } from '../../contract/index.ts';
import type { Vault } from '../../infra/crypto/index.ts';
import { type Db, transact } from '../../infra/db/index.ts';
import { type ClaimedTask, updateTasks } from '../../infra/outbox/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId, randomShardHint } from '../../kernel/ids.ts';
import { notify } from '../onboarding/onboarding.context.ts';
import * as repo from './webhooks.repo.ts';
import { isGivenUp, maskedAnswer, signedHeaders, waitAfterAttemptMs } from './webhooks.rules.ts';
import type { WebhookDelivery } from './webhooks.types.ts';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;
/** Requests under way to one endpoint from this process: what it hangs on to is nobody else's. */
const REQUESTS_AT_ONCE = 8;
/** What finds its endpoint busy comes again after that, and up to as much later. */
const BUSY_WAIT_MS = 2_000;
const KEPT_MS = 30 * 86_400_000;
const PURGE_BATCH = 1_000;

/** What a column's values are sealed under; changing one makes what is stored unreadable. */
export const SEALED_SECRET = 'webhook_endpoints.secret';

export interface WebhookDeps {
  db: Db;
  vault: Vault;
  clock: Clock;
  http: HttpClient;
  /** True only where agencies are sandboxes on this machine. */
  allowPrivateAddresses: boolean;
}

/** Sends what agencies are to be told, again and again until it got through, for three days. */
export class WebhookDeliveries {
  private readonly deps: WebhookDeps;
  private readonly underWay = new Map<string, number>();

  constructor(deps: WebhookDeps) {
    this.deps = deps;
  }

  /** Works on claimed tasks, side by side; each settles for itself, and one that throws is a bug of ours. */
  async run(tasks: readonly ClaimedTask[]): Promise<PromiseSettledResult<void>[]> {
    const { db } = this.deps;
    const deliveries = await repo.loadDeliveries(
      db,
      tasks.map(({ taskId }) => taskId),
    );
    const byId = new Map(deliveries.map((delivery) => [delivery.deliveryId, delivery]));
    const endpoints = await repo.findEndpoints(db, [...new Set(deliveries.map(({ agencyId }) => agencyId))]);
    const endpointById = new Map(endpoints.map((endpoint) => [endpoint.endpointId, endpoint]));
    return Promise.allSettled(
      tasks.map(({ taskId, attempts }) => {
        const delivery = byId.get(taskId);
        const endpoint = delivery && endpointById.get(delivery.endpointId);
        if (!delivery || !endpoint || endpoint.status === 'disabled') return this.drop(taskId, delivery);
        return this.within(endpoint, taskId, attempts, () => this.send(delivery, endpoint));
      }),
    );
  }

  /** Deletes what is over and was kept for thirty days; returns how many. */
  purge(): Promise<number> {
    const { db, clock } = this.deps;
    return transact(db, (tx) => repo.purgeDeliveries(tx, clock.nowMs() - KEPT_MS, PURGE_BATCH));
  }

  /** Holds an endpoint to its share: one that hangs keeps its own deliveries waiting, in the database and not here. */
  private async within(
    { endpointId }: repo.EndpointRow,
    taskId: string,
    attempts: number,
    work: () => Promise<void>,
  ): Promise<void> {
    const count = this.underWay.get(endpointId) ?? 0;
    if (count >= REQUESTS_AT_ONCE) {
      const nowMs = this.deps.clock.nowMs();
      const atMs = nowMs + Math.round(BUSY_WAIT_MS * (1 + Math.random()));
      await transact(this.deps.db, (tx) =>
        updateTasks(tx, [{ taskId, next: { kind: 'due', atMs, attempts } }], nowMs),
      );
      return;
    }
    this.underWay.set(endpointId, count + 1);
    try {
      await work();
    } finally {
      const left = (this.underWay.get(endpointId) ?? 1) - 1;
      if (left > 0) this.underWay.set(endpointId, left);
      else this.underWay.delete(endpointId);
    }
  }

  private async send(delivery: WebhookDelivery, endpoint: repo.EndpointRow): Promise<void> {
    const { clock, http } = this.deps;
    const atMs = clock.nowMs();
    const result = await http.send({
      method: 'POST',
      url: endpoint.url,
      headers: signedHeaders(delivery.eventId, delivery.payload, this.secretsOf(endpoint, atMs), atMs),
      body: delivery.payload,
      timeoutMs: TIMEOUT_MS,
      maxResponseBytes: MAX_ANSWER_BYTES,
    });
    await this.settle(delivery, result, atMs);
  }

  private secretsOf(endpoint: repo.EndpointRow, nowMs: number): string[] {
    const { vault } = this.deps;
    const secrets = [vault.open(endpoint.sealedSecret, SEALED_SECRET)];
    if (endpoint.sealedOldSecret && nowMs < endpoint.oldSecretUntilMs) {
      secrets.push(vault.open(endpoint.sealedOldSecret, SEALED_SECRET));
    }
    return secrets;
  }

  /** What became of an attempt: the delivery, its log, its task and how the endpoint does, in one transaction. */
  private async settle(delivery: WebhookDelivery, result: HttpResult, atMs: number): Promise<void> {
    const { db, clock } = this.deps;
    const nowMs = clock.nowMs();
    const statusCode = result.kind === 'response' ? result.status : 0;
    const isDelivered = statusCode >= 200 && statusCode < 300;
    const attempts = delivery.attempts + 1;
    await transact(db, async (tx) => {
      const endpoint = await repo.lockEndpoint(tx, delivery.agencyId, delivery.endpointId);
      const failingSinceMs = isDelivered ? null : (endpoint?.failingSinceMs ?? nowMs);
      const isDisabled = failingSinceMs !== null && isGivenUp(statusCode, failingSinceMs, nowMs);
      const waitMs = isDelivered || isDisabled ? null : waitAfterAttemptMs(attempts, Math.random());
      const nextAttemptAtMs = waitMs === null ? null : nowMs + waitMs;
      const over = isDelivered ? ('delivered' as const) : ('failed' as const);
      const isApplied = await repo.updateDelivery(tx, delivery, {
        status: nextAttemptAtMs === null ? over : 'waiting',
        attempts,
        nextAttemptAtMs,
        endedAtMs: nextAttemptAtMs === null ? nowMs : null,
      });
      if (!isApplied) return;
      await repo.insertAttempt(tx, delivery.deliveryId, {
        attemptId: newId('wha', nowMs, randomShardHint()),
        atMs,
        statusCode,
        cause: result.kind === 'response' ? null : result.cause,
        durationMs: nowMs - atMs,
        answer: result.kind === 'response' ? maskedAnswer(result.body) : '',
      });
      const next =
        nextAttemptAtMs === null
          ? ({ kind: 'done' } as const)
          : ({ kind: 'due', atMs: nextAttemptAtMs, attempts: 0 } as const);
      await updateTasks(tx, [{ taskId: delivery.deliveryId, next }], nowMs);
      if (!endpoint || (endpoint.failingSinceMs === failingSinceMs && !isDisabled)) return;
      const status = isDisabled ? 'disabled' : endpoint.status;
      await repo.updateEndpoint(tx, { ...endpoint, failingSinceMs, status });
      if (endpoint.status !== status) {
        const { agencyId, endpointId } = endpoint;
        await notify(tx, { clock }, agencyId, 'webhookEndpoint.disabled', { endpointId, statusCode });
      }
    });
  }

  /** The endpoint is gone or given up: nothing is sent, and what was to be is kept as failed. */
  private async drop(taskId: string, delivery: WebhookDelivery | undefined): Promise<void> {
    const { db, clock } = this.deps;
    const nowMs = clock.nowMs();
    await transact(db, async (tx) => {
      if (delivery) {
        const over = { status: 'failed', nextAttemptAtMs: null, endedAtMs: nowMs } as const;
        await repo.updateDelivery(tx, delivery, { ...over, attempts: delivery.attempts });
      }
      await updateTasks(tx, [{ taskId, next: { kind: 'done' } }], nowMs);
    });
  }
}
