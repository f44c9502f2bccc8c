import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpApp } from './app.ts';

/** Request line and headers together. */
const MAX_HEADER_BYTES = 16 * 1024;
/** Who sends a byte now and then holds a socket no longer than this. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the usual 60 s of a balancer before us, so that it never sends into a socket we are closing. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

export interface HttpServer {
  /** As dialled from this machine. */
  url: string;
  /**
   * Takes no new request, lets those under way finish, ends event streams and idle sockets. What is not done after
   * `timeoutMs` is cut off.
   */
  stop(options: { timeoutMs: number }): Promise<void>;
}

/** Listens; port 0 takes a free one. Rejects with Node's error when the port is taken. */
export async function startHttpServer(
  app: HttpApp,
  { port, host }: { port: number; host: string },
): Promise<HttpServer> {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  });
  let stopping: Promise<void> | null = null;
  server.on('request', (_request, response) => {
    // A socket whose last answer is out while we stop would stay open until the other side lets go.
    response.once('close', () => {
      if (stopping) setImmediate(() => server.closeIdleConnections());
    });
  });
  server.on('request', app.listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const stopNow = (timeoutMs: number) =>
    new Promise<void>((resolve) => {
      const cutOff = setTimeout(() => server.closeAllConnections(), timeoutMs);
      server.close(() => {
        clearTimeout(cutOff);
        resolve();
      });
      app.streams.closeAll();
    });
  return {
    url: urlOf(server.address() as AddressInfo),
    stop: ({ timeoutMs }) => {
      stopping ??= stopNow(timeoutMs);
      return stopping;
    },
  };
}

function urlOf({ address, family, port }: AddressInfo): string {
  const host = address === '0.0.0.0' || address === '::' ? 'localhost' : address;
  return `http://${family === 'IPv6' && host.includes(':') ? `[${host}]` : host}:${port}`;
}
