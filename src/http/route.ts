import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Access, Caller, KeyScope } from '../accounts/index.ts';
import { DomainError } from '../kernel/errors.ts';
import type { EventStreams } from './event-stream.ts';
import type { Language } from './problem-catalogue.ts';

interface RouteSchemas {
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
}

type Parsed<S, K extends keyof RouteSchemas> =
  S extends Record<K, infer T extends z.ZodType> ? z.output<T> : undefined;

/** What a handler is given: everything validated, nothing else. */
export interface RouteInput<S extends RouteSchemas> {
  params: Parsed<S, 'params'>;
  query: Parsed<S, 'query'>;
  body: Parsed<S, 'body'>;
  caller: Caller | null;
  /** The session token the request came with, when it is a good one. */
  sessionToken: string | null;
  /** For logs, problems and the audit trail. */
  traceId: string;
  /** What the caller reads, by Accept-Language. */
  language: Language;
  /**
   * Set where `idempotency` is `required`: 43 characters that stand for this caller's Idempotency-Key on this operation. A command that
   * stores it under a unique index with what it makes is carried out once even when we crash before answering.
   */
  commandKey: string | null;
  /** Opens server-sent event streams that end in good order when the server stops. */
  streams: EventStreams;
  /** The raw request, for what has no schema: webhooks' raw bytes, event streams, the client's address. */
  request: Request;
  response: Response;
}

/** What a handler returns; `body` is validated against the declared response in tests. */
export interface RouteResult {
  status: number;
  /** Sent as JSON; bytes are sent as they are, under the declared media type. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface RouteResponse {
  description: string;
  /** Absent for a response without a body. */
  schema?: z.ZodType;
  /** Default `application/json`. */
  mediaType?: string;
}

export interface Route<S extends RouteSchemas = RouteSchemas> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** OpenAPI form, under no prefix: `/v1/payments/{paymentId}`. */
  path: string;
  /** Stable name of the operation, camelCase: generated clients use it. */
  operationId: string;
  tag: string;
  summary: string;
  description?: string;
  /** Enforced in one place (`mayCall` of accounts), deny by default. `public` routes get the caller too, when there is one. */
  access: Access;
  /** What an API key of an agency must be good for; absent: the route is closed to keys. */
  keyScope?: KeyScope;
  /**
   * `required`: a command; the same Idempotency-Key and body get the same answer. `none`: reads, and commands that are
   * idempotent by nature. `webhook`: no session, no CSRF; the handler gets raw bytes.
   */
  idempotency: 'required' | 'none' | 'webhook';
  /** A read with parameters in its path alone that is asked for so often that Express is spared (`hot-reads.ts`). */
  isHot?: boolean;
  request: S;
  responses: Readonly<Record<number, RouteResponse>>;
  /** Stable problem codes this route can answer with, beyond those of every route. */
  problems: readonly string[];
  /** Returns the result, or null when it has written the response itself (event streams, files). */
  handler(input: RouteInput<S>): Promise<RouteResult | null>;
}

/** Declares a route; the types of the handler's input come from its schemas. */
export function defineRoute<S extends RouteSchemas>(route: Route<S>): Route {
  return route as unknown as Route;
}

/** The caller of a route whose access lets nobody else in. */
export function signedInCaller(caller: Caller | null): Caller {
  if (!caller) throw new DomainError('unauthenticated', 'sign_in_required');
  return caller;
}
