import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { saveBook } from '../src/bill-files/books.repo.ts';
import { rowMaker } from '../src/bill-files/filed-rows.ts';
import { importBillFile } from '../src/bill-files/import.service.ts';
import { billFileSetupSchema } from '../src/bill-files/setup.ts';
import { readBillTable } from '../src/bill-files/table.ts';
import { createVault } from '../src/infra/crypto/index.ts';
import { type Db, openDb, toInt } from '../src/infra/db/index.ts';
import { createLogger } from '../src/infra/log/index.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { against, type Bench, reported } from './support/bench.types.ts';
import { withDatabase } from './support/servers.ts';
import { median, secondsOf } from './support/statistics.ts';

const AGENCY = 'a-thousand-estates';
const MIB = 2 ** 20;
const SAMPLE_EVERY_MS = 50;
const SETUP = billFileSetupSchema.parse({
  columns: {
    inputs: { accountNumber: '户号' },
    billId: '账单号',
    period: '账期',
    amount: '金额',
    dueDate: '缴费期限',
    holderName: '户名',
  },
});
const BOOK = {
  agencyId: AGENCY,
  connectionId: 'file-billers',
  currency: 'CNY',
  timeZone: 'Asia/Shanghai',
  cutOff: '00:00',
  setup: SETUP,
  patterns: { accountNumber: '^[0-9]{10}$' },
};

/**
 * An agency's file on its way into the books, against MariaDB's own `LOAD DATA LOCAL INFILE`. What is loaded plainly is the rows
 * that the import makes of the file, made beforehand, into a table of the same columns and keys: the same bytes in the end, without
 * reading, checking, masking, indexing blindly and sealing. The file's own text into a table of text is reported beside it. Flat
 * memory: the most RSS in the last third of a file is at most a ninth above that in the third before.
 */
const bench: Bench = {
  name: 'file-import',
  run: ({ isQuick, servers, note }) =>
    withDatabase(servers, async (databaseUrl) => {
      // Fewer would measure how threads start from the sources.
      const rowCount = isQuick ? 300_000 : 1_000_000;
      const rounds = 3;
      const ground = await Ground.make(databaseUrl, servers.dir, rowCount);
      try {
        await ground.writeRows();
        const ours: number[] = [];
        const plain: number[] = [];
        for (let round = 1; round <= rounds; round++) {
          ours.push(rowCount / (await secondsOf(() => ground.import())));
          plain.push(rowCount / (await secondsOf(() => ground.loadRows())));
          note(`round ${round}: ${Math.round(ours.at(-1) ?? 0)} / ${Math.round(plain.at(-1) ?? 0)} rows/s`);
        }
        const correct = await ground.isSame();
        const text = rowCount / (await secondsOf(() => ground.loadText()));
        const manyRows = isQuick ? 400_000 : 5_000_000;
        const memory = await memoryOfImport(await Ground.make(databaseUrl, servers.dir, manyRows));
        note(
          `memory over ${manyRows} rows, MiB: ${memory.map((bytes) => Math.round(bytes / MIB)).join(', ')}`,
        );
        const [, before = 0, after = 0] = memory;
        return [
          against({
            name: 'file import: read, checked, sealed, durable, against LOAD DATA of the finished rows',
            value: median(ours),
            limit: median(plain),
            unit: 'rows/s',
            target: 0.5,
            correct,
          }),
          reported({
            name: 'file import: LOAD DATA of the file as it is',
            value: text,
            unit: 'rows/s',
            correct,
          }),
          against({
            name: `file import: RSS, second third against last third of ${manyRows} rows`,
            value: before / MIB,
            limit: after / MIB,
            unit: 'MiB',
            target: 0.9,
            correct,
          }),
        ];
      } finally {
        await ground.close();
      }
    }),
};
export default bench;

/** A file of bills, the rows that become of it, and a database to put either in. */
class Ground {
  private readonly db: Db;
  private readonly file: string;
  private readonly rowsFile: string;
  private readonly rowCount: number;
  private readonly vault = createVault({ current: 'k', keys: { k: key() }, indexKey: key() });

  private constructor(databaseUrl: string, dir: string, rowCount: number) {
    this.db = openDb({ url: databaseUrl });
    this.file = path.join(dir, `bills-${rowCount}.csv`);
    this.rowsFile = path.join(dir, `rows-${rowCount}.tsv`);
    this.rowCount = rowCount;
  }

