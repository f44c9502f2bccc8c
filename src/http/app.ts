import type { RequestListener } from 'node:http';
import express, { type Express, type RequestHandler, type Router } from 'express';
import type { Registry } from 'prom-client';
import type { Caller } from '../accounts/index.ts';
import type { Logger } from '../contract/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { guardedQueuesPage, QUEUES_PATH } from './bull-board.ts';
import { docsRouter } from './docs-page.ts';
import { endpoint, type Frame } from './endpoint.ts';
import { EventStreams } from './event-stream.ts';
import { healthRouter, type ReadyReport } from './health.ts';
import { hotReads } from './hot-reads.ts';
import type { IdempotencyStore } from './idempotency.types.ts';
import { createHttpMetrics, metricsPage } from './metrics.ts';
import { createObserver, observeRequests } from './observe.ts';
import { limitByAddress } from './rate-limit.ts';
import type { Route } from './route.ts';
import { securityHeaders } from './security-headers.ts';
import { staticPages } from './static-pages.ts';
import { problemHandler } from './translate-error.ts';

export interface HttpAppConfig {
  /** How people reach the server, such as `https://pay.example.cn`. */
  publicUrl: string;
  /** Express' `trust proxy`: which proxies' X-Forwarded-For is believed. Default none. */
  trustProxy?: boolean | number | string;
  /** Requests one client address may make a minute. */
  requestsPerMinute?: number;
  /** The same for webhooks: a bank sends everybody's notifications from one address. */
  webhooksPerMinute?: number;
}

export interface HttpAppOptions {
  routes: readonly Route[];
  authenticate(sessionToken: string): Promise<Caller | null>;
  authenticateKey(key: string): Promise<Caller | null>;
  csrfTokenFor(sessionToken: string): string;
  idempotency: IdempotencyStore;
  log: Logger;
  /** Other parts add their own metrics to it. */
  metrics: Registry;
  config: HttpAppConfig;
  readiness(): Promise<ReadyReport>;
  /** Served at `/openapi.json` and shown at `/docs`; made when somebody first asks: most servers start without. */
  openApi(): object;
  /** Bull Board over the queues (`bullBoardRouter`); none when absent. */
  queuesPage?: Router;
  /** The built web app; the server is an API alone when absent. */
  staticDir?: string;
}

export interface HttpApp {
  /** What a server listens with. */
  listener: RequestListener;
  /** The same, without the short cut for hot reads. */
  express: Express;
  streams: EventStreams;
}

const MAX_URL_CHARS = 2048;

/** The whole HTTP side: every route in one frame, and everything around them. */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { config, log } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', config.trustProxy ?? false);
  app.set('query parser', 'simple');
  app.enable('case sensitive routing');
  app.enable('strict routing');

  const streams = new EventStreams(log);
  const observer = createObserver(log, createHttpMetrics(options.metrics));
  const headers = securityHeaders(config.publicUrl);
  const limit = limitByAddress('client', config.requestsPerMinute ?? 600);
  app.use(observeRequests(observer));
  app.use(headers);
  app.use(refuseOddUrls);
  app.use(healthRouter(options.readiness));
  app.get('/metrics', metricsPage(options.metrics));
  const frame: Frame = { ...options, streams, publicUrl: config.publicUrl };
  app.use(apiRouter(options.routes, frame, config, limit.middleware));
  app.use(docsRouter(options.openApi));
  if (options.queuesPage) app.use(QUEUES_PATH, guardedQueuesPage(options.queuesPage, frame));
  if (options.staticDir !== undefined) app.use(staticPages(options.staticDir));
  app.use(() => {
    throw new DomainError('notFound', 'not_found');
  });
  app.use(problemHandler(log));
  const listener = hotReads(options.routes, { app, frame, limit, observer, securityHeaders: headers });
  return { listener, express: app, streams };
}

/** NUL never belongs in an address, and PostgreSQL has none in text. */
const refuseOddUrls: RequestHandler = (request, _response, next) => {
  if (request.originalUrl.length > MAX_URL_CHARS) throw new DomainError('invalid', 'url_too_long');
  if (request.originalUrl.includes('%00')) throw new DomainError('invalid', 'malformed_url');
  next();
};

function apiRouter(
  routes: readonly Route[],
  frame: Frame,
  config: HttpAppConfig,
  limitClients: RequestHandler,
): Router {
  // Express tries one route after the other: a router for each stem spares most of them.
  const byStem = new Map<string, Router>();
  const routerOf = (path: string): Router => {
    const found = byStem.get(stemOf(path)) ?? express.Router({ caseSensitive: true, strict: true });
    byStem.set(stemOf(path), found);
    return found;
  };
  const router: Router = express.Router({ caseSensitive: true, strict: true });
  router.use((request, response, next) => {
    const ofStem = byStem.get(stemOf(request.path));
    if (ofStem) ofStem(request, response, next);
    else next();
  });
  const limitWebhooks = limitByAddress('webhook', config.webhooksPerMinute ?? 60_000).middleware;
  const methodsOf = new Map<string, string[]>();
  for (const route of routes) {
    if (route.idempotency === 'required' && route.access === 'public') {
      throw new Error(
        `${route.operationId}: an Idempotency-Key belongs to a caller, so the route can't be public`,
      );
    }
    const path = route.path.replace(/\{(\w+)\}/g, ':$1');
    const limiter = route.idempotency === 'webhook' ? limitWebhooks : limitClients;
    routerOf(path)[route.method](path, limiter, endpoint(route, frame));
    methodsOf.set(path, [...(methodsOf.get(path) ?? []), route.method.toUpperCase()]);
  }
  for (const [path, methods] of methodsOf) routerOf(path).all(path, limitClients, refuseMethod(methods));
  return router;
}

/** `/v1/payments` of `/v1/payments/…`: what no route has as a parameter. */
const stemOf = (path: string) => path.split('/', 3).join('/');

function refuseMethod(methods: readonly string[]): RequestHandler {
  const allowed = (methods.includes('GET') ? ['HEAD', ...methods] : [...methods]).sort().join(', ');
  return (_request, response) => {
    response.setHeader('allow', allowed);
    throw new DomainError('invalid', 'method_not_allowed');
  };
}
