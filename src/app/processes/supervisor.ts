/** Something started that must be stopped. */
export interface Running {
  exited: Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts programs one after another, tells when one ends that should not, and stops them in reverse order: what others
 * depend on goes last.
 */
export class Supervisor {
  /** Resolves with the name of the first program that ended by itself. */
  readonly lost: Promise<string>;
  private reportLost: (name: string) => void = () => {};
  private readonly running: { name: string; program: Running }[] = [];
  private readonly starting = new Set<Promise<Running>>();
  private stopping: Promise<void> | null = null;

  constructor() {
    this.lost = new Promise((resolve) => {
      this.reportLost = resolve;
    });
  }

  /** Whether anything runs, or is about to. */
  get hasStarted(): boolean {
    return this.running.length + this.starting.size > 0;
  }

  /** Keeps a program that is starting. */
  async start<T extends Running>(name: string, starting: Promise<T>): Promise<T> {
    if (this.stopping) throw new Error('stopped while starting');
    const kept = starting.then((program) => {
      this.running.push({ name, program });
      void program.exited.then(() => {
        if (!this.stopping) this.reportLost(name);
      });
      return program;
    });
    this.starting.add(kept);
    return kept.finally(() => this.starting.delete(kept));
  }

  /** Resolves when everything that was started has ended, and what is still starting too. */
  stopAll(): Promise<void> {
    this.stopping ??= this.stopInOrder();
    return this.stopping;
  }

  private async stopInOrder(): Promise<void> {
    await Promise.allSettled(this.starting);
    for (const { program } of this.running.reverse()) await program.stop();
  }
}
