import { randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { balancesThatDiffer } from '../../src/ledger/index.ts';
import { type CheckedApi, checkedApi } from '../support/api.ts';
import { describeOnBothStacks } from '../support/stacks.ts';
import { startDemoForTests, type TestDemo } from './support.ts';

const openApi = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'));
const AGENCY_ID = 'guangzhou-power';

/** Somebody at their phone: the API with their session. */
interface Resident {
  api: CheckedApi;
  csrf: string;
}

describeOnBothStacks('the API, from signing in to a receipt', (stack) => {
  let demo: TestDemo;
  let resident: Resident;
  beforeAll(async () => {
    demo = await startDemoForTests(stack());
    resident = await signIn();
  });
  afterAll(() => demo.stop());

  async function signIn(): Promise<Resident> {
    const api = checkedApi(demo.url, openApi);
    const phone = `199${String(randomInt(10 ** 8)).padStart(8, '0')}`;
    const { body: challenge } = await api.post('/v1/sign-in/codes').send({ phone }).expect(202);
    const { body: inbox } = await api.get('/v1/demo/sms-messages').expect(200);
    const message = inbox.items.find((item: { phone: string }) => item.phone.endsWith(phone));
    const code = /\d{6}/.exec(message.text)?.[0];
    const { body } = await api
      .post('/v1/sign-in/sessions')
      .send({ challengeId: challenge.challengeId, code })
      .expect(201);
    return { api, csrf: body.csrfToken };
  }

  async function signInStaff(role: 'finance' | 'operator'): Promise<Resident> {
    const api = checkedApi(demo.url, openApi);
    const { body: people } = await api.get('/v1/demo/sign-ins').expect(200);
    const person = people.staff.find((one: { role: string }) => one.role === role);
    const { email, password } = person;
    const { body: challenge } = await api
      .post('/v1/staff-sign-in/password')
      .send({ email, password })
      .expect(200);
    const { body } = await api
      .post('/v1/staff-sign-in/totp')
      .send({ challengeId: challenge.challengeId, code: person.totpCode })
      .expect(201);
    return { api, csrf: body.csrfToken };
  }

  const newAccount = async () => {
    const { consNo } = await demo.power.agency.addCustomer();
    await demo.power.agency.issueBill({ consNo });
    return consNo;
  };
  const command = (who: Resident, url: string) => who.api.post(url).set('x-csrf-token', who.csrf);
  const query = async (who: Resident, accountNumber: string) =>
    (
      await command(who, '/v1/bill-queries')
        .send({ agencyId: AGENCY_ID, inputs: { accountNumber } })
        .expect(200)
    ).body;
  const orderOf = (seen: { queryId: string; bills: { billId: string; amountDue: object }[] }) => ({
    queryId: seen.queryId,
    billIds: [seen.bills[0]?.billId],
    amount: seen.bills[0]?.amountDue,
    channelId: 'sandbox-bank',
  });
  const order = (who: Resident, body: object, key: string = randomUUID()) =>
    command(who, '/v1/payments').set('idempotency-key', key).send(body);
  const untilStatus = async (
    who: Resident,
    paymentId: string,
    wanted: (body: { status: string; confirmUrl: string | null }) => boolean,
  ) => {
    for (let look = 0; look < 400; look++) {
      const { body } = await who.api.get(`/v1/payments/${paymentId}`).expect(200);
      if (wanted(body)) return body;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('the payment did not get there');
  };
  const pay = async (who: Resident, accountNumber: string) => {
    const { body: ordered } = await order(who, orderOf(await query(who, accountNumber))).expect(201);
    const { confirmUrl } = await untilStatus(who, ordered.paymentId, (body) => body.confirmUrl !== null);
    await fetch(`${confirmUrl}/confirm`, { method: 'POST', redirect: 'manual' });
    return untilStatus(who, ordered.paymentId, (body) => body.status === 'posted');
  };

  it('finds the agency, keeps the account, and tells the three outcomes apart', async () => {
    const { body: regions } = await resident.api.get('/v1/regions').expect(200);
    expect(regions.items.map((region: { code: string }) => region.code)).toContain('440100');
    const { body: agencies } = await resident.api
      .get('/v1/agencies?region=440100&category=electricity')
      .expect(200);
    expect(agencies.items[0].agencyId).toBe(AGENCY_ID);
    const accountNumber = await newAccount();
    const account = { agencyId: AGENCY_ID, inputs: { accountNumber }, label: '爸妈家' };
    const { body: saved } = await command(resident, '/v1/saved-accounts').send(account).expect(201);
    expect(JSON.stringify(saved)).not.toContain(accountNumber);
    const { savedAccountId } = saved;
    const { body: due } = await command(resident, '/v1/bill-queries').send({ savedAccountId }).expect(200);
    expect(due.outcome).toBe('due');
    const lines = due.bills[0].lines.map(
      (line: { amount: { amountMinor: number } }) => line.amount.amountMinor,
    );
    expect(lines.reduce((a: number, b: number) => a + b, 0)).toBe(due.bills[0].amountDue.amountMinor);
    expect((await query(resident, '0800000000052')).outcome).toBe('nothingDue');
    expect((await query(resident, '0800099999995')).outcome).toBe('noSuchAccount');
  });

  it('pays, shows progress as events, and proves it', async () => {
    const accountNumber = await newAccount();
    const { body: ordered } = await order(resident, orderOf(await query(resident, accountNumber))).expect(
      201,
    );
    const { confirmUrl } = await untilStatus(resident, ordered.paymentId, (body) => body.confirmUrl !== null);
    const events = resident.api
      .get(`/v1/payments/${ordered.paymentId}/events`)
      .buffer(true)
      .parse((response, done) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => done(null, text));
      });
    const streamed = events.then((response) => String(response.body));
    await fetch(`${confirmUrl}/confirm`, { method: 'POST', redirect: 'manual' });
    const statuses = [...(await streamed).matchAll(/^data: (.*)$/gm)].map(
      (match) => JSON.parse(match[1] ?? '').status,
    );
    expect(statuses.at(-1)).toBe('posted');
    const { body: receipt } = await resident.api.get(`/v1/payments/${ordered.paymentId}/receipt`).expect(200);
    const pdf = await resident.api.get(`/v1/payments/${ordered.paymentId}/receipt.pdf`).expect(200);
    expect(pdf.body.subarray(0, 5).toString()).toBe('%PDF-');
    const anyone = checkedApi(demo.url, openApi);
    const address = `/v1/receipts/${receipt.receiptId}/verification?code=`;
    await anyone.get(address + receipt.verificationCode).expect(200);
    const { body: refused } = await anyone.get(`${address}AAAAAAAAAA`).expect(404);
    expect(refused.code).toBe('receipt_not_verified');
    const { body: history } = await resident.api.get('/v1/payments?limit=1').expect(200);
    expect(history.items[0].paymentId).toBe(ordered.paymentId);
  });

  it('answers a repeated command as before, and refuses its key for another', async () => {
    const seen = await query(resident, await newAccount());
    const key = randomUUID();
    const { body: first } = await order(resident, orderOf(seen), key).expect(201);
    const { body: second, headers } = await order(resident, orderOf(seen), key).expect(201);
    expect(second).toEqual(first);
    expect(headers['idempotent-replayed']).toBe('true');
    const { body: reused } = await order(resident, { ...orderOf(seen), channelId: 'other' }, key).expect(422);
    expect(reused.code).toBe('idempotency_key_reused');
    const { body: inFlight } = await order(resident, orderOf(seen)).expect(409);
    expect(inFlight).toMatchObject({
      code: 'bill_payment_in_flight',
      params: { paymentId: first.paymentId },
    });
  });

  it('makes one payment of a hundred identical commands', async () => {
    const seen = await query(resident, await newAccount());
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 100 }, () => order(resident, orderOf(seen), key)));
    const made = new Set(answers.filter((a) => a.status === 201).map((a) => a.body.paymentId));
    expect(made.size).toBe(1);
    for (const { status, body } of answers) {
      if (status !== 201) expect(body.code).toBe('idempotency_in_flight');
    }
  });

  it('says what is wrong, where, and in the reader’s language', async () => {
    const bad = { agencyId: AGENCY_ID, inputs: { accountNumber: '123' } };
    const { body: chinese } = await command(resident, '/v1/bill-queries').send(bad).expect(422);
    expect(chinese.errors[0]).toMatchObject({
      pointer: '#/inputs/accountNumber',
      detail: expect.stringMatching(/户号/),
    });
    const { body: english } = await command(resident, '/v1/bill-queries')
      .set('accept-language', 'en')
      .send(bad)
      .expect(422);
    expect(english.errors[0].detail).toMatch(/13 digits/);
    expect(english.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('shows nobody what is another’s, and lets nobody in without the role', async () => {
    const paid = await pay(resident, await newAccount());
    const other = await signIn();
    for (const path of ['', '/events', '/receipt', '/receipt.pdf']) {
      await other.api.get(`/v1/payments/${paid.paymentId}${path}`).expect(404);
    }
    const seen = await query(resident, await newAccount());
    const { body: refused } = await order(other, orderOf(seen)).expect(404);
    expect(refused.code).toBe('query_not_found');
    await other.api.get('/v1/ops/trial-balance').expect(403);
    await checkedApi(demo.url, openApi).get('/v1/payments').expect(401);
    const { body: noToken } = await other.api.post('/v1/bill-queries').send({}).expect(403);
    expect(noToken.code).toBe('csrf_token_invalid');
    const operator = await signInStaff('operator');
    await operator.api.get('/v1/payments').expect(403);
    const { body: balance } = await operator.api.get('/v1/ops/trial-balance').expect(200);
    expect(balance.balanced).toBe(true);
    await operator.api.get('/v1/ops/parked-tasks').expect(200);
    const { body: audit } = await operator.api.get('/v1/ops/audit-events?limit=100').expect(200);
    expect(audit.items.map((event: { action: string }) => event.action)).toContain('payment.create');
    expect(await balancesThatDiffer(stack().db)).toEqual([]);
  });

  it('takes no notification that is not signed', async () => {
    const api = checkedApi(demo.url, openApi);
    const { body } = await api
      .post('/v1/webhooks/channels/sandbox-bank')
      .set('content-type', 'application/json')
      .send('{"type":"debit.finished"}')
      .expect(401);
    expect(body.code).toBe('webhook_not_authentic');
    await api
      .post('/v1/webhooks/channels/no-such-bank')
      .set('content-type', 'application/json')
      .send('{}')
      .expect(404);
  });
});
