import type { Logger } from '../../contract/index.ts';

const LOOK_EVERY_MS = 400;

interface Watched {
  version: number | null;
  listeners: Set<() => void>;
}

/**
 * Tells whoever watches something that it has changed, whichever process changed it: one query for all that are watched, a
 * few times a second, and none when nobody watches.
 */
export class ChangeWatch {
  private readonly readVersions: (ids: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  private readonly log: Logger;
  private readonly watched = new Map<string, Watched>();
  private timer: NodeJS.Timeout | undefined;

  /** `readVersions` gives for each id a number that is another one after a change. */
  constructor(readVersions: (ids: readonly string[]) => Promise<ReadonlyMap<string, number>>, log: Logger) {
    this.readVersions = readVersions;
    this.log = log;
  }

  /** Calls back after each change; returns how to stop that. */
  subscribe(id: string, onChange: () => void): () => void {
    const entry = this.watched.get(id) ?? { version: null, listeners: new Set() };
    entry.listeners.add(onChange);
    this.watched.set(id, entry);
    this.timer ??= setTimeout(() => void this.look(), LOOK_EVERY_MS);
    return () => {
      entry.listeners.delete(onChange);
      if (entry.listeners.size === 0) this.watched.delete(id);
    };
  }

  private async look(): Promise<void> {
    try {
      const versions = await this.readVersions([...this.watched.keys()]);
      for (const [id, version] of versions) {
        const entry = this.watched.get(id);
        if (!entry || entry.version === version) continue;
        // The first look may find what the watcher has read already; telling them once too often is harmless.
        entry.version = version;
        for (const listener of entry.listeners) listener();
      }
    } catch (error) {
      this.log.warn('what is watched could not be read; trying again', { error });
    }
    this.timer = this.watched.size > 0 ? setTimeout(() => void this.look(), LOOK_EVERY_MS) : undefined;
  }
}
