import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';

/** What a thread has made lately. V8 would take twice as much, and no thread was quicker for it. */
const YOUNG_MIB = 24;

/** Functions that a thread may run: one argument, and a result that can be copied (no functions, no classes of ours). */
type TasksOf<Module> = {
  [Name in keyof Module]: Module[Name] extends (input: infer Input) => infer Output
    ? { input: Input; output: Awaited<Output> }
    : never;
};

interface RunInThreadOptions {
  /** Buffers that move to the thread instead of being copied; they are empty here from then on. */
  transfer?: readonly ArrayBuffer[];
  /** Ends the thread that the task runs in, and rejects; another thread takes its place. */
  signal?: AbortSignal;
}

export interface Threads<Module> {
  /**
   * Runs a function that the module exports, in a thread that is free or as soon as one is. What it throws comes back as a plain
   * Error with its message: expected refusals are better returned as values. A thread that dies rejects what ran in it with
   * `ThreadDied`, and another one takes its place.
   */
  run<Name extends keyof TasksOf<Module> & string>(
    name: Name,
    input: TasksOf<Module>[Name]['input'],
    options?: RunInThreadOptions,
  ): Promise<TasksOf<Module>[Name]['output']>;
  /** Ends the threads; tasks that have not come back are rejected. */
  close(): Promise<void>;
}

/** The thread ended while it ran a task: out of memory, or `process.exit`. What became of the task is not known. */
export class ThreadDied extends Error {
  override readonly name = 'ThreadDied';
}

/**
 * Opens threads for the functions of a module of ours that work the processor for long:
 *
 *     const threads = openThreads<typeof import('./sums.thread.ts')>(new URL('./sums.thread.ts', import.meta.url));
 *     const total = await threads.run('sumOf', [1, 2, 3]);
 *     await threads.close();
 *
 * The source is named in all cases: tsx reads it in threads too, also in tests, and the built product finds the `.js` that became of
 * it. Threads start at once, load the module once and stay until `close`. That takes some 50 ms, and more from the sources:
 * short work is better done where it is.
 */
export function openThreads<Module>(module: URL, threadCount = availableParallelism()): Threads<Module> {
  const source = fileURLToPath(module);
  const isBuilt = import.meta.url.endsWith('.js');
  const pool = new Piscina({
    filename: isBuilt ? source.replace(/\.ts$/, '.js') : source,
    minThreads: threadCount,
    maxThreads: threadCount,
    // Otherwise an idle thread sleeps so deeply that its timers and sockets do too.
    atomics: 'disabled',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    ...(!isBuilt && { execArgv: ['--import', loaderOfSources()] }),
  });
  // Of a thread that dies, the task that ran in it tells.
  pool.on('error', () => {});
  return {
    async run(name, input, { transfer = [], signal } = {}) {
      try {
        return await pool.run(input, { name, transferList: [...transfer], signal });
      } catch (error) {
        const { message, code } = error as NodeJS.ErrnoException;
        const hasDied = message.startsWith('worker exited') || code === 'ERR_WORKER_OUT_OF_MEMORY';
        throw hasDied ? new ThreadDied(message) : error;
      }
    },
    close: () => pool.destroy(),
  };
}

/** Reads TypeScript in a thread, wherever the process was started; `--import tsx` alone serves the main thread only. */
function loaderOfSources(): string {
  const code = `import { register } from '${import.meta.resolve('tsx/esm/api')}'; register();`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
