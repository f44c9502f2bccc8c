import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { accountNumber } from './account-number.rules.ts';
import type { Posting } from './agency.ts';
import { DEMO_CUSTOMERS } from './demo-customers.ts';
import { sign } from './protocol.ts';
import { type RunningPowerAgency, startPowerAgency } from './server.ts';

const merchant = { appId: 'civicpay', appSecret: 'a secret of the tests' };
const controlToken = 'a control token';

/** Every member that any answer to these tests has. */
interface ReplyJson {
  rtnCode: string;
  data: {
    qryNo: string;
    totalAmt: string;
    procStatus: string;
    arrears: { rcvblNo: string; totalAmt: string; penaltyAmt: string }[];
  };
  items: unknown[];
  consNo: string;
  seed: number;
  nowMs: number;
  dueDate: string;
}

interface Reply {
  status: number;
  headers: Headers;
  text: string;
  json: ReplyJson;
}

describe('the power company', () => {
  let dataDir: string;
  let running: RunningPowerAgency;
  const start = async () => {
    running = await startPowerAgency({ port: 0, dataDir, merchant, controlToken });
  };
  beforeEach(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'power-agency-'));
    await start();
  });
  afterEach(async () => {
    await running.stop();
    rmSync(dataDir, { recursive: true });
  });

  async function post(route: string, body: string, headers: Record<string, string>): Promise<Reply> {
    const response = await fetch(`${running.url}${route}`, { method: 'POST', body, headers });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : null,
    };
  }
  function signed(
    route: string,
    body: string,
    overrides: { timestamp?: string; nonce?: string; appId?: string } = {},
  ) {
    const { timestamp = String(Date.now()), nonce = randomUUID(), appId = merchant.appId } = overrides;
    return {
      'x-app-id': appId,
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-sign': sign('REQ', { ...merchant, appId }, { timestamp, nonce, path: route, body }),
    };
  }
  function api(route: string, request: unknown): Promise<Reply> {
    const body = JSON.stringify(request);
    return post(route, body, signed(route, body));
  }
  async function control(command: string, body?: unknown, token = controlToken): Promise<Reply> {
    const response = await fetch(`${running.url}/control/${command}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'x-control-token': token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: JSON.parse(text) };
  }
  async function payment(consNo: string, merOrderNo: string = randomUUID().replaceAll('-', '')) {
    const { data } = (await api('/api/qryArrears', { consNo })).json;
    return {
      merOrderNo,
      qryNo: data.qryNo,
      consNo,
      payTime: chinaTimestamp(running.agency.clock.nowMs()),
      payAmt: data.totalAmt,
      details: data.arrears.map((arrear) => ({
        rcvblNo: arrear.rcvblNo,
        amt: arrear.totalAmt,
      })),
    };
  }
  const plain = DEMO_CUSTOMERS[0]?.consNo ?? '';

  describe('lets in', () => {
    const body = JSON.stringify({ consNo: plain });
    const route = '/api/qryArrears';
    it.each([
      ['a wrong signature', { 'x-sign': 'AAAA' }, '9001'],
      ['no signature', { 'x-sign': '' }, '9001'],
      ['another application', { 'x-app-id': 'somebody' }, '9001'],
    ])('nothing with %s', async (_name, headers, rtnCode) => {
      expect((await post(route, body, { ...signed(route, body), ...headers })).json.rtnCode).toBe(rtnCode);
    });

    it('nothing whose body was changed on the way', async () => {
      const changed = JSON.stringify({ consNo: accountNumber(2, null) });
      expect((await post(route, changed, signed(route, body))).json.rtnCode).toBe('9001');
    });

    it.each([-301_000, 301_000])('nothing that was signed %i ms from now', async (offMs) => {
      const headers = signed(route, body, { timestamp: String(Date.now() + offMs) });
      expect((await post(route, body, headers)).json.rtnCode).toBe('9002');
    });

    it('a nonce once', async () => {
      const headers = signed(route, body);
      expect((await post(route, body, headers)).json.rtnCode).toBe('0000');
      expect((await post(route, body, headers)).json.rtnCode).toBe('9003');
    });

    it.each(['null', '[', '{"consNo":7}', '"text"'])('nothing that makes no sense: %s', async (odd) => {
      expect((await post(route, odd, signed(route, odd))).json.rtnCode).toBe('9004');
    });

    it('whoever asks for its health, and signs what it says', async () => {
      const headers = signed('/api/health', '{}');
      const reply = await post('/api/health', '{}', headers);
      const timestamp = reply.headers.get('x-timestamp') ?? '';
      const parts = { timestamp, nonce: headers['x-nonce'], path: '/api/health', body: reply.text };
      expect(reply.headers.get('x-sign')).toBe(sign('RSP', merchant, parts));
      expect(reply.json.rtnCode).toBe('0000');
    });
  });

  describe('starts with customers', () => {
    it('that owe what they are said to', async () => {
      for (const { consNo, bills, fault } of DEMO_CUSTOMERS) {
        if (fault === 'closed' || fault === 'reset' || fault === 'slow') continue;
        const { rtnCode, data } = (await api('/api/qryArrears', { consNo })).json;
        expect([consNo, rtnCode]).toEqual([consNo, bills.length === 0 ? '1002' : '0000']);
        expect(data.arrears?.length ?? 0).toBe(bills.length);
      }
    });

    it('two of whose three periods are late', async () => {
      const { data } = (await api('/api/qryArrears', { consNo: accountNumber(3, null) })).json;
      const isLate = data.arrears.map(({ penaltyAmt }) => penaltyAmt !== '0.00');
      expect(isLate).toEqual([true, true, false]);
    });

    it('and no other', async () => {
      expect((await api('/api/qryArrears', { consNo: accountNumber(77, null) })).json.rtnCode).toBe('1001');
      expect((await api('/api/qryArrears', { consNo: '0800000000012' })).json.rtnCode).toBe('1001');
    });
  });

  describe('takes the late fee of the day of payment', () => {
    it('and no other', async () => {
      const consNo = accountNumber(3, null);
      const dayMs = 86_400_000;
      const today = await payment(consNo);
      running.agency.clock.advance(dayMs);
      // Debited yesterday, told today: yesterday's amount is right.
      expect((await api('/api/chargePay', today)).json.rtnCode).toBe('0000');
      const other = accountNumber(6, null);
      const stale = {
        ...(await payment(other)),
        payTime: chinaTimestamp(running.agency.clock.nowMs() + dayMs),
      };
      expect((await api('/api/chargePay', stale)).json.rtnCode).toBe('2008');
      const old = {
        ...(await payment(other)),
        payTime: chinaTimestamp(running.agency.clock.nowMs() - 8 * dayMs),
      };
      expect((await api('/api/chargePay', old)).json.rtnCode).toBe('2008');
      const yesterday = {
        ...(await payment(other)),
        payTime: chinaTimestamp(running.agency.clock.nowMs() - dayMs),
      };
      expect((await api('/api/chargePay', yesterday)).json.rtnCode).toBe('2001');
    });

    it('up to its limit, and never a bill twice in one payment', async () => {
      const { consNo } = await running.agency.addCustomer();
      await running.agency.issueBill({ consNo, usage: { tariff: 'tiered', kwh: 60_000 } });
      expect((await api('/api/chargePay', await payment(consNo))).json.rtnCode).toBe('2006');
      const twice = await payment(plain);
      twice.details.push(...twice.details);
      expect((await api('/api/chargePay', twice)).json.rtnCode).toBe('2003');
      const anothers = { ...(await payment(plain)), consNo };
      expect((await api('/api/chargePay', anothers)).json.rtnCode).toBe('2003');
    });
  });

  describe('remembers', () => {
    it('what it posted and refused, when it is started again', async () => {
      const paid = await payment(plain);
      const refused = { ...(await payment(accountNumber(2, null))), payAmt: '1.00' };
      const before = [(await api('/api/chargePay', paid)).json, (await api('/api/chargePay', refused)).json];
      expect(before.map(({ rtnCode }) => rtnCode)).toEqual(['0000', '2001']);
      await running.stop();
      await start();
      for (const [index, { merOrderNo }] of [paid, refused].entries()) {
        const { rtnCode, data } = (await api('/api/qryCharge', { merOrderNo })).json;
        expect([rtnCode, data]).toEqual(['0000', before[index]?.data]);
      }
      expect((await api('/api/qryArrears', { consNo: plain })).json.rtnCode).toBe('1002');
      expect((await api('/api/chargePay', paid)).json).toMatchObject({
        rtnCode: '2004',
        data: before[0]?.data,
      });
    });
  });

  describe('by account number', () => {
    const paidAs = async (fault: Parameters<typeof accountNumber>[1]) => {
      const customer = DEMO_CUSTOMERS.find((candidate) => candidate.fault === fault);
      const request = await payment(customer?.consNo ?? '');
      return { request, tell: () => api('/api/chargePay', request) };
    };

    it('refuses, says duplicate, answers nonsense; the second telling goes well', async () => {
      expect((await (await paidAs('refuse')).tell()).json.rtnCode).toBe('2007');
      expect((await (await paidAs('duplicate')).tell()).json.rtnCode).toBe('2004');
      expect((await (await paidAs('unknownCode')).tell()).json.rtnCode).toBe('7788');
      const broken = await paidAs('badJson');
      expect((await broken.tell()).status).toBe(502);
      expect((await broken.tell()).json).toMatchObject({ rtnCode: '2004', data: { procStatus: 'S' } });
    });

    it('is closed, or cuts the line', async () => {
      const closed = await api('/api/qryArrears', { consNo: accountNumber(7, 'closed') });
      expect(closed.json).toMatchObject({
        rtnCode: '3002',
        data: { openTime: expect.stringMatching(/^\d{14}$/) },
      });
      await expect(api('/api/qryArrears', { consNo: accountNumber(8, 'reset') })).rejects.toThrow();
    });

    it('posts later what it took in', async () => {
      const { request, tell } = await paidAs('pendingThenPosted');
      expect((await tell()).json.data.procStatus).toBe('P');
      expect(running.agency.postings()).toEqual([]);
      running.agency.clock.advance(6_000);
      expect((await api('/api/qryCharge', request)).json.data.procStatus).toBe('S');
      expect(running.agency.postings()).toHaveLength(1);
    });
  });

  describe('its daily file', () => {
    it('has a header, a line a payment, and totals that agree', async () => {
      await api('/api/chargePay', await payment(plain));
      await api('/api/chargePay', await payment(accountNumber(3, null)));
      const booked: Posting[] = running.agency.postings();
      const date = booked[0]?.businessDate ?? '';
      running.agency.clock.advance(3 * 86_400_000);
      const file = await api('/api/dailyFile', { acctDate: date.replaceAll('-', '') });
      const lines = file.text.trimEnd().split('\n');
      expect(lines[0]).toBe(`H|${date.replaceAll('-', '')}|GZGD|civicpay|V1.0`);
      expect(lines.slice(1, -1).map((line) => line.split('|')[2])).toEqual(
        booked.map(({ reference }) => reference),
      );
      const totalMinor = booked.reduce((total, { amountMinor }) => total + amountMinor, 0);
      expect(lines.at(-1)).toBe(`T|2|${(totalMinor / 100).toFixed(2)}`);
      expect((await api('/api/dailyFile', { acctDate: '20200101' })).json.rtnCode).toBe('4002');
      expect((await api('/api/dailyFile', { acctDate: '20261340' })).json.rtnCode).toBe('9004');
    });
  });

  describe('its control', () => {
    it('wants its token, and well-formed commands', async () => {
      expect((await control('reset', {}, 'guess')).status).toBe(403);
      expect((await control('nothing', {})).status).toBe(404);
      expect((await control('faults', { operation: 'pay', fault: 'earthquake' })).status).toBe(400);
      expect((await control('bills', { consNo: '0800000000012' })).status).toBe(404);
    });

    it('issues bills, makes customers, lists postings, and starts afresh', async () => {
      const { consNo } = (await control('customers', {})).json;
      expect((await control('bills', { consNo })).status).toBe(201);
      expect((await control('bills', { consNo, dueDate: '2026-01-31', month: '202601' })).json.dueDate).toBe(
        '2026-01-31',
      );
      const request = await payment(consNo);
      await api('/api/chargePay', request);
      expect((await control('postings')).json.items).toMatchObject([
        { reference: request.merOrderNo, consNo },
      ]);
      await control('reset', {});
      expect((await control('postings')).json.items).toEqual([]);
      expect((await api('/api/qryArrears', { consNo })).json.rtnCode).toBe('1001');
      expect((await api('/api/qryArrears', { consNo: plain })).json.rtnCode).toBe('0000');
    });

    it('loses a payment: the bill is owed again, and the reference was never seen', async () => {
      const request = await payment(plain);
      await api('/api/chargePay', request);
      await api('/api/chargePay', await payment(accountNumber(2, null)));
      expect((await control('postings/lose', { reference: request.merOrderNo })).status).toBe(200);
      expect((await control('postings/lose', { reference: request.merOrderNo })).status).toBe(400);
      expect((await control('postings')).json.items).toHaveLength(1);
      expect((await api('/api/chargePay', request)).json.rtnCode).toBe('0000');
      const numbers = running.agency.postings().map(({ agencyReference }) => agencyReference);
      expect(new Set(numbers).size).toBe(2);
    });

    it('plans faults, moves the clock, and sets the hours', async () => {
      const { seed } = (await control('faults', { operation: 'pay', fault: 'refuse', times: 1, seed: 7 }))
        .json;
      expect(seed).toBe(7);
      expect((await api('/api/chargePay', await payment(plain))).json.rtnCode).toBe('2007');
      const beforeMs = (await control('clock')).json.nowMs;
      expect((await control('clock', { advanceMs: 60_000 })).json.nowMs).toBeGreaterThanOrEqual(
        beforeMs + 60_000,
      );
      await control('clock', { nowMs: Date.parse('2026-11-20T23:30:00+08:00') });
      await control('service-hours', { from: '08:00', to: '22:00' });
      expect((await api('/api/qryArrears', { consNo: plain })).json).toMatchObject({
        rtnCode: '3001',
        data: { openTime: '20261121080000' },
      });
    });

    it('makes the whole agency disappear and come back', async () => {
      await control('down', { downMs: 600_000 });
      await expect(
        (async () => {
          // The answer to the command leaves first; from then on nobody answers.
          for (;;) await api('/api/health', {});
        })(),
      ).rejects.toThrow();
      await running.comeUp();
      expect((await api('/api/health', {})).json.rtnCode).toBe('0000');
    });
  });
});
