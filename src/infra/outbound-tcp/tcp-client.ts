import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TcpClient, TcpRequest, TcpResult } from '../../contract/index.ts';
import { causeOfDialFailure, isBlockedLiteral, lookupAllowed } from '../dialling/index.ts';

export interface TcpClientOptions {
  /** True only where agencies are sandboxes on this machine; otherwise such addresses are refused. */
  allowPrivateAddresses: boolean;
  /** Connections open at once, to all sides together; exchanges beyond them are `tooBusy`. Default 512. */
  maxSockets?: number;
}

/** `close` lets exchanges under way finish and refuses new ones. */
export interface ClosableTcpClient extends TcpClient {
  close(): Promise<void>;
}

const DEFAULT_MAX_SOCKETS = 512;
const DEFAULT_MAX_RESPONSE_BYTES = 1024 * 1024;

/**
 * One connection an exchange, as such systems expect (短连接). Nothing is sent twice: an instruction about money leaves at
 * most once per `exchange`.
 */
export function createTcpClient(options: TcpClientOptions): ClosableTcpClient {
  const maxSockets = options.maxSockets ?? DEFAULT_MAX_SOCKETS;
  const underWay = new Set<Promise<TcpResult>>();
  let isClosed = false;
  return {
    async exchange(request) {
      if (!isDialable(request)) return { kind: 'notSent', cause: 'refused' };
      if (!options.allowPrivateAddresses && isBlockedLiteral(request.host)) {
        return { kind: 'notSent', cause: 'blockedAddress' };
      }
      if (isClosed || underWay.size >= maxSockets) return { kind: 'notSent', cause: 'tooBusy' };
      const result = exchangeOnce(request, options.allowPrivateAddresses);
      underWay.add(result);
      try {
        return await result;
      } finally {
        underWay.delete(result);
      }
    },
    async close() {
      isClosed = true;
      await Promise.all(underWay);
    },
  };
}

/** A port that is none makes `connect` throw. */
function isDialable({ host, port }: TcpRequest): boolean {
  return host !== '' && Number.isInteger(port) && port > 0 && port <= 65_535;
}

/** Resolves when the socket is gone, so that none outlives its exchange. */
function exchangeOnce(request: TcpRequest, allowPrivateAddresses: boolean): Promise<TcpResult> {
  return new Promise((resolve) => {
    const socket = dial(request, allowPrivateAddresses);
    let result: TcpResult | undefined;
    let mayHaveLeft = false;
    const settle = (settled: TcpResult) => {
      result ??= settled;
      socket.destroy();
    };
    const deadline = setTimeout(
      () => settle(mayHaveLeft ? noAnswer('timeout') : { kind: 'notSent', cause: 'refused' }),
      request.timeoutMs,
    );
    socket.once(request.tls ? 'secureConnect' : 'connect', () => {
      if (result) return;
      mayHaveLeft = true;
      socket.write(request.body);
    });
    const answer = new AnswerReader(request);
    socket.on('data', (chunk: Buffer) => {
      const read = answer.take(chunk);
      if (read) settle(read);
    });
    // The other side hung up: what has not come by now will not come.
    socket.once('end', () => settle(mayHaveLeft ? noAnswer('reset') : { kind: 'notSent', cause: 'refused' }));
    socket.once('error', (error) =>
      settle(mayHaveLeft ? noAnswer('reset') : { kind: 'notSent', cause: causeOfDialFailure(error) }),
    );
    socket.once('close', () => {
      clearTimeout(deadline);
      resolve(result ?? noAnswer('reset'));
    });
  });
}

function dial({ host, port, tls }: TcpRequest, allowPrivateAddresses: boolean): Socket {
  const target = { host, port, ...(allowPrivateAddresses ? {} : { lookup: lookupAllowed }) };
  if (!tls) return connectTcp({ ...target, noDelay: true });
  // A server name may not be an address (RFC 6066); the certificate is checked against the host either way.
  return connectTls({ ...target, minVersion: 'TLSv1.2', ...(isIP(host) ? {} : { servername: host }) });
}

/** Gathers one answer, whose first bytes tell how long it is. */
class AnswerReader {
  readonly #request: TcpRequest;
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #expectedBytes: number | null = null;

  constructor(request: TcpRequest) {
    this.#request = request;
    this.#maxBytes = request.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES;
  }

  /** The result once it is known; null while more bytes are needed. Bytes after the answer are not looked at. */
  take(chunk: Buffer): TcpResult | null {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#expectedBytes === null) {
      const received = Buffer.concat(this.#chunks);
      this.#expectedBytes = this.#request.answerBytes(received);
      if (this.#expectedBytes === null) return this.#bytes > this.#maxBytes ? noAnswer('tooLarge') : null;
      if (!Number.isSafeInteger(this.#expectedBytes) || this.#expectedBytes <= 0) return noAnswer('reset');
    }
    if (this.#expectedBytes > this.#maxBytes) return noAnswer('tooLarge');
    if (this.#bytes < this.#expectedBytes) return null;
    return { kind: 'response', body: Buffer.concat(this.#chunks).subarray(0, this.#expectedBytes) };
  }
}

function noAnswer(cause: 'timeout' | 'reset' | 'tooLarge'): TcpResult {
  return { kind: 'noAnswer', cause };
}
