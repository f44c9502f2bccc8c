import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A whole message that came in, and ways to treat who sent it. */
export interface TcpCall {
  message: Buffer;
  /** Answers and hangs up: each connection carries one exchange (短连接). */
  answer(message: Uint8Array): void;
  /** Cuts the connection without an answer. */
  drop(): void;
  /** Aborted when the caller has gone. */
  signal: AbortSignal;
}

export interface TcpServer {
  port: number;
  /** Refuses connections, and cuts those that are open, until `comeUp`. */
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
}

export interface Framing {
  /** The length of the message that these bytes begin, or null while there are too few of them. */
  messageBytes(received: Uint8Array): number | null;
  maxBytes: number;
}

/** Serves messages on a port of 127.0.0.1 (0 is any free one). What begins no message is cut off. */
export async function startTcpServer(
  port: number,
  framing: Framing,
  handle: (call: TcpCall) => Promise<void>,
): Promise<TcpServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A caller who cuts the connection is no fault of ours.
    socket.on('error', () => socket.destroy());
    readMessage(socket, framing, (message) => {
      const gone = new AbortController();
      socket.once('close', () => gone.abort());
      const call = {
        message,
        answer: (reply: Uint8Array) => void socket.end(reply),
        drop: () => void socket.destroy(),
        signal: gone.signal,
      };
      handle(call).catch((error: unknown) => {
        process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
        socket.destroy();
      });
    });
  });
  const listen = (onPort: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(onPort, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(port);
  const boundPort = (server.address() as AddressInfo).port;
  return {
    port: boundPort,
    goDown: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    comeUp: () => (server.listening ? Promise.resolve() : listen(boundPort)),
  };
}

function readMessage(
  socket: Socket,
  { messageBytes, maxBytes }: Framing,
  onMessage: (message: Buffer) => void,
): void {
  let received = Buffer.alloc(0);
  const take = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const expected = messageBytes(received);
    if (expected === null) return;
    if (!Number.isInteger(expected) || expected <= 0 || expected > maxBytes) socket.destroy();
    if (received.length < expected) return;
    socket.off('data', take);
    onMessage(received.subarray(0, expected));
  };
  socket.on('data', take);
}
