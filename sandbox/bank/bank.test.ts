import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type RunningBank, startBank } from './bank.ts';
import { answerText, isSignature, requestText, sign } from './signature.ts';

const MERCHANT_KEY = 'a key that only the merchant and the bank have';
const CONTROL_TOKEN = 'a token for control';

let dataDir: string;
let bank: RunningBank;
let references = 0;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'bank-'));
  bank = await open();
});
afterEach(() => {
  bank.control.clearFaults();
  bank.control.setClock(Date.now());
});
afterAll(async () => {
  await bank.stop();
  await rm(dataDir, { recursive: true });
});

function open(): Promise<RunningBank> {
  return startBank({
    port: 0,
    dataDir,
    merchantId: 'civicpay',
    merchantKey: MERCHANT_KEY,
    webhookSecret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    controlToken: CONTROL_TOKEN,
  });
}

interface Signing {
  key?: string;
  merchant?: string;
  timestamp?: number;
  nonce?: string;
  signedBody?: string;
}

/** Calls the bank as its manual says, or not quite; checks that the answer is signed for this very call. */
async function call(operation: string, payload: unknown, signing: Signing = {}) {
  const url = new URL(`/merchant/v1/${operation}`, bank.url);
  const body = JSON.stringify(payload);
  const timestamp = String(signing.timestamp ?? Math.floor(Date.now() / 1000));
  const nonce = signing.nonce ?? randomUUID();
  const text = requestText('POST', url.pathname, timestamp, nonce, signing.signedBody ?? body);
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'x-bank-merchant': signing.merchant ?? 'civicpay',
      'x-bank-timestamp': timestamp,
      'x-bank-nonce': nonce,
      'x-bank-signature': sign(signing.key ?? MERCHANT_KEY, text),
    },
    body,
  });
  const answer = await response.text();
  const answeredAt = response.headers.get('x-bank-timestamp') ?? '';
  const signed = answerText(response.status, answeredAt, nonce, answer);
  expect(isSignature(MERCHANT_KEY, signed, response.headers.get('x-bank-signature') ?? '')).toBe(true);
  return {
    status: response.status,
    ...(JSON.parse(answer) as { code: string; data?: Record<string, string> }),
  };
}

function terms(more: Record<string, unknown> = {}) {
  return {
    merOrderNo: `ref_${++references}`,
    amount: '123.45',
    currency: 'CNY',
    subject: '电费 2026-09',
    expireTime: new Date(Date.now() + 900_000).toISOString(),
    returnUrl: 'https://merchant.example/payments/1',
    notifyUrl: 'http://127.0.0.1:9/webhook',
    confirmation: 'page',
    ...more,
  };
}

async function openOrder(more: Record<string, unknown> = {}) {
  const order = terms(more);
  const { data } = await call('orders', order);
  return { merOrderNo: order.merOrderNo, page: data?.cashierUrl ?? '', data };
}

const query = async (merOrderNo: string) => (await call('orders/query', { merOrderNo })).data;
const press = (page: string, button: 'confirm' | 'cancel', card = 'card-6688') =>
  fetch(`${page}/${button}`, { method: 'POST', body: new URLSearchParams({ card }), redirect: 'manual' });

describe('who may call', () => {
  const key = { merOrderNo: 'nobody' };

  it('is who signed this body, just now', async () => {
    expect(await call('orders/query', key)).toMatchObject({ status: 200, code: 'ORDER_NOT_FOUND' });
    const nowSeconds = Math.floor(Date.now() / 1000);
    const attempts: [Signing, string][] = [
      [{ key: 'another key' }, 'SIGNATURE_INVALID'],
      [{ signedBody: '{"merOrderNo":"other"}' }, 'SIGNATURE_INVALID'],
      [{ merchant: 'somebody' }, 'MERCHANT_UNKNOWN'],
      [{ timestamp: nowSeconds - 330 }, 'TIMESTAMP_OUT_OF_RANGE'],
      [{ timestamp: nowSeconds + 330 }, 'TIMESTAMP_OUT_OF_RANGE'],
      [{ nonce: 'short' }, 'NONCE_REPLAYED'],
    ];
    for (const [signing, code] of attempts) {
      expect(await call('orders/query', key, signing)).toMatchObject({ status: 401, code });
    }
  });

  it('says everything once', async () => {
    const nonce = randomUUID();
    expect((await call('orders/query', key, { nonce })).code).toBe('ORDER_NOT_FOUND');
    expect((await call('orders/query', key, { nonce })).code).toBe('NONCE_REPLAYED');
  });

  it('is told what is wrong with a request that is well signed', async () => {
    expect(await call('orders', terms({ amount: '1.5' }))).toMatchObject({
      status: 400,
      code: 'REQUEST_INVALID',
      fields: ['amount'],
    });
    expect(await call('orders', terms({ amount: '0.00' }))).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await call('orders', terms({ returnUrl: 'javascript:alert(1)' }))).toMatchObject({
      fields: ['returnUrl'],
    });
    expect(await call('bribes', {})).toMatchObject({ status: 404, code: 'NO_SUCH_OPERATION' });
  });
});

