import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Express, Request, RequestHandler, Response } from 'express';
import { mayCall } from '../accounts/index.ts';
import { continueTrace, runInTrace, traceparentOf } from '../infra/log/index.ts';
import { type Answer, jsonAnswer, languageOf } from './answer.ts';
import type { Frame } from './endpoint.ts';
import type { Observer } from './observe.ts';
import type { AddressLimit } from './rate-limit.ts';
import type { Route, RouteInput } from './route.ts';
import { sessionTokenOf } from './session-cookie.ts';

interface HotReadsParts {
  app: Express;
  frame: Frame;
  limit: AddressLimit;
  observer: Observer;
  /** What `securityHeaders` sets on every answer of the API. */
  securityHeaders: RequestHandler;
}

/**
 * Answers the routes marked `hot` without Express, which costs several times what they do, as long as all is well. At
 * anything else (not signed in, a wrong parameter, a refusal, one request too many) Express gets the request as
 * if nothing had been: they are reads, so looking twice changes nothing, and problems are made in one place.
 */
export function hotReads(routes: readonly Route[], parts: HotReadsParts): RequestListener {
  const { app } = parts;
  const hot = routes.filter((route) => route.isHot).map((route) => ({ route, pattern: patternOf(route) }));
  const ready = { ...parts, security: headersOf(parts.securityHeaders) };
  return (request, response) => {
    const url = request.url ?? '';
    for (const { route, pattern } of request.method === 'GET' ? hot : []) {
      const match = pattern.exec(url);
      if (!match) continue;
      answerHot(route, match.groups ?? {}, { incoming: request, outgoing: response }, ready).catch(() => {
        if (response.headersSent) response.destroy();
        else app(request, response);
      });
      return;
    }
    app(request, response);
  };
}

/** Answers, or gives the request to Express as it came. */
async function answerHot(
  route: Route,
  params: Readonly<Record<string, string>>,
  { incoming, outgoing }: { incoming: IncomingMessage; outgoing: ServerResponse },
  { app, frame, limit, observer, security }: Omit<HotReadsParts, 'securityHeaders'> & { security: string[] },
): Promise<void> {
  // What handlers know of a request is Express' own; giving it to them costs next to nothing.
  const request = Object.setPrototypeOf(incoming, app.request) as Request;
  const response = Object.setPrototypeOf(outgoing, app.response) as Response;
  const startedAtMs = performance.now();
  const given = request.headers.traceparent;
  const trace = continueTrace(typeof given === 'string' ? given : undefined);
  const found = await runInTrace(trace, () =>
    resultOf(route, params, { request, response, traceId: trace.traceId }, frame).catch(() => null),
  );
  const limited = found && (await limit.admit(request));
  if (!limited) return app(request, response);
  const { status, body, headers } = found.answer;
  observer.begin(request, response, { trace, route: route.path, userId: found.userId, startedAtMs });
  response.writeHead(status, [
    'traceparent',
    traceparentOf(trace),
    ...security,
    ...limited.flat(),
    ...Object.entries(headers).flat(),
    'content-length',
    String(Buffer.byteLength(body ?? '')),
  ]);
  response.end(body ?? '');
}

async function resultOf(
  route: Route,
  rawParams: Readonly<Record<string, string>>,
  origin: Pick<RouteInput<Record<never, never>>, 'request' | 'response' | 'traceId'>,
  frame: Frame,
): Promise<{ answer: Answer; userId: string } | null> {
  const sessionToken = sessionTokenOf(origin.request);
  const caller = sessionToken === null ? null : await frame.authenticate(sessionToken);
  if (!caller || mayCall(route.access, caller, { agencyId: rawParams.agencyId }) !== 'yes') return null;
  const params = route.request.params?.safeParse(rawParams);
  if (!params?.success) return null;
  const result = await route.handler({
    ...origin,
    params: params.data,
    query: undefined,
    body: undefined,
    caller,
    sessionToken,
    get language() {
      return languageOf(origin.request);
    },
    commandKey: null,
    streams: frame.streams,
  } as unknown as RouteInput<Record<never, never>>);
  return result && { answer: jsonAnswer(result.status, result.body, result.headers), userId: caller.userId };
}

/** Parameters of plain letters, digits and dashes; anything odder is left to Express. */
function patternOf({ path, operationId, request }: Route): RegExp {
  if (request.query || request.body || !request.params) {
    throw new Error(`${operationId}: a hot read has parameters in its path, and nothing else`);
  }
  return new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[\\w-]{1,64})')}$`);
}

/** The headers that a middleware sets whatever the request, as `writeHead` takes them. */
function headersOf(middleware: RequestHandler): string[] {
  const headers: string[] = [];
  const recorder = {
    setHeader: (name: string, value: string) => headers.push(name, value),
    removeHeader: () => {},
  };
  void middleware({ path: '/v1/' } as Request, recorder as unknown as Response, () => {});
  return headers;
}
