import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { jest } from '@jest/globals';
import { openPlainAgencies, PLAIN_CONNECTION, plainManifest } from '../../test/support/plain-agency.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import type { BillStore, PostingRequest } from '../contract/index.ts';
import { createVault } from '../infra/crypto/index.ts';
import { newId } from '../kernel/ids.ts';
import { type BillFileSetupInput, type BillFiles, createBillFiles, createBillStore } from './index.ts';

const NOON = Date.parse('2025-11-20T12:00:00+08:00');
const log = { debug() {}, info() {}, warn() {}, error() {} };
const SETUP: BillFileSetupInput = {
  columns: {
    inputs: { accountNumber: '户号' },
    billId: '账单号',
    period: '账期',
    amount: '金额',
    dueDate: '期限',
    holderName: '户名',
  },
};
const HEAD = '户号,账单号,账期,金额,期限,户名\n';

describeOnBothStacks('the books of agencies that send files', (stack) => {
  let clock: TestClock;
  let files: BillFiles;
  let store: BillStore;
  let dir: string;
  let agencyId: string;
  let count = 0;

  beforeAll(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'bill-files-'));
    clock = new TestClock(NOON);
    const key = () => randomBytes(32).toString('base64');
    const vault = createVault({ current: 'k', keys: { k: key() }, indexKey: key() });
    const { db } = stack();
    const { agencies } = await openPlainAgencies({ db, vault, clock });
    const deps = { db, vault, clock, log };
    files = createBillFiles({ ...deps, agencies });
    store = createBillStore(deps)(PLAIN_CONNECTION);
    const publish = agencies.publishManifest;
    newAgency = async (setup = SETUP) => {
      count += 1;
      agencyId = `files-${count}`;
      await publish(plainManifest(agencyId, { agencyCode: agencyId, cutOff: '00:00' }));
      await files.setUp(agencyId, setup);
    };
  });
  let newAgency: (setup?: BillFileSetupInput) => Promise<void>;
  beforeEach(async () => {
    clock.advance(NOON - clock.nowMs());
    await newAgency();
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const importText = (text: string | Buffer, isAgain = false) => {
    const file = path.join(dir, `${agencyId}-${++count}.csv`);
    writeFileSync(file, text);
    return files.importFile({ agencyId, path: file, fileName: 'bills.csv', importedBy: null, isAgain });
  };
  const query = (accountNumber: string) =>
    store.findBills({ agencyCode: agencyId, inputs: { accountNumber } });
  const dueOf = async (accountNumber: string) => {
    const outcome = await query(accountNumber);
    return outcome.kind === 'due'
      ? outcome.bills.map(({ billId, amountDue }) => [billId, amountDue.amountMinor])
      : outcome.kind;
  };
  const posting = (accountNumber: string, bills: [string, number][]): PostingRequest => ({
    reference: newId('pst', clock.nowMs(), 0),
    agencyCode: agencyId,
    inputs: { accountNumber },
    bills: bills.map(([billId, amountMinor]) => ({ billId, amount: { amountMinor, currency: 'CNY' } })),
    amount: { amountMinor: bills.reduce((sum, [, minor]) => sum + minor, 0), currency: 'CNY' },
    debitedAtMs: clock.nowMs(),
  });

  it('takes in bills, which residents then find under their account alone', async () => {
    const { kind, revision } = await importText(
      `${HEAD}0000000001,B1,2025-10,12.50,2025-12-31,张小明\n0000000001,B2,2025年11月,"1,000.00",2025/12/31,张小明\n0000000002,B1,202511,7,,欧阳\n`,
    );
    expect([kind, revision.problems]).toEqual(['imported', []]);
    expect(revision.summary).toMatchObject({
      billCount: 3,
      addedCount: 3,
      amountMinor: 101_950,
      lineCount: 3,
    });
    expect(await query('0000000001')).toMatchObject({
      kind: 'due',
      holder: { maskedName: '张**' },
      bills: [
        { billId: 'B1', period: '2025-10', amountDue: { amountMinor: 1_250 }, dueDate: '2025-12-31' },
        { billId: 'B2', period: '2025-11', amountDue: { amountMinor: 100_000 } },
      ],
      account: '0000000001',
    });
    expect(await dueOf('0000000002')).toEqual([['B1', 700]]);
    expect(await query('0000000003')).toMatchObject({ kind: 'noSuchAccount' });
  });

  it('keeps no account number and no name as they are', async () => {
    await importText(`${HEAD}0000000771,B1,2025-10,12.50,2025-12-31,司徒文轩\n`);
    const rows = await stack().db('filed_bills').where({ agency_id: agencyId });
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toMatch(/0000000771|司徒|文轩/);
  });

  it('lets the same bill overwrite, zero settle, and leaves alone what a delta does not name', async () => {
    await importText(
      `${HEAD}0000000001,B1,2025-10,10,,\n0000000001,B2,2025-11,20,,\n0000000001,B3,2025-12,30,,\n`,
    );
    const { revision } = await importText(`${HEAD}0000000001,B1,2025-10,11,,\n0000000001,B2,2025-11,0,,\n`);
    expect(revision.summary).toMatchObject({
      addedCount: 0,
      changedCount: 2,
      statedPaidCount: 1,
      withdrawnCount: 0,
    });
    expect(await dueOf('0000000001')).toEqual([
      ['B1', 1_100],
      ['B3', 3_000],
    ]);
    // What was overwritten is gone from the table too.
    expect(await stack().db('filed_bills').where({ agency_id: agencyId })).toHaveLength(3);
    const third = await importText(`${HEAD}0000000001,B3,2025-12,30,,\n`);
    expect(third.revision.summary).toMatchObject({ unchangedCount: 1, changedCount: 0 });
  });

  it('withdraws what a full file does not name, and still knows the account', async () => {
    await newAgency({ ...SETUP, mode: 'full', onBadLines: 'refuseWhole' });
    await importText(`${HEAD}0000000001,B1,2025-10,10,,\n0000000002,B1,2025-10,20,,\n`);
    const { revision } = await importText(`${HEAD}0000000002,B1,2025-10,25,,\n`);
    expect(revision.summary).toMatchObject({ withdrawnCount: 1, changedCount: 1 });
    expect(await dueOf('0000000001')).toBe('nothingDue');
    expect(await dueOf('0000000002')).toEqual([['B1', 2_500]]);
    const third = await importText(`${HEAD}0000000001,B1,2025-10,10,,\n0000000002,B1,2025-10,25,,\n`);
    expect(third.revision.summary).toMatchObject({ addedCount: 1, unchangedCount: 1, withdrawnCount: 0 });
    expect(await dueOf('0000000001')).toEqual([['B1', 1_000]]);
  });

  it('lets the last of repeated lines count, and says how many there were', async () => {
    const { revision } = await importText(`${HEAD}0000000001,B1,2025-10,10,,\n0000000001,B1,2025-10,12,,\n`);
    expect(revision.summary).toMatchObject({ billCount: 1, repeatedCount: 1, amountMinor: 1_200 });
    expect(await dueOf('0000000001')).toEqual([['B1', 1_200]]);
  });

  const WRONG = `${HEAD}0000000001,B1,2025-10,10,,\n123,B2,2025-10,10,,\n0000000003,B3,2025-10,ten,,\n0000000004,,,1.005,2025-02-30,\n`;
  const PROBLEMS = [
    { line: 3, field: 'inputs.accountNumber', code: 'account_wrong_format' },
    { line: 4, field: 'amount', code: 'amount_unreadable' },
    { line: 5, field: 'amount', code: 'amount_finer_than_minor_unit' },
    { line: 5, field: 'dueDate', code: 'date_unreadable' },
    { line: 5, field: 'billId', code: 'bill_id_missing' },
  ];

  it('lists each bad line and keeps the good ones', async () => {
    const { kind, revision } = await importText(WRONG);
    expect([kind, revision.summary.badLineCount]).toEqual(['imported', 3]);
    expect(revision.problems).toEqual(PROBLEMS);
    expect(await dueOf('0000000001')).toEqual([['B1', 1_000]]);
  });

  it('refuses the whole file where the agency chose so, and leaves no trace of it in the books', async () => {
    await newAgency({ ...SETUP, onBadLines: 'refuseWhole' });
    await importText(`${HEAD}0000000001,B1,2025-10,9,,\n`);
    const { kind, revision } = await importText(WRONG);
    expect([kind, revision.status, revision.problems]).toEqual(['refused', 'refused', PROBLEMS]);
    expect(await dueOf('0000000001')).toEqual([['B1', 900]]);
    expect(await stack().db('filed_bills').where({ agency_id: agencyId })).toHaveLength(1);
  });

  it('refuses a file without the columns, without bills, and one that is no table', async () => {
    const refused = async (text: string | Buffer) => {
      const { kind, revision } = await importText(text);
      return [kind, revision.problems.map(({ code }) => code)];
    };
    expect(await refused('户号,账单号,账期\n1,2,3\n')).toEqual(['refused', ['columns_missing']]);
    expect(await refused(HEAD)).toEqual(['refused', ['no_bills']]);
    expect(await refused('')).toEqual(['refused', ['columns_missing']]);
    expect(await refused(Buffer.from('%PDF-1.7 …'))).toEqual(['refused', ['file_unreadable']]);
  });

  it('tells that a file was taken in before, and takes it again only when asked to', async () => {
    const text = `${HEAD}0000000001,B1,2025-10,10,,\n`;
    const first = await importText(text);
    await importText(`${HEAD}0000000001,B1,2025-10,12,,\n`);
    const again = await importText(text);
    expect(again).toEqual({ kind: 'alreadyImported', revision: first.revision, currency: 'CNY' });
    expect(await dueOf('0000000001')).toEqual([['B1', 1_200]]);
    expect(await importText(text, true)).toMatchObject({ kind: 'imported' });
    expect(await dueOf('0000000001')).toEqual([['B1', 1_000]]);
  });

  /** More than is read without threads. */
  const large = `${HEAD}${Array.from({ length: 24_000 }, (_, at) => `${String(at).padStart(10, '0')},B1,2025-10,${at % 90}.5,,${'欧阳晓明'.repeat(12)}`).join('\n')}\n`;

  it('takes in a large file as it takes in a small one', async () => {
    const { kind, revision } = await importText(`${large}x\n0000000007,B1,2025-10,99,,`);
    expect([kind, revision.summary]).toMatchObject([
      'imported',
      { lineCount: 24_002, billCount: 24_000, repeatedCount: 1, badLineCount: 1 },
    ]);
    expect(revision.problems).toMatchObject([{ line: 24_002, field: 'inputs.accountNumber' }, {}, {}]);
    expect(await dueOf('0000000007')).toEqual([['B1', 9_900]]);
    expect(await dueOf('0000023999')).toEqual([['B1', 5_950]]);
  });

  it('breaks off when a thread dies, and leaves no trace in the books', async () => {
    await importText(`${HEAD}0000000001,B9,2025-10,9,,\n`);
    const killed = jest.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker) {
      void this.terminate();
    });
    await expect(importText(large)).rejects.toMatchObject({ code: 'bill_import_broken_off' });
    expect(killed).toHaveBeenCalled();
    killed.mockRestore();
    expect(await dueOf('0000000001')).toEqual([['B9', 900]]);
    expect(await stack().db('filed_bills').where({ agency_id: agencyId })).toHaveLength(1);
    expect((await files.listRevisions(agencyId, { limit: 1 })).items).toMatchObject([{ status: 'refused' }]);
    expect(await importText(large)).toMatchObject({ kind: 'imported' });
  });

  it('does not owe again what is paid here, whatever later files say', async () => {
    await importText(`${HEAD}0000000001,B1,2025-10,10,,\n`);
    const paid = posting('0000000001', [['B1', 1_000]]);
    expect(await store.post(paid)).toMatchObject({ kind: 'accepted' });
    const { revision } = await importText(`${HEAD}0000000001,B1,2025-10,12,,\n`);
    expect(revision.summary.keptPaidCount).toBe(1);
    expect(await dueOf('0000000001')).toBe('nothingDue');
    expect(await store.post(posting('0000000001', [['B1', 1_200]]))).toMatchObject({
      kind: 'rejected',
      reason: { code: 'bill_already_paid' },
    });
    const undo = {
      reference: newId('pst', clock.nowMs(), 0),
      originalReference: paid.reference,
      amount: paid.amount,
    };
    expect(await store.refund(undo)).toMatchObject({ kind: 'accepted' });
    expect(await dueOf('0000000001')).toEqual([['B1', 1_200]]);
  });

  it('lets one import of an agency run at a time, and takes over from one that died', async () => {
    await importText(`${HEAD}0000000001,B1,2025-10,10,,\n`);
    const [dead] = await stack().db('bill_revisions').where({ agency_id: agencyId });
    const left = {
      ...dead,
      revision_id: newId('brv', NOON, 0),
      revision: 2,
      status: 'loading',
      file_sha256: 'other',
    };
    await stack().db('bill_revisions').insert(left);
    const [bill] = await stack().db('filed_bills').where({ agency_id: agencyId });
    await stack()
      .db('filed_bills')
      .insert({ ...bill, bill_id: 'HALF', revision: 2 });
    const next = `${HEAD}0000000001,B2,2025-11,20,,\n`;
    await expect(importText(next)).rejects.toMatchObject({ code: 'bill_import_running' });
    clock.advance(10 * 60_000);
    expect(await importText(next)).toMatchObject({ kind: 'imported', revision: { revision: 3 } });
    expect(await dueOf('0000000001')).toEqual([
      ['B1', 1_000],
      ['B2', 2_000],
    ]);
  });

  it('writes the advice of a date once it is over: each bill, what was undone, and the sum', async () => {
    await importText(`${HEAD}0000000001,=B1,2025-10,10,,\n0000000002,B2,2025-10,20.5,,\n`);
    const first = posting('0000000001', [['=B1', 1_000]]);
    const second = posting('0000000002', [['B2', 2_050]]);
    await store.post(first);
    clock.advance(1_000);
    await store.post(second);
    const undo = {
      reference: newId('pst', NOON, 0),
      originalReference: second.reference,
      amount: second.amount,
    };
    expect(await store.reverse(undo)).toMatchObject({ kind: 'accepted' });
    expect(await files.advice(agencyId, '2025-11-20', 'csv')).toEqual({
      kind: 'notReady',
      availableAtMs: Date.parse('2025-11-21T00:02:00+08:00'),
    });
    clock.advance(86_400_000);
    const advice = await files.advice(agencyId, '2025-11-20', 'csv');
    if (advice.kind !== 'ready') throw new Error(advice.kind);
    const lines = Buffer.from(advice.content).toString('utf8').split('\r\n');
    expect(lines[0]).toBe('\uFEFF缴费单位,账务日期,类型,户号,账单号,账期,金额,币种,时间,平台流水号');
    expect(lines[1]).toContain(
      `,缴费,0000000001,'=B1,2025-10,10.00,CNY,2025-11-20 12:00:00,${first.reference}`,
    );
    expect(lines[3]).toContain(`,冲正,0000000002,B2,2025-10,-20.50,CNY,`);
    expect(lines[4]).toBe('合计,2025-11-20,3 笔,,,,10.00,CNY,,');
    expect(await files.advice(agencyId, '2025-11-19', 'csv')).toEqual({ kind: 'emptyDay' });
    expect(
      await store.reverse({
        ...undo,
        reference: newId('pst', NOON, 0),
        originalReference: first.reference,
        amount: first.amount,
      }),
    ).toMatchObject({ kind: 'rejected' });
  });

  it('shows the first lines as they would be understood, and stores nothing', async () => {
    const file = path.join(dir, 'preview.csv');
    const many = Array.from({ length: 50 }, (_, at) => `00000000${String(at + 10)},B,2025-10,${at}.00,,张三`);
    writeFileSync(file, `${HEAD}bad,B1,2025-10,1,,\n${many.join('\n')}\n`);
    const { bills, problems } = await files.preview(agencyId, file);
    expect(problems).toEqual([{ line: 2, field: 'inputs.accountNumber', code: 'account_wrong_format' }]);
    expect(bills).toHaveLength(19);
    expect(bills[0]).toMatchObject({ line: 3, maskedAccount: '****0010', maskedName: '张*', amountMinor: 0 });
    expect(await stack().db('filed_bills').where({ agency_id: agencyId })).toEqual([]);
    expect((await files.listRevisions(agencyId, { limit: 5 })).items).toEqual([]);
  });
});
