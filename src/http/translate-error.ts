import type { ErrorRequestHandler } from 'express';
import type { Logger } from '../contract/index.ts';
import { isDatabaseLost, isRetryable } from '../infra/db/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { languageOf, problemAnswer, sendAnswer } from './answer.ts';
import { notesOf } from './observe.ts';
import { problemOf } from './problem.ts';

/** What express and its body parser say, as refusals of ours. */
const BY_STATUS: Readonly<Record<number, string>> = {
  403: 'not_found',
  404: 'not_found',
  413: 'body_too_large',
  415: 'content_type_not_supported',
};

/** An error as a refusal where it is the request's fault, or will pass; anything else comes back as it is. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  // Broken percent-encoding, thrown by the router.
  if (error instanceof URIError) return new DomainError('invalid', 'malformed_url');
  const soon = { retryAfterSeconds: 1, cause: error };
  if (isRetryable(error)) return new DomainError('unavailable', 'database_busy', soon);
  if (isDatabaseLost(error)) return new DomainError('unavailable', 'database_unreachable', soon);
  const { status, expose } = (error ?? {}) as { status?: unknown; expose?: unknown };
  if (expose !== true || typeof status !== 'number' || status < 400 || status > 499) return error;
  return new DomainError('invalid', BY_STATUS[status] ?? 'malformed_request');
}

/** The last stop of every error: a problem, and a log line where it is our fault. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const refusal = refusalOf(error);
    const { trace } = notesOf(response);
    const problem = problemOf(refusal, {
      language: languageOf(request),
      traceId: trace.traceId,
      instance: request.path,
    });
    const { route } = notesOf(response);
    if (!(refusal instanceof DomainError)) log.error('unexpected error', { error, route });
    else if (refusal.cause) log.warn('refused for now', { error: refusal.cause, route });
    // Half an answer is out already: cutting it off is the only honest end.
    if (response.headersSent) response.destroy();
    else sendAnswer(response, problemAnswer(problem));
  };
}
