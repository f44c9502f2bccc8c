import { type Db, insertOrAdd, transact } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId, randomShardHint } from '../kernel/ids.ts';

const BEAT_EVERY_MS = 2_000;
const DEAD_AFTER_MS = 10_000;

/** A worker's sign of life in the database: without one, taking payments would promise what nobody does. */
export class Heartbeat {
  private readonly db: Db;
  private readonly clock: Clock;
  private readonly workerId: string;
  private timer: NodeJS.Timeout | undefined;

  constructor(db: Db, clock: Clock) {
    this.db = db;
    this.clock = clock;
    this.workerId = newId('wrk', clock.nowMs(), randomShardHint());
  }

  async start(): Promise<void> {
    await this.beat();
    // A beat that fails is a beat missed, which is just what it should look like.
    this.timer = setInterval(() => void this.beat().catch(() => {}), BEAT_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.db('worker_heartbeats').where('worker_id', this.workerId).delete();
  }

  private async beat(): Promise<void> {
    const nowMs = this.clock.nowMs();
    await transact(this.db, async (tx) => {
      const row = { worker_id: this.workerId, beat_at_ms: nowMs };
      await insertOrAdd(tx, 'worker_heartbeats', [row], ['worker_id'], [], ['beat_at_ms']);
      await tx('worker_heartbeats')
        .where('beat_at_ms', '<', nowMs - 100 * DEAD_AFTER_MS)
        .delete();
    });
  }
}

/** Whether any worker has given a sign of life lately. */
export async function isAnyWorkerAlive(db: Db, nowMs: number): Promise<boolean> {
  const row = await db('worker_heartbeats')
    .where('beat_at_ms', '>=', nowMs - DEAD_AFTER_MS)
    .first();
  return row !== undefined;
}
