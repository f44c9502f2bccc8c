import type { RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { DomainError } from '../kernel/errors.ts';

const WINDOW_MS = 60_000;

/**
 * Lets one client address through so many times a minute, and says where it stands in RateLimit headers
 * (draft-ietf-httpapi-ratelimit-headers-08). Counted in this process's memory: with several servers behind a balancer the
 * true limit is that many times higher. It keeps one client from crowding out the rest; limits that guard a
 * secret (one-time codes, passwords) are counted in the database by accounts.
 */
export function limitByAddress(policy: string, requestsPerMinute: number): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: requestsPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: policy,
    keyGenerator: (request) => ipKeyGenerator(request.ip ?? ''),
    handler: (_request, response, next) => {
      const retryAfterSeconds = Math.max(1, Number(response.getHeader('retry-after') ?? WINDOW_MS / 1000));
      next(new DomainError('tooMany', 'too_many_requests', { retryAfterSeconds }));
    },
    // Its own checks of the proxy settings write to the console at each odd header a client sends.
    validate: false,
  });
}
