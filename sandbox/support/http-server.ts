import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request with its body read. */
export interface SandboxRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** Cuts the connection without an answer. */
  drop(): void;
  /** Aborted when the caller has gone. */
  signal: AbortSignal;
}

export type SandboxHandler = (request: SandboxRequest, response: ServerResponse) => Promise<void>;

/** A small HTTP server on loopback that can be made to disappear and come back on its port. */
export interface SandboxServer {
  url: string;
  port: number;
  /** Refuses connections, and cuts those that are open, until `comeUp`. */
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  stop(): Promise<void>;
}

const MAX_BODY_BYTES = 1024 * 1024;

/** Starts a server on a port of 127.0.0.1 (0 is any free one). */
export async function startSandboxServer(port: number, handle: SandboxHandler): Promise<SandboxServer> {
  const server = createServer((incoming, response) => {
    answer(incoming, response, handle).catch((error: unknown) => {
      process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: 'internal error' });
    });
  });
  server.keepAliveTimeout = 60_000;
  const listen = (onPort: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(onPort, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  const close = () =>
    new Promise<void>((resolve) => {
      if (!server.listening) return resolve();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(port);
  const boundPort = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${boundPort}`,
    port: boundPort,
    goDown: close,
    comeUp: () => (server.listening ? Promise.resolve() : listen(boundPort)),
    stop: close,
  };
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  handle: SandboxHandler,
): Promise<void> {
  const body = await readBody(incoming);
  if (body === null) return sendJson(response, 413, { error: 'body too large' });
  const url = new URL(incoming.url ?? '/', 'http://sandbox');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value);
  const request: SandboxRequest = {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
    drop: () => incoming.socket.destroy(),
    // Made when a fault asks for it: most calls never do, and aborting one a call costs as much as answering it.
    get signal() {
      const gone = new AbortController();
      if (response.closed) gone.abort();
      else response.once('close', () => gone.abort());
      return gone.signal;
    },
  };
  await handle(request, response);
}

/** The whole body, or null when it is larger than a sandbox takes. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += (chunk as Buffer).length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk as Buffer);
  }
  return bytes > MAX_BODY_BYTES ? null : Buffer.concat(chunks);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body), headers);
}

export function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

/** Waits, or until the caller has gone. */
export function waitMs(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, delayMs);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}

/** Resolves when the caller has gone: for faults that never answer. */
export function untilGone(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
