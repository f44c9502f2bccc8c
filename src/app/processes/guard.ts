/**
 * A child that starts one foreign server (PostgreSQL, and in tests MariaDB and Redis) and stops it when told to, or
 * when the parent is gone: even a parent killed outright closes this process's channel, so no server outlives it.
 *
 * Started by `startGuarded` only, with its `GuardedCommand` as JSON in the one argument.
 */
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import type { GuardedCommand } from './guarded.ts';

const STOP_TIMEOUT_MS = 15_000;

const { command, args, uid, gid, cwd, env, logFile, stopSignal, killSignal } = JSON.parse(
  process.argv[2] ?? '',
) as GuardedCommand;

const log = logFile === null ? 'inherit' : openSync(logFile, 'a', 0o600);
const server = spawn(command, args, {
  cwd,
  env: { ...process.env, ...env },
  stdio: ['ignore', log, log],
  ...(uid === undefined ? {} : { uid, gid }),
});

let isStopping = false;
function stop(): void {
  if (isStopping) return;
  isStopping = true;
  server.kill(stopSignal);
  setTimeout(() => server.kill(killSignal), STOP_TIMEOUT_MS).unref();
}

/** The parent may be gone already; then `disconnect` says so, and the failed message is nobody's loss. */
function tellParent(message: { serverPid?: number | undefined; error?: string }, after = () => {}): void {
  process.send?.(message, undefined, undefined, after);
}

server.on('spawn', () => tellParent({ serverPid: server.pid }));
server.on('error', (error) => tellParent({ error: error.message }, () => process.exit(1)));
server.on('exit', (code) => process.exit(code ?? 1));
process.on('disconnect', stop);
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
