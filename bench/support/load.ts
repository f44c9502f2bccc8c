import { connect } from 'node:net';

export interface LoadResult {
  requestsPerSecond: number;
  durationsMs: number[];
  /** Answers that were anything but 200 with the expected body. */
  wrong: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * GETs one address over keep-alive connections, each with one request under way, for so long. Plain sockets, so that
 * the generator is never what is measured.
 */
export async function load(
  url: string,
  options: {
    connections: number;
    seconds: number;
    /** Headers of the n-th request. */
    headers(n: number): Readonly<Record<string, string>>;
    expectedBody: string;
  },
): Promise<LoadResult> {
  const { host, hostname, port, pathname } = new URL(url);
  const expected = Buffer.from(options.expectedBody);
  const result: LoadResult = { requestsPerSecond: 0, durationsMs: [], wrong: 0 };
  const beganAtMs = performance.now();
  const endsAtMs = beganAtMs + options.seconds * 1_000;
  let sent = 0;
  const oneConnection = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.setNoDelay(true);
      let received: Buffer = Buffer.alloc(0);
      let sentAtMs = 0;
      const send = () => {
        sentAtMs = performance.now();
        if (sentAtMs >= endsAtMs) return socket.end(resolve);
        const headers = Object.entries(options.headers(sent++)).map(
          ([name, value]) => `${name}: ${value}\r\n`,
        );
        socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n${headers.join('')}\r\n`);
      };
      socket.once('connect', send).once('error', reject);
      socket.on('data', (chunk: Buffer) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        const headEnd = received.indexOf(HEAD_END);
        if (headEnd < 0) return;
        const head = received.toString('latin1', 0, headEnd);
        const bodyAt = headEnd + HEAD_END.length;
        const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
        if (received.length < bodyAt + length) return;
        const isRight = head.startsWith('HTTP/1.1 200 ') && received.subarray(bodyAt).equals(expected);
        if (!isRight) result.wrong++;
        result.durationsMs.push(performance.now() - sentAtMs);
        received = Buffer.alloc(0);
        send();
      });
    });
  await Promise.all(Array.from({ length: options.connections }, oneConnection));
  result.requestsPerSecond = result.durationsMs.length / ((performance.now() - beganAtMs) / 1_000);
  return result;
}
