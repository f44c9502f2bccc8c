import type { Request, RequestHandler, Response } from 'express';
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

export interface Observer {
  /** From here on a request counts as being answered; when its connection is done, it is logged and measured. */
  begin(request: Request, response: Response, notes: RequestNotes & { startedAtMs: number }): void;
}

export function createObserver(log: Logger, metrics: HttpMetrics): Observer {
  return {
    begin(request, response, notes) {
      metrics.begun();
      response.once('close', () => {
        const durationMs = performance.now() - notes.startedAtMs;
        metrics.ended();
        metrics.observe(request.method, notes.route, response.statusCode, durationMs / 1000);
        runInTrace(notes.trace, () =>
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
    },
  };
}

/** Gives each request its trace, one log line and its place in the metrics. Never logs an address: it may hold anything. */
export function observeRequests(observer: Observer): RequestHandler {
  return (request, response, next) => {
    const given = request.headers.traceparent;
    const trace = continueTrace(typeof given === 'string' ? given : undefined);
    const notes = { trace, route: 'unmatched', startedAtMs: performance.now() };
    response.locals.notes = notes;
    response.setHeader('traceparent', traceparentOf(trace));
    observer.begin(request, response, notes);
    runInTrace(trace, next);
  };
}
