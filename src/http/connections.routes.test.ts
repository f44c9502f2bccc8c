import { Registry } from 'prom-client';
import { checkedApi } from '../../test/support/api.ts';
import { cookieOf, frameWith, someCaller } from '../../test/support/http-app.ts';
import type { ConnectionReport } from '../agencies/index.ts';
import { addConnectionMetrics, connectionsRoutes } from './connections.routes.ts';

const figures = { calls: 10, failures: 3, heldBack: 2, p50Ms: 100, p99Ms: 2_000 };
const none = { calls: 0, failures: 0, heldBack: 0, p50Ms: null, p99Ms: null };
const reports: ConnectionReport[] = [
  {
    connectionId: 'bank',
    plug: 'channel',
    kind: 'sandbox-bank',
    processes: 0,
    openBreakers: 0,
    recent: none,
    history: [],
  },
  {
    connectionId: 'power',
    plug: 'provider',
    kind: 'electricity',
    processes: 3,
    openBreakers: 1,
    recent: figures,
    history: [{ fromMs: 1_800_000_000_000, ...figures }],
  },
];
const delay = { connectionId: 'power', payments: 7, waiting: 1, p50Ms: 900, p95Ms: 61_000 };
const options = { health: { read: async () => reports }, postingDelays: async () => [delay] };

describe('the health of connections', () => {
  const operator = someCaller('operator');
  const resident = someCaller('resident');
  const { app, openApi } = frameWith(connectionsRoutes(options), [operator, resident]);
  const api = checkedApi(app, openApi);

  it('is shown to operators, and to nobody else', async () => {
    const { body } = await api.get('/v1/ops/connections').set('cookie', cookieOf(operator)).expect(200);
    expect(body.items).toEqual([
      {
        connectionId: 'bank',
        plug: 'channel',
        kind: 'sandbox-bank',
        breaker: 'closed',
        processes: 0,
        recent: none,
        postingDelay: null,
        history: [],
      },
      {
        connectionId: 'power',
        plug: 'provider',
        kind: 'electricity',
        breaker: 'openInSome',
        processes: 3,
        recent: figures,
        postingDelay: { payments: 7, waiting: 1, p50Ms: 900, p95Ms: 61_000 },
        history: [{ from: '2027-01-15T08:00:00.000Z', ...figures }],
      },
    ]);
    await checkedApi(app, openApi).get('/v1/ops/connections').set('cookie', cookieOf(resident)).expect(403);
    await checkedApi(app, openApi).get('/v1/ops/connections').expect(401);
  });

  it('is told to Prometheus', async () => {
    const registry = new Registry();
    addConnectionMetrics(registry, options);
    const page = await registry.metrics();
    for (const line of [
      'connection_calls{connection="power",result="succeeded"} 7',
      'connection_calls{connection="power",result="failed"} 3',
      'connection_calls{connection="power",result="held_back"} 2',
      'connection_call_seconds{connection="power",quantile="0.99"} 2',
      'connection_processes{connection="power",breaker="open"} 1',
      'connection_posting_delay_seconds{connection="power",quantile="0.95"} 61',
    ]) {
      expect(page).toContain(line);
    }
    expect(page).not.toContain('connection_call_seconds{connection="bank"');
  });
});
