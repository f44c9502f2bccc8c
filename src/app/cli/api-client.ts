import { randomBytes } from 'node:crypto';
import type { z } from 'zod';

/** The server refused, or answered something else than was agreed. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The stable code of the problem; null when the answer was no problem document. */
  readonly code: string | null;
  readonly traceId: string | null;

  constructor(message: string, code: string | null, traceId: string | null) {
    super(message);
    this.code = code;
    this.traceId = traceId;
  }
}

interface ApiRequest<T extends z.ZodType> {
  method?: 'GET' | 'POST';
  path: string;
  body?: unknown;
  /** Sends a fresh Idempotency-Key. */
  isCommand?: boolean;
  /** What the answer must be; answers without a body need none. */
  schema?: T;
}

/** A visitor of the HTTP API as a browser is one: keeps cookies, sends the CSRF token. */
export class ApiClient {
  csrfToken: string | null = null;
  private readonly baseUrl: string;
  private readonly cookies = new Map<string, string>();

  constructor(baseUrl: string) {
    this.baseUrl = baseUrl.replace(/\/$/, '');
  }

  /** The parsed answer; throws ApiError for any refusal. */
  async call<T extends z.ZodType>({ method = 'GET', path, body, isCommand, schema }: ApiRequest<T>) {
    const response = await this.send(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.csrfToken === null || method === 'GET' ? {} : { 'x-csrf-token': this.csrfToken }),
        ...(isCommand ? { 'idempotency-key': randomBytes(16).toString('hex') } : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw problemOf(method, path, response, text);
    if (!schema) return undefined as z.output<T>;
    const parsed = schema.safeParse(jsonOrNull(text));
    if (parsed.success) return parsed.data;
    const { path: where = [], message } = parsed.error.issues[0] ?? {};
    throw new ApiError(`${method} ${path} answered unexpectedly: ${where.join('.')} ${message}`, null, null);
  }

  /** The bytes of a file. */
  async download(path: string): Promise<Buffer> {
    const response = await this.send(path, {});
    if (!response.ok) throw problemOf('GET', path, response, await response.text());
    return Buffer.from(await response.arrayBuffer());
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie) headers.set('cookie', cookie);
    const response = await fetch(`${this.baseUrl}${path}`, {
      ...init,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}

function problemOf(method: string, path: string, response: Response, text: string): ApiError {
  const problem = jsonOrNull(text) as { code?: string; traceId?: string; title?: string } | null;
  const title = problem?.title ? ` (${problem.title})` : '';
  return new ApiError(
    `${method} ${path} answered ${response.status}${title}`,
    problem?.code ?? null,
    problem?.traceId ?? null,
  );
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
