import { createHmac } from 'node:crypto';
import { Registry } from 'prom-client';
import type { Caller, Role } from '../../src/accounts/index.ts';
import { createHttpApp, type HttpApp, type HttpAppOptions } from '../../src/http/app.ts';
import { openApiDocument } from '../../src/http/openapi.ts';
import type { Route } from '../../src/http/route.ts';
import { createLogger } from '../../src/infra/log/index.ts';

export const PUBLIC_URL = 'http://pay.example.cn';

/** Somebody who is signed in as soon as a request carries `cookieOf(them)`. */
export function someCaller(role: Role, userId = `usr_${role}`): Caller {
  const kind = role === 'resident' ? 'resident' : 'staff';
  const agencyId = role === 'agency' ? 'agn_1' : null;
  return { userId, sessionId: `ses_${userId}`, kind, roles: [role], agencyId, displayName: role };
}

export function cookieOf({ sessionId }: Caller): string {
  return `civicpay_session=${sessionId}`;
}

export function csrfTokenFor(sessionToken: string): string {
  return createHmac('sha256', 'test').update(sessionToken).digest('base64url');
}

/** Headers of a command by a signed-in caller. */
export function commandOf(caller: Caller): Record<string, string> {
  return { cookie: cookieOf(caller), 'x-csrf-token': csrfTokenFor(caller.sessionId) };
}

export interface FrameUnderTest {
  app: HttpApp;
  openApi: object;
  /** Everything that was logged, a JSON text each. */
  logged: string[];
  metrics: Registry;
}

/** The real frame around a test's own routes, where the given people are signed in. */
export function frameWith(
  routes: readonly Route[],
  callers: readonly Caller[],
  overrides: Partial<HttpAppOptions> = {},
): FrameUnderTest {
  const logged: string[] = [];
  const metrics = new Registry();
  const openApi = openApiDocument(routes, '0.0.0');
  const bySession = new Map(callers.map((caller) => [caller.sessionId, caller]));
  const app = createHttpApp({
    routes,
    authenticate: async (token) => bySession.get(token) ?? null,
    authenticateKey: async () => null,
    csrfTokenFor,
    idempotency: { admit: () => Promise.reject(new Error('this test has no database')) },
    log: createLogger({
      level: 'info',
      service: 'test',
      destination: { write: (line) => logged.push(line) },
    }),
    metrics,
    config: { publicUrl: PUBLIC_URL, requestsPerMinute: 1_000_000 },
    readiness: async () => ({ ready: true, checks: {} }),
    openApi: () => openApi,
    ...overrides,
  });
  return { app, openApi, logged, metrics };
}
