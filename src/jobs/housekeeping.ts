import type { Logger } from '../contract/index.ts';

const EVERY_MS = 60_000;

/** One kind of row that nobody needs after a time; deletes some of them and says how many. */
export type Purge = () => Promise<number>;

/** Deletes what has had its time, a little at a go, every minute. */
export class Housekeeping {
  private readonly purges: Readonly<Record<string, Purge>>;
  private readonly log: Logger;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(purges: Readonly<Record<string, Purge>>, log: Logger) {
    this.purges = purges;
    this.log = log;
  }

  start(): void {
    this.timer = setInterval(() => {
      this.running = this.purgeAll();
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async purgeAll(): Promise<void> {
    for (const [name, purge] of Object.entries(this.purges)) {
      try {
        await purge();
      } catch (error) {
        this.log.warn('housekeeping failed and will be repeated', { name, error });
      }
    }
  }
}
