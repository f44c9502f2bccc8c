import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  appendChunk,
  ChunkWriter,
  type MatchResult,
  type MatchRow,
  matchingRulesSchema,
  matchSides,
  ROWS_PER_CHUNK,
  RowTable,
  TextPool,
} from '../src/reconciliation/index.ts';
import { against, type Bench, reported } from './support/bench.types.ts';
import { median } from './support/statistics.ts';

const ROUNDS = 3;
/** One payment in a hundred differs in its amount, one in a hundred is missing on the right. */
const EVERY = 100;
const MIB = 2 ** 20;

/** What both sides of a measurement say of the same rows. */
interface Counts {
  matched: number;
  different: number;
  leftOnly: number;
  rightOnly: number;
}

/**
 * Matching alone, from chunks in memory to result with digest and proof in one thread, against DuckDB with two: the same rows loaded
 * from two CSV files into tables, and a full outer join of these by reference with amounts, currencies and dates compared.
 */
const bench: Bench = {
  name: 'matching',
  async run({ isQuick, servers, note }) {
    const count = isQuick ? 200_000 : 1_000_000;
    const sides = [];
    for (const side of ['left', 'right'] as const) {
      sides.push(await writeSide(count, side, path.join(servers.dir, `${side}.csv`)));
    }
    const rates = { engine: [] as number[], duckdb: [] as number[] };
    const digests = new Set<string>();
    let correct = true;
    let tableBytes = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      const startedAtMs = performance.now();
      const bytesBefore = process.memoryUsage().arrayBuffers;
      const tables = load(sides.map(({ chunks }) => chunks));
      // What earlier rounds left may be collected in between: the most is what it takes.
      tableBytes = Math.max(tableBytes, process.memoryUsage().arrayBuffers - bytesBefore);
      const result = match(tables);
      const matchedAtMs = performance.now();
      const joined = await joinInDuckDb(sides.map(({ file }) => file));
      const joinedAtMs = performance.now();
      rates.engine.push((2 * count * 1_000) / (matchedAtMs - startedAtMs));
      rates.duckdb.push((2 * count * 1_000) / (joinedAtMs - matchedAtMs));
      digests.add(result.digest);
      correct &&= isRight(result, joined, count) && digests.size === 1;
      note(
        `round ${round}: ${Math.round(rates.engine.at(-1) ?? 0)} / ${Math.round(rates.duckdb.at(-1) ?? 0)} rows/s`,
      );
    }
    return [
      against({
        name: `matching: ${count} × ${count} rows to result, against DuckDB (load + join, two threads)`,
        value: median(rates.engine),
        limit: median(rates.duckdb),
        unit: 'rows/s',
        target: 0.6,
        correct,
      }),
      reported({
        name: 'matching: both tables and their texts',
        value: tableBytes / MIB,
        unit: 'MiB',
        correct,
      }),
    ];
  },
};
export default bench;

/** The rows of one side as chunks, and the same as a file. */
async function writeSide(count: number, side: 'left' | 'right', file: string) {
  const isRight = side === 'right';
  const chunks: Buffer[] = [];
  const writer = new ChunkWriter();
  const csv = createWriteStream(file);
  let lines = '';
  for (let at = 0; at < count; at++) {
    // A step without a factor in common with the count visits every payment once.
    const payment = isRight ? (at * 7_919) % count : at;
    if (isRight && payment % EVERY === EVERY / 2) continue;
    const row: MatchRow = {
      line: at + 1,
      ref: `pay_${Math.imul(payment, 0x9e3779b1) >>> 0}${String(payment).padStart(8, '0')}`,
      channelRef: isRight ? `B20261121${String(at).padStart(10, '0')}` : null,
      amountMinor: ((payment * 7_919) % 100_000) + 1 + (isRight && payment % EVERY === 0 ? 1 : 0),
      currency: 'CNY',
      bookedOn: '2026-11-21',
    };
    writer.add(row);
    lines += `${row.line},${row.ref},${row.channelRef ?? ''},${row.amountMinor},${row.currency},${row.bookedOn}\n`;
    if (writer.count < ROWS_PER_CHUNK) continue;
    chunks.push(writer.take());
    csv.write(lines);
    lines = '';
  }
  chunks.push(writer.take());
  csv.end(lines);
  await finished(csv);
  return { chunks, file };
}

function load(sides: readonly Buffer[][]): RowTable[] {
  const pool = new TextPool();
  return sides.map((chunks) => {
    const table = new RowTable(pool);
    // Who stores a statement knows how many rows it has.
    table.reserve(chunks.length * ROWS_PER_CHUNK);
    for (const chunk of chunks) appendChunk(table, chunk);
    return table;
  });
}

function match([left, right]: RowTable[]): MatchResult {
  if (!left || !right) throw new RangeError('two sides are matched');
  return matchSides(
    { role: 'ledger', table: left },
    { role: 'channel', table: right },
    matchingRulesSchema.parse({}),
  );
}

async function joinInDuckDb(files: readonly string[]): Promise<Counts> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const db = await instance.connect();
  try {
    for (const [place, file] of files.entries()) {
      await db.run(`create table side${place} as from read_csv('${file}', header = false, delim = ',', columns = {
        line: 'integer', ref: 'varchar', channel_ref: 'varchar', amount_minor: 'bigint', currency: 'varchar', booked_on: 'date'
      })`);
    }
    const answer = await db.runAndReadAll(`select
        count(*) filter (where l.ref is not null and r.ref is not null and is_same) as matched,
        count(*) filter (where l.ref is not null and r.ref is not null and not is_same) as different,
        count(*) filter (where r.ref is null) as "leftOnly",
        count(*) filter (where l.ref is null) as "rightOnly"
      from (
        select l, r, l.amount_minor = r.amount_minor and l.currency = r.currency and l.booked_on = r.booked_on as is_same
        from side0 l full outer join side1 r on l.ref = r.ref
      )`);
    const [row = {}] = answer.getRowObjectsJson();
    return {
      matched: Number(row.matched),
      different: Number(row.different),
      leftOnly: Number(row.leftOnly),
      rightOnly: Number(row.rightOnly),
    };
  } finally {
    db.closeSync();
    instance.closeSync();
  }
}

function isRight({ matchCount, breaks, proof }: MatchResult, joined: Counts, count: number): boolean {
  const counted = (name: string) => breaks.filter((each) => each.class === name).length;
  return (
    matchCount === count - (2 * count) / EVERY &&
    counted('amountOver') === count / EVERY &&
    counted('ledgerOnly') === count / EVERY &&
    breaks.length === (2 * count) / EVERY &&
    proof.left.all[0]?.rows === count &&
    proof.right.all[0]?.rows === count - count / EVERY &&
    joined.matched === matchCount &&
    joined.different === counted('amountOver') &&
    joined.leftOnly === counted('ledgerOnly') &&
    joined.rightOnly === 0
  );
}
