import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Db, openDb } from '../src/infra/db/index.ts';
import { formatMinor } from '../src/kernel/money.ts';
import { against, type Bench } from './support/bench.types.ts';
import type { DayInput, DayOutput } from './support/reconciliation-day.ts';
import { withDatabase } from './support/servers.ts';
import { median, secondsOf } from './support/statistics.ts';

const DATE = '2026-03-02';
const AT_MS = Date.parse(`${DATE}T08:15:30Z`);
const ROUNDS = 2;
const MOST_MIB = 400;
/** Of a hundred payments, one differs in its amount and one is missing: at the bank, and others at the agency. */
const EVERY = 100;
const WRONG = { bank: { amount: 10, missing: 20 }, power: { amount: 30, missing: 40 } };
type Side = keyof typeof WRONG;
const PROCESS = fileURLToPath(new URL('./support/reconciliation-day.js', import.meta.url));

/**
 * A day from two files to classified, durable and reported on MariaDB: the bank's file and an agency's against what our books say of
 * the payments. Against `LOAD DATA` of the same two files’ rows into plain tables, and a full join of the three in DuckDB.
 */
const bench: Bench = {
  name: 'reconciliation-day',
  run: ({ isQuick, servers, note }) =>
    withDatabase(servers, async (databaseUrl) => {
      const count = isQuick ? 100_000 : 1_000_000;
      const ground = await Ground.make(databaseUrl, servers.dir, count);
      try {
        const days: DayOutput[] = [];
        const plain: number[] = [];
        for (let round = 1; round <= ROUNDS; round++) {
          const day = await ground.reconcile();
          days.push(day);
          plain.push(await secondsOf(() => ground.loadAndJoin()));
          note(`round ${round}: ${day.seconds.toFixed(1)} s / ${plain.at(-1)?.toFixed(1)} s`);
          note(JSON.stringify(day.parts));
        }
        const correct = days.every(({ runs }) => isRight(runs, count)) && (await ground.isSame());
        const rates = (seconds: number[]) => median(seconds.map((each) => (2 * count) / each));
        return [
          against({
            name: `a day of ${count} payments × two files, to reported, against LOAD DATA + DuckDB’s join of three`,
            value: rates(days.map(({ seconds }) => seconds)),
            limit: rates(plain),
            unit: 'rows/s',
            target: 0.7,
            correct,
          }),
          against({
            name: `a day: at most ${MOST_MIB} MiB of memory`,
            value: MOST_MIB,
            limit: Math.max(...days.map(({ peakMiB }) => peakMiB)),
            unit: 'MiB',
            target: 1,
            correct,
          }),
          against({
            name: 'a day: progress at least once a second while it is matched',
            value: 1_000,
            limit: Math.max(...days.map(({ longestSilenceMs }) => longestSilenceMs)),
            unit: 'ms',
            target: 1,
            correct,
          }),
        ];
      } finally {
        await ground.close();
      }
    }),
};
export default bench;

function isRight(runs: DayOutput['runs'], count: number): boolean {
  return ['bank', 'power'].every((source) => {
    const run = runs[source];
    return run?.matchCount === count - (2 * count) / EVERY && run.breakCount === (2 * count) / EVERY;
  });
}

/** Payments in a database, the two files that speak of them, and the same rows for those who load them plainly. */
class Ground {
  private readonly databaseUrl: string;
  private readonly db: Db;
  private readonly dir: string;
  private readonly count: number;
  private readonly vaultKeys = { current: 'k', keys: { k: key() }, indexKey: key() };
  private readonly digests = new Set<string>();

  private constructor(databaseUrl: string, dir: string, count: number) {
    this.databaseUrl = databaseUrl;
    this.db = openDb({ url: databaseUrl });
    this.dir = dir;
    this.count = count;
  }

  static async make(databaseUrl: string, dir: string, count: number): Promise<Ground> {
    const ground = new Ground(databaseUrl, dir, count);
    for (const side of ['bank', 'power'])
      await ground.db.raw(
        `create table plain_${side} (line int, ref varchar(64), their_ref varchar(64), amount_minor bigint, currency varchar(3),
         direction varchar(6), booked_on varchar(10), value_on varchar(10), memo varchar(140), raw text)`,
      );
    await ground.writeFiles();
    const columns =
      'payment_id, resident_id, agency_id, manifest_version, connection_id, channel_id, status, version, currency, amount_minor, agency_minor, sealed_details, masked_account, bills, created_at_ms, expires_at_ms, refund_round, updated_at_ms, debited_minor, debited_at_ms, posted_at_ms, channel_reference, agency_reference';
    await ground.load(`payments (${columns})`, 'payments.tsv');
    return ground;
  }

