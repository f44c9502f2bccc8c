import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import type { HttpResult } from '../../contract/index.ts';
import type { ClosableHttpClient } from './http-client.ts';

interface Resolved {
  address: string;
  family: 4 | 6;
}
type Callback = (error: Error | null, addresses: Resolved[]) => void;

/** What a hostile name server says, one answer for each time it is asked; there is none here that could really be run. */
const answers: Resolved[][] = [];
let timesAsked = 0;
jest.unstable_mockModule('node:dns', () => ({
  lookup: (_name: string, _options: object, callback: Callback) => {
    timesAsked++;
    setImmediate(callback, null, answers.shift() ?? [{ address: '127.0.0.1', family: 4 }]);
  },
}));
const { createHttpClient } = await import('./http-client.ts');

const AMPLE_MS = 20_000;
const SHORT_MS = 200;
const blocked = { kind: 'notSent', cause: 'blockedAddress' };

/** A server on loopback; `connections` counts who got through to it. */
async function listen(
  server: Server,
): Promise<{ port: number; connections: () => number; stop(): Promise<void> }> {
  let connections = 0;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

describe('an address that is to lead inside the house', () => {
  let guarded: ClosableHttpClient;
  let inside: Awaited<ReturnType<typeof listen>>;

  beforeAll(async () => {
    guarded = createHttpClient({ allowPrivateAddresses: false });
    inside = await listen(createHttpServer((_, response) => response.end('secrets')));
  });
  afterAll(async () => {
    await guarded.close();
    await inside.stop();
  });
  beforeEach(() => {
    answers.length = 0;
    timesAsked = 0;
  });

  const get = (url: string) => guarded.send({ method: 'GET', url, timeoutMs: AMPLE_MS });

  it.each([
    ['decimal', '2130706433'],
    ['hexadecimal', '0x7f000001'],
    ['hexadecimal in parts', '0x7f.0x0.0x0.0x1'],
    ['octal', '0177.0.0.01'],
    ['octal as a whole', '017700000001'],
    ['of mixed bases', '0x7f.0.0.01'],
    ['short', '127.1'],
    ['of zero', '0'],
    ['of this network', '0.0.0.0'],
    ['with a dot at its end', '127.0.0.1.'],
    ['of full-width digits', '１２７.０.０.１'],
    ['with full-width dots', '127。0。0。1'],
    ['IPv6 loopback', '[::1]'],
    ['IPv6 unspecified', '[::]'],
    ['mapped', '[::ffff:127.0.0.1]'],
    ['mapped in hexadecimal', '[::ffff:7f00:1]'],
    ['compatible', '[::127.0.0.1]'],
    ['translated', '[::ffff:0:127.0.0.1]'],
    ['NAT64', '[64:ff9b::127.0.0.1]'],
    ['NAT64 of a network', '[64:ff9b:1::7f00:1]'],
    ['6to4', '[2002:7f00:1::]'],
    ['Teredo', '[2001:0:7f00:1::]'],
    ['unique local', '[fd00:ec2::254]'],
    ['link-local', '[fe80::1]'],
    ['site-local', '[fec0::1]'],
    ['of a zone', '[fe80::1%25lo]'],
    ['of a zone, undisguised', '[fe80::1%lo]'],
    ['metadata', '169.254.169.254'],
    ['metadata elsewhere', '100.100.100.200'],
    ['broadcast', '255.255.255.255'],
  ])('is refused: %s', async (_, host) => {
    expect(await get(`http://${host}:${inside.port}/`)).toEqual(blocked);
    expect(timesAsked).toBe(0);
  });

  it.each([
    'http://agency.example@127.0.0.1/',
    'http://127.0.0.1%40agency.example/',
    'http:\\\\127.0.0.1\\',
    'http:127.0.0.1',
    'gopher://127.0.0.1/',
    'unix:/var/run/docker.sock',
    ' http://localhost/',
  ])('is refused in disguise: %s', async (url) => {
    const { port } = inside;
    expect(await get(url.replace('127.0.0.1', `127.0.0.1:${port}`))).toEqual(blocked);
  });

  it('is refused behind a name, whatever else the name leads to', async () => {
    const outside: Resolved = { address: '3ffe::1', family: 6 };
    const names: [string, Resolved[]][] = [
      ['localhost', [{ address: '127.0.0.1', family: 4 }]],
      ['localhost.', [{ address: '::1', family: 6 }]],
      ['agency.example', [outside, { address: '10.0.0.1', family: 4 }]],
      ['agency.example.', [{ address: 'fe80::1%2', family: 6 }]],
      ['mapped.example', [{ address: '::ffff:192.168.0.1', family: 6 }]],
      ['empty.example', []],
      ['nonsense.example', [{ address: 'localhost', family: 4 }]],
    ];
    for (const [name, addresses] of names) {
      answers.push(addresses);
      expect([name, await get(`http://${name}:${inside.port}/`)]).toEqual([name, blocked]);
    }
    expect(timesAsked).toBe(names.length);
  });

  it('is not dialled when a name points there a moment after it was checked', async () => {
    // An address that is allowed and that nobody has; each later answer is 127.0.0.1.
    answers.push([{ address: '3ffe::1', family: 6 }]);
    const result = await guarded.send({
      method: 'GET',
      url: `http://rebinding.example:${inside.port}/`,
      timeoutMs: SHORT_MS,
    });
    expect(result).toEqual({ kind: 'notSent', cause: 'refused' });
    expect(timesAsked).toBe(1);
    expect(await get(`http://rebinding.example:${inside.port}/`)).toEqual(blocked);
  });

  it('was reached by none of these', () => {
    expect(inside.connections()).toBe(0);
  });
});

describe('an answer that is to exhaust us', () => {
  let http: ClosableHttpClient;
  const stops: (() => Promise<void> | void)[] = [];

  beforeEach(() => {
    http = createHttpClient({ allowPrivateAddresses: true, maxSocketsPerOrigin: 1 });
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    await http.close();
  });

  /** Sends one request to a server that does to the socket what it likes. */
  async function ask(onRequest: (socket: Socket, requestsSeen: number) => void, timeoutMs: number) {
    let requestsSeen = 0;
    const server = await listen(
      createServer((socket) => socket.on('data', () => onRequest(socket, ++requestsSeen))),
    );
    stops.push(() => server.stop());
    const send = (): Promise<HttpResult> =>
      http.send({ method: 'GET', url: `http://127.0.0.1:${server.port}/`, timeoutMs });
    return { first: await send(), send, requestsSeen: () => requestsSeen };
  }
  /** Writes again and again until the socket is gone. */
  function drip(socket: Socket, text: string, everyMs: number): void {
    const timer = setInterval(() => socket.write(text), everyMs);
    socket.on('close', () => clearInterval(timer));
  }
  const timedOut = { kind: 'noAnswer', cause: 'timeout' };
  const tooLarge = { kind: 'noAnswer', cause: 'tooLarge' };
  const HEAD = 'HTTP/1.1 200 OK\r\n';

  it('is cut off at its time when its body drips', async () => {
    const { first } = await ask((socket) => {
      socket.write(`${HEAD}content-length: 100000\r\n\r\n`);
      drip(socket, 'x', 10);
    }, SHORT_MS);
    expect(first).toEqual(timedOut);
  });

  it('is cut off at its time when its headers drip', async () => {
    const { first } = await ask((socket) => {
      socket.write(HEAD);
      drip(socket, 'x-a: b\r\n', 10);
    }, SHORT_MS);
    expect(first).toEqual(timedOut);
  });

  it('is cut off at its time when it only promises to answer', async () => {
    const { first } = await ask((socket) => drip(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n', 5), SHORT_MS);
    expect(first).toEqual(timedOut);
  });

  it('is cut off at its size when its headers have no end, one by one or in one', async () => {
    for (const text of [`x-a: ${'b'.repeat(60)}\r\n`.repeat(500), `x-a: ${'b'.repeat(30_000)}`]) {
      const { first } = await ask((socket) => socket.write(HEAD + text), AMPLE_MS);
      expect(first).toEqual(tooLarge);
    }
  });

  it('is cut off at its size when its body has no end, whatever it says of its length', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    for (const [header, text] of [
      ['transfer-encoding: chunked', chunk],
      ['content-length: 999999999999', 'x'.repeat(0x10000)],
      ['x-no: length', 'x'.repeat(0x10000)],
    ]) {
      const { first } = await ask((socket) => {
        socket.write(`${HEAD}${header}\r\n\r\n`);
        drip(socket, text ?? '', 1);
      }, AMPLE_MS);
      expect(first).toEqual(tooLarge);
    }
  });

  it('is cut off when its trailers or chunk extensions have no end', async () => {
    for (const text of [`0\r\n${`x-a: ${'b'.repeat(60)}\r\n`.repeat(500)}`, `1;${'b'.repeat(100_000)}`]) {
      const { first } = await ask(
        (socket) => socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n${text}`),
        SHORT_MS,
      );
      expect(first.kind).toBe('noAnswer');
    }
  });

  it('is not unpacked: what is held is what was sent', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const requests: string[] = [];
    const server = await listen(
      createHttpServer((request, response) => {
        requests.push(request.headers['accept-encoding'] ?? 'nothing asked for');
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      }),
    );
    stops.push(() => server.stop());
    const result = await http.send({
      method: 'GET',
      url: `http://127.0.0.1:${server.port}/`,
      timeoutMs: AMPLE_MS,
    });
    expect(result.kind === 'response' && Buffer.from(result.body).equals(bomb)).toBe(true);
    expect(requests).toEqual(['nothing asked for']);
  });

  it('is not taken for the answer to the next request when it comes twice', async () => {
    const answer = (body: string) => `${HEAD}content-length: ${body.length}\r\n\r\n${body}`;
    const { first, send } = await ask((socket, requestsSeen) => {
      socket.write(requestsSeen === 1 ? answer('first') + answer('forged') : answer('second'));
    }, AMPLE_MS);
    const textOf = (result: HttpResult) =>
      result.kind === 'response' ? Buffer.from(result.body).toString() : result.kind;
    // That the first is lost with the connection would be as good.
    expect(['first', 'noAnswer']).toContain(textOf(first));
    expect(['second', 'noAnswer', 'notSent']).toContain(textOf(await send()));
  });

  it('does not lead to where it redirects, however it says so', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const { first, requestsSeen } = await ask((socket) => {
        const to = 'location: http://169.254.169.254/\r\nrefresh: 0; url=http://169.254.169.254/';
        socket.write(`HTTP/1.1 ${status} Go\r\n${to}\r\ncontent-length: 0\r\n\r\n`);
      }, AMPLE_MS);
      expect(first).toMatchObject({ kind: 'response', status });
      expect(requestsSeen()).toBe(1);
    }
  });
});
