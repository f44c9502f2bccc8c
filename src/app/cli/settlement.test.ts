import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCli } from '../../../test/support/demo.ts';
import { faultsOfPain001, textsOf } from '../../../test/support/pain001-structure.ts';

const TERMS = {
  agencyId: 'guangzhou-power',
  agencyNames: { 'zh-CN': '广州供电局', en: 'Guangzhou Power' },
  currency: 'CNY',
  cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' },
  cycle: { kind: 'daily' },
  payoutAfterDays: 1,
  basis: 'net',
};
const account = (holderName: string) => ({
  holderName,
  bankName: '中国工商银行',
  bankCode: '102581000013',
  accountNumber: '3602000119200000001',
});
const ITEMS = [
  'itemId,kind,paymentId,businessDate,amount,fee,state,note',
  'pay_1,payment,pay_1,2026-11-20,100.00,0.38,reconciled,',
  'pay_2,payment,pay_2,2026-11-22,50.00,0.19,reconciled,',
  'pay_3,payment,pay_3,2026-11-21,9.99,,disputed,',
  'pay_4,payment,pay_4,2026-11-23,1.00,,reconciled,',
  'adj_1,adjustment,,2026-11-23,-2.00,,reconciled,更正',
].join('\n');

describe('civicpay settlement', () => {
  let folder: string;
  let terms: string;
  let items: string;
  const file = (name: string, content: string) => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'civicpay-settlement-'));
    terms = file('terms.json', JSON.stringify(TERMS));
    items = file('items.csv', ITEMS);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('shows windows and what each comes to', async () => {
    const { exitCode, stdout, stderr } = await runCli(['settlement', 'preview', items, '--terms', terms]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('2026-11-20 – 2026-11-22, due on 2026-11-23: 2 settled, 1 held (CNY)');
    expect(stdout).toMatch(/ payout +149\.43\n {2}held pay_3: disputed/);
    expect(stdout).toMatch(/2026-11-23 – 2026-11-23, due on 2026-11-24[\s\S]* carriedOut +-1\.00/);
  });

  it('writes statements, fee invoice and payout files, and reads what the bank answers to them', async () => {
    const accounts = file(
      'accounts.json',
      JSON.stringify({ debtor: account('市民缴费平台'), creditor: account('广州供电局') }),
    );
    const out = path.join(folder, 'out');
    const asJson = ['--json', 'settlement'];
    const made = await runCli([
      ...asJson,
      'preview',
      items,
      '--terms',
      terms,
      '--accounts',
      accounts,
      '--out',
      out,
    ]);
    expect(made).toMatchObject({ exitCode: 0, stderr: '' });
    const { files } = JSON.parse(made.stdout) as { files: string[] };
    expect(files.map((name) => path.basename(name))).toEqual([
      ...['csv', 'xlsx', 'pdf'].map((kind) => `guangzhou-power-2026-11-22.${kind}`),
      ...['csv', 'xlsx', 'pdf'].map((kind) => `guangzhou-power-2026-11-23.${kind}`),
      'fee-invoice.csv',
      ...['json', 'xml', 'xml.sha256', 'csv', 'csv.sha256'].map((kind) => `PV-2026-11-22-batch.${kind}`),
    ]);
    expect(files.every((name) => existsSync(name))).toBe(true);
    const xml = readFileSync(path.join(out, 'PV-2026-11-22-batch.xml'));
    expect(faultsOfPain001(xml.toString())).toEqual([]);
    expect(textsOf(xml.toString(), 'InstdAmt')).toEqual(['149.43']);
    const hash = createHash('sha256').update(xml).digest('hex');
    expect(readFileSync(path.join(out, 'PV-2026-11-22-batch.xml.sha256'), 'utf8')).toContain(hash);

    const batch = path.join(out, 'PV-2026-11-22-batch.json');
    const answerOf = (amount: string) =>
      file(
        'answer.csv',
        `H,civicpay-payout-answer-1,BANK-1,PV-2026-11-22-batch,1,${amount}\nD,PV-2026-11-22,${amount},CNY,RETURNED,R01,户名不符\nT,1\n`,
      );
    const answered = await runCli([...asJson, 'answer', answerOf('149.43'), '--batch', batch]);
    expect(JSON.parse(answered.stdout)).toEqual({
      acknowledgementId: 'BANK-1',
      instructions: [
        { instructionId: 'PV-2026-11-22', answer: { status: 'returned', code: 'R01', reason: '户名不符' } },
      ],
    });
    const refused = await runCli(['settlement', 'answer', answerOf('149.44'), '--batch', batch]);
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('acknowledgement_mismatch {"why":"total"}'),
    });
  }, 60_000);

  it('does not guess a year that is not published', async () => {
    const late = file('late.csv', ITEMS.replace('2026-11-23', '2026-12-31'));
    const { exitCode, stderr } = await runCli(['settlement', 'preview', late, '--terms', terms]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('calendar_year_unpublished {"year":2027}');
  });

  it('says what is wrong with its files', async () => {
    const preview = async (content: string) => {
      const { exitCode, stderr } = await runCli([
        'settlement',
        'preview',
        file('wrong.csv', content),
        '--terms',
        terms,
      ]);
      return `${exitCode} ${stderr}`;
    };
    expect(await preview(ITEMS.replace('100.00', '100.001'))).toMatch(/^2 .*line 2: 100\.001: CNY has 2/);
    expect(await preview(ITEMS.replace('disputed', 'odd'))).toMatch(/^2 .*line 4 can't be used:\n {2}state/);
    expect(await preview(ITEMS.replace('pay_2,payment', 'pay_1,payment'))).toMatch(
      /^2 The items: an item comes twice/,
    );
  });
});
