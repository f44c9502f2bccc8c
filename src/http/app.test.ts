import supertest from 'supertest';
import { z } from 'zod';
import { checkedApi } from '../../test/support/api.ts';
import { commandOf, cookieOf, frameWith, PUBLIC_URL, someCaller } from '../../test/support/http-app.ts';
import { DomainError } from '../kernel/errors.ts';
import { defineRoute, type Route } from './route.ts';
import { moneySchema } from './schemas.ts';

const noteSchema = z.object({ text: z.string(), amount: moneySchema }).meta({ id: 'TestNote' });
const resident = someCaller('resident');
const operator = someCaller('operator');

const common = { tag: 'test', summary: 'For tests', idempotency: 'none', problems: [] } as const;
const routes: Route[] = [
  defineRoute({
    ...common,
    method: 'post',
    path: '/v1/notes/{noteId}',
    operationId: 'writeNote',
    access: 'resident',
    request: {
      params: z.object({ noteId: z.string().regex(/^\d+$/) }),
      query: z.object({ limit: z.coerce.number().int().max(9).default(3) }),
      body: z.object({
        text: z.string().min(1).max(5),
        amount: moneySchema,
        tags: z.array(z.string().max(3)).optional(),
      }),
    },
    responses: { 201: { description: 'Written', schema: noteSchema } },
    handler: async ({ body, query }) => ({
      status: 201,
      body: { text: `${body.text} ${query.limit}`, amount: body.amount },
      headers: { location: '/v1/notes/1' },
    }),
  }),
  defineRoute({
    ...common,
    method: 'get',
    path: '/v1/notes/{noteId}',
    operationId: 'readNote',
    access: 'signedIn',
    request: { params: z.object({ noteId: z.string() }) },
    responses: { 200: { description: 'Read', schema: z.object({ noteId: z.string(), userId: z.string() }) } },
    handler: async ({ params, caller }) => {
      if (params.noteId === 'bug') throw new TypeError('secret 13800138000 of 张伟');
      if (params.noteId === 'gone')
        throw new DomainError('unavailable', 'database_busy', { retryAfterSeconds: 7 });
      return { status: 200, body: { noteId: params.noteId, userId: caller?.userId } };
    },
  }),
  defineRoute({
    ...common,
    method: 'get',
    path: '/v1/queue',
    operationId: 'readQueue',
    access: 'operator',
    request: {},
    responses: { 200: { description: 'Read', schema: z.object({}) } },
    handler: async () => ({ status: 200, body: {} }),
  }),
  defineRoute({
    ...common,
    method: 'post',
    path: '/v1/sign-in',
    operationId: 'signIn',
    access: 'public',
    request: { body: z.object({ phone: z.string() }) },
    responses: { 204: { description: 'Done' } },
    handler: async () => ({ status: 204 }),
  }),
  defineRoute({
    ...common,
    method: 'post',
    path: '/v1/webhooks/bank',
    operationId: 'bankWebhook',
    access: 'public',
    idempotency: 'webhook',
    request: {},
    responses: { 200: { description: 'Taken', schema: z.object({ bytes: z.int(), caller: z.null() }) } },
    handler: async ({ request, caller }) => ({
      status: 200,
      body: { bytes: (request.body as Buffer).length, caller },
    }),
  }),
];
const { app, openApi, logged } = frameWith(routes, [resident, operator]);
const api = checkedApi(app, openApi);
const note = { text: 'hi', amount: { amountMinor: 5, currency: 'CNY' } };

