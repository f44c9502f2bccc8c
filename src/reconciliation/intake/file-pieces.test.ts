import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTestVault } from '../../../test/support/accounts.ts';
import { ReconciledSource } from '../../../test/support/reconciled-batches.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { openThreads, type Threads } from '../../infra/threads/index.ts';
import type { Fence } from '../batches/fence.ts';
import { type FileRead, type FileReading, writeFileHere } from './file-pieces.ts';
import { readRaw } from './pieces.repo.ts';
import { writeFile } from './statement-pieces.ts';
import { threadDepsOf } from './thread-deps.ts';

const DATE = '2026-03-02';
const COUNT = 30_000;
const SAMPLES = 100;

describeOnBothStacks('a long file, read and written in a thread', (stack) => {
  const vault = createTestVault();
  let folder: string;
  let fence: Fence;
  let reading: FileReading;
  let files = 0;
  const deps = () => ({ db: stack().db, vault });
  const read = async (with_: typeof writeFile): Promise<FileRead & { rows: string[] }> => {
    files += 1;
    const statementId = `stm_${files}`;
    const found = await with_(deps(), fence, { ...reading, statementId });
    const { rowCount } = found.gathered;
    const numbers = Array.from({ length: SAMPLES }, (_, at) =>
      Math.floor((at * (rowCount - 1)) / (SAMPLES - 1)),
    );
    const rows = await readRaw(stack().db, vault, statementId, numbers);
    return { ...found, rows: rows.map(({ line, raw }) => `${line} ${raw}`) };
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'civicpay-test-'));
    fence = await (await ReconciledSource.open(deps(), 'long-files')).claim(DATE);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    const file = path.join(folder, 'long.csv');
    const rows = Array.from(
      { length: COUNT },
      (_, at) => `${DATE},${at + 1}.05,pay_${String(at).padStart(40, '0')},电费 ${at}`,
    );
    writeFileSync(file, `date,amount,ref,memo\n${rows.join('\n')}\n`);
    const row = {
      bookedOn: { column: 'date' },
      amount: { column: 'amount' },
      ref: { column: 'ref' },
      memo: { column: 'memo' },
    };
    const layout = {
      name: 'long',
      kind: 'delimited',
      delimiter: ',',
      unit: 'character',
      skipLines: 0,
      hasHeading: true,
      currency: 'CNY',
      amounts: 'decimal',
      row,
    } as const;
    reading = { statementId: 'stm_long', path: file, businessDate: DATE, isMirrored: false, layout };
  });

  it('comes to the same', async () => {
    const inThread = await read(writeFile);
    expect(inThread.rows).toHaveLength(SAMPLES);
    expect(inThread.gathered).toEqual({
      rowCount: COUNT,
      sums: [{ currency: 'CNY', rowCount: COUNT, amountMinor: (COUNT * (COUNT + 1) * 100) / 2 + COUNT * 5 }],
      dates: { first: DATE, last: DATE, onDateCount: COUNT },
    });
    expect(inThread).toEqual(await read(writeFileHere));
  });

  it('is wrong in the same places', async () => {
    appendFileSync(reading.path, `${DATE},x,pay_last,\n`);
    const inThread = await read(writeFile);
    expect(inThread.summary.complete).toBe(false);
    expect(inThread.summary.problems).toContainEqual(
      expect.objectContaining({ code: 'amount_unreadable', line: COUNT + 2 }),
    );
    expect(inThread).toEqual(await read(writeFileHere));
  });

  it('is given up where another has claimed the batch', async () => {
    const late = { ...fence, token: fence.token - 1 };
    const refusal = expect.objectContaining({ name: 'DomainError', code: 'batch_taken_over' });
    await expect(writeFile(deps(), late, { ...reading, statementId: 'stm_late' })).rejects.toEqual(refusal);
    expect(await readRaw(stack().db, vault, 'stm_late', [0])).toEqual([]);
  });

  it('says what could not be read from the disk', async () => {
    rmSync(reading.path);
    await expect(read(writeFile)).rejects.toThrow(/ENOENT/);
    const thread: Threads<typeof import('../reconciliation.thread.ts')> = openThreads(
      new URL('../reconciliation.thread.ts', import.meta.url),
      1,
    );
    try {
      const given = { deps: threadDepsOf(deps()), fence, reading };
      await expect(thread.run('writeFile', given)).rejects.toThrow(/ENOENT/);
    } finally {
      await thread.close();
    }
  });
});
