import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { createTestVault, refusalOf } from '../../../test/support/accounts.ts';
import { openOnboarding, someActor, type TestOnboarding } from '../../../test/support/onboarding.ts';
import { plainManifest } from '../../../test/support/plain-agency.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { transact } from '../../infra/db/index.ts';
import { type ClosableHttpClient, createHttpClient } from '../../infra/outbound-http/index.ts';
import { claimTasks } from '../../infra/outbox/index.ts';
import { recordAgencyEvents, WEBHOOK_TOPIC } from './agency-events.ts';
import { WebhookDeliveries } from './webhook-delivery.service.ts';
import { WebhookEndpoints } from './webhook-endpoints.service.ts';
import type { AgencyEvent } from './webhooks.types.ts';

const HOUR_MS = 3_600_000;
const ann = someActor('stf_ann');
let made = 0;

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

describeOnBothStacks('webhooks to agencies', (stack) => {
  // Receivers compare with their own clocks: the real time, moved by what the test says.
  const clock = new TestClock(Date.now());
  const vault = createTestVault();
  let under: TestOnboarding;
  let http: ClosableHttpClient;
  let endpoints: WebhookEndpoints;
  let deliveries: WebhookDeliveries;
  let receiver: Server;
  let origin: string;
  let agencyId: string;
  let received: Received[];
  let answer: (response: ServerResponse, path: string) => void;

  beforeAll(async () => {
    const foundation = { db: stack().db, vault, clock };
    under = await openOnboarding(foundation);
    http = createHttpClient({ allowPrivateAddresses: true });
    const deps = { ...foundation, http, allowPrivateAddresses: true };
    endpoints = new WebhookEndpoints(deps);
    deliveries = new WebhookDeliveries(deps);
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const path = request.url ?? '';
        received.push({ path, headers: request.headers, body: Buffer.concat(chunks).toString() });
        answer(response, path);
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  });
  beforeEach(async () => {
    agencyId = `agency-${++made}`;
    received = [];
    answer = (response) => response.writeHead(204).end();
    await stack().db('tasks').where({ topic: WEBHOOK_TOPIC }).delete();
    await under.onboarding.drafts.put(agencyId, plainManifest(agencyId), ann);
  });
  afterAll(async () => {
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
    await http.close();
  });

  const create = (path = '/hooks') =>
    endpoints.create(agencyId, { url: origin + path, eventTypes: ['payment.posted'] }, ann);
  const posted = (paymentId = 'pay_1'): AgencyEvent => ({
    agencyId,
    type: 'payment.posted',
    data: { paymentId, agencyReference: 'A-1', amount: { amountMinor: 1, currency: 'CNY' } },
  });
  const tell = (...events: AgencyEvent[]) =>
    transact(stack().db, (tx) => recordAgencyEvents(tx, events, clock.nowMs()));

  /** Claims and works on what is due, as a worker does. Returns how many tasks that were. */
  async function work(): Promise<number> {
    clock.advance(1);
    const { db } = stack();
    const ids = await db('tasks').where({ topic: WEBHOOK_TOPIC, state: 'ready' }).pluck('task_id');
    const claim = { claimToken: `clm_${clock.nowMs()}`, leaseMs: 10_000, nowMs: clock.nowMs() };
    const tasks = ids.length > 0 ? await claimTasks(db, ids, claim) : [];
    const settled = await deliveries.run(tasks);
    expect(settled.filter(({ status }) => status === 'rejected')).toEqual([]);
    return tasks.length;
  }
  const log = async () => (await endpoints.deliveries(agencyId, { limit: 100 })).items;

  it('are verified by the official library, and by nobody who knows another secret', async () => {
    const { secret } = await create();
    await tell(posted());
    await work();
    const [one] = received;
    const headers = one?.headers as Record<string, string>;
    expect(new Webhook(secret).verify(one?.body ?? '', headers)).toMatchObject({
      type: 'payment.posted',
      data: { paymentId: 'pay_1', amount: { amountMinor: 1, currency: 'CNY' } },
    });
    const other = (await create('/other')).secret;
    expect(() => new Webhook(other).verify(one?.body ?? '', headers)).toThrow('No matching signature');
    expect(() => new Webhook(secret).verify(`${one?.body} `, headers)).toThrow('No matching signature');
    const later = { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 600) };
    expect(() => new Webhook(secret).verify(one?.body ?? '', later)).toThrow('too old');
    expect(await log()).toMatchObject([{ status: 'delivered', attempts: 1 }]);
  });

  it('are signed by the old secret too, until it has had its time', async () => {
    const first = await create();
    const second = await endpoints.rotate(agencyId, first.endpoint.endpointId, 24, ann);
    await tell(posted());
    await work();
    const verify = (secret: string, { body, headers }: Received) =>
      new Webhook(secret).verify(body, headers as Record<string, string>);
    const [during] = received as [Received];
    for (const secret of [first.secret, second.secret]) expect(verify(secret, during)).toBeTruthy();
    await stack()
      .db('webhook_endpoints')
      .where({ agency_id: agencyId })
      .update({ old_secret_until_ms: clock.nowMs() });
    await tell(posted('pay_2'));
    await work();
    const [, after] = received as [Received, Received];
    expect(verify(second.secret, after)).toBeTruthy();
    expect(() => verify(first.secret, after)).toThrow('No matching signature');
  });

  it('go where they are asked for, or nowhere, and vanish with what they tell of', async () => {
    await tell(posted());
    await create('/one');
    await create('/two');
    const wrong = { agencyId, type: 'manifest.versionLive', data: { version: 2 } } as const;
    await tell(posted('pay_2'), wrong);
    const undone = transact(stack().db, async (tx) => {
      await recordAgencyEvents(tx, [posted('pay_3')], clock.nowMs());
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    await work();
    expect(received.map(({ path }) => path).sort()).toEqual(['/one', '/two']);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('come again after a failure, under the same id, and are logged without anybody’s numbers', async () => {
    answer = (response) => response.writeHead(500).end('no account 13800138000');
    await create();
    await tell(posted());
    await work();
    const [waiting] = await log();
    expect(waiting).toMatchObject({ status: 'waiting', attempts: 1 });
    expect(await work()).toBe(0);
    clock.advance(6_000);
    answer = (response) => response.writeHead(200).end('ok');
    await work();
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const found = await endpoints.delivery(agencyId, waiting?.deliveryId ?? '');
    expect(found).toMatchObject({
      status: 'delivered',
      log: [
        { statusCode: 200, answer: 'ok' },
        { statusCode: 500, answer: 'no account ****' },
      ],
    });
    expect(await work()).toBe(0);
  });

  it('follow no redirect', async () => {
    answer = (response, path) =>
      path === '/hooks' ? response.writeHead(302, { location: '/inside' }).end() : response.end();
    await create();
    await tell(posted());
    await work();
    expect(received.map(({ path }) => path)).toEqual(['/hooks']);
    expect(await log()).toMatchObject([{ status: 'waiting' }]);
  });

  it('end after days, disable the endpoint with a notice, and are sent again on demand', async () => {
    answer = (response) => response.writeHead(503).end();
    const { endpoint } = await create();
    const { endpointId } = endpoint;
    const sinceMs = clock.nowMs();
    await tell(posted());
    for (let attempt = 1; attempt <= 10; attempt++) {
      expect(await work()).toBe(1);
      clock.advance(27 * HOUR_MS);
      if ((await log())[0]?.status === 'failed') break;
    }
    expect(await work()).toBe(0);
    expect(await endpoints.list(agencyId)).toMatchObject([{ status: 'disabled' }]);
    const { items } = await under.onboarding.listNotices(agencyId, { limit: 10 });
    expect(items.map(({ kind }) => kind)).toContain('webhookEndpoint.disabled');
    await tell(posted('pay_missed'));
    expect(await refusalOf(endpoints.resendFailed(agencyId, endpointId, sinceMs))).toBe(
      'webhook_endpoint_disabled',
    );
    answer = (response) => response.end();
    received = [];
    await endpoints.update(agencyId, endpointId, endpoint, ann);
    expect(await endpoints.resendFailed(agencyId, endpointId, sinceMs)).toBe(2);
    expect(await endpoints.resendFailed(agencyId, endpointId, sinceMs)).toBe(0);
    await work();
    expect(received.map(({ body }) => JSON.parse(body).data.paymentId).sort()).toEqual([
      'pay_1',
      'pay_missed',
    ]);
    expect((await log()).map(({ status }) => status)).toEqual(['delivered', 'delivered']);
  });

  it('stop at once where the endpoint says that it is gone, or was deleted', async () => {
    answer = (response) => response.writeHead(410).end();
    const { endpoint } = await create();
    await tell(posted());
    await work();
    expect(await endpoints.list(agencyId)).toMatchObject([{ status: 'disabled' }]);
    answer = (response) => response.end();
    const other = await create('/other');
    await tell(posted('pay_2'));
    await endpoints.remove(agencyId, other.endpoint.endpointId, ann);
    await work();
    expect(received).toHaveLength(1);
    expect((await log()).map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
    expect(endpoint.status).toBe('enabled');
  });

  it('keep only their own waiting where an endpoint hangs', async () => {
    const held: ServerResponse[] = [];
    answer = (response, path) => {
      if (path === '/slow') held.push(response);
      else response.end();
    };
    await create('/slow');
    await tell(...Array.from({ length: 12 }, (_, number) => posted(`pay_slow_${number}`)));
    const hanging = work();
    while (held.length < 8) await new Promise((resolve) => setImmediate(resolve));
    agencyId = `agency-${++made}`;
    await under.onboarding.drafts.put(agencyId, plainManifest(agencyId), ann);
    await create('/quick');
    await tell(posted('pay_quick'));
    await work();
    expect(await log()).toMatchObject([{ status: 'delivered' }]);
    expect(held).toHaveLength(8);
    answer = (response) => response.end();
    for (const response of held) response.end();
    await hanging;
    clock.advance(5_000);
    expect(await work()).toBe(4);
  });

  it('can be tried, and one that got through sent again', async () => {
    const { endpoint } = await create();
    const deliveryId = await endpoints.test(agencyId, endpoint.endpointId);
    await work();
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ type: 'endpoint.test' });
    await endpoints.resend(agencyId, deliveryId);
    await endpoints.resend(agencyId, deliveryId);
    await work();
    expect(received).toHaveLength(2);
    expect(await refusalOf(endpoints.resend('another-agency', deliveryId))).toBe(
      'webhook_delivery_not_found',
    );
  });

  it('keep their log for thirty days', async () => {
    await create();
    await tell(posted());
    await work();
    await deliveries.purge();
    expect(await log()).toHaveLength(1);
    clock.advance(31 * 24 * HOUR_MS);
    await deliveries.purge();
    expect(await log()).toHaveLength(0);
  });

  it('are refused to private addresses outside a demo, when they are dialled too', async () => {
    const strict = createHttpClient({ allowPrivateAddresses: false });
    const deps = {
      db: stack().db,
      vault,
      clock,
      http: strict,
      allowPrivateAddresses: false,
    };
    const careful = new WebhookEndpoints(deps);
    const wanted = { url: 'https://127.0.0.1/hooks', eventTypes: ['payment.posted'] as const };
    expect(await refusalOf(careful.create(agencyId, wanted, ann))).toBe('webhook_url_invalid');
    await create();
    await tell(posted());
    const [row] = await stack().db('tasks').where({ topic: WEBHOOK_TOPIC });
    await new WebhookDeliveries(deps).run([{ ...row, taskId: row.task_id, attempts: 0 }]);
    await strict.close();
    const [waiting] = await log();
    const { log: attempts } = await endpoints.delivery(agencyId, waiting?.deliveryId ?? '');
    expect(attempts).toMatchObject([{ statusCode: 0, cause: 'blockedAddress' }]);
    expect(received).toEqual([]);
  });

  it('keep secrets sealed, show them once, and hold an agency to ten endpoints', async () => {
    const { secret, endpoint } = await create();
    const rows = await stack().db('webhook_endpoints').where({ agency_id: agencyId });
    expect(JSON.stringify([rows, await endpoints.list(agencyId), endpoint])).not.toContain(secret.slice(6));
    for (let count = 1; count < 10; count++) await create();
    expect(await refusalOf(create())).toBe('webhook_endpoints_too_many');
  });
});
