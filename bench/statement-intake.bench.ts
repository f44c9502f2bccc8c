import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { createVault } from '../src/infra/crypto/index.ts';
import { type Db, openDb, toInt } from '../src/infra/db/index.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { formatMinor } from '../src/kernel/money.ts';
import type { Fence } from '../src/reconciliation/batches/fence.ts';
import {
  type Statement,
  type StatementSource,
  sourceSettingsSchema,
} from '../src/reconciliation/intake/intake.types.ts';
import { readRows } from '../src/reconciliation/intake/pieces.repo.ts';
import { takeIn } from '../src/reconciliation/intake/take-in.ts';
import { RowTable } from '../src/reconciliation/matching/row-table.ts';
import { TextPool } from '../src/reconciliation/matching/text-pool.ts';
import { against, type Bench } from './support/bench.types.ts';
import { withDatabase } from './support/servers.ts';
import { median, secondsOf } from './support/statistics.ts';

const MIB = 2 ** 20;
const MOST_MIB = 400;
const SAMPLE_EVERY_MS = 50;
const DATE = '2026-03-02';
const FENCE: Fence = { sourceId: 'bank', businessDate: DATE, token: 1 };
const SOURCE: StatementSource = {
  sourceId: 'bank',
  role: 'channel',
  currency: 'CNY',
  cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' },
  beganOn: DATE,
  settings: sourceSettingsSchema.parse({}),
};

/**
 * A bank's file of a day into MariaDB: read, each row hashed and kept as it came, laid out for matching, sealed, held to the gates,
 * durable. Against `LOAD DATA LOCAL INFILE` of the same rows, made beforehand, into a plain table. Counts and sums of both are compared
 * after reading back.
 */
