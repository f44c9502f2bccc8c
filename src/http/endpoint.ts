import type { Request, RequestHandler, Response } from 'express';
import { type Caller, mayCall } from '../accounts/index.ts';
import type { Logger } from '../contract/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { type Answer, jsonAnswer, languageOf, problemAnswer, sendAnswer } from './answer.ts';
import type { EventStreams } from './event-stream.ts';
import type { CommandClaim, IdempotencyStore } from './idempotency.types.ts';
import { notesOf } from './observe.ts';
import { problemOf } from './problem.ts';
import { readJsonBody, readRawBody } from './request-body.ts';
import type { Route, RouteInput, RouteResult } from './route.ts';
import { refuseCrossSite, requireCsrfToken } from './same-site.ts';
import { sessionTokenOf } from './session-cookie.ts';
import { refusalOf } from './translate-error.ts';
import { validated } from './validation.ts';

/** What every route is served with. */
export interface Frame {
  /** The caller behind a session token, or null. */
  authenticate(sessionToken: string): Promise<Caller | null>;
  /** The agency's system behind an API key (`cvk_…`), or null. */
  authenticateKey(key: string): Promise<Caller | null>;
  /** The one CSRF token that belongs to a session token. */
  csrfTokenFor(sessionToken: string): string;
  idempotency: IdempotencyStore;
  log: Logger;
  streams: EventStreams;
  publicUrl: string;
}

type Input = RouteInput<Record<never, never>>;

/** 8 to 128 visible ASCII characters; quotes as in a structured field are part of the key. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{8,128}$/;

/**
 * The one way into a route: who calls, may they, did they mean it (CSRF), is it well formed, was it done before, and only then
 * the handler.
 */
export function endpoint(route: Route, frame: Frame): RequestHandler {
  return async (request, response) => {
    const notes = notesOf(response);
    notes.route = route.path;
    const { caller, sessionToken } = await identify(route, frame, request);
    if (caller) notes.userId = caller.userId;
    admitCaller(route, caller, request.params.agencyId);
    if (route.method !== 'get' && route.idempotency !== 'webhook') {
      refuseCrossSite(request, frame.publicUrl);
      if (sessionToken !== null) requireCsrfToken(request, frame.csrfTokenFor(sessionToken));
    }
    const input = {
      ...(await validatedParts(route, request, response)),
      caller,
      sessionToken,
      traceId: notes.trace.traceId,
      language: languageOf(request),
      commandKey: null,
      streams: frame.streams,
      request,
      response,
    } as Input;
    if (route.idempotency === 'required') await answerOnce(route, frame, input);
    else await answer(route, input);
  };
}

async function identify(route: Route, frame: Frame, request: Request) {
  if (route.idempotency === 'webhook') return { caller: null, sessionToken: null };
  const key = route.access === 'public' ? null : apiKeyOf(request);
  // No browser sends a key by itself: a key in the header goes before a cookie, and needs no CSRF token.
  if (key !== null) return { caller: await keyHolder(frame, key), sessionToken: null };
  const token = sessionTokenOf(request);
  const caller = token === null ? null : await frame.authenticate(token);
  return { caller, sessionToken: caller ? token : null };
}

async function keyHolder(frame: Frame, key: string): Promise<Caller> {
  const caller = await frame.authenticateKey(key);
  if (!caller) throw new DomainError('unauthenticated', 'api_key_invalid');
  return caller;
}

/** `Authorization: Bearer cvk_…` (RFC 6750); other credentials are not ours. */
function apiKeyOf(request: Request): string | null {
  return /^bearer +(cvk_\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

function admitCaller(
  { access, keyScope }: Route,
  caller: Caller | null,
  agencyId: string | string[] | undefined,
): void {
  const decision = mayCall(access, caller, {
    agencyId: agencyId === undefined ? undefined : String(agencyId),
    keyScope,
  });
  if (decision === 'signIn') throw new DomainError('unauthenticated', 'sign_in_required');
  if (decision === 'no') throw new DomainError('forbidden', 'forbidden');
}

async function validatedParts(route: Route, request: Request, response: Response) {
  const schemas = route.request;
  const params = schemas.params && validated(schemas.params, request.params, 'params');
  const query = schemas.query && validated(schemas.query, request.query, 'query');
  if (route.idempotency === 'webhook') return { params, query, body: await readRawBody(request, response) };
  const body = schemas.body && validated(schemas.body, await readJsonBody(request, response), 'body');
  return { params, query, body };
}

async function answer(route: Route, input: Input): Promise<void> {
  const result = await route.handler(input);
  if (result) sendAnswer(input.response, answerOf(route, result));
}

/** Law 3: the same key and body, the same answer; the same key and another body, refused; in flight, told so. */
async function answerOnce(route: Route, frame: Frame, input: Input): Promise<void> {
  const { caller, request, response } = input;
  // createHttpApp refuses routes that want a key from nobody.
  if (!caller) throw new DomainError('unauthenticated', 'sign_in_required');
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)) {
    const fields = [
      { pointer: '#/header/Idempotency-Key', code: key === undefined ? 'required' : 'wrong_format' },
    ];
    throw new DomainError('invalid', 'idempotency_key_required', { fields });
  }
  const admission = await frame.idempotency.admit({
    userId: caller.userId,
    operationId: route.operationId,
    key,
    request: JSON.stringify([input.params ?? null, input.query ?? null, input.body ?? null]),
  });
  switch (admission.kind) {
    case 'reused':
      throw new DomainError('invalid', 'idempotency_key_reused');
    case 'inFlight':
      throw new DomainError('conflict', 'idempotency_in_flight', {
        retryAfterSeconds: admission.retryAfterSeconds,
      });
    case 'replay':
      response.setHeader('idempotent-replayed', 'true');
      return sendAnswer(response, admission.answer);
    case 'run':
      return runOnce(route, frame, { ...input, commandKey: admission.claim.commandKey }, admission.claim);
  }
}

async function runOnce(route: Route, frame: Frame, input: Input, claim: CommandClaim): Promise<void> {
  const outcome = await outcomeOf(route, input);
  if ('refusal' in outcome && outcome.retryable) {
    await keeping(frame, () => claim.release());
    throw outcome.refusal;
  }
  await keeping(frame, () => claim.finish(outcome.answer));
  sendAnswer(input.response, outcome.answer);
}

/** A refusal is an answer like any other, and kept like one, unless the same request may succeed later. */
async function outcomeOf(
  route: Route,
  input: Input,
): Promise<{ answer: Answer } | { answer: Answer; refusal: unknown; retryable: boolean }> {
  try {
    const result = await route.handler(input);
    if (!result) throw new Error(`${route.operationId} answers by itself, so its answer can't be kept`);
    return { answer: answerOf(route, result) };
  } catch (error) {
    const refusal = refusalOf(error);
    const { language, traceId, request } = input;
    const problem = problemOf(refusal, { language, traceId, instance: request.path });
    const retryable = problem.retryable || problem.status >= 500;
    return { answer: problemAnswer(problem), refusal: error, retryable };
  }
}

/** The command is done by now: that its answer could not be kept must not turn it into a failure. */
async function keeping(frame: Frame, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    frame.log.error('the answer to a command could not be kept', { error });
  }
}

function answerOf(route: Route, result: RouteResult): Answer {
  if (result.body instanceof Uint8Array) {
    const type = route.responses[result.status]?.mediaType ?? 'application/octet-stream';
    const headers = { 'cache-control': 'no-store', 'content-type': type, ...result.headers };
    return { status: result.status, headers, body: result.body };
  }
  return jsonAnswer(result.status, result.body, result.headers);
}
