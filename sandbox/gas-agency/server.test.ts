import { generateKeyPairSync, randomUUID, sign as rsaSign, verify as rsaVerify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { PIPELINE_NUMBERS, PREPAID_NUMBERS } from './account-number.rules.ts';
import { DEMO_CUSTOMERS } from './demo-customers.ts';
import { signedText } from './protocol.ts';
import { type RunningGasAgency, startGasAgency } from './server.ts';
import { readDailyFile } from './statement.ts';

const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [merchant, theirs, stranger] = [keyPair(), keyPair(), keyPair()];
const keys = {
  appId: 'civicpay',
  merchantPublicKey: merchant.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  agencyPrivateKey: theirs.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
};
const DAY_MS = 86_400_000;

/** Every member that any answer to these tests has. */
interface Data {
  bills: { bill_no: string; payable: string; late_fee: string; paid: string }[];
  plans: { plan_id: string; price: string; volume: string }[];
  status: string;
  supply: { type: string; token?: string; write_code?: string; volume: string };
  content: string;
  open_time: string;
}

describe('the gas company', () => {
  let dataDir: string;
  let running: RunningGasAgency;
  const start = async () => {
    running = await startGasAgency({ port: 0, dataDir, keys, controlToken: 'a control token' });
  };
  beforeEach(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'gas-agency-'));
    await start();
    const { clock } = running.agency.conduct;
    clock.set(Date.parse(`${new Date(clock.nowMs()).toISOString().slice(0, 10)}T12:00:00+08:00`));
  });
  afterEach(async () => {
    await running.stop();
    rmSync(dataDir, { recursive: true });
  });

  const nowMs = () => running.agency.conduct.clock.nowMs();
  function form(method: string, content: unknown, more: Record<string, string> = {}): Map<string, string> {
    return new Map(
      Object.entries({
        app_id: 'civicpay',
        method,
        timestamp: chinaTimestamp(Date.now()),
        nonce: randomUUID(),
        sign_type: 'RSA2',
        biz_content: JSON.stringify(content),
        ...more,
      }),
    );
  }
  function signed(fields: Map<string, string>, key = merchant.privateKey): URLSearchParams {
    const sign = rsaSign('RSA-SHA256', Buffer.from(signedText(fields)), key).toString('base64');
    return new URLSearchParams([...fields, ['sign', sign]]);
  }
  async function post(body: URLSearchParams | string) {
    const response = await fetch(`${running.url}/gateway.do`, { method: 'POST', body: body.toString() });
    const fields = new Map(new URLSearchParams(await response.text()));
    return { fields, code: fields.get('code'), data: JSON.parse(fields.get('data') || '{}') as Data };
  }
  const api = (method: string, content: unknown) => post(signed(form(method, content)));
  const query = (account_no: string) => api('gas.bill.query', { account_no });
  const orderNo = () => randomUUID().replaceAll('-', '');
  async function payment(account_no: string, amounts?: string[]) {
    const { bills } = (await query(account_no)).data;
    const parts = bills
      .slice(0, amounts?.length ?? bills.length)
      .map(({ bill_no, payable }, index) => ({ bill_no, amount: amounts?.[index] ?? payable }));
    return paying(account_no, parts);
  }
  function paying(account_no: string, bills: { bill_no: string; amount: string; late_fee?: string }[]) {
    const totalFen = bills.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0);
    return {
      order_no: orderNo(),
      account_no,
      pay_time: chinaTimestamp(nowMs()),
      pay_amount: (totalFen / 100).toFixed(2),
      bills,
    };
  }
  const plain = PIPELINE_NUMBERS.numberOf(1, null);
  const threeDue = PIPELINE_NUMBERS.numberOf(2, null);

  describe('lets in', () => {
    const content = { account_no: plain };

    it('what the merchant signed, once, and signs its answer to it', async () => {
      const sent = form('gas.bill.query', content);
      const { code, fields } = await post(signed(sent));
      expect([code, fields.get('nonce')]).toEqual(['10000', sent.get('nonce')]);
      const signature = Buffer.from(fields.get('sign') ?? '', 'base64');
      const isTheirs = () =>
        rsaVerify('RSA-SHA256', Buffer.from(signedText(fields)), theirs.publicKey, signature);
      expect(isTheirs()).toBe(true);
      fields.set('code', '40102');
      expect(isTheirs()).toBe(false);
      expect((await post(signed(sent))).code).toBe('40003');
    });

    it.each([
      [
        'what another key signed',
        () => signed(form('gas.bill.query', content), stranger.privateKey),
        '40001',
      ],
      [
        'what was changed on the way',
        () => signed(form('gas.bill.query', content)).toString().replace(plain, threeDue),
        '40001',
      ],
      [
        'another way of signing',
        () => signed(form('gas.bill.query', content, { sign_type: 'RSA' })),
        '40001',
      ],
      ['another application', () => signed(form('gas.bill.query', content, { app_id: 'x' })), '40001'],
      [
        'what is old',
        () => signed(form('gas.bill.query', content, { timestamp: chinaTimestamp(Date.now() - 302_000) })),
        '40002',
      ],
      ['no time', () => signed(form('gas.bill.query', content, { timestamp: 'now' })), '40002'],
      ['an odd nonce', () => signed(form('gas.bill.query', content, { nonce: 'a b' })), '40004'],
      ['no such method', () => signed(form('gas.secret', content)), '40004'],
      ['a field twice', () => `${signed(form('gas.bill.query', content))}&method=gas.pay`, '40004'],
      [
        'content that is no JSON',
        () => signed(form('gas.bill.query', content, { biz_content: '{' })),
        '40004',
      ],
      ['other content', () => signed(form('gas.bill.query', 7)), '40004'],
    ])('not %s', async (_, make, code) => {
      expect((await post(make())).code).toBe(code);
    });

    it('values that look like fields, and takes them for values', async () => {
      const fields = form('gas.bill.query', { account_no: `${plain}&method=gas.pay` });
      expect((await post(signed(fields))).code).toBe('40101');
      // Signed as one value it is not signed as two.
      const split = signed(form('gas.bill.query', content, { app_id: 'civicpay', version: '1.0&x=1' }));
      expect((await post(split.toString().replace('1.0%26x%3D1', '1.0&x=1'))).code).toBe('40001');
    });
  });

  it('starts with customers that owe what they are said to, each at its own counter', async () => {
    for (const { accountNo, bills, fault, meter } of DEMO_CUSTOMERS) {
      if (fault === 'closed' || fault === 'reset' || fault === 'slow') continue;
      const [billCode, planCode] = [
        (await query(accountNo)).code,
        (await api('gas.plan.query', { account_no: accountNo })).code,
      ];
      const expected =
        meter === 'pipeline' ? [bills.length ? '10000' : '40102', '40103'] : ['40103', '10000'];
      expect([accountNo, billCode, planCode]).toEqual([accountNo, ...expected]);
    }
    expect((await query(PIPELINE_NUMBERS.numberOf(77, null))).code).toBe('40101');
    expect((await query('310000000012')).code).toBe('40101');
  });

  describe('takes payments towards bills', () => {
    it('oldest first, in part at the end, with the late fee first', async () => {
      const { bills } = (await query(threeDue)).data;
      const [first, second, third] = bills;
      if (!first || !second || !third) throw new Error('no bills');
      const partOf = ({ bill_no }: { bill_no: string }, amount: string, late_fee?: string) => ({
        bill_no,
        amount,
        ...(late_fee ? { late_fee } : {}),
      });
      const code = async (parts: Parameters<typeof paying>[1]) =>
        (await api('gas.pay', paying(threeDue, parts))).code;
      expect(Number(first.late_fee)).toBeGreaterThan(0);
      expect(await code([partOf(second, second.payable)])).toBe('40209');
      expect(await code([partOf(first, '10.00'), partOf(second, second.payable)])).toBe('40209');
      expect(await code([partOf(first, first.payable), partOf(third, '1.00')])).toBe('40209');
      expect(await code([partOf(first, '0.99')])).toBe('40210');
      expect(await code([partOf(first, '999.00')])).toBe('40201');
      expect(await code([partOf(first, '10.00', '0.00')])).toBe('40201');
      expect(await code([partOf(first, '10.00'), partOf(first, '10.00')])).toBe('40203');
      expect(await code([partOf(first, '10.00', first.late_fee)])).toBe('10000');
      const [left] = (await query(threeDue)).data.bills;
      expect(left?.late_fee).toBe('0.00');
      expect(Number(left?.payable)).toBeCloseTo(Number(first.payable) - 10, 5);
      // The parts may come in any order.
      const rest = [partOf(second, second.payable), partOf(first, left?.payable ?? '')];
      expect(await code([...rest, partOf(third, '1.00')])).toBe('10000');
      expect((await query(threeDue)).data.bills.map(({ bill_no }) => bill_no)).toEqual([third.bill_no]);
      expect(await code([partOf(first, '1.00')])).toBe('40202');
    });

    it('within its limit, of its customer, of these days', async () => {
      const paid = await payment(plain);
      const code = async (more: object) =>
        (await api('gas.pay', { ...paid, order_no: orderNo(), ...more })).code;
      expect(await code({ account_no: threeDue })).toBe('40203');
      expect(await code({ pay_amount: '1.00' })).toBe('40201');
      expect(await code({ pay_amount: '10000.01' })).toBe('40206');
      expect(await code({ pay_time: chinaTimestamp(nowMs() - 8 * DAY_MS) })).toBe('40208');
      expect(await code({ plan_id: 'V10' })).toBe('40004');
      expect(await code({ bills: undefined })).toBe('40004');
      expect(await code({ bills: undefined, plan_id: 'V10' })).toBe('40103');
      expect(await code({})).toBe('10000');
    });

    it('and gives back what is undone, whole', async () => {
      const part = await payment(threeDue, ['20.00']);
      const before = (await query(threeDue)).data.bills;
      await api('gas.pay', part);
      const undo = { order_no: orderNo(), orig_order_no: part.order_no, amount: '20.00' };
      expect((await api('gas.refund', undo)).code).toBe('40304');
      expect((await api('gas.reverse', undo)).code).toBe('40204');
      expect((await api('gas.reverse', { ...undo, order_no: 'undo2' })).code).toBe('10000');
      expect((await query(threeDue)).data.bills).toEqual(before);
      expect((await api('gas.reverse', { ...undo, order_no: 'undo3' })).code).toBe('40302');
    });
  });

  describe('sells to prepaid meters', () => {
    it.each([
      [4, 'CARD', /^\d{12}$/],
      [5, 'TOKEN', /^\d{20}$/],
    ])('customer %i by %s, the price following the tiers', async (serial, type, pattern) => {
      const account_no = PREPAID_NUMBERS.numberOf(serial, null);
      const offers = async () => (await api('gas.plan.query', { account_no })).data.plans;
      const buy = async ({ plan_id, price }: { plan_id: string; price: string }) =>
        api('gas.pay', {
          order_no: orderNo(),
          account_no,
          pay_time: chinaTimestamp(nowMs()),
          pay_amount: price,
          plan_id,
        });
      const [before] = [await offers()];
      const last = before.at(-1);
      if (!last) throw new Error('no plans');
      const { code, data } = await buy(last);
      expect([code, data.supply.type, data.supply.volume]).toEqual(['10000', type, last.volume]);
      expect(data.supply.token ?? data.supply.write_code).toMatch(pattern);
      for (const _ of Array.from({ length: 8 })) {
        const plan = (await offers()).at(-1);
        if (plan) await buy(plan);
      }
      const after = (await offers()).at(-1);
      // Past the second tier, a cubic metre costs half as much again.
      expect(Number(after?.price) / Number(after?.volume)).toBeCloseTo(5.18, 1);
      if (type === 'CARD') expect((await buy(last)).code).toBe('40201');
      expect((await buy({ plan_id: 'V7', price: '1.00' })).code).toBe('40211');
    });

    it('for good', async () => {
      const account_no = PREPAID_NUMBERS.numberOf(4, null);
      const sale = {
        order_no: orderNo(),
        account_no,
        pay_time: chinaTimestamp(nowMs()),
        pay_amount: '34.50',
      };
      expect((await api('gas.pay', { ...sale, plan_id: 'V10' })).code).toBe('10000');
      const undo = { order_no: orderNo(), orig_order_no: sale.order_no, amount: '34.50' };
      expect((await api('gas.reverse', undo)).code).toBe('40305');
    });
  });

  it('remembers what it posted and sold, when it is started again', async () => {
    const paid = await payment(plain);
    const account_no = PREPAID_NUMBERS.numberOf(5, null);
    const sale = { order_no: orderNo(), account_no, pay_time: chinaTimestamp(nowMs()), pay_amount: '50.00' };
    const before = [await api('gas.pay', paid), await api('gas.pay', { ...sale, plan_id: 'A50' })];
    expect(before.map(({ code }) => code)).toEqual(['10000', '10000']);
    await running.stop();
    await start();
    expect((await api('gas.pay.query', paid)).data).toEqual(before[0]?.data);
    expect((await api('gas.pay.query', sale)).data).toEqual(before[1]?.data);
    expect((await api('gas.pay', paid)).code).toBe('40204');
    expect((await query(plain)).code).toBe('40102');
  });

  it('by account number refuses, says duplicate, answers nonsense; the second telling goes well', async () => {
    const of = (fault: (typeof DEMO_CUSTOMERS)[number]['fault']) =>
      payment(DEMO_CUSTOMERS.find((customer) => customer.fault === fault)?.accountNo ?? '');
    expect((await api('gas.pay', await of('refuse'))).code).toBe('40207');
    expect((await api('gas.pay', await of('duplicate'))).code).toBe('40204');
    const odd = await of('unknownCode');
    expect((await api('gas.pay', odd)).code).toBe('77888');
    expect((await api('gas.pay', odd)).data.status).toBe('SUCCESS');
    const later = await of('pendingThenPosted');
    expect((await api('gas.pay', later)).data.status).toBe('PROCESSING');
    running.agency.conduct.clock.advance(6_000);
    expect((await api('gas.pay.query', later)).data.status).toBe('SUCCESS');
  });

  it('has a daily file that agrees with its books', async () => {
    const paid = await payment(plain);
    await api('gas.pay', paid);
    await api('gas.reverse', { order_no: 'undo1', orig_order_no: paid.order_no, amount: paid.pay_amount });
    await api('gas.pay', await payment(threeDue, ['20.00']));
    const date = (running.agency.postings()[0]?.businessDate ?? '').replaceAll('-', '');
    expect((await api('gas.file', { date })).code).toBe('50401');
    running.agency.conduct.clock.advance(DAY_MS);
    const lines = readDailyFile(Buffer.from((await api('gas.file', { date })).data.content, 'base64'));
    expect(lines.map(({ amount }) => amount).sort()).toEqual(
      [paid.pay_amount, `-${paid.pay_amount}`, '20.00'].sort(),
    );
    expect((await api('gas.file', { date: '20200101' })).code).toBe('50402');
    expect((await api('gas.file', { date: '20261340' })).code).toBe('40004');
  });
});
