import { openThreads, type Threads } from './threads.ts';

/** So long a thread that nobody uses is kept. */
const KEPT_MS = 5_000;

/**
 * Threads that load one module, each lent to one at a time and kept for a while after it: loading a driver of databases and what else
 * work needs takes longer than much of the work.
 */
export class KeptThreads<Module> {
  private readonly module: URL;
  private readonly free: { thread: Threads<Module>; closing: NodeJS.Timeout }[] = [];

  /** `module` as `openThreads` has it. */
  constructor(module: URL) {
    this.module = module;
  }

  /** A thread that nobody else has until `work` is done. */
  async lend<T>(work: (thread: Threads<Module>) => Promise<T>): Promise<T> {
    const kept = this.free.pop();
    clearTimeout(kept?.closing);
    const thread = kept?.thread ?? openThreads<Module>(this.module, 1);
    try {
      return await work(thread);
    } finally {
      const closing = setTimeout(() => {
        this.free.splice(this.free.indexOf(entry), 1);
        void thread.close();
      }, KEPT_MS);
      const entry = { thread, closing: closing.unref() };
      this.free.push(entry);
    }
  }
}
