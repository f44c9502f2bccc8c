import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const START_TIMEOUT_MS = 180_000;
const POLL_MS = 50;

/** A demo started as a newcomer starts it, on free ports, with its data in a folder of its own. */
export interface RunningDemo {
  /** What it printed until it was ready. */
  output: string;
  /** How the server is reached. */
  url: string;
  /** `host:port` of everything that it started. */
  addresses: readonly string[];
  /** Ends it with a signal; resolves with the exit code, null when it was killed. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Runs `scripts/start.mjs` until it says that it is ready; `dataDir` is to be made in a temporary folder of the test's. */
export async function startDemo(
  dataDir: string,
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[] = [],
): Promise<RunningDemo> {
  // PostgreSQL's user must find the way when we are root, or its data would be kept, and left, in /var/lib.
  chmodSync(path.dirname(dataDir), 0o711);
  const child = spawn(process.execPath, ['scripts/start.mjs', '--data', dataDir, ...args], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', NODE_OPTIONS: '', npm_lifecycle_event: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const output = await untilReady(child, exited);
  const settings = JSON.parse(readFileSync(path.join(dataDir, 'environment.json'), 'utf8')) as Record<
    string,
    string
  >;
  return {
    output,
    url: settings.PUBLIC_URL ?? '',
    addresses: addressesIn(settings, env.DATABASE_URL === undefined),
    end(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

function untilReady(child: ChildProcess, exited: Promise<number | null>): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => {
      child.kill('SIGTERM');
      reject(new Error(`the demo was not ready in time:\n${output}`));
    }, START_TIMEOUT_MS);
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes('Ctrl-C stops everything')) return;
      clearTimeout(timer);
      resolve(output);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    void exited.then((code) => {
      clearTimeout(timer);
      reject(new Error(`the demo ended with ${code}:\n${output}`));
    });
  });
}

function addressesIn(settings: Record<string, string>, isEmbedded: boolean): string[] {
  const demo = JSON.parse(settings.DEMO ?? '') as { powerAgency: { url: string }; bank: { url: string } };
  const urls = [demo.powerAgency.url, demo.bank.url];
  if (isEmbedded) urls.push(settings.DATABASE_URL ?? '');
  return [`127.0.0.1:${settings.PORT}`, ...urls.map((url) => new URL(url).host)];
}

/** Resolves when nothing listens at any of these any more. */
export async function untilAllClosed(addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    while (await isListening(address)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export function isListening(address: string): Promise<boolean> {
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export interface CommandResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `civicpay` to its end. */
export function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, ['bin/civicpay.js', ...args], {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const result: CommandResult = { exitCode: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    result.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    result.stderr += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', (exitCode) => resolve({ ...result, exitCode })));
}
