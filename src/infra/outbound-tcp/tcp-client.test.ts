import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Exchange, TcpRequest } from '../../contract/index.ts';
import { recordingTcpClient } from './recording.ts';
import { type ClosableTcpClient, createTcpClient } from './tcp-client.ts';

/** Long enough never to be the reason in a test that is about something else. */
const AMPLE_MS = 30_000;
const SHORT_MS = 150;

let tcp: ClosableTcpClient;
const cleanUps: (() => void)[] = [];

beforeEach(() => {
  tcp = createTcpClient({ allowPrivateAddresses: true });
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
  await tcp.close();
});

/** A server of messages headed by four digits of length; `answer` sees each whole one. */
async function serve(
  answer: (socket: Socket, message: Buffer) => void,
): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= (fourDigits(received) ?? Number.POSITIVE_INFINITY)) answer(socket, received);
    });
    cleanUps.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, server };
}

/** `0003abc`: seven bytes. */
function framed(text: string): Buffer {
  return Buffer.from(String(Buffer.byteLength(text)).padStart(4, '0') + text);
}
function fourDigits(received: Uint8Array): number | null {
  return received.length < 4 ? null : 4 + Number(Buffer.from(received.subarray(0, 4)).toString());
}
const ask = (port: number, more: Partial<TcpRequest> = {}) =>
  tcp.exchange({
    host: '127.0.0.1',
    port,
    body: framed('hello'),
    answerBytes: fourDigits,
    timeoutMs: AMPLE_MS,
    ...more,
  });

describe('an answer', () => {
  it('is given whole, however it is cut on the way, and nothing that follows it', async () => {
    const { port } = await serve((socket, message) => {
      const answer = Buffer.concat([framed(`${message}, you`), Buffer.from('rest')]);
      for (const [index] of answer.entries()) {
        setTimeout(() => socket.write(answer.subarray(index, index + 1)), index);
      }
    });
    expect(await ask(port)).toEqual({ kind: 'response', body: framed('0005hello, you') });
  });

  it('closes the connection, of which each exchange has its own', async () => {
    const open = new Set<Socket>();
    const { port, server } = await serve((socket) => socket.write(framed('ok')));
    let closed = () => {};
    server.on('connection', (socket) => {
      open.add(socket);
      socket.on('close', () => {
        open.delete(socket);
        if (open.size === 0) closed();
      });
    });
    const allClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    await Promise.all(Array.from({ length: 10 }, () => ask(port)));
    await allClosed;
    expect(open.size).toBe(0);
  });

  it('may be as long as the limit and no longer, by what its first bytes say', async () => {
    const { port } = await serve((socket) => socket.write(framed('x'.repeat(96))));
    expect(await ask(port, { maxResponseBytes: 100 })).toMatchObject({ kind: 'response' });
    expect(await ask(port, { maxResponseBytes: 99 })).toEqual({ kind: 'noAnswer', cause: 'tooLarge' });
    const endless = { maxResponseBytes: 50, answerBytes: () => null };
    expect(await ask(port, endless)).toEqual({ kind: 'noAnswer', cause: 'tooLarge' });
  });

  it('that begins like none is none', async () => {
    const { port } = await serve((socket) => socket.write('SSH-2.0-OpenSSH\r\n'));
    expect(await ask(port)).toEqual({ kind: 'noAnswer', cause: 'reset' });
  });
});

describe('a message that may have been carried out', () => {
  it('is noAnswer when the connection is cut, or ended, before a whole answer', async () => {
    const cut = await serve((socket) => socket.resetAndDestroy());
    const half = await serve((socket) => socket.end('0010half'));
    for (const { port } of [cut, half]) {
      expect(await ask(port)).toEqual({ kind: 'noAnswer', cause: 'reset' });
    }
  });

  it('is noAnswer when the time is over before an answer, or within it', async () => {
    const silent = await serve(() => {});
    const slow = await serve((socket) => socket.write('0010half'));
    for (const { port } of [silent, slow]) {
      expect(await ask(port, { timeoutMs: SHORT_MS })).toEqual({ kind: 'noAnswer', cause: 'timeout' });
    }
  });
});

