import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import { z } from 'zod';
import type { CallFigures, ConnectionHealth, ConnectionReport } from '../agencies/index.ts';
import type { PostingDelay } from '../billing/index.ts';
import { defineRoute, type Route } from './route.ts';
import { instantOf, instantSchema } from './schemas.ts';

export interface ConnectionsOptions {
  health: Pick<ConnectionHealth, 'read'>;
  postingDelays(): Promise<readonly PostingDelay[]>;
}

const figuresSchema = z
  .object({
    calls: z.int(),
    failures: z
      .int()
      .describe('Not reached, not answered, or answered with what is not theirs; a refusal is none'),
    heldBack: z.int().describe('Not sent: limits, retry budget or an open breaker'),
    p50Ms: z.int().nullable(),
    p99Ms: z.int().nullable(),
  })
  .meta({ id: 'CallFigures' });

const connectionSchema = z
  .object({
    connectionId: z.string(),
    plug: z.enum(['provider', 'channel']),
    kind: z.string(),
    breaker: z
      .enum(['closed', 'open', 'openInSome'])
      .describe('Whether calls go out: of all processes that use it, of none, or of some'),
    processes: z.int().describe('Processes that have used it lately'),
    recent: figuresSchema.describe('Of the last five minutes, over all processes'),
    postingDelay: z
      .object({ payments: z.int(), waiting: z.int(), p50Ms: z.int(), p95Ms: z.int() })
      .nullable()
      .describe(
        'From debit to posting, of payments ordered in the last hour; who waits counts with the wait so far',
      ),
    history: z
      .array(figuresSchema.extend({ from: instantSchema }))
      .describe(
        'The last quarter of an hour by the minute, oldest first; minutes without calls are left out',
      ),
  })
  .meta({ id: 'ConnectionHealth' });

/** How the connections do, for operators. */
export function connectionsRoutes({ health, postingDelays }: ConnectionsOptions): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/ops/connections',
      operationId: 'listConnectionHealth',
      tag: 'operations',
      summary: 'How each connection does: failures, latency, breaker, posting delay',
      access: 'operator',
      idempotency: 'none',
      request: {},
      responses: {
        200: { description: 'All of them, by id', schema: z.object({ items: z.array(connectionSchema) }) },
      },
      problems: [],
      handler: async () => {
        const [reports, delays] = await Promise.all([health.read(), postingDelays()]);
        const items = reports.map((report) => connectionOf(report, delayOf(report, delays)));
        return { status: 200, body: { items } };
      },
    }),
  ];
}

/** Adds the same figures to a registry: every process then tells of the whole installation. */
export function addConnectionMetrics(
  registry: Registry,
  { health, postingDelays }: ConnectionsOptions,
): void {
  const gauge = (name: string, help: string, label: string, setAll: (gauge: Gauge) => Promise<void>) =>
    new Gauge({
      name,
      help,
      labelNames: ['connection', label],
      registers: [registry],
      async collect() {
        this.reset();
        await setAll(this as Gauge);
      },
    });
  gauge(
    'connection_calls',
    'Calls of the last five minutes, over all processes.',
    'result',
    async (calls) => {
      for (const { connectionId: connection, recent } of await health.read()) {
        calls.set({ connection, result: 'succeeded' }, recent.calls - recent.failures);
        calls.set({ connection, result: 'failed' }, recent.failures);
        calls.set({ connection, result: 'held_back' }, recent.heldBack);
      }
    },
  );
  gauge('connection_call_seconds', 'Latency of these calls.', 'quantile', async (seconds) => {
    for (const { connectionId: connection, recent } of await health.read()) {
      if (recent.p50Ms !== null) seconds.set({ connection, quantile: '0.5' }, recent.p50Ms / 1_000);
      if (recent.p99Ms !== null) seconds.set({ connection, quantile: '0.99' }, recent.p99Ms / 1_000);
    }
  });
  gauge(
    'connection_processes',
    'Processes that use it, by the state of their breaker.',
    'breaker',
    async (count) => {
      for (const { connectionId: connection, processes, openBreakers } of await health.read()) {
        count.set({ connection, breaker: 'open' }, openBreakers);
        count.set({ connection, breaker: 'closed' }, processes - openBreakers);
      }
    },
  );
  gauge(
    'connection_posting_delay_seconds',
    'From debit to posting, last hour.',
    'quantile',
    async (seconds) => {
      for (const { connectionId: connection, p50Ms, p95Ms } of await postingDelays()) {
        seconds.set({ connection, quantile: '0.5' }, p50Ms / 1_000);
        seconds.set({ connection, quantile: '0.95' }, p95Ms / 1_000);
      }
    },
  );
}

function delayOf({ connectionId }: ConnectionReport, delays: readonly PostingDelay[]): PostingDelay | null {
  return delays.find((delay) => delay.connectionId === connectionId) ?? null;
}

function connectionOf(
  report: ConnectionReport,
  delay: PostingDelay | null,
): z.input<typeof connectionSchema> {
  const { connectionId, plug, kind, processes, openBreakers, recent, history } = report;
  const { payments = 0, waiting = 0, p50Ms = 0, p95Ms = 0 } = delay ?? {};
  return {
    connectionId,
    plug,
    kind,
    breaker: openBreakers === 0 ? 'closed' : openBreakers < processes ? 'openInSome' : 'open',
    processes,
    recent,
    postingDelay: delay && { payments, waiting, p50Ms, p95Ms },
    history: history.map(({ fromMs, ...figures }: CallFigures & { fromMs: number }) => ({
      from: instantOf(fromMs),
      ...figures,
    })),
  };
}
