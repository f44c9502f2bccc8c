import type { Db } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId, randomShardHint } from '../kernel/ids.ts';
import { RecentValues } from '../kernel/recent-values.ts';
import { findConnectionKinds } from './agencies.repo.ts';
import type { ConnectionLines } from './gateway.ts';
import { type HealthRow, purgeMinutes, readMinutes, writeMinutes } from './health.repo.ts';
import { addCounts, type CallCounts, durationAtShareMs, NO_CALLS } from './health.rules.ts';

const MINUTE_MS = 60_000;
const RECENT_MINUTES = 5;
const HISTORY_MINUTES = 15;
const KEPT_MS = 60 * MINUTE_MS;
/** A process writes every few seconds: one that has not written for so long is gone, or stuck. */
const ALIVE_MS = 20_000;
/** How old what is shown may be: metrics and pages may ask as often as they like. */
const READ_KEPT_MS = 2_000;

/** How calls went in a stretch of time; durations in milliseconds, null where there was no call. */
export interface CallFigures {
  calls: number;
  failures: number;
  /** Not sent: limits, retry budget or an open breaker. */
  heldBack: number;
  p50Ms: number | null;
  p99Ms: number | null;
}

/** How a connection does, over all processes. */
export interface ConnectionReport {
  connectionId: string;
  plug: 'provider' | 'channel';
  kind: string;
  /** Processes that have used it lately and are alive, and how many of them leave it alone. */
  processes: number;
  openBreakers: number;
  /** Of the last five minutes. */
  recent: CallFigures;
  /** Minute by minute, oldest first; minutes without a call are left out. */
  history: readonly (CallFigures & { fromMs: number })[];
}

/** Puts together what every process has seen of every connection. */
export class ConnectionHealth {
  private readonly db: Db;
  private readonly clock: Clock;
  private readonly lines: ConnectionLines;
  private readonly processId: string;
  private readonly reports: RecentValues<readonly ConnectionReport[]>;

  constructor(db: Db, clock: Clock, lines: ConnectionLines) {
    this.db = db;
    this.clock = clock;
    this.lines = lines;
    this.processId = newId('prc', clock.nowMs(), randomShardHint());
    this.reports = new RecentValues(() => this.load(), clock, READ_KEPT_MS, 1);
  }

  /** Writes down what this process has seen. To be called every few seconds; what is not written is lost, and is only figures. */
  async write(): Promise<void> {
    const updatedAtMs = this.clock.nowMs();
    const rows = [...this.lines].flatMap(([connectionId, line]) =>
      line
        .takeMinutes()
        .map((minute) => ({ ...minute, connectionId, processId: this.processId, updatedAtMs })),
    );
    if (rows.length > 0) await writeMinutes(this.db, rows);
  }

  /** How every connection does, by id; as it was seconds ago. */
  read(): Promise<readonly ConnectionReport[]> {
    return this.reports.get('all');
  }

  /** Deletes what is older than an hour; returns how much. */
  purge(): Promise<number> {
    return purgeMinutes(this.db, this.clock.nowMs() - KEPT_MS);
  }

  private async load(): Promise<readonly ConnectionReport[]> {
    const nowMs = this.clock.nowMs();
    const thisMinuteMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
    const [providers, channels, rows] = await Promise.all([
      findConnectionKinds(this.db, 'provider'),
      findConnectionKinds(this.db, 'channel'),
      readMinutes(this.db, thisMinuteMs - (HISTORY_MINUTES - 1) * MINUTE_MS),
    ]);
    const byConnection = new Map<string, HealthRow[]>();
    for (const row of rows) {
      byConnection.set(row.connectionId, [...(byConnection.get(row.connectionId) ?? []), row]);
    }
    const reportOf = (plug: ConnectionReport['plug']) => (found: { connectionId: string; kind: string }) => ({
      ...found,
      plug,
      ...summaryOf(byConnection.get(found.connectionId) ?? [], nowMs, thisMinuteMs),
    });
    return [...providers.map(reportOf('provider')), ...channels.map(reportOf('channel'))].sort((a, b) =>
      a.connectionId < b.connectionId ? -1 : 1,
    );
  }
}

function summaryOf(rows: readonly HealthRow[], nowMs: number, thisMinuteMs: number) {
  const minutes = new Map<number, CallCounts>();
  const processes = new Map<string, boolean>();
  for (const row of rows) {
    minutes.set(row.minuteAtMs, addCounts(minutes.get(row.minuteAtMs) ?? NO_CALLS, row));
    // Oldest first, so that the last word of a process stands.
    if (nowMs - row.updatedAtMs <= ALIVE_MS) processes.set(row.processId, row.isBreakerOpen);
  }
  const recentFromMs = thisMinuteMs - (RECENT_MINUTES - 1) * MINUTE_MS;
  const recent = [...minutes].filter(([fromMs]) => fromMs >= recentFromMs).map(([, counts]) => counts);
  return {
    processes: processes.size,
    openBreakers: [...processes.values()].filter(Boolean).length,
    recent: figuresOf(recent.reduce(addCounts, NO_CALLS)),
    history: [...minutes].map(([fromMs, counts]) => ({ fromMs, ...figuresOf(counts) })),
  };
}

function figuresOf(counts: CallCounts): CallFigures {
  return {
    calls: counts.succeeded + counts.failed,
    failures: counts.failed,
    heldBack: counts.heldBack,
    p50Ms: durationAtShareMs(counts, 0.5),
    p99Ms: durationAtShareMs(counts, 0.99),
  };
}
