import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { HttpClient, HttpRequest, HttpResult } from '../../contract/index.ts';
import {
  blockedAddressError,
  causeOfDialFailure,
  isBlockedLiteral,
  lookupAllowed,
} from '../dialling/index.ts';

export interface HttpClientOptions {
  /** True only where agencies and banks are sandboxes on this machine; otherwise such addresses are refused. */
  allowPrivateAddresses: boolean;
  /** Sockets kept to one origin; requests beyond them wait, within their own time. Default 64. */
  maxSocketsPerOrigin?: number;
}

/** An HTTP client that holds sockets; `close` lets requests under way finish and refuses new ones. */
export interface ClosableHttpClient extends HttpClient {
  close(): Promise<void>;
}

const DEFAULT_MAX_SOCKETS = 64;
const DEFAULT_MAX_RESPONSE_BYTES = 1024 * 1024;
/** A host that does not even complete a handshake in this time is treated as refusing. */
const DIAL_TIMEOUT_MS = 5_000;

/**
 * The outside world over kept-alive connections. Nothing is retried and no redirect is followed: an instruction
 * about money leaves at most once per `send`. Bodies come as they are; compressed answers are not asked for,
 * so that the size limit counts what is really held in memory.
 */
export function createHttpClient(options: HttpClientOptions): ClosableHttpClient {
  const maxSockets = options.maxSocketsPerOrigin ?? DEFAULT_MAX_SOCKETS;
  const agent = new Agent({
    connections: maxSockets,
    pipelining: 1,
    connect: dialler(options.allowPrivateAddresses),
    // The one deadline is that of the request; these would only fire in its stead.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    send: (request) => new Promise((resolve) => dispatch(agent, maxSockets, request, resolve)),
    close: () => agent.close(),
  };
}

function dispatch(
  agent: Agent,
  maxSockets: number,
  request: HttpRequest,
  resolve: (r: HttpResult) => void,
): void {
  const url = parseTarget(request.url);
  if (!url) {
    resolve({ kind: 'notSent', cause: 'blockedAddress' });
    return;
  }
  const exchange = new ExchangeHandler(request.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES, resolve);
  exchange.startDeadline(request.timeoutMs, () => {
    return Number(agent.stats[url.origin]?.connected ?? 0) >= maxSockets ? 'tooBusy' : 'refused';
  });
  try {
    agent.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: { ...request.headers },
        body: request.body ?? null,
      },
      exchange,
    );
  } catch (error) {
    exchange.fail(error);
  }
}

/**
 * One request and its answer. undici calls `onRequestStart` in the moment before it writes the first byte, and
 * lets it be aborted there: so what fails before that call was certainly not sent, and what fails after it may
 * have been.
 */
class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #maxBytes: number;
  readonly #resolve: (result: HttpResult) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #settled = false;
  #status = 0;
  #headers: Record<string, string> = {};
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number, resolve: (result: HttpResult) => void) {
    this.#maxBytes = maxBytes;
    this.#resolve = resolve;
  }

  startDeadline(timeoutMs: number, whyNotStarted: () => 'tooBusy' | 'refused'): void {
    this.#deadline = setTimeout(() => {
      const controller = this.#controller;
      this.#settle(
        controller ? { kind: 'noAnswer', cause: 'timeout' } : { kind: 'notSent', cause: whyNotStarted() },
      );
      controller?.abort(new Error('deadline'));
    }, timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Called twice if undici puts a request back in its queue: it may have left, so it must not leave again.
    const mayHaveLeft = this.#controller !== undefined;
    this.#controller = controller;
    if (this.#settled || mayHaveLeft) controller.abort(new Error('not to be sent'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Record<string, unknown>): void {
    this.#status = status;
    this.#headers = {};
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) this.#headers[name] = Array.isArray(value) ? value.join(', ') : String(value);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) {
      this.#settle({ kind: 'noAnswer', cause: 'tooLarge' });
      controller.abort(new Error('answer too large'));
      return;
    }
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks);
    this.#settle({ kind: 'response', status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  fail(error: unknown): void {
    if (this.#controller) {
      const tooLarge = codeOf(error) === 'UND_ERR_HEADERS_OVERFLOW';
      this.#settle({ kind: 'noAnswer', cause: tooLarge ? 'tooLarge' : 'reset' });
      return;
    }
    this.#settle({ kind: 'notSent', cause: causeOfDialFailure(error) });
  }

  #settle(result: HttpResult): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#deadline);
    this.#resolve(result);
  }
}

/** The URL when it is one we may call at all: http or https, and no credentials in it. */
function parseTarget(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const allowed = (url.protocol === 'https:' || url.protocol === 'http:') && !url.username && !url.password;
  return allowed ? url : null;
}

/** Dials, checking the addresses that are really dialled. */
function dialler(allowPrivateAddresses: boolean): buildConnector.connector {
  if (allowPrivateAddresses) return buildConnector({ timeout: DIAL_TIMEOUT_MS });
  const connect = buildConnector({ timeout: DIAL_TIMEOUT_MS, lookup: lookupAllowed });
  return (target, callback) => {
    if (isBlockedLiteral(target.hostname)) {
      callback(blockedAddressError(), null);
      return;
    }
    connect(target, callback);
  };
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}
