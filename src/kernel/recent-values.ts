import type { Clock } from './clock.ts';

interface Entry<Value> {
  loadedAtMs: number;
  value: Promise<Value>;
}

/**
 * Keeps what was just read for a few seconds. Many who ask for one key at once cause one read; a read that fails is
 * forgotten; beyond `maxEntries` the oldest goes.
 */
export class RecentValues<Value> {
  private readonly entries = new Map<string, Entry<Value>>();
  private readonly load: (key: string) => Promise<Value>;
  private readonly clock: Clock;
  private readonly keptMs: number;
  private readonly maxEntries: number;

  constructor(load: (key: string) => Promise<Value>, clock: Clock, keptMs: number, maxEntries: number) {
    this.load = load;
    this.clock = clock;
    this.keptMs = keptMs;
    this.maxEntries = maxEntries;
  }

  /** What is kept, when it is not older than `maxAgeMs`; otherwise what is read now. */
  get(key: string, maxAgeMs = this.keptMs): Promise<Value> {
    const nowMs = this.clock.nowMs();
    const found = this.entries.get(key);
    if (found && nowMs - found.loadedAtMs < maxAgeMs) return found.value;
    const entry: Entry<Value> = { loadedAtMs: nowMs, value: this.load(key) };
    // Deleted first, so that it becomes the youngest of the map's order.
    this.entries.delete(key);
    this.entries.set(key, entry);
    entry.value.catch(() => this.entries.get(key) === entry && this.entries.delete(key));
    const [oldest] = this.entries.keys();
    if (this.entries.size > this.maxEntries && oldest !== undefined) this.entries.delete(oldest);
    return entry.value;
  }

  forget(key: string): void {
    this.entries.delete(key);
  }

  forgetAll(): void {
    this.entries.clear();
  }
}
