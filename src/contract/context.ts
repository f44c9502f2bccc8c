import type { Clock } from '../kernel/clock.ts';
import type { BillStore } from './bill-store.ts';

/**
 * What a provider or channel is given at each call. It keeps nothing between calls: settings come from the
 * connection, and every byte goes through `http` or `tcp`, which time out, limit and keep the evidence.
 */
export interface CallContext<Settings> {
  readonly settings: Settings;
  readonly http: HttpClient;
  readonly tcp: TcpClient;
  readonly billStore: BillStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The outside world. Never throws and never follows a redirect; what happened is a value. */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpResult>;
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Absolute; http or https. Personal data goes in the body, never here. */
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** From dialling to the last byte. */
  timeoutMs: number;
  /** A longer answer is cut off and reported as `tooLarge`. Default 1 MiB. */
  maxResponseBytes?: number;
}

export type HttpResult =
  /** An answer came, of any status. */
  | { kind: 'response'; status: number; headers: Readonly<Record<string, string>>; body: Uint8Array }
  /** The request certainly never reached the other side: refused, no such host, blocked address, our limits. */
  | { kind: 'notSent'; cause: 'refused' | 'dns' | 'blockedAddress' | 'tooBusy' }
  /** It left, and no whole answer came back: it may have been carried out. */
  | { kind: 'noAnswer'; cause: 'timeout' | 'reset' | 'tooLarge' };

/** The outside world below HTTP, for systems that speak length-headed messages. Never throws; what happened is a value. */
export interface TcpClient {
  /** Dials, sends one message, takes one answer and hangs up. */
  exchange(request: TcpRequest): Promise<TcpResult>;
}

export interface TcpRequest {
  /** A name or an address. */
  host: string;
  port: number;
  /** TLS 1.2 or later, the certificate checked against the host. Default false. */
  tls?: boolean;
  body: Uint8Array;
  /**
   * The length of the whole answer in bytes, told from those that have come; null while they are too few to tell.
   * Anything but a whole positive number: they begin no answer.
   */
  answerBytes(received: Uint8Array): number | null;
  /** From dialling to the last byte. */
  timeoutMs: number;
  /** A longer answer is not waited for and reported as `tooLarge`. Default 1 MiB. */
  maxResponseBytes?: number;
}

export type TcpResult =
  /** A whole answer came. */
  | { kind: 'response'; body: Uint8Array }
  /** The message certainly never reached the other side. */
  | { kind: 'notSent'; cause: 'refused' | 'dns' | 'blockedAddress' | 'tooBusy' }
  /** It left, in part at least, and no whole answer came back: it may have been carried out. */
  | { kind: 'noAnswer'; cause: 'timeout' | 'reset' | 'tooLarge' };

/** What was said to and by the other side in one call, byte for byte. Law 5. Personal data: encrypted at rest. */
export interface Exchange {
  atMs: number;
  durationMs: number;
  /** `TCP` below HTTP; the `url` is then `tcp://host:port` or `tls://host:port`. */
  method: string;
  url: string;
  requestBody: Uint8Array;
  /** 0 when no answer came, and below HTTP, where there is none. */
  status: number;
  responseBody: Uint8Array;
  /** What became of it: `response`, or the cause of `notSent` / `noAnswer`. */
  result: string;
}

/** Structured log; `fields` never hold personal data or secrets. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** A request the other side sent to us, as it came. */
export interface InboundRequest {
  method: string;
  /** With its query, as it was asked for. */
  path: string;
  headers: Readonly<Record<string, string>>;
  rawBody: Uint8Array;
}

/** Whose file is asked for. */
export interface StatementRequest {
  businessDate: string;
  /** The date is not over, and somebody wants what there is so far; who can't tell answers as ever (`notReady`). */
  isInterim?: boolean;
}

/** A file of what happened on a business date, as it came. */
export type StatementFetch =
  | { kind: 'ready'; fileName: string; format: string; content: Uint8Array }
  /** The day is over and nothing happened: the other side said so. */
  | { kind: 'emptyDay' }
  | { kind: 'notReady'; availableAtMs?: number }
  | { kind: 'unavailable'; reason: import('./outcome.ts').Reason };
