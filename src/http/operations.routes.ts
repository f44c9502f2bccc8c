import { z } from 'zod';
import { recordAudit } from '../accounts/index.ts';
import type { Db } from '../infra/db/index.ts';
import { transact } from '../infra/db/index.ts';
import { listParkedTasks, resumeTask } from '../infra/outbox/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import { trialBalance } from '../ledger/index.ts';
import { parkedTaskSchema, trialBalanceSchema } from './billing.schemas.ts';
import { defineRoute, type Route } from './route.ts';
import { instantOf } from './schemas.ts';

export interface OperationsRoutesOptions {
  db: Db;
  clock: Clock;
  addressIndex(address: string): string;
  sendTasks(topic: string, taskIds: readonly string[]): void;
}

const PARKED_SHOWN = 200;

/** What finance and operators look at, and the one thing operators do: put parked work back to work. */
export function operationsRoutes(options: OperationsRoutesOptions): Route[] {
  const { db } = options;
  return [
    defineRoute({
      method: 'get',
      path: '/v1/ops/trial-balance',
      operationId: 'getTrialBalance',
      tag: 'operations',
      summary: 'Both sides of the ledger at this instant',
      access: 'staff',
      idempotency: 'none',
      request: {},
      responses: { 200: { description: 'By currency', schema: trialBalanceSchema } },
      problems: [],
      handler: async () => {
        const { balanced, currencies } = await trialBalance(db);
        const rows = currencies.map((row) => ({
          currency: row.currency,
          debitMinor: String(row.debitMinor),
          creditMinor: String(row.creditMinor),
          differenceMinor: String(row.differenceMinor),
        }));
        return { status: 200, body: { balanced, currencies: rows } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/ops/parked-tasks',
      operationId: 'listParkedTasks',
      tag: 'operations',
      summary: 'Work that keeps failing and waits for a person, oldest first',
      access: 'operator',
      idempotency: 'none',
      request: {},
      responses: {
        200: { description: 'The oldest ones', schema: z.object({ items: z.array(parkedTaskSchema) }) },
      },
      problems: [],
      handler: async () => {
        const tasks = await listParkedTasks(db, PARKED_SHOWN);
        const items = tasks.map(({ taskId, topic, attempts, lastError, createdAtMs }) => ({
          taskId,
          topic,
          attempts,
          lastError,
          createdAt: instantOf(createdAtMs),
        }));
        return { status: 200, body: { items } };
      },
    }),
    resumeRoute(options),
  ];
}

function resumeRoute({ db, clock, addressIndex, sendTasks }: OperationsRoutesOptions): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/ops/parked-tasks/{taskId}/resume',
    operationId: 'resumeParkedTask',
    tag: 'operations',
    summary: 'Put parked work back to work',
    access: 'operator',
    idempotency: 'none',
    request: { params: z.object({ taskId: z.string().regex(/^[a-z0-9_]{1,32}$/) }) },
    responses: { 204: { description: 'It is being worked on' } },
    problems: ['parked_task_not_found'],
    handler: async ({ params: { taskId }, caller, traceId, request }) => {
      const nowMs = clock.nowMs();
      const task = await transact(db, async (tx) => {
        const resumed = await resumeTask(tx, taskId, nowMs);
        if (!resumed) throw new DomainError('notFound', 'parked_task_not_found');
        await recordAudit(tx, {
          atMs: nowMs,
          actor: { kind: 'staff', id: caller?.userId ?? null },
          action: 'task.resume',
          object: { kind: 'task', id: taskId },
          outcome: 'ok',
          traceId,
          addressIndex: addressIndex(request.ip ?? ''),
        });
        return resumed;
      });
      sendTasks(task.topic, [taskId]);
      return { status: 204 };
    },
  });
}
