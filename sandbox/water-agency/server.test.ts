import { generateKeyPairSync, randomUUID, sign as rsaSign, verify as rsaVerify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { formatXml, parseXml, type XmlElement, xmlValue } from '../../src/kernel/xml.ts';
import { ACCOUNT_NUMBERS } from './account-number.rules.ts';
import { DEMO_CUSTOMERS } from './demo-customers.ts';
import { type Body, element, signedText } from './protocol.ts';
import { type RunningWaterAgency, startWaterAgency } from './server.ts';
import { readDailyFile } from './statement.ts';

const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [merchant, theirs, stranger] = [keyPair(), keyPair(), keyPair()];
const keys = {
  merchantId: 'civicpay',
  merchantPublicKey: merchant.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  agencyPrivateKey: theirs.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
};
const controlToken = 'a control token';
const DAY_MS = 86_400_000;

type Values = Record<string, string[]> & { Bill: Record<string, string[]>[] };

describe('the water company', () => {
  let dataDir: string;
  let running: RunningWaterAgency;
  const start = async () => {
    running = await startWaterAgency({ port: 0, dataDir, keys, controlToken });
  };
  beforeEach(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'water-agency-'));
    await start();
    const { clock } = running.agency.conduct;
    clock.set(Date.parse(`${new Date(clock.nowMs()).toISOString().slice(0, 10)}T12:00:00+08:00`));
  });
  afterEach(async () => {
    await running.stop();
    rmSync(dataDir, { recursive: true });
  });

  function message(txnCode: string, body: Body, head: Record<string, string> = {}): XmlElement {
    return element('Message', {
      Head: {
        Version: '2.0',
        TxnCode: txnCode,
        MerchantId: 'civicpay',
        MessageId: randomUUID(),
        SendTime: chinaTimestamp(Date.now()),
        ...head,
      },
      Body: body,
    });
  }
  function signed(unsigned: XmlElement, key = merchant.privateKey): string {
    const signature = rsaSign('RSA-SHA256', Buffer.from(signedText(unsigned)), key).toString('base64');
    return formatXml({ ...unsigned, children: [...unsigned.children, element('Sign', signature)] });
  }
  async function post(
    body: string,
  ): Promise<{ rtnCode: string; head: Values; body: Values; xml: XmlElement }> {
    const text = await (await fetch(`${running.url}/gateway`, { method: 'POST', body })).text();
    const xml = parseXml(text, { maxChars: 1_000_000, maxDepth: 8, maxElements: 10_000 });
    const value = xmlValue(xml) as unknown as { Head: [Values]; Body: [Values] };
    return { rtnCode: value.Head[0].RtnCode?.[0] ?? '', head: value.Head[0], body: value.Body[0], xml };
  }
  const api = (txnCode: string, body: Body) => post(signed(message(txnCode, body)));
  const query = (accountNo: string) => api('WT1001', { AccountNo: accountNo });
  async function payment(accountNo: string) {
    const { body } = await query(accountNo);
    return {
      OrderNo: randomUUID().replaceAll('-', ''),
      QueryNo: body.QueryNo?.[0] ?? '',
      AccountNo: accountNo,
      PayTime: chinaTimestamp(running.agency.conduct.clock.nowMs()),
      PayAmt: body.TotalAmt?.[0] ?? '',
      Bill: body.Bill.map((bill) => ({ BillNo: bill.BillNo?.[0] ?? '', Amt: bill.TotalAmt?.[0] ?? '' })),
    };
  }
  async function control(command: string, body?: unknown, token = controlToken) {
    const response = await fetch(`${running.url}/control/${command}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'x-control-token': token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = (await response.json()) as { items: unknown[]; accountNo: string; dueDate: string };
    return { status: response.status, json };
  }
  const plain = ACCOUNT_NUMBERS.numberOf(1, null);

  describe('lets in', () => {
    const body = { AccountNo: plain };

    it('what the merchant signed, once, and signs its answer to it', async () => {
      const sent = message('WT1001', body);
      const first = await post(signed(sent));
      expect(first.rtnCode).toBe('000000');
      const [sentHead] = (xmlValue(sent) as unknown as { Head: [Values] }).Head;
      expect(first.head.RequestId).toEqual(sentHead.MessageId);
      const { Sign } = xmlValue(first.xml) as { Sign: [string] };
      const isTheirs = (text: string) =>
        rsaVerify('RSA-SHA256', Buffer.from(text), theirs.publicKey, Buffer.from(Sign[0], 'base64'));
      expect(isTheirs(signedText(first.xml))).toBe(true);
      expect(isTheirs(signedText(first.xml).replace('000000', '100002'))).toBe(false);
      expect((await post(signed(sent))).rtnCode).toBe('900003');
    });

    it.each([
      ['what another key signed', () => signed(message('WT1001', body), stranger.privateKey), '900001'],
      [
        'what was changed on the way',
        () => signed(message('WT1001', body)).replace(plain, ACCOUNT_NUMBERS.numberOf(2, null)),
        '900001',
      ],
      ['another merchant', () => signed(message('WT1001', body, { MerchantId: 'x' })), '900001'],
      [
        'what is old',
        () => signed(message('WT1001', body, { SendTime: chinaTimestamp(Date.now() - 302_000) })),
        '900002',
      ],
      [
        'what is of tomorrow',
        () => signed(message('WT1001', body, { SendTime: '20991231000000' })),
        '900002',
      ],
      ['no time', () => signed(message('WT1001', body, { SendTime: 'now' })), '900002'],
      ['no such transaction', () => signed(message('WT9999', body)), '900004'],
      ['an odd message id', () => signed(message('WT1001', body, { MessageId: 'a b' })), '900004'],
      ['a text of two lines', () => signed(message('WT1001', { AccountNo: `${plain}\nBody.x=1` })), '900004'],
      ['another body', () => signed(message('WT1001', { Account: plain })), '900004'],
      ['no XML', () => 'AccountNo=1', '900004'],
      ['a DOCTYPE', () => `<!DOCTYPE Message>${signed(message('WT1001', body))}`, '900004'],
    ])('not %s', async (_, make, rtnCode) => {
      expect((await post(make())).rtnCode).toBe(rtnCode);
    });
  });

  it('starts with customers that owe what they are said to, and knows no other', async () => {
    for (const { accountNo, bills, fault } of DEMO_CUSTOMERS) {
      if (fault === 'closed' || fault === 'reset' || fault === 'slow') continue;
      const { rtnCode, body } = await query(accountNo);
      expect([accountNo, rtnCode]).toEqual([accountNo, bills.length === 0 ? '100002' : '000000']);
      expect(body.Bill?.length ?? 0).toBe(bills.length);
    }
    expect((await query(ACCOUNT_NUMBERS.numberOf(77, null))).rtnCode).toBe('100001');
    expect((await query('6000000016')).rtnCode).toBe('100001');
  });

  it('takes all that is owed at once, with the late fee of the day, and nothing else', async () => {
    const two = await payment(ACCOUNT_NUMBERS.numberOf(3, null));
    const order = () => ({ OrderNo: randomUUID().replaceAll('-', '') });
    const [first] = two.Bill;
    if (!first) throw new Error('no bill');
    const one = { ...two, ...order(), Bill: [first], PayAmt: first.Amt };
    expect((await api('WT2001', one)).rtnCode).toBe('200009');
    expect((await api('WT2001', { ...two, ...order(), Bill: [first, first] })).rtnCode).toBe('200003');
    expect((await api('WT2001', { ...two, ...order(), PayAmt: '1.00' })).rtnCode).toBe('200001');
    expect((await api('WT2001', { ...two, ...order(), AccountNo: plain })).rtnCode).toBe('200003');
    running.agency.conduct.clock.advance(DAY_MS);
    const today = chinaTimestamp(running.agency.conduct.clock.nowMs());
    expect((await api('WT2001', { ...two, ...order(), PayTime: today })).rtnCode).toBe('200001');
    // Debited yesterday, told today: yesterday's amount is right.
    expect((await api('WT2001', two)).rtnCode).toBe('000000');
    const other = await payment(plain);
    const old = chinaTimestamp(running.agency.conduct.clock.nowMs() - 8 * DAY_MS);
    expect((await api('WT2001', { ...other, PayTime: old })).rtnCode).toBe('200008');
    const { accountNo } = await running.agency.addCustomer();
    await running.agency.issueBill({ accountNo, usage: { volumeM3: 9_000, months: 2 } });
    expect((await api('WT2001', await payment(accountNo))).rtnCode).toBe('200006');
  });

  it('remembers what it posted, refused and undid, when it is started again', async () => {
    const paid = await payment(plain);
    const refused = { ...(await payment(ACCOUNT_NUMBERS.numberOf(2, null))), PayAmt: '1.00' };
    const undone = { OrderNo: 'undo1', OrigOrderNo: paid.OrderNo, Amt: paid.PayAmt };
    const before = [await api('WT2001', paid), await api('WT2001', refused), await api('WT3001', undone)];
    expect(before.map(({ rtnCode }) => rtnCode)).toEqual(['000000', '200001', '000000']);
    const nowMs = running.agency.conduct.clock.nowMs();
    await running.stop();
    await start();
    running.agency.conduct.clock.set(nowMs);
    expect((await api('WT2002', { OrderNo: paid.OrderNo })).body).toEqual(before[0]?.body);
    expect((await api('WT2002', { OrderNo: refused.OrderNo })).body).toEqual(before[1]?.body);
    expect((await api('WT3001', undone)).body).toEqual(before[2]?.body);
    expect((await api('WT2001', paid)).rtnCode).toBe('200004');
    expect((await query(plain)).rtnCode).toBe('000000');
  });

  it('undoes under a number what that number said first, and nothing else', async () => {
    const paid = await payment(plain);
    await api('WT2001', paid);
    const undo = { OrderNo: 'undo1', OrigOrderNo: paid.OrderNo, Amt: paid.PayAmt };
    expect((await api('WT3002', undo)).rtnCode).toBe('300004');
    // Refused under its number for good: the way to go is another number.
    expect((await api('WT3001', undo)).rtnCode).toBe('200004');
    expect((await api('WT3001', { ...undo, OrderNo: 'undo2' })).rtnCode).toBe('000000');
    expect((await api('WT3001', { ...undo, OrderNo: 'undo2', Amt: '1.00' })).rtnCode).toBe('200004');
    expect((await api('WT3001', { ...undo, OrderNo: 'undo3' })).rtnCode).toBe('300002');
    expect((await api('WT3001', { ...undo, OrderNo: 'undo4', OrigOrderNo: 'x' })).rtnCode).toBe('300001');
    expect(running.agency.undoings()).toMatchObject([{ reference: 'undo2' }]);
  });

  it('by account number refuses, says duplicate, answers nonsense; the second telling goes well', async () => {
    const of = (fault: (typeof DEMO_CUSTOMERS)[number]['fault']) =>
      payment(DEMO_CUSTOMERS.find((customer) => customer.fault === fault)?.accountNo ?? '');
    expect((await api('WT2001', await of('refuse'))).rtnCode).toBe('200007');
    expect((await api('WT2001', await of('duplicate'))).rtnCode).toBe('200004');
    expect((await api('WT2001', await of('unknownCode'))).rtnCode).toBe('777888');
    const later = await of('pendingThenPosted');
    expect((await api('WT2001', later)).body.Status).toEqual(['2']);
    const broken = await of('badJson');
    const body = signed(message('WT2001', broken));
    expect((await fetch(`${running.url}/gateway`, { method: 'POST', body })).status).toBe(502);
    expect((await api('WT2001', broken)).body.Status).toEqual(['1']);
    const closed = DEMO_CUSTOMERS.find(({ fault }) => fault === 'closed')?.accountNo ?? '';
    expect((await query(closed)).rtnCode).toBe('400002');
    const cut = DEMO_CUSTOMERS.find(({ fault }) => fault === 'reset')?.accountNo ?? '';
    await expect(query(cut)).rejects.toThrow();
  });

  it('has a daily file whose lines and totals agree with its books', async () => {
    const paid = await payment(plain);
    await api('WT2001', paid);
    await api('WT2001', await payment(ACCOUNT_NUMBERS.numberOf(2, null)));
    await api('WT3001', { OrderNo: 'undo1', OrigOrderNo: paid.OrderNo, Amt: paid.PayAmt });
    const [first] = running.agency.postings();
    const AcctDate = (first?.businessDate ?? '').replaceAll('-', '');
    expect((await api('WT4001', { AcctDate })).rtnCode).toBe('500001');
    running.agency.conduct.clock.advance(DAY_MS);
    const { body } = await api('WT4001', { AcctDate });
    const content = Buffer.from(body.Content?.[0] ?? '', 'base64');
    const lines = readDailyFile(content);
    expect(lines.map(({ reference }) => reference)).toEqual([
      ...running.agency.postings().map(({ reference }) => reference),
      'undo1',
    ]);
    expect(lines.at(-1)?.amount).toBe(`-${paid.PayAmt}`);
    const rows = content.toString('latin1').split('\r\n');
    expect(new Set(rows.slice(1, -1).map(({ length }) => length))).toEqual(new Set([138]));
    const totalFen = lines.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0);
    expect(rows[0]?.slice(36).trim()).toBe((totalFen / 100).toFixed(2));
    expect((await api('WT4001', { AcctDate: '20200101' })).rtnCode).toBe('500002');
    expect((await api('WT4001', { AcctDate: '20261340' })).rtnCode).toBe('900004');
  });

  it('is told by its control what to do, with its token and in its words', async () => {
    expect((await control('reset', {}, 'guess')).status).toBe(403);
    expect((await control('nothing', {})).status).toBe(404);
    expect((await control('nothing')).status).toBe(404);
    expect((await control('faults', { operation: 'pay', fault: 'earthquake' })).status).toBe(400);
    expect((await control('bills', { accountNo: '6000000016' })).status).toBe(404);
    const { accountNo } = (await control('customers', {})).json;
    const { dueDate } = (await control('bills', { accountNo, dueDate: '2026-01-31', period: '202601' })).json;
    expect(dueDate).toBe('2026-01-31');
    await control('faults', { operation: 'pay', fault: 'refuse', times: 1 });
    expect((await api('WT2001', await payment(accountNo))).rtnCode).toBe('200007');
    await api('WT2001', await payment(accountNo));
    expect((await control('postings')).json.items).toMatchObject([{ accountNo }]);
    await control('clock', { nowMs: Date.parse('2026-11-20T23:30:00+08:00') });
    await control('service-hours', { from: '08:00', to: '22:00' });
    const closed = await query(plain);
    expect([closed.rtnCode, closed.body.OpenTime]).toEqual(['400001', ['20261121080000']]);
    await control('reset', {});
    expect((await control('postings')).json.items).toEqual([]);
    expect((await query(accountNo)).rtnCode).toBe('100001');
    expect((await query(plain)).rtnCode).toBe('000000');
  });

  it('disappears and comes back', async () => {
    await control('down', { downMs: 600_000 });
    await expect(
      (async () => {
        // The answer to the command leaves first; from then on nobody answers.
        for (;;) await query(plain);
      })(),
    ).rejects.toThrow();
    await running.comeUp();
    expect((await query(plain)).rtnCode).toBe('000000');
  });
});
