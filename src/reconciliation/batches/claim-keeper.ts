import type { Logger } from '../../contract/index.ts';
import type { Db } from '../../infra/db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { renewClaim } from './batches.repo.ts';
import type { BatchProgress } from './batches.types.ts';
import type { Fence } from './fence.ts';

/** A claim that was not renewed for so long belongs to a dead worker. */
export const LEASE_MS = 10_000;
/** Claims are renewed, and progress is told, twice a second. */
const RENEW_EVERY_MS = 500;

/**
 * Holds a claim while its work runs, and writes down how far that is. When the claim is lost (somebody paused the batch, or another
 * took it over), `signal` ends the work.
 */
export class ClaimKeeper {
  private readonly deps: { db: Db; clock: Clock; log: Logger };
  private readonly fence: Fence;
  private readonly aborter = new AbortController();
  private progress: BatchProgress | null = null;
  private timer: NodeJS.Timeout | undefined;
  private renewing: Promise<void> = Promise.resolve();

  constructor(deps: { db: Db; clock: Clock; log: Logger }, fence: Fence) {
    this.deps = deps;
    this.fence = fence;
  }

  get signal(): AbortSignal {
    return this.aborter.signal;
  }

  /** How far a part of the work is; the speed is that since its beginning. */
  report(phase: string, done: number, total: number | null): void {
    const nowMs = this.deps.clock.nowMs();
    const startedAtMs = this.progress?.phase === phase ? this.progress.startedAtMs : nowMs;
    this.progress = {
      phase,
      done,
      total,
      ...speedOf(done, total, nowMs - startedAtMs),
      startedAtMs,
      atMs: nowMs,
    };
  }

  start(): void {
    this.timer = setTimeout(() => {
      this.renewing = this.renew().then(() => {
        if (this.timer) this.start();
      });
    }, RENEW_EVERY_MS);
  }

  /** Ends the work because this process ends; the claim is still held. */
  abort(): void {
    this.aborter.abort();
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.renewing;
  }

  private async renew(): Promise<void> {
    const { db, clock, log } = this.deps;
    const nowMs = clock.nowMs();
    const hold = { untilMs: nowMs + LEASE_MS, nowMs, progress: this.progress };
    try {
      if (!(await renewClaim(db, this.fence, hold))) this.aborter.abort();
    } catch (error) {
      // The database is away: the fence keeps us from writing should another take over meanwhile.
      log.warn('the claim on a batch could not be renewed', { error });
    }
  }
}

function speedOf(
  done: number,
  total: number | null,
  elapsedMs: number,
): Pick<BatchProgress, 'rowsPerSecond' | 'etaMs'> {
  if (elapsedMs <= 0 || done <= 0) return { rowsPerSecond: null, etaMs: null };
  return {
    rowsPerSecond: Math.round((done * 1_000) / elapsedMs),
    etaMs: total === null ? null : Math.round(((total - done) * elapsedMs) / done),
  };
}