const bench: Bench = {
  name: 'statement-intake',
  run: ({ isQuick, servers, note }) =>
    withDatabase(servers, async (databaseUrl) => {
      const rowCount = isQuick ? 200_000 : 1_000_000;
      const rounds = 3;
      const ground = await Ground.make(databaseUrl, servers.dir, rowCount);
      try {
        const ours: number[] = [];
        const plain: number[] = [];
        let peakBytes = 0;
        let correct = true;
        for (let round = 1; round <= rounds; round++) {
          const watch = watchMemory();
          ours.push(rowCount / (await secondsOf(() => ground.takeIn())));
          peakBytes = Math.max(peakBytes, watch.peakBytes());
          plain.push(rowCount / (await secondsOf(() => ground.loadPlain())));
          note(`round ${round}: ${Math.round(ours.at(-1) ?? 0)} / ${Math.round(plain.at(-1) ?? 0)} rows/s`);
        }
        correct = await ground.isSame();
        return [
          against({
            name: 'statement intake: read, hashed, sealed, durable, against LOAD DATA of the same rows',
            value: median(ours),
            limit: median(plain),
            unit: 'rows/s',
            target: 0.7,
            correct,
          }),
          against({
            name: `statement intake: at most ${MOST_MIB} MiB of memory`,
            value: MOST_MIB,
            limit: peakBytes / MIB,
            unit: 'MiB',
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

/** A file of a bank, its rows as text, and a database to put either in. */
class Ground {
  private readonly db: Db;
  private readonly file: string;
  private readonly rowsFile: string;
  private readonly rowCount: number;
  private readonly vault = createVault({ current: 'k', keys: { k: key() }, indexKey: key() });
  private statement: Statement | null = null;

  private constructor(databaseUrl: string, dir: string, rowCount: number) {
    this.db = openDb({ url: databaseUrl });
    this.file = path.join(dir, `bank-${rowCount}.csv`);
    this.rowsFile = path.join(dir, `bank-rows-${rowCount}.tsv`);
    this.rowCount = rowCount;
  }

  static async make(databaseUrl: string, dir: string, rowCount: number): Promise<Ground> {
    const ground = new Ground(databaseUrl, dir, rowCount);
    await ground.db.raw(
      `create or replace table plain_rows (line int, ref varchar(64), bank_ref varchar(64), amount_minor bigint, currency varchar(3),
       direction varchar(6), booked_on varchar(10), value_on varchar(10), memo varchar(140), raw text)`,
    );
    await ground.db('reconciliation_batches').insert({
      source_id: FENCE.sourceId,
      business_date: FENCE.businessDate,
      phase: 'fetch',
      state: 'running',
      fence: FENCE.token,
      claimed_until_ms: 0,
      due_at_ms: 0,
      attempts: 0,
      progress: 'null',
      updated_at_ms: 0,
    });
    await ground.writeFiles();
    return ground;
  }

  async takeIn(): Promise<void> {
    await this.db.raw('truncate table statement_chunks');
    await this.db.raw('truncate table statements');
    const taken = await takeIn({ db: this.db, vault: this.vault, clock: systemClock }, FENCE, SOURCE, {
      statementId: 'stm_bench',
      path: this.file,
      fileName: 'bank.csv',
      receivedBy: null,
    });
    if (taken.kind !== 'accepted') throw new Error(`the file was ${taken.kind}`);
    this.statement = taken.statement;
  }

  async loadPlain(): Promise<void> {
    await this.db.raw('truncate table plain_rows');
    const load = this.db.raw(
      `load data local infile 'file' into table plain_rows character set utf8mb4 fields terminated by '\\t'`,
    );
    await load.options({ infileStreamFactory: () => createReadStream(this.rowsFile) });
  }

  /** Whether both hold each row once, with its amount. */
  async isSame(): Promise<boolean> {
    const [[row]] = await this.db.raw(
      `select count(*) as count, sum(if(direction = 'credit', amount_minor, -amount_minor)) as amount from plain_rows`,
    );
    const table = new RowTable(new TextPool());
    await readRows(this.db, this.vault, this.statement?.statementId ?? '', table);
    let sumMinor = 0;
    for (let at = 0; at < table.count; at++) sumMinor += table.amountMinor[at] ?? 0;
    const isAll = table.count === this.rowCount && toInt(row.count) === this.rowCount;
    const [sum] = this.statement?.content.sums ?? [];
    return isAll && sumMinor === toInt(row.amount) && sum?.amountMinor === sumMinor;
  }

  async close(): Promise<void> {
    await this.db.destroy();
  }

  /** A refund after every fiftieth debit. */
  private async writeFiles(): Promise<void> {
    const file = createWriteStream(this.file);
    const rows = createWriteStream(this.rowsFile);
    file.write(`H,SBSTMT1,civicpay,${DATE},CNY,${DATE}T16:10:00Z\r\n`);
    const totals = { DEBIT: { count: 0, minor: 0 }, REFUND: { count: 0, minor: 0 } };
    for (let at = 0; at < this.rowCount; at++) {
      const kind = at % 50 === 49 ? 'REFUND' : 'DEBIT';
      const minor = 1_000 + ((at * 7_919) % 90_000);
      totals[kind].count += 1;
      totals[kind].minor += minor;
      const number = String(at).padStart(18, '0');
      const ref = `${kind === 'DEBIT' ? 'pay' : 'rf0'}_01k6h2m0${number}`;
      const original = kind === 'DEBIT' ? '' : `pay_01k6h2m0${number}`;
      const bankRef = `bo_01k6h2m1${number}`;
      const raw = `D,${at + 1},${kind},${bankRef},${ref},${original},${DATE}T08:15:30Z,${formatMinor(minor, 'CNY')}`;
      const direction = kind === 'DEBIT' ? 'credit' : 'debit';
      const cells = [at + 2, ref, bankRef, minor, 'CNY', direction, DATE, DATE, original, raw];
      file.write(`${raw}\r\n`);
      rows.write(`${cells.join('\t')}\n`);
      for (const out of [file, rows]) if (out.writableNeedDrain) await once(out, 'drain');
    }
    const yuan = (minor: number) => formatMinor(minor, 'CNY');
    const { DEBIT, REFUND } = totals;
    file.write(
      `T,${DEBIT.count},${yuan(DEBIT.minor)},${REFUND.count},${yuan(REFUND.minor)},${yuan(DEBIT.minor - REFUND.minor)}\r\n`,
    );
    for (const out of [file, rows]) {
      out.end();
      await finished(out);
    }
  }
}

/** The most RSS of this process until it is asked. */
function watchMemory(): { peakBytes(): number } {
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const timer = setInterval(look, SAMPLE_EVERY_MS);
  return {
    peakBytes() {
      clearInterval(timer);
      look();
      return peak;
    },
  };
}

function key(): string {
  return randomBytes(32).toString('base64');
}
