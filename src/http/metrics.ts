import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client';
import { notesOf } from './observe.ts';

export interface HttpMetrics {
  /** One answered request; `route` is the template, never the address, which holds ids. */
  observe(method: string, route: string, status: number, durationSeconds: number): void;
  begun(): void;
  ended(): void;
}

/** Adds to a registry what the frame measures, and Node's own: memory, garbage collection, event loop lag. */
export function createHttpMetrics(registry: Registry): HttpMetrics {
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const inFlight = new Gauge({
    name: 'http_requests_in_flight',
    help: 'Requests being answered, open event streams included.',
    registers: [registry],
  });
  return {
    observe: (method, route, status, durationSeconds) =>
      durations.observe({ method, route, status }, durationSeconds),
    begun: () => inFlight.inc(),
    ended: () => inFlight.dec(),
  };
}

/** Prometheus' text of everything in the registry. */
export function metricsPage(registry: Registry): RequestHandler {
  return async (_request, response) => {
    notesOf(response).route = '/metrics';
    response.setHeader('content-type', registry.contentType);
    response.end(await registry.metrics());
  };
}
