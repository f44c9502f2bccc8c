import { type Db, insertOrAdd, toInt, transact } from '../infra/db/index.ts';
import type { MinuteOfCalls } from './connection-line.ts';

/** One minute of one connection in one process. */
export interface HealthRow extends MinuteOfCalls {
  connectionId: string;
  processId: string;
  updatedAtMs: number;
}

/** Writes what a process has counted, over what it wrote of the same minutes before. */
export async function writeMinutes(db: Db, rows: readonly HealthRow[]): Promise<void> {
  const records = rows.map((row) => ({
    minute_at_ms: row.minuteAtMs,
    connection_id: row.connectionId,
    process_id: row.processId,
    succeeded: row.succeeded,
    failed: row.failed,
    held_back: row.heldBack,
    durations: JSON.stringify([...row.durations]),
    breaker: row.isBreakerOpen ? 'open' : 'closed',
    updated_at_ms: row.updatedAtMs,
  }));
  const key = ['minute_at_ms', 'connection_id', 'process_id'];
  const figures = ['succeeded', 'failed', 'held_back', 'durations', 'breaker', 'updated_at_ms'];
  await transact(db, (tx) => insertOrAdd(tx, 'connection_health', records, key, [], figures));
}

/** The minutes that began at `fromMs` or later, of every connection and process, oldest first. */
export async function readMinutes(db: Db, fromMs: number): Promise<HealthRow[]> {
  const rows = await db('connection_health').where('minute_at_ms', '>=', fromMs).orderBy('minute_at_ms');
  return rows.map((row) => ({
    minuteAtMs: toInt(row.minute_at_ms),
    connectionId: row.connection_id,
    processId: row.process_id,
    succeeded: toInt(row.succeeded),
    failed: toInt(row.failed),
    heldBack: toInt(row.held_back),
    durations: new Map<number, number>(JSON.parse(row.durations)),
    isBreakerOpen: row.breaker === 'open',
    updatedAtMs: toInt(row.updated_at_ms),
  }));
}

/** Deletes minutes that began before a moment. */
export async function purgeMinutes(db: Db, beforeMs: number): Promise<number> {
  return db('connection_health').where('minute_at_ms', '<', beforeMs).delete();
}
