import type { RequestHandler, Response } from 'express';
import type { Logger } from '../contract/index.ts';
import { continueTrace, runInTrace, type Trace, traceparentOf } from '../infra/log/index.ts';
import type { HttpMetrics } from './metrics.ts';

/** What the steps of one request leave for the log line and the metrics. */
interface RequestNotes {
  trace: Trace;
  /** The route's template; until one is found, what kind of thing was asked for. */
  route: string;
  userId?: string;
}

/** Asked every few seconds by machines: of no interest in a log unless something else is looked for. */
const PROBES = new Set(['/livez', '/readyz', '/metrics']);

export function notesOf(response: Response): RequestNotes {
  return response.locals.notes as RequestNotes;
}

/** Gives each request its trace, one log line and its place in the metrics. Never logs an address: it may hold anything. */
export function observeRequests(log: Logger, metrics: HttpMetrics): RequestHandler {
  return (request, response, next) => {
    const given = request.headers.traceparent;
    const trace = continueTrace(typeof given === 'string' ? given : undefined);
    const notes: RequestNotes = { trace, route: 'unmatched' };
    response.locals.notes = notes;
    response.setHeader('traceparent', traceparentOf(trace));
    const startedAtMs = performance.now();
    metrics.begun();
    response.once('close', () => {
      const durationMs = performance.now() - startedAtMs;
      metrics.ended();
      metrics.observe(request.method, notes.route, response.statusCode, durationMs / 1000);
      runInTrace(trace, () =>
        log[PROBES.has(notes.route) ? 'debug' : 'info']('request', {
          method: request.method,
          route: notes.route,
          status: response.statusCode,
          durationMs: Math.round(durationMs),
          userId: notes.userId,
          // The client left before the answer was whole.
          ...(!response.writableFinished && { cutOff: true }),
        }),
      );
    });
    runInTrace(trace, next);
  };
}
