import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { tailOf } from '../../src/app/processes/guarded.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const READY_TIMEOUT_MS = 60_000;

export interface MemberCommand {
  /** For messages, and for the name of its log. */
  name: string;
  /** A program of the build, from its root: `src/app/cli/main`. */
  script: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  logDir: string;
}

/** One process of a cluster, run from the build as in production. It can be killed outright and started again. */
export class Member {
  readonly name: string;
  /** Where it listens, if it does. */
  url = '';
  private readonly command: MemberCommand;
  private child: ChildProcess | null = null;
  private exited: Promise<number | null> = Promise.resolve(null);

  private constructor(command: MemberCommand) {
    this.name = command.name;
    this.command = command;
  }

  static async start(command: MemberCommand): Promise<Member> {
    const member = new Member(command);
    await member.start();
    return member;
  }

  /** Resolves when it says that it is ready; throws with the end of its log when it does not. */
  async start(): Promise<void> {
    const { name, script, args, env } = this.command;
    const { logFile } = this;
    const log = openSync(logFile, 'a', 0o600);
    const child = spawn(process.execPath, [path.join(ROOT, 'dist', `${script}.js`), ...args], {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      // The channel tells when it is ready, and it ends by itself when whoever started it is gone.
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.child = child;
    this.exited = new Promise((resolve) => child.once('exit', resolve));
    this.url = await new Promise<string>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`The ${name} ${why}:\n${tailOf(logFile)}`));
      const timer = setTimeout(() => fail('was not ready in time'), READY_TIMEOUT_MS);
      child.once('message', (message: { url?: string }) => {
        clearTimeout(timer);
        resolve(message.url ?? '');
      });
      void this.exited.then(() => {
        clearTimeout(timer);
        fail('ended while starting');
      });
    });
  }

  /** The lines of its log, over all its lives, that say this. */
  logged(message: string): string[] {
    const lines = readFileSync(this.logFile, 'utf8').split('\n');
    return lines.filter((line) => line.includes(`"msg":${JSON.stringify(message)}`));
  }

  private get logFile(): string {
    return path.join(this.command.logDir, `${this.name}.log`);
  }

  /** As a machine that loses its power: nothing is finished, nothing is given back. */
  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.exited;
  }

  /** As an operator stops it. Resolves with the exit code, null when it had been killed. */
  stop(): Promise<number | null> {
    this.child?.kill('SIGTERM');
    return this.exited;
  }
}
