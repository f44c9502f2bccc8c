import { parseArgs } from 'node:util';

/** What a sandbox process is started with: `--port N --data DIR`, and its secrets by environment. */
export interface SandboxArguments {
  port: number;
  dataDir: string;
}

/** A sandbox that runs. */
interface StartedSandbox {
  url?: string;
  /** Where it speaks other than HTTP. */
  tcpPort?: number;
  /** What else its parent has to know; printed nowhere. */
  toParent?: object;
  stop(): Promise<void>;
}

/**
 * Runs a sandbox as a process of its own: reads the arguments, starts it, says where it is (a line of JSON on
 * stdout, and a message to a parent that listens), and stops it at SIGTERM, at SIGINT, or when the parent has gone.
 */
export async function runSandbox(
  name: string,
  start: (args: SandboxArguments) => Promise<StartedSandbox>,
): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } });
  const port = Number(values.port);
  if (!values.data || !Number.isInteger(port) || port < 0 || port > 65_535) {
    process.stderr.write(`usage: ${name} --port N --data DIR\n`);
    process.exit(2);
  }
  const sandbox = await start({ port, dataDir: values.data });
  const { url, tcpPort, toParent } = sandbox;
  const ready = { ready: true, name, url, tcpPort };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  process.send?.({ ...ready, ...toParent });
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await sandbox.stop();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
  // A parent that is killed cannot tell its children; the closed channel does.
  process.on('disconnect', () => void stop());
}

/** A secret from the environment; exits with a message when it is missing. */
export function requiredSecret(variable: string): string {
  const value = process.env[variable];
  if (value) return value;
  process.stderr.write(`${variable} is not set\n`);
  process.exit(2);
}
