import createClient, { type Middleware } from 'openapi-fetch';
import type { paths } from '../generated/api.d.ts';
import { i18n } from '../i18n/i18n.ts';
import { ApiProblem, problemOfResponse } from './problem.ts';

/** Longer than the server's own limit for a query, so that its answer is the one that is shown. */
const TIMEOUT_MS = 30_000;

let csrfToken: string | null = null;

/** Kept in memory only: another site's page cannot read it. */
export function keepCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** Names one order to the server, so that sending it twice carries it out once. */
export function newIdempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

const civicpay: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', i18n.language);
    if (request.method === 'GET') return request;
    if (csrfToken) request.headers.set('X-CSRF-Token', csrfToken);
    if (!request.headers.has('Idempotency-Key')) request.headers.set('Idempotency-Key', newIdempotencyKey());
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw await problemOfResponse(response);
  },
  onError({ error }) {
    return error instanceof ApiProblem ? error : new ApiProblem(0, null);
  },
};

const client = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: 'same-origin',
  fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) }),
});
client.use(civicpay);

/** Calls of the API, typed by its specification. What is not a success is thrown as ApiProblem. */
export const api = client;

/** The body of a success; a success without the body that the specification promises is no answer. */
export function bodyOf<T>(result: { data?: T; response: Response }): NonNullable<T> {
  if (result.data === undefined || result.data === null) throw new ApiProblem(result.response.status, null);
  return result.data;
}
