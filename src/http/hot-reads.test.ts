import supertest, { type Response } from 'supertest';
import { z } from 'zod';
import { cookieOf, frameWith, PUBLIC_URL, someCaller } from '../../test/support/http-app.ts';
import { DomainError } from '../kernel/errors.ts';
import { defineRoute } from './route.ts';

const TRACE_ID = '0123456789abcdef0123456789abcdef';
const TRACEPARENT = `00-${TRACE_ID}-0123456789abcdef-01`;
const resident = someCaller('resident');
const operator = someCaller('operator');
let reads = 0;
const route = defineRoute({
  method: 'get',
  path: '/v1/notes/{noteId}',
  operationId: 'readNote',
  tag: 'test',
  summary: 'For tests',
  access: 'resident',
  idempotency: 'none',
  isHot: true,
  request: { params: z.object({ noteId: z.string().max(8) }) },
  responses: {
    200: { description: 'Read', schema: z.object({ noteId: z.string(), userId: z.string() }) },
  },
  problems: ['not_found'],
  handler: async ({ params, caller }) => {
    reads++;
    if (params.noteId === 'bug') throw new TypeError('a bug');
    if (params.noteId === 'none') throw new DomainError('notFound', 'not_found');
    return { status: 200, body: { noteId: `${params.noteId} 电费`, userId: caller?.userId } };
  },
});

/** What may differ between two answers to one question: when it was, and how often one has asked. */
function comparable({ status, headers, body }: Response) {
  const { date, traceparent, ratelimit, 'ratelimit-policy': policy, ...rest } = headers;
  const present = [date, traceparent, ratelimit].map((header) => typeof header);
  return { status, headers: rest, body, present, policy: String(policy).replace(/; pk=.*/, '') };
}

describe('hot reads', () => {
  const cookie = cookieOf(resident);
  const { app, logged } = frameWith([route], [resident, operator]);
  const both = async (path: string, headers: Record<string, string>) => {
    const [short, long] = [app.listener, app.express].map((listener) =>
      supertest(listener)
        .get(path)
        .set({ ...headers, traceparent: TRACEPARENT }),
    );
    return [
      comparable(await (short as NonNullable<typeof short>)),
      comparable(await (long as NonNullable<typeof long>)),
    ];
  };

  it.each([
    ['all is well', '/v1/notes/1', { cookie }, 200],
    ['English is read', '/v1/notes/none', { cookie, 'accept-language': 'en' }, 404],
    ['nobody is signed in', '/v1/notes/1', {}, 401],
    ['the session is unknown', '/v1/notes/1', { cookie: 'civicpay_session=x' }, 401],
    ['the role is wrong', '/v1/notes/1', { cookie: cookieOf(operator) }, 403],
    ['a parameter is wrong', '/v1/notes/123456789', { cookie }, 404],
    ['the address is odd', '/v1/notes/%E7%94%B5', { cookie }, 200],
    ['there is a query', '/v1/notes/1?a=b', { cookie }, 200],
    ['the thing is not there', '/v1/notes/none', { cookie }, 404],
    ['we have a bug', '/v1/notes/bug', { cookie }, 500],
    ['there is no such route', '/v1/notes/1/2', { cookie }, 404],
  ])('answer as Express does when %s', async (_when, path, headers: Record<string, string>, status) => {
    const [short, long] = await both(path, headers);
    expect(short).toEqual(long);
    expect(short?.status).toBe(status);
  });

  it('continue the caller’s trace and leave the same line in the log', async () => {
    logged.length = 0;
    for (const listener of [app.listener, app.express]) {
      const response = await supertest(listener).get('/v1/notes/1').set({ cookie, traceparent: TRACEPARENT });
      expect(response.headers.traceparent).toContain(TRACE_ID);
    }
    const lines = logged.map((line) => {
      const { time, durationMs, ...rest } = JSON.parse(line) as Record<string, unknown>;
      expect([typeof time, typeof durationMs]).toEqual(['string', 'number']);
      return rest;
    });
    expect(lines).toHaveLength(2);
    expect(lines[0]).toEqual(lines[1]);
    expect(lines[0]).toMatchObject({
      traceId: TRACE_ID,
      route: '/v1/notes/{noteId}',
      userId: resident.userId,
    });
  });

  it('count one client’s requests together with all others', async () => {
    const config = { publicUrl: PUBLIC_URL, requestsPerMinute: 2 };
    const limited = frameWith([route], [resident], { config }).app;
    const read = (listener: typeof limited.listener) =>
      supertest(listener).get('/v1/notes/1').set({ cookie });
    const before = reads;
    expect((await read(limited.listener)).headers.ratelimit).toContain('r=1;');
    expect((await read(limited.express)).status).toBe(200);
    const refused = await read(limited.listener);
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: 'too_many_requests' });
    expect(reads - before).toBe(3);
  });

  it('are refused at the start where a route is more than a path', () => {
    const odd = { ...route, request: { ...route.request, query: z.object({}) } };
    expect(() => frameWith([odd], [])).toThrow('hot read');
  });
});
