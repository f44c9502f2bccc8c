import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chinaDate, chinaTimestamp } from '../../src/kernel/china-time.ts';
import { generateSm2KeyPair, signSm2, verifySm2 } from '../../src/kernel/sm2.ts';
import { DEMO_CUSTOMERS } from './demo-customers.ts';
import { type RunningProvidentFundCenter, startProvidentFundCenter } from './server.ts';

const [merchant, theirs] = [generateSm2KeyPair(), generateSm2KeyPair()];
const controlToken = 'a control token';
const [depositor, sealed, , borrower] = DEMO_CUSTOMERS;

/** What is signed, as the README has it. */
function textOf(fields: Record<string, string>): Buffer {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== '');
  return Buffer.from(
    names
      .sort()
      .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(fields[name] ?? '')}`)
      .join('&'),
  );
}

describe('the provident fund center', () => {
  let dataDir: string;
  let running: RunningProvidentFundCenter;
  const start = async () => {
    running = await startProvidentFundCenter({
      port: 0,
      dataDir,
      keys: {
        merchantNo: 'civicpay',
        merchantPublicKey: merchant.publicKeyHex,
        centerPrivateKey: theirs.privateKeyHex,
      },
      controlToken,
    });
  };
  beforeEach(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'fund-center-'));
    await start();
    // Noon: no test then straddles midnight, whenever it runs.
    const { clock } = running.center.conduct;
    clock.set(Date.parse(`${chinaDate(clock.nowMs())}T12:00:00+08:00`));
  });
  afterEach(async () => {
    await running.stop();
    rmSync(dataDir, { recursive: true });
  });

  async function send(body: string): Promise<Record<string, string>> {
    const response = await fetch(`${running.url}/gjj/gateway`, { method: 'POST', body });
    return Object.fromEntries(new URLSearchParams(await response.text()));
  }
  function formOf(service: string, fields: Record<string, string>): Record<string, string> {
    const all = {
      merchant_no: 'civicpay',
      service,
      version: '1.0',
      charset: 'UTF-8',
      timestamp: chinaTimestamp(Date.now()),
      nonce: randomUUID(),
      sign_type: 'SM2',
      ...fields,
    };
    const sign = signSm2(merchant.privateKeyHex, textOf(all));
    return { ...all, sign: Buffer.from(sign).toString('base64') };
  }
  async function ask(service: string, fields: Record<string, string>): Promise<Record<string, string>> {
    const form = formOf(service, fields);
    const answer = await send(new URLSearchParams(form).toString());
    const { sign = '' } = answer;
    expect(verifySm2(theirs.publicKeyHex, textOf(answer), Buffer.from(sign, 'base64'))).toBe(true);
    expect(answer.nonce).toBe(form.nonce);
    return answer;
  }
  const payTime = () => chinaTimestamp(running.center.conduct.clock.nowMs());
  const deposit = (order_no: string, pay_amt: string, account_no = depositor?.accountNo ?? '') =>
    ask('deposit.pay', { order_no, account_no, pay_amt, pay_time: payTime() });

  it('takes no request that is not signed, fresh, new and known', async () => {
    const query = { account_no: borrower?.accountNo ?? '' };
    const codeOf = async (form: Record<string, string>) =>
      (await send(new URLSearchParams(form).toString())).code;
    const right = formOf('loan.query', query);
    expect(await codeOf({ ...right, account_no: '300000000038' })).toBe('E9001');
    expect(await codeOf({ ...right, sign: '' })).toBe('E9001');
    expect(await codeOf({ ...right, merchant_no: 'somebody' })).toBe('E9001');
    expect(await codeOf(right)).toBe('S0000');
    expect(await codeOf(right)).toBe('E9003');
    expect(
      await codeOf(formOf('loan.query', { ...query, timestamp: chinaTimestamp(Date.now() - 301_000) })),
    ).toBe('E9002');
    expect(await codeOf(formOf('toString', query))).toBe('E9004');
    const twice = `${new URLSearchParams(formOf('loan.query', query))}&account_no=300000000038`;
    expect((await send(twice)).code).toBe('E9004');
  });

  it('takes deposits of whole yuan, up to the limit of the month', async () => {
    expect((await deposit('a1', '99.00')).code).toBe('E2010');
    expect((await deposit('a2', '100.50')).code).toBe('E2010');
    expect((await deposit('a3', '5001.00')).code).toBe('E2010');
    expect((await deposit('a4', '3000.00')).code).toBe('S0000');
    expect((await deposit('a5', '2001.00')).code).toBe('E2006');
    expect((await deposit('a6', '2000.00')).code).toBe('S0000');
    expect((await deposit('a4', '100.00')).code).toBe('E2004');
    expect((await deposit('a7', '100.00', sealed?.accountNo)).code).toBe('E1003');
    expect((await deposit('a8', '100.00', borrower?.accountNo)).code).toBe('E1001');
    running.center.conduct.clock.advance(32 * 86_400_000);
    expect((await deposit('a9', '100.00')).code).toBe('S0000');
  });

  it('takes the oldest instalments first, with the penalty of the day of payment', async () => {
    const loan = await ask('loan.query', { account_no: borrower?.accountNo ?? '' });
    expect(loan.count).toBe('3');
    const repay = (order_no: string, numbers: number[], off = '') => {
      const items = numbers.flatMap((number, index) => [
        [`inst_no_${index + 1}`, loan[`inst_no_${number}`] ?? ''],
        [`amt_${index + 1}`, off || (loan[`total_${number}`] ?? '')],
      ]);
      const totalFen = numbers.reduce(
        (sum, n) => sum + Number((loan[`total_${n}`] ?? '').replace('.', '')),
        0,
      );
      const pay_amt = `${Math.floor(totalFen / 100)}.${String(totalFen % 100).padStart(2, '0')}`;
      return ask('loan.pay', {
        order_no,
        account_no: borrower?.accountNo ?? '',
        pay_amt,
        pay_time: payTime(),
        count: String(numbers.length),
        ...Object.fromEntries(items),
      });
    };
    expect((await repay('b1', [2])).code).toBe('E2009');
    expect((await repay('b2', [1], '1.00')).code).toBe('E2001');
    expect((await repay('b3', [1, 1])).code).toBe('E2003');
    expect((await repay('b4', [2, 1])).code).toBe('S0000');
    expect((await repay('b5', [1])).code).toBe('E2002');
    running.center.conduct.clock.advance(40 * 86_400_000);
    expect((await repay('b6', [3])).code).toBe('E2001');
    const later = await ask('loan.query', { account_no: borrower?.accountNo ?? '' });
    expect(Number(later.penalty_1)).toBeGreaterThan(0);
  });

  it('remembers what it told of, when it is started again', async () => {
    const paid = await deposit('a1', '500.00');
    await running.stop();
    await start();
    const asked = await ask('order.query', { order_no: 'a1' });
    for (const name of ['code', 'serial_no', 'pay_amt', 'state', 'post_time']) {
      expect(asked[name]).toBe(paid[name]);
    }
    expect((await ask('order.query', { order_no: 'a2' })).code).toBe('E2005');
    expect(running.center.postings()).toMatchObject([{ reference: 'a1', amountMinor: 50_000, billIds: [] }]);
  });

  it('has a daily file with a line for each posting and their total', async () => {
    running.center.conduct.clock.set(Date.parse('2026-03-02T12:00:00+08:00'));
    await deposit('a1', '500.00');
    await deposit('a2', '0.50');
    expect(await ask('file.download', { date: '20260302' })).toMatchObject({
      code: 'E4001',
      avail_time: '20260303030000',
    });
    running.center.conduct.clock.set(Date.parse('2026-03-03T03:00:00+08:00'));
    expect((await ask('file.download', { date: '20260301' })).code).toBe('E4002');
    const { file_name, file_content = '' } = await ask('file.download', { date: '20260302' });
    expect(file_name).toBe('GZGJJ_civicpay_20260302.csv');
    expect(Buffer.from(file_content, 'base64').toString().split('\r\n')).toEqual([
      '商户订单号,中心流水号,业务,账号,金额,入账时间',
      `a1,P000000000001,缴存,${depositor?.accountNo},500.00,20260302120000`,
      '合计,1,500.00',
      '',
    ]);
  });

  it('makes customers and instalments for those who hold the token', async () => {
    const control = (command: string, body: unknown, token = controlToken) =>
      fetch(`${running.url}/control/${command}`, {
        method: 'POST',
        headers: { 'x-control-token': token },
        body: JSON.stringify(body),
      });
    expect((await control('customers', {}, 'wrong')).status).toBe(403);
    const made = await control('customers', { kind: 'loan' });
    const { accountNo } = (await made.json()) as { accountNo: string };
    expect((await ask('loan.query', { account_no: accountNo })).code).toBe('E1002');
    expect((await control('bills', { accountNo, month: '202601' })).status).toBe(201);
    expect((await ask('loan.query', { account_no: accountNo })).month_1).toBe('202601');
    expect((await control('bills', { accountNo: depositor?.accountNo })).status).toBe(404);
  });
});