  static async make(databaseUrl: string, dir: string, rowCount: number): Promise<Ground> {
    const ground = new Ground(databaseUrl, dir, rowCount);
    await saveBook(ground.db, BOOK, systemClock.nowMs());
    await ground.db.raw('drop table if exists plain_bills');
    await ground.db.raw('create table plain_bills like filed_bills');
    await ground.db.raw(
      'create or replace table plain_text (account varchar(64), bill varchar(64), period varchar(32), amount varchar(32), due varchar(10), name varchar(64), primary key (account, bill))',
    );
    await ground.writeFile();
    return ground;
  }

  async import(): Promise<void> {
    await this.db.raw('truncate table filed_bills');
    // Into empty books, as the plain table is empty.
    await this.db('bill_books').update({ base_revision: 1, live_revision: 0, tidied_revision: 0 });
    const deps = {
      db: this.db,
      vault: this.vault,
      clock: systemClock,
      log: createLogger({ level: 'warn', service: 'bench' }),
    };
    await importBillFile(deps, {
      agencyId: AGENCY,
      path: this.file,
      fileName: 'bills.csv',
      importedBy: null,
      isAgain: true,
    });
  }

  async loadRows(): Promise<void> {
    await this.db.raw('truncate table plain_bills');
    await this.load(this.rowsFile, "plain_bills character set utf8mb4 fields terminated by '\\t'");
  }

  async loadText(): Promise<void> {
    await this.load(this.file, "plain_text character set utf8mb4 fields terminated by ',' ignore 1 lines");
  }

  /** Whether both tables hold each bill once, with its amount. */
  async isSame(): Promise<boolean> {
    const [ours, plain] = await Promise.all(
      ['filed_bills', 'plain_bills'].map(async (table) => {
        const [[row]] = await this.db.raw(
          `select count(*) as bills, count(distinct account_index) as accounts, sum(amount_minor) as amount from ${table}`,
        );
        return [toInt(row.bills), toInt(row.accounts), toInt(row.amount)];
      }),
    );
    const isAll = ours?.[0] === this.rowCount && ours[1] === Math.ceil(this.rowCount / 2);
    return isAll && String(ours) === String(plain);
  }

  async close(): Promise<void> {
    await this.db.destroy();
  }

  private async load(file: string, into: string): Promise<void> {
    const load = this.db.raw(`load data local infile 'file' into table ${into}`);
    await load.options({ infileStreamFactory: () => createReadStream(file) });
  }

  /** Two bills an account, as in a file that lists arrears. */
  private async writeFile(): Promise<void> {
    const out = createWriteStream(this.file);
    out.write('户号,账单号,账期,金额,缴费期限,户名\n');
    for (let at = 0; at < this.rowCount; at++) {
      const account = String(1_000_000_007 + Math.floor(at / 2) * 7).slice(0, 10);
      const cents = String((at * 37) % 100).padStart(2, '0');
      const line = `${account},B${at},2025-${at % 2 ? '11' : '10'},${20 + ((at * 7919) % 900)}.${cents},2025-12-31,欧阳晓明\n`;
      if (!out.write(line)) await once(out, 'drain');
    }
    out.end();
    await finished(out);
  }

  /** What the import makes of the file, for the database to load plainly. */
  async writeRows(): Promise<void> {
    const out = createWriteStream(this.rowsFile);
    const rowOf = rowMaker(this.vault, AGENCY, 1);
    await readBillTable(this.file, BOOK, {
      bill: (bill) => out.write(`${rowOf(bill).join('\t')}\n`),
      bad: ([problem]) => {
        throw new Error(`line ${problem?.line}: ${problem?.code}`);
      },
      unreadable: ({ line, code }) => {
        throw new Error(`line ${line}: ${code}`);
      },
      room: async () => {
        if (out.writableNeedDrain) await once(out, 'drain');
        return true;
      },
    });
    out.end();
    await finished(out);
  }
}

/** The most RSS in each third of the time that an import takes. */
async function memoryOfImport(ground: Ground): Promise<number[]> {
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(process.memoryUsage.rss()), SAMPLE_EVERY_MS);
  try {
    await ground.import();
  } finally {
    clearInterval(timer);
    await ground.close();
  }
  const third = Math.ceil(samples.length / 3);
  return [0, 1, 2].map((part) => Math.max(...samples.slice(part * third, (part + 1) * third)));
}

function key(): string {
  return randomBytes(32).toString('base64');
}
