import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describeOnBothStacks } from '../support/stacks.ts';
import { type ApiDocument, bodyFor, type Operation, oddHeaders, operationsOf, textFor } from './fuzz.ts';
import { groundOf } from './ground.ts';
import { orderOf, seeBill } from './payers.ts';
import { paymentState } from './payment-state.ts';
import { Door, type Person, someAddress } from './people.ts';
import { comeToRest } from './rest.ts';
import { AGENCY_ID, CHANNEL_ID, POWER_CONNECTION, World } from './world.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const document = JSON.parse(readFileSync(path.join(ROOT, 'docs/openapi.json'), 'utf8')) as ApiDocument;
/** On each stack, and not the same on both. */
const RUNS_PER_OPERATION = 20;
const SEED_PLUS = { embedded: 0, mysql: 1 };
const TEST_TIMEOUT_MS = 300_000;

interface RawCall {
  method: string;
  target: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** What is there to be hit: ids and texts that exist, by the name of the parameter. */
interface Targets {
  texts: Record<string, string[]>;
  bodies: Record<string, unknown[]>;
}

describeOnBothStacks('whatever anybody sends', (stack) => {
  let world: World;
  let callers: Record<'nobody' | 'resident' | 'operator' | 'leaving', Person>;
  let targets: Targets;
  let before: Record<string, string>;

  beforeAll(async () => {
    world = await World.start(groundOf(stack(), 4));
    const door = new Door(world);
    callers = {
      nobody: door.nobody(),
      resident: await door.resident(),
      operator: await door.operator(),
      leaving: await door.resident(),
    };
    targets = await preparedTargets(world, callers.resident, await door.resident());
    expect(await comeToRest(world)).toEqual([]);
    before = await paymentState(world.db);
  }, TEST_TIMEOUT_MS);
  afterAll(() => world.stop());

  async function send({ method, target, headers, body }: RawCall) {
    const { hostname, port } = new URL(world.server.url);
    const request = http.request({
      hostname,
      port,
      method,
      path: target,
      headers: { 'x-forwarded-for': someAddress(), ...headers, 'content-length': body.length },
      agent: false,
    });
    request.end(body);
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const { statusCode: status = 0, headers: answered } = response;
    const type = answered['content-type'] ?? '';
    let text = '';
    // A stream of events has no end: that it has begun is the answer.
    if (type.startsWith('text/event-stream')) response.destroy();
    else for await (const chunk of response) text += String(chunk);
    return { status, type, text };
  }

  async function expectPlainAnswer(call: RawCall): Promise<void> {
    const { status, type, text } = await send(call);
    expect({ status, text }).toMatchObject({ status: expect.any(Number) });
    if (status >= 500) throw new Error(`answered ${status}: ${text}`);
    expect(text).not.toMatch(/\n\s+at |node_modules|\bat [\w.]+ \(/);
    if (status >= 400 && text !== '') {
      expect(type).toContain('application/problem+json');
      expect(JSON.parse(text)).toMatchObject({ status, code: expect.stringMatching(/^[a-z_]+$/) });
    }
  }

  async function expectNothingMoved(except: readonly string[] = []): Promise<void> {
    const after = await paymentState(world.db);
    const left = (state: Record<string, string>) =>
      Object.fromEntries(Object.entries(state).filter(([table]) => !except.includes(table)));
    expect(left(after)).toEqual(left(before));
    expect(world.server.logged('error')).toEqual([]);
    expect((await callers.nobody.send({ path: '/livez' })).status).toBe(200);
  }

  const callTo = (operation: Operation): fc.Arbitrary<RawCall> => {
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
    const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query');
    const textOf = ({ name, schema }: Operation['parameters'][number]) =>
      textFor(schema, document, targets.texts[name] ?? []);
    const body: fc.Arbitrary<Buffer> =
      operation.body === null
        ? fc.constantFrom(Buffer.alloc(0), Buffer.from('{}'))
        : bodyFor(operation.body, document, targets.bodies[operation.operationId] ?? []);
    return fc
      .record({
        caller: fc.constantFrom('nobody', 'resident', 'resident', 'resident', 'operator'),
        steps: fc.tuple(...inPath.map(textOf)),
        query: fc.tuple(...inQuery.map((parameter) => fc.option(textOf(parameter)))),
        odd: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: oddHeaders }),
        body,
      })
      .map(({ caller, steps, query, odd, body: bytes }) => {
        const isLeaving = operation.operationId === 'signOut' || operation.method === 'DELETE';
        const person = callers[isLeaving ? 'leaving' : (caller as 'resident')];
        const filled = inPath.reduce(
          (text, { name }, index) => text.replace(`{${name}}`, steps[index] ?? ''),
          operation.path,
        );
        const asked = inQuery.flatMap(({ name }, index) =>
          query[index] === null ? [] : `${name}=${query[index]}`,
        );
        return {
          method: operation.method,
          target: filled + (asked.length > 0 ? `?${asked.join('&')}` : ''),
          headers: {
            ...person.headers,
            'content-type': 'application/json',
            'idempotency-key': randomUUID(),
            ...odd,
          },
          body: bytes,
        };
      });
  };

  it.each(
    operationsOf(document).map((operation) => [`${operation.method} ${operation.path}`, operation] as const),
  )(
    '%s is answered, and changes nothing',
    async (_, operation) => {
      const { seed } = fc.readConfigureGlobal();
      await fc.assert(fc.asyncProperty(callTo(operation), expectPlainAnswer), {
        numRuns: RUNS_PER_OPERATION,
        ...(seed !== undefined && { seed: seed + SEED_PLUS[stack().name] }),
      });
      await expectNothingMoved();
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'pages beside the API are answered too',
    async () => {
      const pages = fc.constantFrom(
        '/',
        '/docs',
        '/openapi.json',
        '/metrics',
        '/ops/queues',
        '/v1',
        '/x/y.js',
      );
      const call = fc
        .record({ page: pages, query: fc.webQueryParameters({ size: 'small' }), headers: oddHeaders })
        .map(({ page, query, headers }) => ({
          method: 'GET',
          target: `${page}?${query}`,
          headers: headers as Record<string, string>,
          body: Buffer.alloc(0),
        }));
      await fc.assert(fc.asyncProperty(call, expectPlainAnswer), { numRuns: 100 });
      await expectNothingMoved();
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'notifications that are signed and say nonsense are kept, and believed in nothing',
    async () => {
      const webhook = new Webhook(world.webhookSecret);
      const schema = { type: 'object', properties: {}, additionalProperties: {} };
      const body = bodyFor(schema, document, targets.bodies.notification ?? []);
      const eventId = fc.oneof(
        fc.uuid(),
        fc.constantFrom('x'.repeat(200), 'caf\u00e9', "' or 1=1 --", '__proto__'),
      );
      const aboutNobody = (merOrderNo: string) => {
        const [first] = targets.bodies.notification as { data: object }[];
        return Buffer.from(JSON.stringify({ ...first, data: { ...first?.data, merOrderNo } }));
      };
      await fc.assert(
        fc.asyncProperty(body, eventId, async (bytes, id) => {
          const sentAt = new Date();
          await expectPlainAnswer({
            method: 'POST',
            target: `/v1/webhooks/channels/${CHANNEL_ID}`,
            headers: {
              'content-type': 'application/json',
              'webhook-id': id,
              'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
              'webhook-signature': webhook.sign(id, sentAt, bytes.toString('utf8')),
            },
            body: bytes,
          });
        }),
        {
          numRuns: 200,
          // What neither database can look for in a column of ASCII.
          examples: ['\u0000', '\u{20bb7}', 'x'.repeat(3_000)].map((reference, index): [Buffer, string] => [
            aboutNobody(reference),
            `odd-${index}`,
          ]),
        },
      );
      await expectNothingMoved(['notifications']);
    },
    TEST_TIMEOUT_MS,
  );
});

/** A resident with a payment that is over, a bill that is due and a saved account; and ids that are another's. */
async function preparedTargets(world: World, resident: Person, other: Person): Promise<Targets> {
  const see = async (person: Person) => {
    const accountNumber = await world.power.customerWithBill(null);
    const inputs = { agencyId: AGENCY_ID, inputs: { accountNumber } };
    return { inputs, query: await seeBill(person, accountNumber) };
  };
  const pay = async (person: Person) => {
    const { query } = await see(person);
    return (await person.send(orderOf(query, randomUUID()))).body.paymentId as string;
  };
  const save = async (person: Person) => {
    const { inputs } = await see(person);
    const { body } = await person.send({ method: 'POST', path: '/v1/saved-accounts', body: inputs });
    return body.savedAccountId as string;
  };
  const paymentIds = [await pay(resident), await pay(other)];
  const savedAccountIds = [await save(resident), await save(other)];
  const [own, others] = [await see(resident), await see(other)];
  const wrong = (query: typeof own.query) => {
    const { body } = orderOf(query, '') as { body: { amount: { amountMinor: number } } };
    return { ...body, amount: { ...body.amount, amountMinor: body.amount.amountMinor + 1 } };
  };
  await comeToRest(world);
  const { notifications } = await world.bank.bankBooks();
  return {
    texts: {
      agencyId: [AGENCY_ID],
      paymentId: paymentIds,
      taskId: paymentIds,
      receiptId: paymentIds.map((id) => id.replace('pay_', 'rcp_')),
      savedAccountId: savedAccountIds,
      connectionId: [CHANNEL_ID, POWER_CONNECTION],
      region: ['440100'],
    },
    bodies: {
      createPayment: [wrong(own.query), wrong(others.query)],
      queryBills: [own.inputs, ...savedAccountIds.map((savedAccountId) => ({ savedAccountId }))],
      notification: notifications.map(({ body }) => JSON.parse(body)),
    },
  };
}
