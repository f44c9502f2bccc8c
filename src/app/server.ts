import { existsSync } from 'node:fs';
import path from 'node:path';
import { Gauge } from 'prom-client';
import { createHttpApp } from '../http/app.ts';
import { bullBoardRouter } from '../http/bull-board.ts';
import { addConnectionMetrics } from '../http/connections.routes.ts';
import { openApiDocument } from '../http/openapi.ts';
import { startHttpServer } from '../http/server.ts';
import { countTasks } from '../infra/outbox/index.ts';
import { HealthReports } from '../jobs/index.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import type { Config } from './config.ts';
import { closeContainer, createContainer, TOKENS as T } from './container.ts';
import { createReadiness } from './readiness.ts';
import { createRoutes } from './routes.ts';
import { API_VERSION } from './version.ts';

/** The built pages: `dist/web`, seen from the sources and from the build. */
const PAGES = ['../../dist/web', '../../web'].map((folder) => path.resolve(import.meta.dirname, folder));
/** Requests under way may take this long once the server is told to stop. */
const STOP_TIMEOUT_MS = 15_000;

export interface Running {
  stop(): Promise<void>;
}

/** Starts the HTTP side: API, pages, docs. Work that takes longer than a request is done by workers. */
export async function startServer({
  config,
  clock = systemClock,
}: {
  config: Config;
  clock?: Clock;
}): Promise<Running & { url: string }> {
  const container = createContainer(config, 'server', clock);
  const accounts = container.resolve(T.accounts);
  const db = container.resolve(T.db);
  const metrics = container.resolve(T.metrics);
  const taskSender = container.resolve(T.taskSender);
  const tasks = new Gauge({
    name: 'outbox_tasks',
    help: 'Tasks waiting in the outbox, by state and topic.',
    labelNames: ['state', 'topic'],
    registers: [metrics],
    async collect() {
      this.reset();
      for (const { state, topic, count } of await countTasks(db)) this.set({ state, topic }, count);
    },
  });
  const { health } = container.resolve(T.agencies);
  const billing = container.resolve(T.billing);
  addConnectionMetrics(metrics, { health, postingDelays: () => billing.postingDelays() });
  const healthReports = new HealthReports(() => health.write(), container.resolve(T.log));
  const routes = createRoutes(container);
  const app = createHttpApp({
    routes,
    authenticate: (sessionToken) => accounts.sessions.authenticate(sessionToken),
    authenticateKey: (key) => container.resolve(T.onboarding).keys.authenticate(key),
    csrfTokenFor: (sessionToken) => accounts.sessions.csrfTokenFor(sessionToken),
    idempotency: container.resolve(T.idempotency),
    log: container.resolve(T.log),
    metrics,
    config: {
      publicUrl: config.publicUrl,
      trustProxy: config.trustProxyHops,
      requestsPerMinute: config.requestsPerMinute,
    },
    readiness: createReadiness({
      db,
      clock: container.resolve(T.clock),
      agencies: container.resolve(T.agencies),
      taskSender,
    }),
    openApi: () => openApiDocument(routes, API_VERSION),
    queuesPage: bullBoardRouter(
      [...taskSender.handles, container.resolve(T.reconciliationQueue).handle].map(({ queue }) => queue),
    ),
    staticDir: PAGES.find((folder) => existsSync(path.join(folder, 'index.html'))),
  });
  const server = await startHttpServer(app, { port: config.port, host: config.host }).catch(async (error) => {
    await closeContainer(container);
    throw error;
  });
  healthReports.start();
  return {
    url: server.url,
    async stop() {
      await server.stop({ timeoutMs: STOP_TIMEOUT_MS });
      await healthReports.stop();
      tasks.reset();
      await closeContainer(container);
    },
  };
}
