import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const CHECK_EVERY_MS = 250;
const CHECK_TIMEOUT_MS = 5_000;
/** Sent twice, they do no more than once (RFC 9110, 9.2.2); the others are only sent again when they were never sent. */
const IDEMPOTENT_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

interface Target {
  url: URL;
  isUp: boolean;
  answered: number;
}

/** A load balancer as it stands before the servers in production: in turn over those that are ready. */
export class Balancer {
  url = '';
  private readonly targets: readonly Target[];
  private readonly server: http.Server;
  private readonly agent = new http.Agent({ keepAlive: true });
  private readonly checking = new AbortController();
  private next = 0;

  private constructor(urls: readonly string[]) {
    this.targets = urls.map((url) => ({ url: new URL(url), isUp: false, answered: 0 }));
    this.server = http.createServer((request, response) => void this.serve(request, response));
  }

  static async start(port: number, urls: readonly string[]): Promise<Balancer> {
    const balancer = new Balancer(urls);
    await new Promise<void>((resolve, reject) => {
      balancer.server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
    });
    balancer.url = `http://127.0.0.1:${(balancer.server.address() as AddressInfo).port}`;
    for (const target of balancer.targets) void balancer.keepChecking(target);
    return balancer;
  }

  /** How many answers have come from each server. */
  get answered(): number[] {
    return this.targets.map((target) => target.answered);
  }

  /** Resolves when every server is up. */
  async untilAllUp(): Promise<void> {
    while (this.targets.some((target) => !target.isUp)) await sleep(CHECK_EVERY_MS);
  }

  async stop(): Promise<void> {
    this.checking.abort();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    this.agent.destroy();
  }

  private async keepChecking(target: Target): Promise<void> {
    const { signal } = this.checking;
    while (!signal.aborted) {
      target.isUp = await fetch(new URL('/readyz', target.url), {
        signal: AbortSignal.any([signal, AbortSignal.timeout(CHECK_TIMEOUT_MS)]),
      }).then(
        async (response) => {
          await response.arrayBuffer();
          return response.ok;
        },
        () => false,
      );
      await sleep(CHECK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    for (const target of this.upInTurn()) {
      const outcome = await this.pass(target, request, body, response);
      if (outcome === 'answered') return;
      // Passive check: it takes no more until it answers that it is ready.
      target.isUp = false;
      if (outcome === 'broken' && !IDEMPOTENT_METHODS.has(request.method ?? '')) {
        response.writeHead(502).end();
        return;
      }
    }
    response.writeHead(503, { 'retry-after': '1' }).end();
  }

  /** Those that are up, each once, beginning with another one each time. */
  private upInTurn(): Target[] {
    const up = this.targets.filter((target) => target.isUp);
    const start = this.next++ % Math.max(1, up.length);
    return [...up.slice(start), ...up.slice(0, start)];
  }

  /** `unsent`: nothing of the request has left; `broken`: it may have, and no answer has begun. */
  private pass(
    target: Target,
    request: http.IncomingMessage,
    body: Buffer,
    response: http.ServerResponse,
  ): Promise<'answered' | 'unsent' | 'broken'> {
    const { connection: _, ...headers } = request.headers;
    const forwardedFor = [headers['x-forwarded-for'], request.socket.remoteAddress]
      .filter(Boolean)
      .join(', ');
    return new Promise((resolve) => {
      const passed = http.request(new URL(request.url ?? '/', target.url), {
        method: request.method,
        headers: { ...headers, 'x-forwarded-for': forwardedFor },
        agent: this.agent,
      });
      passed.once('response', (answer) => {
        target.answered++;
        const { connection: __, ...answerHeaders } = answer.headers;
        response.writeHead(answer.statusCode ?? 502, answerHeaders);
        answer.pipe(response);
        // Half an answer must not look like a whole one.
        answer.once('error', () => response.destroy());
        resolve('answered');
      });
      passed.once('error', (error: NodeJS.ErrnoException) =>
        resolve(error.code === 'ECONNREFUSED' ? 'unsent' : 'broken'),
      );
      response.once('close', () => passed.destroy());
      passed.end(body);
    });
  }
}
