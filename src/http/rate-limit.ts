import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, MemoryStore, rateLimit } from 'express-rate-limit';
import { systemClock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';

const WINDOW_MS = 60_000;

export interface AddressLimit {
  /** Counts, sets the headers, refuses. */
  middleware: RequestHandler;
  /** Counts as the middleware does; the headers to send (without the optional hash of the client), or null for one too many. */
  admit(request: Request): Promise<readonly [string, string][] | null>;
}

/**
 * Lets one client address through so many times a minute, and says where it stands in RateLimit headers
 * (draft-ietf-httpapi-ratelimit-headers-08). Counted in this process's memory: with several servers behind a balancer the
 * true limit is that many times higher. It keeps one client from crowding out the rest; limits that guard a
 * secret (one-time codes, passwords) are counted in the database by accounts.
 */
export function limitByAddress(policy: string, requestsPerMinute: number): AddressLimit {
  const store = new MemoryStore();
  const keyOf = (request: Request) => ipKeyGenerator(request.ip ?? '');
  const middleware = rateLimit({
    windowMs: WINDOW_MS,
    limit: requestsPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: policy,
    keyGenerator: keyOf,
    store,
    handler: (_request, response, next) => {
      const retryAfterSeconds = Math.max(1, Number(response.getHeader('retry-after') ?? WINDOW_MS / 1000));
      next(new DomainError('tooMany', 'too_many_requests', { retryAfterSeconds }));
    },
    // Its own checks of the proxy settings write to the console at each odd header a client sends.
    validate: false,
  });
  return {
    middleware,
    async admit(request) {
      const key = keyOf(request);
      const { totalHits, resetTime } = await store.increment(key);
      if (totalHits > requestsPerMinute) return null;
      const resetSeconds = Math.max(
        0,
        Math.ceil(((resetTime?.getTime() ?? 0) - systemClock.nowMs()) / 1_000),
      );
      return [
        ['ratelimit', `"${policy}"; r=${requestsPerMinute - totalHits}; t=${resetSeconds}`],
        ['ratelimit-policy', `"${policy}"; q=${requestsPerMinute}; w=${WINDOW_MS / 1_000}`],
      ];
    },
  };
}
