import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTestVault } from '../../../test/support/accounts.ts';
import { keysOfVault } from '../../infra/crypto/index.ts';
import { openThreads } from '../../infra/threads/index.ts';
import { type FileRead, type FileReading, filePiecesHere } from './file-pieces.ts';
import { contextOf, type StatementPiece } from './pieces.ts';
import { readRawRows } from './raw-rows.ts';
import { filePieces, type PiecesThread } from './statement-pieces.ts';

const DATE = '2026-03-02';
const COUNT = 30_000;

describe('a long file, read in a thread', () => {
  const vault = createTestVault();
  let folder: string;
  let reading: FileReading;
  const read = async (with_: typeof filePieces): Promise<FileRead & { rows: string[] }> => {
    const rows: string[] = [];
    const { statementId } = reading;
    const keep = async (pieces: StatementPiece[]) => {
      for (const { chunkNo, rowCount, sealedRaw } of pieces) {
        const some = readRawRows(vault.openBytes(sealedRaw, contextOf('raw', statementId, chunkNo)));
        expect(some).toHaveLength(rowCount);
        rows.push(...some.map(({ line, raw }) => `${line} ${raw}`));
      }
    };
    return { ...(await with_(vault, reading, keep)), rows };
  };

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'civicpay-test-'));
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
    const inThread = await read(filePieces);
    expect(inThread.rows).toHaveLength(COUNT);
    expect(inThread.gathered).toEqual({
      rowCount: COUNT,
      rawSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      sums: [{ currency: 'CNY', rowCount: COUNT, amountMinor: (COUNT * (COUNT + 1) * 100) / 2 + COUNT * 5 }],
      dates: { first: DATE, last: DATE, onDateCount: COUNT },
    });
    expect(inThread).toEqual(await read(filePiecesHere));
  });

  it('is wrong in the same places', async () => {
    appendFileSync(reading.path, `${DATE},x,pay_last,\n`);
    const inThread = await read(filePieces);
    expect(inThread.summary.complete).toBe(false);
    expect(inThread.summary.problems).toContainEqual(
      expect.objectContaining({ code: 'amount_unreadable', line: COUNT + 2 }),
    );
    expect(inThread).toEqual(await read(filePiecesHere));
  });

  it('is given up where its pieces cannot be kept', async () => {
    const full = async () => {
      throw new Error('the disk is full');
    };
    await expect(filePieces(vault, reading, full)).rejects.toThrow('the disk is full');
  });

  it('says what could not be read from the disk', async () => {
    rmSync(reading.path);
    await expect(read(filePieces)).rejects.toThrow(/ENOENT/);
    const thread: PiecesThread = openThreads(new URL('./pieces.thread.ts', import.meta.url), 1);
    try {
      await thread.run('beginFile', { keys: keysOfVault(vault), reading });
      await expect(thread.run('next', undefined)).rejects.toThrow(/ENOENT/);
    } finally {
      await thread.close();
    }
  });
});
