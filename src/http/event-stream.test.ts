import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import { z } from 'zod';
import { frameWith } from '../../test/support/http-app.ts';
import { defineRoute } from './route.ts';
import { type HttpServer, startHttpServer } from './server.ts';

/** A payment-like thing that changes under the watchers' eyes. */
class Thing {
  readonly changes = new EventEmitter();
  state = { status: 'created', padding: '' };
  reads = 0;

  become(status: string, padding = ''): void {
    this.state = { status, padding };
    this.changes.emit('change');
  }
}

describe('event streams', () => {
  let server: HttpServer;
  let thing: Thing;

  beforeEach(async () => {
    thing = new Thing();
    const route = defineRoute({
      method: 'get',
      path: '/v1/thing/events',
      operationId: 'watchThing',
      tag: 'test',
      summary: 'Watches',
      access: 'public',
      idempotency: 'none',
      request: {},
      responses: { 200: { description: 'Events', mediaType: 'text/event-stream', schema: z.object({}) } },
      problems: [],
      handler: (input) =>
        input.streams.stream(input, {
          event: 'thing',
          read: async () => {
            thing.reads++;
            return thing.state.status === 'absent'
              ? null
              : { data: thing.state, final: thing.state.status === 'final' };
          },
          subscribe: (onChange) => {
            thing.changes.on('change', onChange);
            return () => thing.changes.off('change', onChange);
          },
        }),
    });
    server = await startHttpServer(frameWith([route], []).app, { port: 0, host: '127.0.0.1' });
  });
  afterEach(() => server.stop({ timeoutMs: 1000 }));

  async function watch(headers: Record<string, string> = {}) {
    const request = http.get(`${server.url}/v1/thing/events`, { headers, agent: false });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    let text = '';
    const data = new EventEmitter();
    const ended = new Promise<void>((resolve) => {
      response.on('close', resolve);
      response.on('error', () => resolve());
    });
    const listen = () =>
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        data.emit('data');
      });
    const until = async (part: string) => {
      while (!text.includes(part)) await once(data, 'data');
    };
    return { request, response, listen, until, ended, text: () => text };
  }

  it('send the state, each change, and end when it is final', async () => {
    const watcher = await watch();
    expect(watcher.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(watcher.response.headers['cache-control']).toContain('no-store');
    watcher.listen();
    await watcher.until('"created"');
    thing.become('debited');
    await watcher.until('"debited"');
    thing.become('final');
    await watcher.ended;
    expect(watcher.text().match(/^event: thing$/gm)).toHaveLength(3);
    expect(watcher.text()).toMatch(/^id: \S+\nevent: thing\ndata: \{"status":"final","padding":""\}\n$/m);
    expect(thing.changes.listenerCount('change')).toBe(0);
  });

  it('do not repeat what a returning client has seen', async () => {
    const first = await watch();
    first.listen();
    await first.until('"created"');
    const lastId = /^id: (\S+)$/m.exec(first.text())?.[1] ?? '';
    const back = await watch({ 'last-event-id': lastId });
    back.listen();
    await back.until(': still here');
    thing.become('final');
    await Promise.all([first.ended, back.ended]);
    expect(back.text().match(/^event: thing$/gm)).toHaveLength(1);
    const finalId = /id: (\S+)\nevent: thing\ndata: [^\n]*final/.exec(back.text())?.[1] ?? '';
    expect((await watch({ 'last-event-id': finalId })).response.statusCode).toBe(204);
  });

  it('answer a problem when there is nothing to watch', async () => {
    thing.state.status = 'absent';
    const { response } = await watch();
    expect(response.statusCode).toBe(404);
    response.resume();
  });

  it('let go when the client leaves', async () => {
    const watcher = await watch();
    watcher.listen();
    await watcher.until('"created"');
    expect(thing.changes.listenerCount('change')).toBe(1);
    watcher.request.destroy();
    while (thing.changes.listenerCount('change') > 0) await new Promise(setImmediate);
  });

  it('skip states for a client that does not read, instead of keeping them', async () => {
    const watcher = await watch();
    const padding = 'x'.repeat(64 * 1024);
    // The socket's buffers take some of these, and then nothing more is read from the thing.
    let changes = 0;
    let before = -1;
    for (let idle = 0; idle < 50; changes++) {
      thing.become(`step ${changes}`, padding);
      await new Promise(setImmediate);
      idle = thing.reads === before ? idle + 1 : 0;
      before = thing.reads;
    }
    thing.become('final', padding);
    watcher.listen();
    await watcher.until('"final"');
    await watcher.ended;
    expect(watcher.text().match(/^event: thing$/gm)?.length).toBeLessThan(changes - 40);
  });

  it('end at once when the server stops', async () => {
    const watcher = await watch();
    watcher.listen();
    await watcher.until('"created"');
    await server.stop({ timeoutMs: 60_000 });
    await watcher.ended;
    expect(thing.changes.listenerCount('change')).toBe(0);
  });
});
