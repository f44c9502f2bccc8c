/**
 * Runs the suites with the servers they need, and leaves none of those running. Started by scripts/test.mjs, which says
 * what the options are and has counted its own checks in `--counted passed,failed`.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { makeTemplate, removeDatabase } from './databases.ts';
import { jestNeedsServers, runJest, stopJest } from './jest.ts';
import { provideServers } from './provide.ts';
import { keepTemporaryFoldersIn, makeScratch } from './scratch.ts';
import { TEST_SERVERS_VARIABLE, type TestServers } from './stacks.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    name: { type: 'string', short: 't' },
    counted: { type: 'string', default: '0,0' },
  },
});
const only = options.only ?? [];
const isWhole = only.length === 0 && options.name === undefined;

/** What could not run, in words for the end of the report. */
const notRun: string[] = [];
/** Undone in reverse order, whatever happens. */
const cleanups: (() => Promise<void> | void)[] = [];
/** What is starting can be stopped once it has started. */
let starting: Promise<unknown> = Promise.resolve();
let cleaning: Promise<void> | undefined;

/** Whoever asks, and however often, waits for the same end. */
function cleanUp(): Promise<void> {
  cleaning ??= undoAll();
  return cleaning;
}

async function undoAll(): Promise<void> {
  await starting.catch(() => {});
  for (const undo of cleanups.reverse()) {
    try {
      await undo();
    } catch (error) {
      console.error(`while cleaning up: ${(error as Error).message}`);
    }
  }
}

// `disconnect`: scripts/test.mjs has gone without a word.
for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) {
  process.on(event, () => {
    stopJest();
    void cleanUp().then(() => process.exit(130));
  });
}

async function startServers(): Promise<void> {
  const dir = makeScratch();
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  keepTemporaryFoldersIn(dir);
  const providing = provideServers(dir, (stop) => cleanups.push(stop));
  starting = providing;
  const provided = await providing;
  notRun.push(...provided.missing);
  const template = `civicpay_template_${randomBytes(6).toString('hex')}`;
  for (const url of [provided.postgresUrl, provided.mysqlUrl]) {
    if (url === null) continue;
    cleanups.push(() => removeDatabase(url, template));
    await makeTemplate(url, template);
  }
  const { postgresUrl, mysqlUrl, redisUrl } = provided;
  const servers: TestServers = { template, postgresUrl, mysqlUrl, redisUrl };
  process.env[TEST_SERVERS_VARIABLE] = JSON.stringify(servers);
  if (provided.chromium) process.env.CIVICPAY_TEST_CHROMIUM = provided.chromium;
}

async function main(): Promise<number> {
  let [passed = 0, failed = 0] = options.counted.split(',').map(Number);
  if (isWhole || (await jestNeedsServers(only))) await startServers();
  const jest = await runJest(only, options.name);
  passed += jest.passed;
  failed += jest.failed;
  notRun.push(...jest.skipped);
  if (notRun.length > 0) {
    console.log(`\nNot run (${notRun.length}):`);
    for (const line of notRun) console.log(`  - ${line}`);
    // A build server must not take "could not run" for "works".
    if (process.env.CI && process.env.CI !== 'false') failed += notRun.length;
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

let exitCode = 1;
try {
  exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
} finally {
  await cleanUp();
}
process.exit(exitCode);
