/**
 * `npm run faults`: kills server and worker at every step of a payment, on private servers, and compares all books at the
 * end. Started by scripts/faults.mjs, which says what the options are.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { makeTemplate } from '../support/databases.ts';
import { provideServers } from '../support/provide.ts';
import { makeScratch } from '../support/scratch.ts';
import type { Stack, TestServers } from '../support/stacks.ts';
import { openGround } from './ground.ts';
import { type KillsReport, runKills } from './kills.ts';
import { World } from './world.ts';

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string' },
    stack: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

/** Undone in reverse order, whatever happens. */
const cleanups: (() => Promise<void> | void)[] = [];

async function cleanUp(): Promise<void> {
  for (const undo of cleanups.splice(0).reverse()) {
    try {
      await undo();
    } catch (error) {
      console.error(`while cleaning up: ${(error as Error).message}`);
    }
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void cleanUp().then(() => process.exit(130)));
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`--${name} must be a whole number of at least ${least}`);
}

function chosenStacks(): Stack['name'][] {
  if (options.stack === undefined) return ['embedded', 'mysql'];
  if (options.stack === 'embedded' || options.stack === 'mysql') return [options.stack];
  throw new RangeError('--stack must be embedded or mysql');
}

async function startServers(): Promise<TestServers> {
  const dir = makeScratch();
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  const provided = await provideServers(dir, (stop) => void cleanups.push(stop));
  for (const line of provided.missing) console.error(line);
  const template = `civicpay_template_${randomBytes(6).toString('hex')}`;
  for (const url of [provided.postgresUrl, provided.mysqlUrl]) if (url) await makeTemplate(url, template);
  const { postgresUrl, mysqlUrl, redisUrl } = provided;
  return { template, postgresUrl, mysqlUrl, redisUrl };
}

async function runOn(name: Stack['name'], servers: TestServers, kills: number, seed: number) {
  const { ground, remove } = await openGround(name, servers);
  cleanups.push(remove);
  const world = await World.start(ground);
  cleanups.push(() => world.stop());
  const report = await runKills(world, kills, seed);
  // The next stack's world is to have the machine for itself.
  for (const undo of cleanups.splice(-2).reverse()) await undo();
  return { stack: name, ...report };
}

function print({ stack, ...report }: KillsReport & { stack: string }): void {
  const { totals } = report;
  const yuan = (minor: number) => (minor / 100).toFixed(2);
  console.log(
    `\n${stack}: ${report.kills} kills, seed ${report.seed}, ${Math.round(report.durationMs / 1000)} s`,
  );
  for (const [point, count] of Object.entries(report.byPoint).sort()) {
    console.log(`  ${String(count).padStart(4)}  ${point}`);
  }
  console.log(`  ${report.elsewhere} of them struck elsewhere: their step did not come in time`);
  console.log(`  ${totals.payments} payments: ${JSON.stringify(totals.byStatus)}`);
  console.log(
    `  debited ${yuan(totals.debitedMinor)} = posted ${yuan(totals.postedMinor)} + refunded ${yuan(totals.refundedMinor)} + open ${yuan(totals.openMinor)}`,
  );
  console.log(report.violations.length === 0 ? '  all books agree' : '  WRONG:');
  for (const violation of report.violations) console.log(`    ${violation}`);
}

async function main(): Promise<number> {
  const kills = wholeNumber('kills', options.kills, 1);
  const seed = options.seed === undefined ? randomInt(2 ** 31) : wholeNumber('seed', options.seed, 0);
  const stacks = chosenStacks();
  if (!options.json) console.log(`${kills} kills on ${stacks.join(' and ')}, seed ${seed}`);
  const servers = await startServers();
  const reports = [];
  for (const [index, name] of stacks.entries()) {
    const share = Math.floor(kills / stacks.length) + (index < kills % stacks.length ? 1 : 0);
    if (share === 0) continue;
    const report = await runOn(name, servers, share, seed);
    reports.push(report);
    if (!options.json) print(report);
  }
  if (options.json) console.log(JSON.stringify({ seed, reports }, null, 2));
  return reports.every(({ violations }) => violations.length === 0) ? 0 : 1;
}

let exitCode = 1;
try {
  exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
} finally {
  await cleanUp();
}
process.exit(exitCode);
