/**
 * Runs the measurements of bench/*.bench.ts on servers of their own and prints their rows. Started by
 * scripts/bench.mjs, which says what the options are. Ends with 1 only where a result is wrong.
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Bench, Row } from './support/bench.types.ts';
import { describeMachine, printTable } from './support/report.ts';
import { provideBenchServers } from './support/servers.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
});
// What is printed for people goes to stderr when stdout is read by a program.
const note = (line: string) => (options.json ? console.error(line) : console.log(line));

async function findBenches(): Promise<Bench[]> {
  const files = readdirSync(import.meta.dirname).filter((file) => /\.bench\.[tj]s$/.test(file));
  const benches: Bench[] = [];
  for (const file of files.sort()) {
    const module = (await import(`./${file}`)) as { default: Bench };
    benches.push(module.default);
  }
  const unknown = options.only.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    const names = benches.map((bench) => bench.name).join(', ');
    throw new RangeError(`There is no measurement ${unknown.join(', ')}; there are ${names}.`);
  }
  return benches.filter((bench) => options.only.length === 0 || options.only.includes(bench.name));
}

async function main(): Promise<number> {
  const benches = await findBenches();
  const { servers, stop } = await provideBenchServers();
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      asked.abort();
      void stop().then(() => process.exit(130));
    });
  }
  const rows: Row[] = [];
  try {
    const machine = await describeMachine(servers.mysqlUrl);
    note(`${machine}\n`);
    for (const bench of benches) {
      note(`${bench.name} …`);
      rows.push(...(await bench.run({ isQuick: options.quick, servers, note: (line) => note(`  ${line}`) })));
    }
    if (options.json) console.log(JSON.stringify({ machine, isQuick: options.quick, rows }, null, 2));
    else printTable(rows);
  } finally {
    if (!asked.signal.aborted) await stop();
  }
  return rows.every((row) => row.correct) ? 0 : 1;
}

process.exitCode = await main();
