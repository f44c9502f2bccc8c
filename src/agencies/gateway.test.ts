import { z } from 'zod';
import { FaultPlan } from '../../sandbox/support/fault-plan.ts';
import {
  type SandboxServer,
  sendJson,
  startSandboxServer,
  untilGone,
} from '../../sandbox/support/http-server.ts';
import { noBillStore } from '../../test/support/no-bill-store.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import {
  type CallContext,
  defineProvider,
  type PostingOutcome,
  type QueryOutcome,
  type Reason,
} from '../contract/index.ts';
import { type ClosableHttpClient, createHttpClient } from '../infra/outbound-http/index.ts';
import { createTcpClient } from '../infra/outbound-tcp/index.ts';
import { type ConnectionLines, createGateway } from './gateway.ts';

const settings = z.object({ baseUrl: z.url(), timeoutMs: z.int() });
/** Long enough never to be the reason in a test that is about something else. */
const AMPLE_MS = 30_000;
const SHORT_MS = 800;
type Settings = z.output<typeof settings>;

/** Sends what it is asked to, and believes only a 200. */
async function send(context: CallContext<Settings>, path: string): Promise<Reason | number> {
  const url = `${context.settings.baseUrl}${path}`;
  const { timeoutMs } = context.settings;
  const result = await context.http.send({ method: 'POST', url, timeoutMs });
  if (result.kind === 'notSent') return { code: 'agency_down', source: 'network', detail: result.cause };
  if (result.kind === 'noAnswer') return { code: 'no_answer', source: 'network', detail: result.cause };
  return result.status < 500 ? result.status : { code: 'answer_not_understood', source: 'agency' };
}

const provider = defineProvider<Settings>({
  kind: 'posting',
  settings,
  operations: {
    async queryBills(context, { inputs }): Promise<QueryOutcome> {
      if (inputs.number === 'bug') throw new Error('a bug of the provider');
      const answer = await send(context, '/query');
      return typeof answer === 'object'
        ? { kind: 'unavailable', reason: answer }
        : { kind: 'nothingDue', holder: {} };
    },
    async pay(context, { reference }): Promise<PostingOutcome> {
      const answer = await send(context, '/pay');
      if (typeof answer === 'object') {
        return { kind: answer.code === 'agency_down' ? 'notAttempted' : 'unknown', reason: answer };
      }
      return answer === 409
        ? { kind: 'rejected', reason: { code: 'bill_already_paid', source: 'agency' } }
        : { kind: 'accepted', agencyReference: reference, postedAtMs: 0 };
    },
    async queryPayment(context, { reference }): Promise<PostingOutcome> {
      const answer = await send(context, '/ask');
      return typeof answer === 'object'
        ? { kind: 'unknown', reason: answer }
        : { kind: 'accepted', agencyReference: reference, postedAtMs: 0 };
    },
  },
});

const own = (code: 'answer_not_understood' | 'too_busy') => ({ code, source: 'civicpay' }) as const;
const unknown: PostingOutcome = { kind: 'unknown', reason: own('answer_not_understood') };
const busy: PostingOutcome = { kind: 'notAttempted', reason: own('too_busy') };
const noBills: QueryOutcome = { kind: 'unavailable', reason: own('answer_not_understood') };
const busyQuery: QueryOutcome = { kind: 'unavailable', reason: own('too_busy') };

