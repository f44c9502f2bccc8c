import { randomInt, randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type CheckedApi, checkedApi } from '../support/api.ts';
import { runCli } from '../support/demo.ts';
import { describeOnBothStacks } from '../support/stacks.ts';
import { startDemoForTests, type TestDemo } from './support.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const openApi = JSON.parse(readFileSync(path.join(ROOT, 'docs/openapi.json'), 'utf8'));
const GUIDE = readFileSync(path.join(ROOT, 'docs/file-billers.md'), 'utf8');
/** What the guide tells a person to type, in its order. */
const COMMANDS = [...GUIDE.matchAll(/```sh\nnpx civicpay (.*)\n```/g)].map(([, command = '']) => command);
const CUSTOMER = /type `(WY\d{8})`/.exec(GUIDE)?.[1] ?? '';

describeOnBothStacks('the guide for agencies that send files', (stack) => {
  let demo: TestDemo;
  let api: CheckedApi;
  let csrf: string;

  beforeAll(async () => {
    demo = await startDemoForTests(stack());
    api = checkedApi(demo.url, openApi);
    const phone = `199${String(randomInt(10 ** 8)).padStart(8, '0')}`;
    const { body: challenge } = await api.post('/v1/sign-in/codes').send({ phone }).expect(202);
    const { body: inbox } = await api.get('/v1/demo/sms-messages').expect(200);
    const message = inbox.items.find((item: { phone: string }) => item.phone.endsWith(phone));
    const code = /\d{6}/.exec(message.text)?.[0];
    const { challengeId } = challenge;
    csrf = (await api.post('/v1/sign-in/sessions').send({ challengeId, code }).expect(201)).body.csrfToken;
  });
  afterAll(() => demo.stop());

  const run = async (command: string | undefined) => {
    const { vaultKeys, demo: settings, databaseUrl } = demo.config;
    const { queue } = stack();
    const result = await runCli((command ?? '').split(' '), {
      DATABASE_URL: databaseUrl,
      ...(queue.kind === 'redis' && { REDIS_URL: queue.url }),
      VAULT_KEYS: JSON.stringify(vaultKeys.keys),
      VAULT_CURRENT_KEY: vaultKeys.current,
      VAULT_INDEX_KEY: vaultKeys.indexKey,
      DEMO: JSON.stringify(settings),
    });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    return result.stdout;
  };
  const post = (url: string, body: object) =>
    api.post(url).set('x-csrf-token', csrf).set('idempotency-key', randomUUID()).send(body);
  const query = async () => {
    const inputs = { customerNumber: CUSTOMER };
    return (await post('/v1/bill-queries', { agencyId: 'guangzhou-property', inputs }).expect(200)).body;
  };
  const untilPayment = async (paymentId: string, is: (body: Record<string, unknown>) => boolean) => {
    for (let look = 0; look < 400; look++) {
      const { body } = await api.get(`/v1/payments/${paymentId}`).expect(200);
      if (is(body)) return body;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('the payment did not get there');
  };

  it('leads from the sample spreadsheet to a paid bill, word for word', async () => {
    expect(COMMANDS).toHaveLength(4);
    const [setup, preview, send, advice] = COMMANDS;
    expect(await run(setup)).toContain('guangzhou-property');
    expect(await run(preview)).toMatch(/line 2: \*{4}0001 张\*/);
    expect(await run(send)).toMatch(/new 42, changed 0/);
    expect(await run(send)).toContain('imported before');

    const seen = await query();
    expect(seen).toMatchObject({ outcome: 'due', holder: { maskedName: '张*' } });
    const [bill] = seen.bills;
    const order = {
      queryId: seen.queryId,
      billIds: [bill.billId],
      amount: bill.amountDue,
      channelId: 'sandbox-bank',
    };
    const { body: ordered } = await post('/v1/payments', order).expect(201);
    const { confirmUrl } = await untilPayment(ordered.paymentId, (body) => body.confirmUrl !== null);
    await fetch(`${confirmUrl}/confirm`, { method: 'POST', redirect: 'manual' });
    await untilPayment(ordered.paymentId, (body) => body.status === 'posted');
    const left = (await query()).bills.map(({ billId }: { billId: string }) => billId);
    expect(left).toEqual(seen.bills.slice(1).map(({ billId }: { billId: string }) => billId));

    // Of a day on which nothing was paid: there is no file.
    expect(await run(advice)).toContain('Nothing was paid');
    rmSync(path.join(ROOT, 'advice.csv'), { force: true });
  }, 120_000);
});
