import type { Config } from '../config.ts';

/** Something that takes no new work, finishes or gives back what it has in hand, and ends. */
interface Stoppable {
  stop(): Promise<void>;
}

/** A program that has not stopped by itself is ended: what it had in hand is claimed again when its lease runs out. */
const STOP_TIMEOUT_MS = 20_000;

interface ServeOptions {
  withServer: boolean;
  withWorker: boolean;
  withSeed: boolean;
}

/** Runs the server, the workers, or both, until this process is asked to stop. */
export async function serve(config: Config, options: ServeOptions): Promise<void> {
  const stopAsked = whenStopAsked();
  const parts: Stoppable[] = [];
  if (options.withSeed) {
    const { seedDemo } = await import('../seed.ts');
    await seedDemo({ config });
  }
  let url: string | undefined;
  try {
    if (options.withWorker) {
      const { startWorker } = await import('../worker.ts');
      parts.push(await startWorker({ config }));
    }
    if (options.withServer) {
      const { startServer } = await import('../server.ts');
      const server = await startServer({ config });
      parts.push(server);
      url = server.url;
    }
    process.send?.({ ready: true, url });
    await stopAsked;
  } finally {
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    // The server first: what comes in last still finds its worker.
    for (const part of parts.reverse()) await part.stop();
  }
}

/** SIGTERM, Ctrl-C, or a parent that has gone without a word. */
function whenStopAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(event, () => resolve());
  });
}
