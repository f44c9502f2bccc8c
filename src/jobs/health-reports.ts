import type { Logger } from '../contract/index.ts';

const EVERY_MS = 5_000;

/** Writes down every few seconds how calls went in this process, and once more when it stops. */
export class HealthReports {
  private readonly write: () => Promise<void>;
  private readonly log: Logger;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(write: () => Promise<void>, log: Logger) {
    this.write = write;
    this.log = log;
  }

  start(): void {
    this.timer = setInterval(() => this.writeOnce(), EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.writeOnce();
    await this.writing;
  }

  private writeOnce(): void {
    // One after the other: a slow database is not written to twice at once.
    this.writing = this.writing
      .then(() => this.write())
      .catch((error) => this.log.warn('the health of connections was not written', { error }));
  }
}
