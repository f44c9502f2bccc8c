import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import fc from 'fast-check';
import { z } from 'zod';
import { commandOf, frameWith, someCaller } from '../../test/support/http-app.ts';
import { defineRoute } from './route.ts';
import { idSchema, moneySchema, pageQuery } from './schemas.ts';
import { type HttpServer, startHttpServer } from './server.ts';

const resident = someCaller('resident');
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const request = {
  params: z.object({ itemId: idSchema('itm') }),
  query: pageQuery,
  body: z.object({
    text: z.string().max(20),
    amount: moneySchema,
    more: z.record(z.string(), z.string()).optional(),
  }),
};
const routes = METHODS.flatMap((method) =>
  (['public', 'resident'] as const).map((access) =>
    defineRoute({
      method,
      path: `/v1/${access}/{itemId}`,
      operationId: `${method}${access}`,
      tag: 'test',
      summary: 'x',
      access,
      idempotency: 'none',
      request: method === 'get' ? { params: request.params, query: request.query } : request,
      responses: { 200: { description: 'x', schema: z.unknown() } },
      problems: [],
      handler: async ({ body, query, params }) => ({ status: 200, body: { body, query, params } }),
    }),
  ),
);

const itemId = `itm_${'0'.repeat(26)}`;
const headerText = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const path = fc.oneof(
  fc.constantFrom(
    `/v1/public/${itemId}`,
    `/v1/resident/${itemId}`,
    '/v1/public/x',
    '/',
    '/ops/queues',
    '/docs/..%2f..%2fpackage.json',
  ),
  fc
    .string({
      unit: fc.constantFrom(
        '/',
        '%',
        '.',
        '..',
        'v1',
        'public',
        '%2e',
        '%ff',
        '%00',
        ';',
        ':',
        '{',
        '*',
        'a',
      ),
      maxLength: 20,
    })
    .map((text) => `/${text}`),
);
const query = fc.oneof(
  fc.constant(''),
  fc
    .string({
      unit: fc.constantFrom('limit', 'cursor', '=', '&', '[', ']', '%', '%ff', '1', '-', '__proto__'),
      maxLength: 12,
    })
    .map((text) => `?${text}`),
);
const body = fc.oneof(
  fc.json().map((text) => Buffer.from(text)),
  fc
    .record({
      text: fc.string(),
      amount: fc.record({ amountMinor: fc.oneof(fc.integer(), fc.double()), currency: fc.string() }),
    })
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .constantFrom('{"__proto__":{"x":1}}', '{"text":"x","constructor":1}', '{"text":"\ud800"}')
    .map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);
const headers = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'accept',
    'accept-language',
    'cookie',
    'origin',
    'sec-fetch-site',
    'x-csrf-token',
    'traceparent',
    'x-forwarded-for',
    'last-event-id',
    'if-none-match',
    'range',
    'host',
    'idempotency-key',
    'content-encoding',
  ),
  fc.oneof(
    headerText,
    fc.constantFrom('application/json', 'application/json; charset=utf-8', 'gzip', 'bytes=9-1'),
  ),
  { maxKeys: 5 },
);

interface Call {
  method: string;
  target: string;
  headers: Record<string, string>;
  body: Buffer;
}

describe('whatever is sent', () => {
  let server: HttpServer;
  let logged: string[];
  beforeAll(async () => {
    const frame = frameWith(routes, [resident]);
    logged = frame.logged;
    server = await startHttpServer(frame.app, { port: 0, host: '127.0.0.1' });
  });
  afterAll(() => server.stop({ timeoutMs: 1000 }));

  async function send({ method, target, headers: given, body: bytes }: Call) {
    const { hostname, port } = new URL(server.url);
    const sent = http.request({
      hostname,
      port,
      method,
      path: target,
      headers: { ...given, 'content-length': bytes.length },
      agent: false,
    });
    sent.end(bytes);
    const [response] = (await once(sent, 'response')) as [http.IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text };
  }

  const isPlainAnswer = ({ status, type, text }: { status: number; type: string; text: string }) => {
    expect(status).toBeLessThan(500);
    expect(text).not.toMatch(/\n\s+at |node_modules|Error:/);
    if (status >= 400 && text !== '') {
      expect(type).toContain('application/problem+json');
      expect(JSON.parse(text)).toMatchObject({ status, code: expect.stringMatching(/^[a-z_]+$/) });
    }
  };

  it('the answer is an answer, never a failure of ours, and never shows our insides', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...METHODS.map((method) => method.toUpperCase()), 'HEAD', 'OPTIONS', 'PROPFIND'),
        path,
        query,
        headers,
        fc.boolean(),
        body,
        async (method, where, asked, given, isSignedIn, bytes) => {
          logged.length = 0;
          const all = isSignedIn ? { ...given, ...commandOf(resident) } : given;
          isPlainAnswer(await send({ method, target: where + asked, headers: all, body: bytes }));
          expect(logged.filter((line) => JSON.parse(line).level === 'error')).toEqual([]);
        },
      ),
      { numRuns: 600 },
    );
  }, 60_000);

  it('bodies that a schema could take come back as they were, or are refused', async () => {
    // `__proto__` as a key is dropped on the way in, and should be.
    const key = fc.string().filter((text) => text !== '__proto__');
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, fc.string()), async (more) => {
        const value = { text: 'x', amount: { amountMinor: 1, currency: 'CNY' }, more };
        const call = {
          method: 'POST',
          target: `/v1/public/${itemId}`,
          headers: { 'content-type': 'application/json' },
        };
        const answer = await send({ ...call, body: Buffer.from(JSON.stringify(value)) });
        isPlainAnswer(answer);
        if (answer.status === 200)
          expect(JSON.parse(answer.text).body).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 200 },
    );
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  }, 60_000);

  it('bytes that are hardly HTTP never take the server down', async () => {
    const line = fc.constantFrom(
      'GET / HTTP/1.1',
      'POST /v1 HTTP/1.1',
      'Host: x',
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
      ' folded',
      'A: \u0001',
      'HTTP/9.9',
      '',
      '0',
      'ffffffff',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.uint8Array({ maxLength: 30 }),
        async (lines, bytes) => {
          const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1');
          socket.on('error', () => {});
          socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]));
          const answers: Buffer[] = [];
          for await (const chunk of socket) answers.push(chunk as Buffer);
          expect(Buffer.concat(answers).toString()).not.toMatch(/HTTP\/1\.1 5\d\d/);
        },
      ),
      { numRuns: 100 },
    );
    expect((await send({ method: 'GET', target: '/livez', headers: {}, body: Buffer.alloc(0) })).status).toBe(
      200,
    );
  }, 60_000);
});
