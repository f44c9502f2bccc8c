import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { tailOf } from '../../src/app/processes/guarded.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const CRASH_POINTS = pathToFileURL(path.join(import.meta.dirname, 'crash-points.mjs')).href;
const READY_TIMEOUT_MS = 60_000;

export interface ProgramCommand {
  name: string;
  /** A module of the build: `src/app/cli/main`. */
  script: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Gets what it prints, over all its lives. */
  logFile: string;
}

/** Where a process died, or was told to. */
export interface Death {
  point: string;
  /** The planned point was reached; else it died at the next one of any kind, or anywhere. */
  asPlanned: boolean;
}

/** One of our programs from the build, as a process that can be killed at a named point and started again. */
export class Program {
  url = '';
  private readonly command: ProgramCommand;
  private readonly reportFile: string;
  private child: ChildProcess | null = null;
  private exited: Promise<void> = Promise.resolve();

  private constructor(command: ProgramCommand) {
    this.command = command;
    this.reportFile = `${command.logFile}.died-at`;
  }

  static async start(command: ProgramCommand): Promise<Program> {
    const program = new Program(command);
    await program.start();
    return program;
  }

  /** Resolves when it says that it is ready; throws with the end of its log when it ends instead. */
  async start(): Promise<void> {
    const { name, script, args, env, logFile } = this.command;
    const log = openSync(logFile, 'a', 0o600);
    const child = spawn(
      process.execPath,
      ['--import', CRASH_POINTS, path.join(ROOT, 'dist', `${script}.js`), ...args],
      {
        cwd: ROOT,
        env: { ...process.env, NODE_OPTIONS: '', ...env, CIVICPAY_CRASH_REPORT: this.reportFile },
        stdio: ['ignore', log, log, 'ipc'],
      },
    );
    closeSync(log);
    this.child = child;
    this.exited = new Promise((resolve) => child.once('exit', () => resolve()));
    this.url = await new Promise<string>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`The ${name} ${why}:\n${tailOf(logFile)}`));
      const timer = setTimeout(() => fail('was not ready in time'), READY_TIMEOUT_MS);
      child.on('message', (message: { ready?: boolean; url?: string }) => {
        clearTimeout(timer);
        if (message.ready) resolve(message.url ?? '');
      });
      void this.exited.then(() => {
        clearTimeout(timer);
        fail('ended while starting');
      });
    });
  }

  /** Has it killed at the n-th time it comes to a point; where that does not come in time, at the next point of any kind. */
  async dieAt(point: string, nth: number, patienceMs: number): Promise<Death> {
    this.tell({ crashAt: { point, left: nth } });
    if (!(await this.hasExitedWithin(patienceMs))) {
      this.tell({ crashAt: { point: '*', left: 1 } });
      if (!(await this.hasExitedWithin(patienceMs))) this.child?.kill('SIGKILL');
    }
    await this.exited;
    const reached = existsSync(this.reportFile) ? readFileSync(this.reportFile, 'utf8') : 'at rest';
    rmSync(this.reportFile, { force: true });
    return { point: reached, asPlanned: reached === point };
  }

  /** It may be dying this very moment, and then it need not hear. */
  private tell(message: object): void {
    this.child?.send(message, () => {});
  }

  /** Asks it to stop, as an operator does. */
  async stop(): Promise<void> {
    this.child?.kill('SIGTERM');
    await this.exited;
  }

  /** The log lines of one level; each is a JSON object. */
  logged(level: string): Record<string, unknown>[] {
    return readFileSync(this.command.logFile, 'utf8')
      .split('\n')
      .flatMap((line) => {
        // What a killed process was writing may be half a line.
        if (!line.startsWith('{') || !line.endsWith('}')) return [];
        const entry = JSON.parse(line) as Record<string, unknown>;
        return entry.level === level ? [entry] : [];
      });
  }

  private async hasExitedWithin(patienceMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, patienceMs, false);
    });
    const hasExited = await Promise.race([this.exited.then(() => true), patience]);
    clearTimeout(timer);
    return hasExited;
  }
}
