import { Redis } from 'ioredis';
import type { QueueStore } from '../../infra/queue/index.ts';
import type { Finding } from './doctor.ts';

/** BullMQ needs commands of Redis 6.2. */
const OLDEST_REDIS = [6, 2] as const;
const NAME = 'job queues';

/** Where the job queues are: reachable, and set so that no job is thrown away. */
export async function checkQueue(store: QueueStore): Promise<Finding> {
  if (store.kind === 'postgres') return { name: NAME, status: 'ok', detail: 'in the PostgreSQL above' };
  const { host } = new URL(store.url);
  const redis = new Redis(store.url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  let lastError = '';
  redis.on('error', (error: Error) => {
    lastError = error.message;
  });
  try {
    await redis.connect();
    return judge(host, await redis.info());
  } catch (error) {
    const detail = `Redis at ${host}: ${lastError || (error as Error).message}`;
    return { name: NAME, status: 'unreachable', detail, mend: 'start it, or correct REDIS_URL' };
  } finally {
    redis.disconnect();
  }
}

function judge(host: string, info: string): Finding {
  const value = (key: string) => new RegExp(`^${key}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? 'unknown';
  const version = value('redis_version');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const policy = value('maxmemory_policy');
  const hasAof = value('aof_enabled') === '1';
  const detail = `Redis ${version} at ${host}, ${policy}, append-only file ${hasAof ? 'on' : 'off'}`;
  if (major < OLDEST_REDIS[0] || (major === OLDEST_REDIS[0] && minor < OLDEST_REDIS[1])) {
    return {
      name: NAME,
      status: 'wrong',
      detail,
      mend: `upgrade to Redis ${OLDEST_REDIS.join('.')} or newer`,
    };
  }
  if (policy !== 'noeviction') {
    return {
      name: NAME,
      status: 'wrong',
      detail,
      mend: 'set maxmemory-policy noeviction: jobs are no cache',
    };
  }
  if (!hasAof) {
    const mend =
      'set appendonly yes; without it a restart of Redis delays jobs until the sweeper sends them again';
    return { name: NAME, status: 'off', detail, mend };
  }
  return { name: NAME, status: 'ok', detail };
}
