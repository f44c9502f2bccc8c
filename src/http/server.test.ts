import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { frameWith } from '../../test/support/http-app.ts';
import { defineRoute } from './route.ts';
import { startHttpServer } from './server.ts';

/** A server with one route that answers when it is told to. */
async function slowServer() {
  let begun = () => {};
  let finish = () => {};
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const route = defineRoute({
    method: 'get',
    path: '/v1/slow',
    operationId: 'slow',
    tag: 'test',
    summary: 'Slow',
    access: 'public',
    idempotency: 'none',
    request: {},
    responses: { 204: { description: 'Done' } },
    problems: [],
    handler: async () => {
      begun();
      await finished;
      return { status: 204 };
    },
  });
  const server = await startHttpServer(frameWith([route], []).app, { port: 0, host: '127.0.0.1' });
  return { server, started, finish };
}

/** Resolves with the status once the whole answer is in. */
function get(url: string, agent: http.Agent | false = false): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    request.once('error', reject);
  });
}

describe('the server', () => {
  it('finishes what is under way, takes nothing new, and lets kept-alive sockets go', async () => {
    const { server, started, finish } = await slowServer();
    const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
    expect(await get(`${server.url}/livez`, agent)).toBe(200);
    const underWay = get(`${server.url}/v1/slow`, agent);
    await started;
    const stopped = server.stop({ timeoutMs: 60_000 });
    expect(server.stop({ timeoutMs: 1 })).toBe(stopped);
    await expect(get(`${server.url}/livez`)).rejects.toThrow('ECONNREFUSED');
    finish();
    expect(await underWay).toBe(204);
    await stopped;
    agent.destroy();
  });

  it('cuts off what does not finish in time', async () => {
    const { server, started } = await slowServer();
    const underWay = get(`${server.url}/v1/slow`).catch((error: NodeJS.ErrnoException) => error.code);
    await started;
    await server.stop({ timeoutMs: 1 });
    expect(await underWay).toBe('ECONNRESET');
  });

  it('says that a port is taken', async () => {
    const { server } = await slowServer();
    const port = Number(new URL(server.url).port);
    const second = startHttpServer(frameWith([], []).app, { port, host: '127.0.0.1' });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await server.stop({ timeoutMs: 1000 });
  });

  it.each([
    ['headers beyond the limit', `GET /livez HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(17_000)}\r\n\r\n`, '431'],
    ['what is not HTTP', '\u0000\u0001\u0002 nonsense\r\n\r\n', '400'],
    [
      'a body of two lengths',
      'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
    ],
  ])('refuses %s', async (_, bytes, status) => {
    const { server } = await slowServer();
    const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(bytes));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer.toString()).not.toMatch(/\bat \w+ ?\(/);
    socket.destroy();
    await server.stop({ timeoutMs: 1000 });
  });
});