describe('a message that certainly never left', () => {
  it('is refused when nobody listens, or when the port is none', async () => {
    const { port, server } = await serve(() => {});
    await new Promise((resolve) => server.close(resolve));
    for (const wrong of [port, 0, 70_000, 1.5, Number.NaN]) {
      expect(await ask(wrong)).toEqual({ kind: 'notSent', cause: 'refused' });
    }
    expect(await ask(port, { host: '' })).toEqual({ kind: 'notSent', cause: 'refused' });
  });

  it('is refused when the other side does not speak TLS, now or ever', async () => {
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        received.push(chunk);
        if (received.length === 1) socket.end('not tls');
      });
      cleanUps.push(() => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    expect(await ask(port, { tls: true })).toEqual({ kind: 'notSent', cause: 'refused' });
    expect(await ask(port, { tls: true, timeoutMs: SHORT_MS })).toEqual({
      kind: 'notSent',
      cause: 'refused',
    });
    expect(Buffer.concat(received).includes('hello')).toBe(false);
  });

  it('is dns when there is no such host', async () => {
    expect(await ask(1, { host: 'no-such-host.invalid' })).toEqual({ kind: 'notSent', cause: 'dns' });
  });

  it('is tooBusy beyond the sockets there may be, and once the client is closed', async () => {
    const small = createTcpClient({ allowPrivateAddresses: true, maxSockets: 1 });
    let answer = () => {};
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { port } = await serve((socket) => {
      answer = () => socket.write(framed('ok'));
      arrived();
    });
    const request = {
      host: '127.0.0.1',
      port,
      body: framed('a'),
      answerBytes: fourDigits,
      timeoutMs: AMPLE_MS,
    };
    const first = small.exchange(request);
    await arrival;
    expect(await small.exchange(request)).toEqual({ kind: 'notSent', cause: 'tooBusy' });
    const closed = small.close();
    answer();
    expect(await first).toMatchObject({ kind: 'response' });
    await closed;
    expect(await small.exchange(request)).toEqual({ kind: 'notSent', cause: 'tooBusy' });
  });
});

describe('addresses inside the house', () => {
  it('are refused in every form, by name and by number', async () => {
    let calls = 0;
    const { port } = await serve((socket) => {
      calls++;
      socket.end(framed('ok'));
    });
    const guarded = createTcpClient({ allowPrivateAddresses: false });
    const hosts = ['localhost', '127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', '0', '::1'];
    hosts.push('::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '169.254.169.254');
    for (const host of hosts) {
      const result = await guarded.exchange({
        host,
        port,
        body: framed('a'),
        answerBytes: fourDigits,
        timeoutMs: AMPLE_MS,
      });
      expect([host, result]).toEqual([host, { kind: 'notSent', cause: 'blockedAddress' }]);
    }
    expect(calls).toBe(0);
  });
});

describe('the evidence', () => {
  it('is what was sent and what came back, byte for byte, or why nothing did', async () => {
    const { port } = await serve((socket) => socket.write(framed('ok')));
    const exchanges: Exchange[] = [];
    let nowMs = 1000;
    const recorded = recordingTcpClient(tcp, { nowMs: () => (nowMs += 25) }, exchanges);
    const request = {
      host: '127.0.0.1',
      body: framed('hello'),
      answerBytes: fourDigits,
      timeoutMs: AMPLE_MS,
    };
    const result = await recorded.exchange({ ...request, port });
    expect(result).toMatchObject({ kind: 'response' });
    await recorded.exchange({ ...request, port: 70_000, tls: true });
    const common = { durationMs: 25, method: 'TCP', requestBody: request.body, status: 0 };
    expect(exchanges).toEqual([
      {
        ...common,
        atMs: 1025,
        url: `tcp://127.0.0.1:${port}`,
        responseBody: framed('ok'),
        result: 'response',
      },
      {
        ...common,
        atMs: 1075,
        url: 'tls://127.0.0.1:70000',
        responseBody: new Uint8Array(),
        result: 'refused',
      },
    ]);
  });
});
