import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCli } from '../../../test/support/demo.ts';

const LEDGER = [
  'H,SBSTMT1,m1,2026-11-21,CNY,2026-11-22T00:10:00',
  'D,1,DEBIT,L1,pay_000000000001,,2026-11-21T10:00:00,100.00',
  'D,2,DEBIT,L2,pay_000000000002,,2026-11-21T10:01:00,50.00',
  'D,3,DEBIT,L4,pay_000000000004,,2026-11-21T10:02:00,30.00',
  'T,3,180.00,0,0.00,180.00',
];
const BANK = [
  'H,SBSTMT1,m1,2026-11-21,CNY,2026-11-22T00:10:00',
  'D,1,DEBIT,B1,pay_000000000001,,2026-11-21T10:00:00,100.00',
  'D,2,DEBIT,B2,pay_000000000002,,2026-11-21T10:01:00,50.00',
  'D,3,DEBIT,B3,pay_000000000002,,2026-11-21T10:01:05,50.00',
  'D,4,DEBIT,B4,pay_000000000004,,2026-11-21T10:02:00,29.50',
  'D,5,REFUND,B6,rf_0000000000001,pay_000000000001,2026-11-21T10:05:00,100.00',
  'T,4,229.50,1,100.00,129.50',
];

describe('civicpay reconcile', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'civicpay-reconcile-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function file(name: string, content: string): string {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  }
  const statement = (name: string, lines: readonly string[]) => file(name, `${lines.join('\r\n')}\r\n`);
  const reconcile = (left: string, right: string, ...more: string[]) =>
    runCli(['reconcile', '--left', left, '--right', right, ...more]);

  it('ends with 0 when all matches', async () => {
    const [left, right] = [statement('same-a', LEDGER), statement('same-b', LEDGER)];
    const { exitCode, stdout, stderr } = await reconcile(left, right);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('没有差错');
  });

  it('lists what differs with its lines and what to do, and ends with 4', async () => {
    const [left, right] = [statement('ledger', LEDGER), statement('bank', BANK)];
    const chinese = await reconcile(left, right);
    expect(chinese.exitCode).toBe(4);
    expect(chinese.stdout).toContain('左 第 4 行: 2026-11-21  30.00 CNY  pay_000000000004');
    expect(chinese.stdout).toContain('差额（右 − 左）: -0.50 CNY  短款');
    const english = await reconcile(left, right, '--language', 'en', '--json');
    expect(english.exitCode).toBe(4);
    const result = JSON.parse(english.stdout);
    expect(result).toMatchObject({
      matchCount: 1,
      matches: [{ rule: 'exactReference', left: [2], right: [2] }],
      breaks: [
        { class: 'amountUnder', left: [{ line: 4 }], right: [{ line: 5 }], differenceMinor: -50 },
        { class: 'duplicate', left: [{ line: 3 }], right: [{ line: 3 }, { line: 4 }] },
        { class: 'refund', left: [], right: [{ line: 6 }], relatedRight: [2] },
      ],
      proof: { right: { all: [{ currency: 'CNY', rows: 5, amountMinor: 12_950 }] } },
    });
    expect(result.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes rules: a fee that is tolerated, and which house says 长款 to what', async () => {
    const [left, right] = [statement('ledger-2', LEDGER), statement('bank-2', BANK)];
    const rules = file(
      'rules.json',
      '{"fees":[{"name":"card","toleranceMinor":50}],"surplusSide":"left","leftRole":"ledger","rightRole":"channel"}',
    );
    const { stdout } = await reconcile(left, right, '--rules', rules);
    expect(stdout).toContain('[tolerance]');
    expect(stdout).toContain('差额（右 − 左）: 50.00 CNY  短款');
  });

  it('finds the payments, fees and refunds that one credit of a bank settles', async () => {
    const left = file('gross.csv', 'p1,100.00,0.60\np2,50.00,0.30\nr1,-10.00,-0.06\n');
    const right = file('net.csv', '交易日期,流水号,收入,摘要\n2026-11-22,B9,139.16,商户清算款\n');
    const layout = file(
      'gross.json',
      '{"name":"gross","kind":"delimited","currency":"CNY","row":{"ref":{"column":1},"amount":{"column":2},"fee":{"column":3}}}',
    );
    const rules = file('settling.json', '{"settlementWords":["清算款"]}');
    const { exitCode, stdout } = await reconcile(left, right, '--left-layout', layout, '--rules', rules);
    expect(stdout).toContain('[subsetSum]');
    expect(exitCode).toBe(0);
  });

  it('matches nothing of a file that is not whole, and takes no rules that are none', async () => {
    const left = statement('whole', LEDGER);
    const cut = statement('cut', BANK.slice(0, -1));
    expect(await reconcile(left, cut)).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('nothing was matched'),
    });
    const rules = file('bad-rules.json', '{"feess":[]}');
    expect(await reconcile(left, left, '--rules', rules)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('feess'),
    });
    expect((await reconcile(left, path.join(folder, 'absent'))).exitCode).toBe(2);
    expect((await runCli(['reconcile', '--left', left])).exitCode).toBe(2);
  });
});
