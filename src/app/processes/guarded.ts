import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A foreign server to start under a guard. */
export interface GuardedCommand {
  command: string;
  args: string[];
  /** Run as this user, when the caller is root. */
  uid?: number;
  gid?: number;
  cwd: string;
  env?: Record<string, string>;
  /** Gets what the server prints; appended to. Null: it goes where ours goes. */
  logFile: string | null;
  /** Asks the server to stop in good order. */
  stopSignal: NodeJS.Signals;
  /** Sent when it has not stopped in 15 s. */
  killSignal: NodeJS.Signals;
}

export interface GuardedServer {
  /** The server's own process id. */
  pid: number;
  /** Resolves with the exit code when the server has ended, for whatever reason. */
  exited: Promise<number>;
  /** Resolves when it has stopped. */
  stop(): Promise<void>;
}

/** Starts a server that ends with this process, however this process ends. */
export async function startGuarded(command: GuardedCommand): Promise<GuardedServer> {
  // In its own process group, so that a Ctrl-C at the terminal reaches only the supervisor, which stops things in order.
  const guard = spawn(process.execPath, [...loaderArgs(), guardFile(), JSON.stringify(command)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  const exited = new Promise<number>((resolve) => guard.once('exit', (code) => resolve(code ?? 1)));
  const pid = await serverPid(guard, exited, command);
  return {
    pid,
    exited,
    async stop() {
      guard.kill('SIGTERM');
      await exited;
    },
  };
}

function serverPid(guard: ChildProcess, exited: Promise<number>, command: GuardedCommand): Promise<number> {
  return new Promise((resolve, reject) => {
    guard.once('error', reject);
    guard.once('message', (message: { serverPid?: number; error?: string }) => {
      if (message.serverPid) resolve(message.serverPid);
      else reject(new Error(`${command.command} did not start: ${message.error}`));
    });
    void exited.then((code) => reject(new Error(`${command.command} did not start (exit code ${code})`)));
  });
}

/** The last lines of a log, for an error message. */
export function tailOf(logFile: string, lines = 12): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

/** Run from the sources (tests, `npm run dev`), not from the build. */
export const isSource = import.meta.filename.endsWith('.ts');

/** Run from the sources a child needs the loader that its parent has. */
export function loaderArgs(): string[] {
  return isSource ? ['--import', import.meta.resolve('tsx')] : [];
}

function guardFile(): string {
  return path.join(import.meta.dirname, isSource ? 'guard.ts' : 'guard.js');
}
