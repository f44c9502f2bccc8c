import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const NODE_FLAGS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const JEST = path.join(ROOT, 'node_modules/jest/bin/jest.js');

/** One more than two cores: the suites that take long are waiting half of the time, for processes, pages and time-outs. */
const WORKERS = 3;

export interface JestResult {
  passed: number;
  failed: number;
  /** Full names of tests that were skipped. */
  skipped: string[];
}

let running: ChildProcess | undefined;

/** For when the run is interrupted. */
export function stopJest(): void {
  running?.kill('SIGTERM');
}

/** Whether any suite that would run uses a database: those that reach stacks.ts by their imports. */
export async function jestNeedsServers(only: readonly string[]): Promise<boolean> {
  const [chosen, needing] = await Promise.all([
    listTests(only),
    listTests(['--findRelatedTests', path.join(ROOT, 'test/support/stacks.ts')]),
  ]);
  return chosen.some((file) => needing.includes(file));
}

async function listTests(args: readonly string[]): Promise<string[]> {
  let output = '';
  const child = spawn(process.execPath, [...NODE_FLAGS, JEST, '--listTests', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await new Promise((resolve) => child.once('close', resolve));
  return output.split('\n').filter(Boolean);
}

/** Runs the suites, printing as they go, and counts. A suite that could not even load counts as one failure. */
export async function runJest(only: readonly string[], name: string | undefined): Promise<JestResult> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'civicpay-jest-'));
  const outputFile = path.join(dir, 'result.json');
  const args = ['--json', `--outputFile=${outputFile}`, `--maxWorkers=${WORKERS}`];
  if (name !== undefined) args.push('--testNamePattern', name);
  try {
    running = spawn(process.execPath, [...NODE_FLAGS, JEST, ...args, ...only], {
      cwd: ROOT,
      // With --json, jest prints its JSON on stdout and what people read on stderr: the latter goes to our stdout.
      stdio: ['ignore', 'ignore', 1],
    });
    const child = running;
    await new Promise((resolve) => child.once('close', resolve));
    return summarise(readFileSync(outputFile, 'utf8'), name !== undefined);
  } finally {
    running = undefined;
    rmSync(dir, { recursive: true, force: true });
  }
}

interface JestJson {
  numPassedTests: number;
  numFailedTests: number;
  numRuntimeErrorTestSuites: number;
  testResults: { assertionResults: { status: string; fullName: string }[] }[];
}

function summarise(json: string, isFilteredByName: boolean): JestResult {
  const result = JSON.parse(json) as JestJson;
  const skipped = result.testResults
    .flatMap((suite) => suite.assertionResults)
    .filter((test) => ['pending', 'todo', 'disabled', 'skipped'].includes(test.status))
    .map((test) => test.fullName);
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    // Tests that a name filter left out were not asked for.
    skipped: isFilteredByName ? [] : skipped,
  };
}