describe('an order', () => {
  it('without a page is debited at once: by agreement, or while control says so', async () => {
    expect((await openOrder({ confirmation: 'none' })).data).toMatchObject({
      status: 'DEBITED',
      amount: '123.45',
    });
    bank.control.setAutoConfirm(true);
    const { data, merOrderNo } = await openOrder();
    bank.control.setAutoConfirm(false);
    expect(data?.status).toBe('DEBITED');
    expect((await query(merOrderNo))?.status).toBe('DEBITED');
    const told = bank.control.books().notifications.filter((one) => one.merOrderNo === merOrderNo);
    expect(told).toEqual([]);
  });

  it('is in the journal on disk before anybody is told', async () => {
    const journal = () => readFileSync(path.join(dataDir, 'bank.jsonl'), 'utf8');
    for (let i = 0; i < 20; i++) {
      const { merOrderNo, page } = await openOrder();
      expect(journal()).toContain(merOrderNo);
      await press(page, 'confirm');
      expect(journal()).toContain(`{"type":"orderDebited","merOrderNo":"${merOrderNo}"`);
    }
  });

  it('above the limit is closed', async () => {
    expect((await openOrder({ amount: '500000.01' })).data).toMatchObject({ closeReason: 'LIMIT_EXCEEDED' });
    expect((await openOrder({ amount: '500000.00' })).data).toMatchObject({ status: 'WAIT_CONFIRM' });
  });

  it('is closed by the merchant only while it waits', async () => {
    const { merOrderNo, page } = await openOrder();
    expect((await call('orders/close', { merOrderNo })).data).toMatchObject({
      closeReason: 'CLOSED_BY_MERCHANT',
    });
    await press(page, 'confirm');
    expect((await query(merOrderNo))?.status).toBe('CLOSED');
    const debited = await openOrder({ confirmation: 'none' });
    expect((await call('orders/close', { merOrderNo: debited.merOrderNo })).data).toMatchObject({
      status: 'DEBITED',
    });
  });

  it('whose amount brings a fault meets it once', async () => {
    const later = await openOrder({ amount: '8888.12' });
    await press(later.page, 'confirm');
    expect((await query(later.merOrderNo))?.status).toBe('PROCESSING');
    const poor = await openOrder({ amount: '8888.11' });
    await press(poor.page, 'confirm');
    expect(await query(poor.merOrderNo)).toMatchObject({ closeReason: 'INSUFFICIENT_FUNDS' });
    const odd = terms({ amount: '8888.08' });
    expect((await call('orders', odd)).data?.status).toBe('IN_REVIEW');
    expect((await call('orders', odd)).data?.status).toBe('WAIT_CONFIRM');
  });

  it('that is being settled holds the money, is settled when it is time, and survives a new start', async () => {
    const { merOrderNo, page } = await openOrder();
    bank.control.addFault({ operation: 'confirm', fault: 'settleLater', times: 1, delayMs: 3_600_000 });
    const heldBefore = bank.control.books().balances.holds ?? 0;
    await press(page, 'confirm');
    expect(bank.control.books().balances.holds).toBe(heldBefore + 12_345);
    const { stop } = bank;
    await stop();
    bank = await open();
    expect((await query(merOrderNo))?.status).toBe('PROCESSING');
    bank.control.advanceClock(3_600_000);
    expect((await query(merOrderNo))?.status).toBe('DEBITED');
    expect(bank.control.books().trialBalanceFen).toBe(0);
  });
});

