import { Redis } from 'ioredis';
import { transact } from '../../src/infra/db/index.ts';
import type { Ground, World } from './world.ts';

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
  // Whoever is at work on the tables may be in its way; then it is tried again.
  await transact(db, (tx) =>
    tx.raw(
      `truncate ${tables.map(() => '??').join(', ')}`,
      tables.map((table) => `bullmq.${table}`),
    ),
  );
}