describe('a connection that does not answer', () => {
  const faults = new FaultPlan<'hang' | 'garbage' | 'paid'>();
  /** The paths of the requests that arrived. */
  const arrived: string[] = [];
  let server: SandboxServer;
  let http: ClosableHttpClient;
  let clock: TestClock;
  let lines: ConnectionLines;
  let gateway: ReturnType<typeof createGateway>;
  let timeoutMs: number;

  beforeAll(async () => {
    server = await startSandboxServer(0, async (request, response) => {
      arrived.push(request.path);
      const strike = faults.strike(request.path);
      if (strike?.fault === 'hang') await untilGone(request.signal);
      else sendJson(response, strike?.fault === 'garbage' ? 502 : strike?.fault === 'paid' ? 409 : 200, {});
    });
    http = createHttpClient({ allowPrivateAddresses: true });
  });
  afterAll(async () => {
    await http.close();
    await server.stop();
  });
  beforeEach(() => {
    faults.clear();
    arrived.length = 0;
    timeoutMs = AMPLE_MS;
    clock = new TestClock();
    lines = new Map();
    const limits = { concurrency: 20, ratePerSecond: 5_000 };
    gateway = createGateway(
      {
        plugIns: { providers: [provider], channels: [] },
        httpClient: http,
        tcpClient: createTcpClient({ allowPrivateAddresses: true }),
        billStoreOf: noBillStore,
        clock,
        log: { debug() {}, info() {}, warn() {}, error() {} },
        connection: async (connectionId) => ({
          connectionId,
          plug: 'provider',
          kind: 'posting',
          settings: { baseUrl: server.url, timeoutMs },
          limits,
        }),
      },
      lines,
    );
  });

  const query = async (connectionId: string, number = '1') => {
    const request = { inputs: { number } };
    return (await gateway.provider(connectionId, 'queryBills', request, noBills, busyQuery)).outcome;
  };
  const ask = async (reference: string, connectionId = 'one') =>
    (await gateway.provider(connectionId, 'queryPayment', { reference }, unknown, busy)).outcome;
  const pay = async (reference: string) => {
    const amount = { amountMinor: 1, currency: 'CNY' };
    const request = { reference, inputs: {}, bills: [], amount, debitedAtMs: 0 };
    return (await gateway.provider('one', 'pay', request, unknown, busy)).outcome;
  };
  const times = <T>(count: number, call: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, index) => call(index)));

  it('is left alone at once, and said to be down; nothing is sent to it', async () => {
    timeoutMs = SHORT_MS;
    faults.add({ operation: '*', fault: 'hang' });
    const first = await times(8, () => query('one'));
    expect(first.every((outcome) => 'reason' in outcome && outcome.reason.code === 'no_answer')).toBe(true);
    expect(arrived).toHaveLength(8);
    const down = { code: 'agency_down', source: 'civicpay' };
    expect(await query('one')).toEqual({ kind: 'unavailable', reason: down });
    expect(await pay('new')).toEqual({
      kind: 'notAttempted',
      reason: down,
      retryAtMs: expect.any(Number),
    });
    // Not having been asked is no answer: it is neither "never seen" nor anything else that is definite.
    expect(await ask('unknown')).toEqual({
      kind: 'notAttempted',
      reason: down,
      retryAtMs: expect.any(Number),
    });
    expect(arrived).toHaveLength(8);
    expect(lines.get('one')?.isBreakerOpen()).toBe(true);
  });

  it('is tried again by questions about payments first, and is used again when it answers them', async () => {
    faults.add({ operation: '*', fault: 'garbage', times: 8 });
    await times(8, () => query('one'));
    clock.advance(2_500);
    expect(await query('one')).toMatchObject({ kind: 'unavailable' });
    expect(await pay('new')).toMatchObject({ kind: 'notAttempted' });
    expect(arrived).toHaveLength(8);
    expect(await ask('unknown')).toMatchObject({ kind: 'accepted' });
    expect(await query('one')).toMatchObject({ kind: 'nothingDue' });
    expect(lines.get('one')?.isBreakerOpen()).toBe(false);
    expect(await pay('new')).toMatchObject({ kind: 'accepted' });
  });

  it('gets one probe at a time, however many questions wait', async () => {
    timeoutMs = SHORT_MS;
    faults.add({ operation: '*', fault: 'hang' });
    await times(8, () => query('one'));
    clock.advance(2_500);
    const outcomes = await times(20, (index) => ask(`unknown ${index}`));
    expect(outcomes.filter(({ kind }) => kind === 'unknown')).toHaveLength(1);
    expect(arrived.filter((path) => path === '/ask')).toHaveLength(1);
  });

  it('is still used when all it says is no', async () => {
    faults.add({ operation: '/pay', fault: 'paid' });
    const outcomes: PostingOutcome[] = [];
    // A few at a time: on a busy machine sixty at once would be told that we are busy.
    for (let round = 0; round < 6; round++) {
      outcomes.push(...(await times(10, (index) => pay(`paid ${round} ${index}`))));
    }
    expect(outcomes.every(({ kind }) => kind === 'rejected')).toBe(true);
    expect(lines.get('one')?.isBreakerOpen()).toBe(false);
  });

  it('counts as failing when its plug-in throws', async () => {
    for (let i = 0; i < 8; i++) expect(await query('one', 'bug')).toEqual(noBills);
    expect(await query('one', 'bug')).toMatchObject({ reason: { code: 'agency_down' } });
  });

  it('holds up no other', async () => {
    timeoutMs = SHORT_MS;
    faults.add({ operation: '/query', fault: 'hang', times: 8 });
    await times(8, () => query('hanging'));
    timeoutMs = AMPLE_MS;
    expect(await times(20, () => query('fine'))).toEqual(
      Array.from({ length: 20 }, () => ({ kind: 'nothingDue', holder: {} })),
    );
  });

  it('is not swamped by all that failed before: repeated calls have a budget', async () => {
    faults.add({ operation: '/ask', fault: 'garbage' });
    await ask('unknown');
    const repeated: PostingOutcome[] = [];
    // Two calls that go well for each that fails: the breaker has no reason to open.
    for (let round = 0; round < 150; round++) {
      await query('one', `first of ${round}`);
      await query('one', `second of ${round}`);
      repeated.push(await ask('unknown'));
    }
    expect(lines.get('one')?.isBreakerOpen()).toBe(false);
    // Ten a second are guaranteed, ten seconds of them kept, and a tenth of the others come on top.
    const asked = arrived.filter((path) => path === '/ask').length;
    expect(asked).toBeGreaterThan(100);
    expect(asked).toBeLessThanOrEqual(1 + 100 + 30);
    const held = repeated.filter(({ kind }) => kind === 'notAttempted');
    expect(held).toHaveLength(151 - asked);
    for (const outcome of held) expect(outcome).toEqual({ ...busy, retryAtMs: expect.any(Number) });
    expect(await ask('another')).toMatchObject({ kind: 'unknown' });
  });

  it('is told of in figures', async () => {
    faults.add({ operation: '*', fault: 'garbage', times: 8 });
    await times(8, () => query('one'));
    await query('one');
    clock.advance(2_500);
    await ask('unknown');
    const minutes = lines.get('one')?.takeMinutes() ?? [];
    expect(minutes).toMatchObject([{ succeeded: 1, failed: 8, heldBack: 1, isBreakerOpen: true }]);
    expect([...(minutes[0]?.durations.values() ?? [])].reduce((sum, calls) => sum + calls, 0)).toBe(9);
  });
});