describe('a notification', () => {
  it('that could not be delivered is delivered after a new start', async () => {
    const receiver = createServer();
    const received = new Promise<string>((resolve) => {
      receiver.on('request', (request, response) => {
        request.resume();
        response.end();
        resolve(String(request.headers['webhook-id']));
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    await new Promise((resolve) => receiver.close(resolve));
    const { merOrderNo, page } = await openOrder({ notifyUrl: `http://127.0.0.1:${port}/` });
    await press(page, 'confirm');
    await bank.stop();
    await new Promise<void>((resolve) => receiver.listen(port, '127.0.0.1', resolve));
    bank = await open();
    const [queued] = bank.control.books().notifications.filter((one) => one.merOrderNo === merOrderNo);
    expect(await received).toBe(queued?.webhookId);
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
  });
});

describe('the confirm page', () => {
  const read = async (page: string, headers: Record<string, string> = {}) => {
    const response = await fetch(page, { headers });
    return { response, text: await response.text() };
  };

  it('is Chinese first, and English when asked', async () => {
    const { page } = await openOrder();
    expect((await read(page)).text).toContain('<html lang="zh-CN">');
    expect((await read(page, { 'accept-language': 'fr,zh;q=0.8,en;q=0.5' })).text).toContain('确认支付');
    expect((await read(page, { 'accept-language': 'en-GB,zh' })).text).toContain('Confirm payment');
    expect((await read(`${page}?lang=en`)).text).toContain('<html lang="en">');
    expect((await read(`${page}?lang=zh-CN`, { 'accept-language': 'en' })).text).toContain('确认支付');
  });

  it('shows the amount and the subject as text, and may send forms only to itself and the merchant', async () => {
    const { page } = await openOrder({ subject: '<script>alert("1")</script>' });
    const { response, text } = await read(page);
    expect(text).toContain('¥123.45');
    expect(text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
    expect(response.headers.get('content-security-policy')).toContain(
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' https://merchant.example;",
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('sends the resident back, and changes nothing but by pressing a button', async () => {
    const { page, merOrderNo } = await openOrder();
    expect((await fetch(`${page}/confirm`)).status).toBe(404);
    expect((await query(merOrderNo))?.status).toBe('WAIT_CONFIRM');
    const response = await press(page, 'confirm');
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      'https://merchant.example/payments/1',
    ]);
    expect((await read(page)).text).toContain('支付成功');
    expect((await press(page, 'cancel')).status).toBe(303);
    expect((await query(merOrderNo))?.status).toBe('DEBITED');
  });

  it('debits the card that was chosen', async () => {
    const { page, merOrderNo } = await openOrder();
    await press(page, 'confirm', 'card-0001');
    expect(await query(merOrderNo)).toMatchObject({ status: 'CLOSED', closeReason: 'INSUFFICIENT_FUNDS' });
    expect((await read(page)).text).toContain('余额不足');
  });

  it('says that the time is over', async () => {
    const { page } = await openOrder();
    bank.control.advanceClock(900_001);
    expect((await press(page, 'confirm')).status).toBe(410);
    const { response, text } = await read(page);
    expect(response.status).toBe(410);
    expect(text).toContain('支付已超时');
  });

  it('is not found under another address', async () => {
    expect((await read(`${bank.url}/cashier/${'a'.repeat(22)}`)).response.status).toBe(404);
  });
});

describe('control', () => {
  const control = (route: string, body?: unknown, token = CONTROL_TOKEN) => {
    const [method, name] = route.split(' ');
    const headers = { 'x-control-token': token };
    return fetch(`${bank.url}/control/${name}`, { method, headers, body: JSON.stringify(body) });
  };

  it('is for who holds the token', async () => {
    expect((await control('GET books', undefined, 'another token')).status).toBe(401);
    expect((await control('GET books', undefined, '')).status).toBe(401);
    const books = (await (await control('GET books')).json()) as { trialBalanceFen: number };
    expect(books.trialBalanceFen).toBe(0);
  });

  it('arms a fault with a seed to repeat it by, and refuses one that there is not', async () => {
    const armed = await control('POST faults', {
      operation: 'debit',
      fault: 'refuse',
      times: 1,
      share: 1,
      seed: 7,
    });
    expect(await armed.json()).toEqual({ seed: 7 });
    expect((await openOrder()).data).toMatchObject({ closeReason: 'REFUSED_BY_POLICY' });
    expect((await openOrder()).data).toMatchObject({ status: 'WAIT_CONFIRM' });
    expect((await control('POST faults', { operation: 'statement', fault: 'refuse' })).status).toBe(400);
    expect((await control('POST faults', { operation: 'debit', fault: 'moody' })).status).toBe(400);
    expect((await control('POST magic')).status).toBe(404);
  });

  it('empties the books', async () => {
    const { merOrderNo } = await openOrder({ confirmation: 'none' });
    expect((await control('POST reset')).status).toBe(200);
    expect((await call('orders/query', { merOrderNo })).code).toBe('ORDER_NOT_FOUND');
    expect(bank.control.books()).toMatchObject({ orders: [], trialBalanceFen: 0 });
  });
});