describe('who may call', () => {
  it('lets in whom the route asks for', async () => {
    const answer = await api.get('/v1/notes/5').set('cookie', cookieOf(resident)).expect(200);
    expect(answer.body).toEqual({ noteId: '5', userId: resident.userId });
    await api.get('/v1/queue').set('cookie', cookieOf(operator)).expect(200);
  });

  it('asks nobody to sign in, and refuses somebody else', async () => {
    const nobody = await api.get('/v1/queue').expect(401);
    expect(nobody.body).toMatchObject({ code: 'sign_in_required', title: '请先登录' });
    const stranger = await api.get('/v1/queue').set('cookie', 'civicpay_session=forged').expect(401);
    expect(stranger.body.code).toBe('sign_in_required');
    const other = await api.get('/v1/queue').set('cookie', cookieOf(resident)).expect(403);
    expect(other.body.code).toBe('forbidden');
  });

  it('refuses a command without the CSRF token of its session', async () => {
    const command = () => api.post('/v1/notes/1').set('cookie', cookieOf(resident)).send(note);
    expect((await command().expect(403)).body.code).toBe('csrf_token_invalid');
    const others = commandOf(operator)['x-csrf-token'] ?? '';
    expect((await command().set('x-csrf-token', others).expect(403)).body.code).toBe('csrf_token_invalid');
    await api.post('/v1/notes/1').set(commandOf(resident)).send(note).expect(201);
  });

  it.each([
    ['a browser on another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a browser on a sister site', { 'sec-fetch-site': 'same-site' }, 403],
    ['an older browser on another site', { origin: 'https://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['our own page', { 'sec-fetch-site': 'same-origin', origin: 'http://10.0.0.1:8080' }, 204],
    ['our own page in an older browser', { origin: PUBLIC_URL }, 204],
    [
      'our own page by another name of the server',
      { origin: 'http://10.0.0.1:8080', host: '10.0.0.1:8080' },
      204,
    ],
    ['what is not a browser', {}, 204],
  ])('before sign-in: %s', async (_, headers, status) => {
    await api.post('/v1/sign-in').set(headers).send({ phone: '1' }).expect(status);
  });

  it('gives webhooks their bytes, and no session', async () => {
    const answer = await api
      .post('/v1/webhooks/bank')
      .set({ cookie: cookieOf(resident), 'content-type': 'text/xml' })
      .send('<x>\u0000</x>')
      .expect(200);
    expect(answer.body).toEqual({ bytes: 8, caller: null });
    const large = Buffer.alloc(256 * 1024 + 1);
    await api.post('/v1/webhooks/bank').set('content-type', 'application/json').send(large).expect(413);
  });
});

describe('what a request may look like', () => {
  const command = (path = '/v1/notes/1') => api.post(path).set(commandOf(resident));

  it('takes defaults from the schemas and gives headers', async () => {
    const answer = await command().send(note).expect(201);
    expect(answer.body.text).toBe('hi 3');
    expect(answer.headers).toMatchObject({ location: '/v1/notes/1', 'cache-control': 'no-store' });
  });

  it('points at each wrong field, in the language of the caller', async () => {
    const wrong = { text: '', amount: { amountMinor: 1.5 }, tags: ['ok', 'long', 5] };
    const answer = await command().set('accept-language', 'en-GB, zh;q=0.5').send(wrong).expect(422);
    expect(answer.body).toMatchObject({
      code: 'validation_failed',
      title: 'Some entries are wrong',
      retryable: false,
    });
    const pointers = answer.body.errors.map(
      ({ pointer, code }: Record<string, string>) => `${pointer} ${code}`,
    );
    expect(pointers).toEqual([
      '#/text required',
      '#/amount/amountMinor wrong_type',
      '#/amount/currency required',
      '#/tags/1 too_long',
      '#/tags/2 wrong_type',
    ]);
    expect(answer.body.errors[3].detail).toBe('This is too long; at most 3 characters.');
  });

  it.each([
    ['no body', '', 422, 'validation_failed'],
    ['broken JSON', '{"text":', 400, 'malformed_json'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 400, 'malformed_json'],
    ['NUL in a text', '{"text":"a\\u0000"}', 400, 'malformed_json'],
    ['very deep JSON', '['.repeat(20_000), 400, 'malformed_json'],
    ['too much', `"${'x'.repeat(65 * 1024)}"`, 413, 'body_too_large'],
  ])('refuses %s', async (_, body, status, code) => {
    // supertest would encode a Buffer as JSON.
    const sent = command()
      .set('content-type', 'application/json')
      .serialize((value: unknown) => value as string);
    expect((await sent.send(body).expect(status)).body.code).toBe(code);
  });

  it.each([
    ['text/plain', {}],
    ['application/json; charset=gbk', {}],
    ['application/json', { 'content-encoding': 'gzip' }],
  ])('refuses the type %s %j', async (type, headers) => {
    const answer = await command()
      .set({ ...headers, 'content-type': type })
      .send('{}')
      .expect(415);
    expect(answer.body.code).toBe('content_type_not_supported');
  });

  it('refuses wrong queries, paths and methods', async () => {
    const query = await command('/v1/notes/1?limit=10').send(note).expect(400);
    expect(query.body).toMatchObject({
      code: 'query_invalid',
      errors: [{ pointer: '#/query/limit', code: 'too_large' }],
    });
    expect((await command('/v1/notes/x').send(note).expect(404)).body.code).toBe('not_found');
    expect((await api.get('/v1/nothing').expect(404)).body.code).toBe('not_found');
    expect((await api.get('/v1/notes/1/').expect(404)).body.code).toBe('not_found');
    const method = await api.delete('/v1/notes/1').expect(405);
    expect(method.headers.allow).toBe('GET, HEAD, POST');
    expect((await api.get('/v1/notes/%ff').expect(400)).body.code).toBe('malformed_url');
    expect((await api.get('/v1/notes/%00').expect(400)).body.code).toBe('malformed_url');
    expect((await api.get(`/v1/notes/${'x'.repeat(3000)}`).expect(414)).body.code).toBe('url_too_long');
  });
});

describe('when something goes wrong', () => {
  it('says nothing of a bug but its trace id, and logs it without people', async () => {
    logged.length = 0;
    const answer = await api.get('/v1/notes/bug').set('cookie', cookieOf(resident)).expect(500);
    expect(answer.body).toMatchObject({
      code: 'internal_error',
      retryable: false,
      instance: '/v1/notes/bug',
    });
    expect(answer.body.detail).toContain(answer.body.traceId);
    expect(answer.text).not.toMatch(/secret|TypeError|app\.test/);
    const lines = logged.map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({
      level: 'error',
      traceId: answer.body.traceId,
      error: { type: 'TypeError' },
    });
    expect(logged.join()).not.toMatch(/13800138000|张伟/);
  });

  it('passes on when to try again', async () => {
    const answer = await api.get('/v1/notes/gone').set('cookie', cookieOf(resident)).expect(503);
    expect(answer.headers['retry-after']).toBe('7');
    expect(answer.body).toMatchObject({ retryable: true, retryAfterSeconds: 7 });
  });

  it('goes on with the trace of the caller', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const answer = await api.get('/v1/nothing').set('traceparent', `00-${traceId}-00f067aa0ba902b7-01`);
    expect(answer.body.traceId).toBe(traceId);
    expect(answer.headers.traceparent).toMatch(new RegExp(`^00-${traceId}-`));
  });
});

describe('around the routes', () => {
  it('limits each client address and says where it stands', async () => {
    const limited = frameWith(routes, [], { config: { publicUrl: PUBLIC_URL, requestsPerMinute: 2 } });
    const agent = supertest(limited.app.express);
    expect((await agent.get('/v1/queue')).headers).toMatchObject({
      'ratelimit-policy': expect.stringContaining('q=2'),
      ratelimit: expect.stringContaining('r=1'),
    });
    await agent.get('/v1/queue').expect(401);
    const refused = await agent.get('/v1/queue').expect(429);
    expect(refused.body).toMatchObject({ code: 'too_many_requests', retryable: true });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await agent.get('/livez').expect(200);
  });

  it('lets pages load our own files only', async () => {
    const { headers } = await supertest(app.express).get('/v1/queue');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('tells liveness, readiness and numbers', async () => {
    let ready = false;
    const checks = { database: { ok: false, detail: 'start it' } };
    const { app: other } = frameWith(routes, [resident], { readiness: async () => ({ ready, checks }) });
    const agent = supertest(other.express);
    expect((await agent.get('/livez').expect(200)).body).toEqual({ status: 'ok' });
    expect((await agent.get('/readyz').expect(503)).body).toEqual({ ready: false, checks });
    ready = true;
    await agent.get('/readyz').expect(200);
    await agent.get('/v1/notes/1').set('cookie', cookieOf(resident)).expect(200);
    const { text } = await agent.get('/metrics').expect(200);
    expect(text).toContain(
      'http_request_duration_seconds_count{method="GET",route="/v1/notes/{noteId}",status="200"} 1',
    );
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });

  it('refuses to be put together with a command of nobody', () => {
    const open = { ...(routes[0] as Route), access: 'public', idempotency: 'required' } as Route;
    expect(() => frameWith([open], [])).toThrow('writeNote');
  });
});
