import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { DEMO_PARTICIPANTS } from './demo-participants.ts';
import { identityNumber } from './identity-numbers.rules.ts';
import { type RunningSocialSecurityBureau, startSocialSecurityBureau } from './server.ts';

const channel = { channelId: 'civicpay', macKey: 'a key of the tests' };
const controlToken = 'a control token';
const DAY_MS = 86_400_000;

/** Messages as the README of the bureau has them, put together here by hand. */
const text = (value: string, width: number) => value.padEnd(width);
const number = (value: number, width: number) => String(value).padStart(width, '0');
const HEADER_BYTES = 64;

describe('the social security bureau', () => {
  let dataDir: string;
  let running: RunningSocialSecurityBureau;
  const start = async () => {
    running = await startSocialSecurityBureau({ port: 0, controlPort: 0, dataDir, channel, controlToken });
  };
  beforeEach(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'bureau-'));
    await start();
  });
  afterEach(async () => {
    await running.stop();
    rmSync(dataDir, { recursive: true });
  });

  /** Sends bytes; resolves with all that came back until the bureau hung up. */
  const send = (message: Uint8Array) =>
    new Promise<Buffer>((resolve, reject) => {
      const chunks: Buffer[] = [];
      const socket = connect(running.tcpPort, '127.0.0.1', () => socket.write(message));
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', reject);
      socket.on('close', () => resolve(Buffer.concat(chunks)));
    });
  const macOf = (content: Uint8Array) =>
    createHmac('sm3', channel.macKey).update(content).digest('hex').toUpperCase();
  function messageOf(
    code: string,
    body: Uint8Array,
    more: { trace?: string; time?: string; mac?: string; channel?: string } = {},
  ): Buffer {
    const trace = more.trace ?? randomUUID().replaceAll('-', '');
    const header = `01${code}${text(more.channel ?? 'civicpay', 8)}${trace}${more.time ?? chinaTimestamp(Date.now())}    `;
    const content = Buffer.concat([Buffer.from(header), body]);
    const whole = Buffer.concat([content, Buffer.from(more.mac ?? macOf(content))]);
    return Buffer.concat([Buffer.from(number(whole.length, 8)), whole]);
  }
  async function ask(code: string, body: Uint8Array, more: Parameters<typeof messageOf>[2] = {}) {
    const answer = await send(messageOf(code, body, more));
    const content = answer.subarray(8, -64);
    expect(Number(answer.subarray(0, 8))).toBe(answer.length - 8);
    expect(answer.subarray(-64).toString()).toBe(macOf(content));
    return { code: content.subarray(60, HEADER_BYTES).toString(), body: content.subarray(HEADER_BYTES) };
  }
  /** GB18030 of names that need no more than GB2312 has. */
  const GB: Readonly<Record<string, string>> = { 梁家辉: 'c1babcd2bbd4', 欧阳静: 'c5b7d1f4beb2' };
  const query = (accountNo: string, name: string, grade: number) => {
    const encoded = Buffer.from(GB[name] ?? '', 'hex');
    const padded = Buffer.concat([encoded, Buffer.alloc(80 - encoded.length, ' ')]);
    return Buffer.concat([Buffer.from(accountNo), padded, Buffer.from(number(grade, 3))]);
  };
  const [one, three] = DEMO_PARTICIPANTS;
  const queryOfThree = () => ask('1101', query(three?.accountNo ?? '', three?.name ?? '', 60));
  async function vouchersOfThree(): Promise<string[]> {
    const { body } = await queryOfThree();
    const items = body.subarray(114);
    return [0, 1, 2].map((index) => items.subarray(index * 74, index * 74 + 20).toString());
  }
  const pay = (reference: string, vouchers: string[], totalFen = 154_000 * vouchers.length) => {
    const head = `${text(reference, 32)}${text('q', 20)}${three?.accountNo}060${chinaTimestamp(running.bureau.conduct.clock.nowMs())}`;
    const items = vouchers.map((voucher) => voucher + number(154_000, 12)).join('');
    return ask('1201', Buffer.from(`${head}${number(totalFen, 12)}${number(vouchers.length, 2)}${items}`));
  };
  const reverse = (reference: string, original: string, amountFen: number) =>
    ask('1203', Buffer.from(text(reference, 32) + text(original, 32) + number(amountFen, 12)));
  const control = (command: string, body?: unknown, token = controlToken) =>
    fetch(`${running.url}/control/${command}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'x-control-token': token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('tells what is due by grade, oldest first, in the bytes that its README has', async () => {
    const { code, body } = await ask('1101', query(one?.accountNo ?? '', one?.name ?? '', 300));
    expect(code).toBe('0000');
    expect(body).toHaveLength(12 + 80 + 20 + 2 + 74);
    expect(body.subarray(12, 16).toString('hex')).toBe('c1ba2a2a'); // 梁**
    expect(body.subarray(-68).toString()).toMatch(
      /^.{14}20\d{4}000002750100000000550020000000220008000000770028$/,
    );
    const months = (await queryOfThree()).body
      .subarray(114)
      .toString('latin1')
      .match(/ (20\d{4})0/g);
    expect(months).toHaveLength(3);
    expect([...(months ?? [])].sort()).toEqual(months);
  });

  it('tells nobody anything without both number and name, or with a grade that there is not', async () => {
    expect((await ask('1101', query(one?.accountNo ?? '', '欧阳静', 60))).code).toBe('1001');
    expect((await ask('1101', query(identityNumber(1, null), '梁家辉', 60))).code).toBe('1001');
    expect((await ask('1101', query(one?.accountNo ?? '', '梁家辉', 61))).code).toBe('9004');
  });

  it('takes no message that is not authentic, fresh, new and known', async () => {
    const body = query(one?.accountNo ?? '', '梁家辉', 60);
    const trace = 'trace-of-the-tests-000000000001.'.replace('.', 'x');
    expect((await ask('1101', body, { mac: 'A'.repeat(64) })).code).toBe('9001');
    expect((await ask('1101', body, { channel: 'somebody' })).code).toBe('9001');
    expect((await ask('1101', body, { time: chinaTimestamp(Date.now() - 301_000) })).code).toBe('9002');
    expect((await ask('1101', body, { time: '20261399000000' })).code).toBe('9002');
    expect((await ask('1101', body, { trace })).code).toBe('0000');
    expect((await ask('1101', body, { trace })).code).toBe('9003');
    expect((await ask('9999', body)).code).toBe('9005');
    for (const code of ['1101', '1201', '1202', '1203', '1301']) {
      expect((await ask(code, Buffer.from('too short'))).code).toBe('9004');
    }
  });

  it('hangs up on what is no message', async () => {
    for (const odd of ['GET / HTTP/1.1\r\n\r\n', '99999999', '-0000001', '00000000', '00000004abcd']) {
      expect(await send(Buffer.from(odd))).toHaveLength(0);
    }
  });

  it('takes the oldest months first, and each once', async () => {
    const [first = '', second = '', third = ''] = await vouchersOfThree();
    expect((await pay('a1', [second])).code).toBe('2009');
    expect((await pay('a2', [first, third])).code).toBe('2009');
    expect((await pay('a3', [first, first])).code).toBe('2003');
    expect((await pay('a4', [first], 1)).code).toBe('2001');
    expect((await pay('a5', [second, first])).code).toBe('0000');
    expect((await pay('a6', [first])).code).toBe('2002');
    expect((await pay('a5', [third])).code).toBe('2004');
    expect((await pay('a7', [third])).code).toBe('0000');
    expect((await queryOfThree()).code).toBe('1002');
  });

  it('reverses on the same business date only', async () => {
    running.bureau.conduct.clock.set(Date.parse('2026-03-02T12:00:00+08:00'));
    const [first = '', second = ''] = await vouchersOfThree();
    await pay('a1', [first]);
    expect((await reverse('r1', 'a1', 154_000)).code).toBe('0000');
    expect((await reverse('r1', 'a1', 154_000)).code).toBe('0000');
    expect((await reverse('r2', 'a1', 154_000)).code).toBe('2011');
    await pay('a2', [first, second]);
    expect((await reverse('r3', 'a2', 154_000)).code).toBe('2012');
    running.bureau.conduct.clock.set(Date.parse('2026-03-02T20:00:00+08:00'));
    expect((await reverse('r4', 'a2', 308_000)).code).toBe('2010');
    expect((await reverse('r5', 'a9', 1)).code).toBe('2005');
  });

  it('has a daily file of what stands, in lines of fixed width', async () => {
    running.bureau.conduct.clock.set(Date.parse('2026-03-02T12:00:00+08:00'));
    const [first = '', second = ''] = await vouchersOfThree();
    await pay('a1', [first]);
    await reverse('r1', 'a1', 154_000);
    await pay('a2', [first, second]);
    const file = (date: string) => ask('1301', Buffer.from(date));
    expect(await file('20260302')).toMatchObject({ code: '4001', body: Buffer.from('20260303020000') });
    running.bureau.conduct.clock.advance(DAY_MS);
    expect((await file('20260301')).code).toBe('4002');
    const { code, body } = await file('20260302');
    expect(code).toBe('0000');
    const name = text('GZSB_civicpay_20260302.txt', 40);
    const content = body.subarray(50).toString();
    expect(body.subarray(0, 50).toString()).toBe(name + number(content.length, 10));
    const [head, line = '', tail, end] = content.split('\n');
    expect([head, tail, end]).toEqual(['H20260302GZSB  civicpay01', 'T0000000100000000308000', '']);
    expect(line).toHaveLength(113);
    expect(line.slice(0, 85)).toBe(
      `D00000001${text('a2', 32)}${text('P000000000002', 20)}444444444442000000308000`,
    );
  });

  it('remembers what it told of, when it is started again', async () => {
    const [first = ''] = await vouchersOfThree();
    const paid = await pay('a1', [first]);
    await running.stop();
    await start();
    expect(await ask('1202', Buffer.from(text('a1', 32)))).toEqual(paid);
    expect(await vouchersOfThree()).not.toContain(first);
  });

  it('is controlled by those who hold the token', async () => {
    expect((await control('clock', undefined, 'wrong')).status).toBe(403);
    const made = (await (await control('customers', { name: '冯小刚' })).json()) as { accountNo: string };
    expect((await control('bills', { accountNo: made.accountNo, month: '202601' })).status).toBe(201);
    expect((await control('bills', { accountNo: 'nobody' })).status).toBe(404);
    expect((await control('bills', { accountNo: made.accountNo, month: 'May' })).status).toBe(400);
    const { items } = (await (await control('customers')).json()) as { items: unknown[] };
    expect(items).toHaveLength(DEMO_PARTICIPANTS.length);
    await control('down', { downMs: 600_000 });
    await expect(queryOfThree()).rejects.toThrow(/ECONNREFUSED/);
    await control('reset', {});
    await running.comeUp();
    expect((await queryOfThree()).code).toBe('0000');
    expect(await (await control('postings')).json()).toEqual({ items: [] });
  });
});
