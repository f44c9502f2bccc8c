import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import type { HttpRequest } from '../../contract/index.ts';
import { type ClosableHttpClient, createHttpClient } from './http-client.ts';

/** Long enough never to be the reason in a test that is about something else. */
const AMPLE_MS = 30_000;
const SHORT_MS = 150;

let http: ClosableHttpClient;
const cleanUps: (() => Promise<void> | void)[] = [];

beforeEach(() => {
  http = createHttpClient({ allowPrivateAddresses: true, maxSocketsPerOrigin: 2 });
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  await http.close();
});

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (handler: RequestListener) => listen(createServer(handler));

/** A server below HTTP: `onData` sees the bytes as they arrive. */
function serveRaw(onData: (socket: Socket, requestsSeen: number) => void): Promise<string> {
  let requestsSeen = 0;
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => onData(socket, ++requestsSeen));
    cleanUps.push(() => {
      socket.destroy();
    });
  });
  return listen(server);
}

const post = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  url,
  body: 'hello',
  timeoutMs: AMPLE_MS,
  ...more,
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe('an answer', () => {
  it('is given whole, whatever its status', async () => {
    const url = await serve(async (request, response) => {
      const echo = JSON.stringify({
        method: request.method,
        path: request.url,
        kind: request.headers['content-type'],
        body: await bodyOf(request),
      });
      response.writeHead(503, { 'x-one': '1', 'set-cookie': ['a=1', 'b=2'] }).end(echo);
    });
    const result = await http.send(post(`${url}/a/b?c=d`, { headers: { 'content-type': 'text/plain' } }));
    expect(result).toMatchObject({
      kind: 'response',
      status: 503,
      headers: { 'x-one': '1', 'set-cookie': 'a=1, b=2' },
    });
    if (result.kind !== 'response') return;
    expect(JSON.parse(Buffer.from(result.body).toString())).toEqual({
      method: 'POST',
      path: '/a/b?c=d',
      kind: 'text/plain',
      body: 'hello',
    });
  });

  it('that redirects is not followed', async () => {
    let calls = 0;
    const url = await serve((_, response) => {
      calls++;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await http.send(post(url))).toMatchObject({
      kind: 'response',
      status: 307,
      headers: { location: '/elsewhere' },
    });
    expect(calls).toBe(1);
  });

  it('comes over connections that are kept, never more than the limit', async () => {
    const sockets = new Set<Socket>();
    const url = await serve((request, response) => {
      sockets.add(request.socket);
      request.resume().on('end', () => response.end('ok'));
    });
    for (let i = 0; i < 10; i++) await http.send(post(url));
    await Promise.all(Array.from({ length: 10 }, () => http.send(post(url))));
    expect(sockets.size).toBe(2);
  });

  it('may be as long as the limit and no longer', async () => {
    const url = await serve((_, response) => response.end(Buffer.alloc(1000)));
    expect(await http.send(post(url, { maxResponseBytes: 1000 }))).toMatchObject({ kind: 'response' });
    expect(await http.send(post(url, { maxResponseBytes: 999 }))).toEqual({
      kind: 'noAnswer',
      cause: 'tooLarge',
    });
  });

  it('of endless headers is cut off', async () => {
    const url = await serveRaw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(100_000)}\r\n\r\n`);
    });
    expect(await http.send(post(url))).toEqual({ kind: 'noAnswer', cause: 'tooLarge' });
  });

  it('that is not HTTP is no answer', async () => {
    const url = await serveRaw((socket) => socket.end('220 smtp ready\r\n'));
    expect(await http.send(post(url))).toEqual({ kind: 'noAnswer', cause: 'reset' });
  });
});

describe('a request that may have been carried out', () => {
  it('is noAnswer when the connection is cut before any answer', async () => {
    const url = await serveRaw((socket) => socket.resetAndDestroy());
    expect(await http.send(post(url))).toEqual({ kind: 'noAnswer', cause: 'reset' });
  });

  it('is noAnswer when the connection is cut within the answer', async () => {
    const url = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', () => socket.resetAndDestroy());
    });
    expect(await http.send(post(url))).toEqual({ kind: 'noAnswer', cause: 'reset' });
  });

  it('is noAnswer when the time is over before an answer, or within it', async () => {
    const silent = await serveRaw(() => {});
    const slow = await serveRaw((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'),
    );
    for (const url of [silent, slow]) {
      expect(await http.send(post(url, { timeoutMs: SHORT_MS }))).toEqual({
        kind: 'noAnswer',
        cause: 'timeout',
      });
    }
  });

  it('is not sent again when a kept-alive connection turns out to be dead', async () => {
    let seen = 0;
    const url = await serveRaw((socket, requestsSeen) => {
      seen = requestsSeen;
      if (requestsSeen === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      else socket.resetAndDestroy();
    });
    expect(await http.send(post(url))).toMatchObject({ kind: 'response' });
    expect(await http.send(post(url))).toEqual({ kind: 'noAnswer', cause: 'reset' });
    expect(seen).toBe(2);
  });
});

describe('a request that certainly never left', () => {
  it('is refused when nobody listens', async () => {
    const server = createServer();
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await http.send(post(url))).toEqual({ kind: 'notSent', cause: 'refused' });
  });

  it('is refused when the other side does not speak TLS', async () => {
    const url = await serveRaw((socket) => socket.end('not tls'));
    expect(await http.send(post(url.replace('http:', 'https:')))).toEqual({
      kind: 'notSent',
      cause: 'refused',
    });
  });

  it('is dns when there is no such host', async () => {
    expect(await http.send(post('http://no-such-host.invalid/'))).toEqual({ kind: 'notSent', cause: 'dns' });
  });

  it('is tooBusy when every socket was taken until its time was over, and it never arrives later', async () => {
    const waiting: ServerResponse[] = [];
    const bodies: string[] = [];
    let bothArrived = () => {};
    const arrived = new Promise<void>((resolve) => {
      bothArrived = resolve;
    });
    const url = await serve(async (request, response) => {
      bodies.push(await bodyOf(request));
      waiting.push(response);
      if (waiting.length === 2) bothArrived();
      if (waiting.length > 2) response.end();
    });
    const first = [http.send(post(url, { body: 'a' })), http.send(post(url, { body: 'b' }))];
    await arrived;
    expect(await http.send(post(url, { body: 'late', timeoutMs: SHORT_MS }))).toEqual({
      kind: 'notSent',
      cause: 'tooBusy',
    });
    for (const response of waiting) response.end();
    await Promise.all(first);
    expect(await http.send(post(url, { body: 'next' }))).toMatchObject({ kind: 'response' });
    expect(bodies.sort()).toEqual(['a', 'b', 'next']);
  });

  it.each(['ftp://example.com/', 'file:///etc/passwd', 'http://user:secret@example.com/', 'nonsense', ''])(
    'is blocked for the target %j',
    async (url) => {
      expect(await http.send(post(url))).toEqual({ kind: 'notSent', cause: 'blockedAddress' });
    },
  );

  it('is refused for headers that HTTP cannot carry', async () => {
    const url = await serve((_, response) => response.end());
    const smuggling = { 'x-a': 'b\r\nx-c: d' };
    expect(await http.send(post(url, { headers: smuggling }))).toEqual({ kind: 'notSent', cause: 'refused' });
  });
});

describe('addresses inside the house', () => {
  it('are refused in every form, by name and by number', async () => {
    let calls = 0;
    const url = await serve((_, response) => {
      calls++;
      response.end();
    });
    const { port } = new URL(url);
    const guarded = createHttpClient({ allowPrivateAddresses: false });
    cleanUps.push(() => guarded.close());
    const hosts = ['localhost', '127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', '0', '[::1]'];
    hosts.push(
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '169.254.169.254',
    );
    for (const host of hosts) {
      expect([host, await guarded.send(post(`http://${host}:${port}/`))]).toEqual([
        host,
        { kind: 'notSent', cause: 'blockedAddress' },
      ]);
    }
    expect(calls).toBe(0);
  });
});
