import { setTimeout as sleep } from 'node:timers/promises';
import { transact } from '../../src/infra/db/index.ts';
import { listParkedTasks, resumeTask } from '../../src/infra/outbox/index.ts';
import type { World } from './world.ts';

/** Many times what it takes: only what never ends waits for so long. */
const REST_WITHIN_MS = 240_000;
const LOOK_EVERY_MS = 300;
/** What waits for later than this is brought forward: nothing is to be learned from minutes of waiting. */
const BRING_FORWARD_MS = 300;

export const FINAL = ['posted', 'refunded', 'debitFailed', 'expired'];

/**
 * Waits until everything has come to its end: every payment final, no task left, nothing under way at the bank. Time is
 * helped along where the product would wait for minutes, residents confirm what they forgot, and an operator resumes
 * refunds that the bank had refused. Returns what is still open when rest does not come: nothing, unless something is wrong.
 */
export async function comeToRest(world: World): Promise<string[]> {
  const { db } = world;
  const deadline = performance.now() + REST_WITHIN_MS;
  for (;;) {
    const open = await db('payments').select('payment_id', 'status').whereNotIn('status', FINAL);
    const tasks = await db('tasks').select('task_id', 'state', 'attempts', 'due_at_ms', 'last_error');
    const isBankAtRest = await settleAtBank(world);
    if (open.length === 0 && tasks.length === 0 && isBankAtRest) return [];
    if (performance.now() > deadline) {
      return [
        ...(isBankAtRest ? [] : ['the bank does not come to rest']),
        ...open.map((payment) => `${payment.payment_id} stays ${payment.status}`),
        ...tasks.map((task) => `a task stays: ${JSON.stringify(task)}`),
      ];
    }
    await bringForward(world);
    await resumeRefunds(world);
    await sleep(LOOK_EVERY_MS);
  }
}

/** Confirms what residents have forgotten; whether nothing is under way any more. */
async function settleAtBank({ bank }: World): Promise<boolean> {
  const { orders, refunds } = await bank.bankBooks();
  for (const order of orders.filter(({ status }) => status === 'WAIT_CONFIRM')) {
    const response = await fetch(`${bank.url}/cashier/${order.cashierToken}/confirm`, {
      method: 'POST',
      redirect: 'manual',
    });
    await response.arrayBuffer();
  }
  return (
    orders.every(({ status }) => status === 'DEBITED' || status === 'CLOSED') &&
    refunds.every(({ status }) => status !== 'PROCESSING')
  );
}

async function bringForward({ db }: World): Promise<void> {
  const nowMs = Date.now();
  // The worker is at work on the same rows: whoever loses a deadlock tries again.
  await transact(db, (tx) =>
    tx('tasks')
      .where('state', 'ready')
      .andWhere('claimed_until_ms', '<=', nowMs)
      .andWhere('due_at_ms', '>', nowMs + BRING_FORWARD_MS)
      .update({ due_at_ms: nowMs, sweep_at_ms: nowMs }),
  );
}

async function resumeRefunds({ db }: World): Promise<void> {
  for (const task of await listParkedTasks(db, 100)) {
    // Parked for any other reason is a bug, and stays where it can be seen.
    const payment = await db('payments').where('payment_id', task.taskId).first('status');
    if (payment?.status === 'refundBlocked') {
      await transact(db, (tx) => resumeTask(tx, task.taskId, Date.now()));
    }
  }
}
