import type { Request, Response } from 'express';
import { PROBLEM_MEDIA_TYPE, type Problem } from './problem.ts';
import { LANGUAGES, type Language } from './problem-catalogue.ts';

/** An answer as it goes out, and as it is kept for a repeated command. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Null when there is no body. */
  body: string | Uint8Array | null;
}

/** Answers of the API are somebody's own: no cache keeps them unless the route says so. */
const NO_STORE = { 'cache-control': 'no-store' };

export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  if (body === undefined) return { status, headers: { ...NO_STORE, ...headers }, body: null };
  return {
    status,
    headers: { ...NO_STORE, 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

export function problemAnswer(problem: Problem, headers: Readonly<Record<string, string>> = {}): Answer {
  const wait = problem.retryAfterSeconds;
  return {
    status: problem.status,
    headers: {
      ...NO_STORE,
      'content-type': `${PROBLEM_MEDIA_TYPE}; charset=utf-8`,
      vary: 'accept-language',
      ...(wait !== undefined && { 'retry-after': String(wait) }),
      ...headers,
    },
    body: JSON.stringify(problem),
  };
}

export function sendAnswer(response: Response, answer: Answer): void {
  response.status(answer.status);
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  if (answer.body === null) response.end();
  else response.setHeader('content-length', Buffer.byteLength(answer.body)).end(answer.body);
}

/** What the caller reads, by Accept-Language; Chinese when nothing fits. */
export function languageOf(request: Request): Language {
  return request.acceptsLanguages('zh-CN', 'zh', 'en') === 'en' ? 'en' : LANGUAGES[0];
}
