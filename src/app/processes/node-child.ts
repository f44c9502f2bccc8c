import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { isSource, loaderArgs, tailOf } from './guarded.ts';

export interface NodeChildCommand {
  /** For messages. */
  name: string;
  /** A module of ours without its extension, from the root of the sources: `sandbox/bank/main`. */
  script: string;
  args: readonly string[];
  /** Beside this process's own variables. */
  env: Readonly<Record<string, string>>;
  /** Gets what it prints; appended to. */
  logFile: string;
}

export interface NodeChild {
  /** The address it reported when it was ready. */
  url: string;
  /** All that it reported when it was ready. */
  told: Readonly<Record<string, unknown>>;
  /** Resolves with the exit code when it has ended, for whatever reason. */
  exited: Promise<number>;
  /** Asks it to finish what it has in hand; resolves when it has ended. */
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 25_000;

/**
 * Starts one of our own programs and waits for its `{ready: true, url}` message. The program ends by itself when the
 * channel to this process closes, so none is left behind however this process ends.
 */
export async function startNodeChild(command: NodeChildCommand): Promise<NodeChild> {
  const log = openSync(command.logFile, 'a', 0o600);
  const child = spawn(process.execPath, [...loaderArgs(), ownModule(command.script), ...command.args], {
    env: { ...process.env, ...command.env },
    stdio: ['ignore', log, log, 'ipc'],
    // In its own process group, so that a Ctrl-C at the terminal reaches only the supervisor, which stops things in order.
    detached: true,
  });
  closeSync(log);
  const exited = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  const stop = async () => {
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(force);
  };
  try {
    const told = await new Promise<Record<string, unknown>>((resolve, reject) => {
      const fail = (why: string) =>
        reject(new Error(`The ${command.name} ${why}. Its log ends:\n${tailOf(command.logFile)}`));
      setTimeout(fail, READY_TIMEOUT_MS, `was not ready in ${READY_TIMEOUT_MS / 1000} s`).unref();
      child.once('error', (error) => fail(`did not start: ${error.message}`));
      child.on('message', (message: Record<string, unknown>) => {
        if (message.ready) resolve(message);
      });
      void exited.then((code) => fail(`ended with exit code ${code}`));
    });
    return { url: String(told.url ?? ''), told, exited, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function ownModule(script: string): string {
  return path.resolve(import.meta.dirname, '../../..', `${script}.${isSource ? 'ts' : 'js'}`);
}
