import { Redis } from 'ioredis';
import { transact } from '../../src/infra/db/index.ts';
import { DomainError } from '../../src/kernel/errors.ts';
import type { Ground, World } from './world.ts';

const GIVE_UP_AFTER_MS = 60_000;

/** Loses every job that there is, whoever is at work on it. */
export async function emptyQueueStore({ db }: World, { redisUrl }: Ground): Promise<void> {
  if (redisUrl !== null) {
    const redis = new Redis(redisUrl);
    await redis.flushdb();
    redis.disconnect();
    return;
  }
  // What it remembers of its own migrations is no work.
  const tables = await db('information_schema.tables')
    .where({ table_schema: 'bullmq', table_type: 'BASE TABLE' })
    .whereNot('table_name', 'migration')
    .pluck('table_name');
  const truncate = () =>
    transact(db, (tx) =>
      tx.raw(
        `truncate ${tables.map(() => '??').join(', ')}`,
        tables.map((table) => `bullmq.${table}`),
      ),
    );
  // It wants all tables for itself, where server and worker are at work on them: on a busy machine they may win many times.
  const deadline = performance.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    try {
      await truncate();
      return;
    } catch (error) {
      const isBusy = error instanceof DomainError && error.code === 'database_busy';
      if (!isBusy || performance.now() > deadline) throw error;
    }
  }
}