  /** A day in a process of its own, over tables as they were before. */
  async reconcile(): Promise<DayOutput> {
    for (const table of WRITTEN) await this.db.raw(`truncate table ${table}`);
    for (const source_id of ['bank', 'power'])
      await this.db('reconciliation_batches').insert({
        source_id,
        business_date: DATE,
        phase: 'fetch',
        state: 'running',
        fence: 1,
        claimed_until_ms: 0,
        due_at_ms: 0,
        attempts: 0,
        progress: 'null',
        updated_at_ms: 0,
      });
    const files = { bank: this.file('bank.csv'), power: this.file('power.csv') };
    const { databaseUrl, vaultKeys } = this;
    const input: DayInput = { databaseUrl, vaultKeys, businessDate: DATE, files };
    const args = [PROCESS, JSON.stringify(input)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 20 });
    const output = JSON.parse(stdout) as DayOutput;
    for (const [source, { digest }] of Object.entries(output.runs)) this.digests.add(`${source} ${digest}`);
    return output;
  }

  async loadAndJoin(): Promise<void> {
    for (const side of ['bank', 'power'] as const) {
      await this.db.raw(`truncate table plain_${side}`);
      await this.load(`plain_${side}`, `${side}.tsv`);
    }
    const duckdb = await DuckDBInstance.create(':memory:', { threads: '2' });
    const connection = await duckdb.connect();
    try {
      for (const name of ['ledger', 'bank', 'power'])
        await connection.run(
          `create table ${name} as select column1 as ref, column3::bigint as amount from read_csv('${this.file(`${name}.tsv`)}', delim = '\t', header = false, all_varchar = true)`,
        );
      const reader = await connection.runAndReadAll(`
        select count(*) filter (where b.amount = l.amount and p.amount = l.amount), count(*)
        from ledger l full join bank b on b.ref = l.ref full join power p on p.ref = coalesce(l.ref, b.ref)`);
      const [row] = reader.getRows();
      const wrong = (4 * this.count) / EVERY;
      if (Number(row?.[0]) !== this.count - wrong || Number(row?.[1]) !== this.count)
        throw new Error(`DuckDB found ${row}`);
    } finally {
      connection.closeSync();
      duckdb.closeSync();
    }
  }

  /** Every round came to the same, and both ways hold the same rows. */
  async isSame(): Promise<boolean> {
    const rows = await this.db('statements').where({ side: 'theirs' }).sum({ rows: 'row_count' }).first();
    const [[{ plain }]] = await this.db.raw(
      'select (select count(*) from plain_bank) + (select count(*) from plain_power) as plain',
    );
    return this.digests.size === 2 && Number(rows?.rows) === Number(plain);
  }

  async close(): Promise<void> {
    await this.db.destroy();
  }

  private file(name: string): string {
    return path.join(this.dir, name);
  }

  private async load(target: string, name: string): Promise<void> {
    const [table, columns = ''] = target.split(/ (?=\()/);
    const load = this.db.raw(
      `load data local infile 'file' into table ${table} character set utf8mb4 fields terminated by '\\t' ${columns}`,
    );
    await load.options({ infileStreamFactory: () => createReadStream(this.file(name)) });
  }

  private async writeFiles(): Promise<void> {
    const out = Object.fromEntries(
      ['bank.csv', 'power.csv', 'bank.tsv', 'power.tsv', 'ledger.tsv', 'payments.tsv'].map((name) => [
        name,
        createWriteStream(this.file(name)),
      ]),
    ) as Record<string, WriteStream>;
    const put = (name: string, line: string) => out[name]?.write(line);
    const totals = { bank: { rows: 0, minor: 0 }, power: { rows: 0, minor: 0 } };
    for (const side of ['bank', 'power'] as const)
      put(`${side}.csv`, `H,SBSTMT1,civicpay,${DATE},CNY,${DATE}T16:10:00Z\r\n`);
    for (let at = 0; at < this.count; at++) {
      const number = `01k6h2m0${String(at).padStart(18, '0')}`;
      const minor = 1_000 + ((at * 7_919) % 90_000);
      const payment = `pay_${number}`;
      put('ledger.tsv', `${at}\t${payment}\t\t${minor}\n`);
      put('payments.tsv', paymentLine(payment, number, minor));
      for (const side of ['bank', 'power'] as const) {
        if (at % EVERY === WRONG[side].missing) continue;
        const said = minor + (at % EVERY === WRONG[side].amount ? 1 : 0);
        this.putRow(put, side, totals[side], { payment, theirs: `${side[0]}o_${number}`, minor: said });
      }
      for (const stream of Object.values(out)) if (stream.writableNeedDrain) await once(stream, 'drain');
    }
    for (const side of ['bank', 'power'] as const) {
      const { rows, minor } = totals[side];
      const sum = formatMinor(minor, 'CNY');
      put(`${side}.csv`, `T,${rows},${sum},0,0.00,${sum}\r\n`);
    }
    for (const stream of Object.values(out)) {
      stream.end();
      await finished(stream);
    }
  }

  private putRow(
    put: (name: string, line: string) => unknown,
    side: Side,
    total: { rows: number; minor: number },
    { payment, theirs, minor }: { payment: string; theirs: string; minor: number },
  ): void {
    total.rows += 1;
    total.minor += minor;
    const raw = `D,${total.rows},DEBIT,${theirs},${payment},,${DATE}T08:15:30Z,${formatMinor(minor, 'CNY')}`;
    put(`${side}.csv`, `${raw}\r\n`);
    const cells = [total.rows + 1, payment, theirs, minor, 'CNY', 'credit', DATE, DATE, '', raw];
    put(`${side}.tsv`, `${cells.join('\t')}\n`);
  }
}

/** What a day writes. */
const WRITTEN = [
  ...['statement_chunks', 'statements', 'match_sheets', 'match_groups', 'breaks', 'break_rows'],
  ...['break_events', 'reconciliation_runs', 'reconciliation_batches', 'reconciliation_reports'],
  ...['reconciliation_days', 'journals', 'entries', 'balances', 'ledger_accounts'],
];

function paymentLine(payment: string, number: string, minor: number): string {
  const cells = [
    payment,
    'res_of_the_bench',
    'power-agency',
    1,
    'power',
    'bank',
    'posted',
    4,
    'CNY',
    minor,
    minor,
  ];
  const texts = ['-', '****', '[]', AT_MS, AT_MS, 0, AT_MS, minor, AT_MS, AT_MS];
  return `${[...cells, ...texts, `bo_${number}`, `po_${number}`].join('\t')}\n`;
}

function key(): string {
  return randomBytes(32).toString('base64');
}
