import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** One piece of work as W3C Trace Context names it: https://www.w3.org/TR/trace-context/ */
export interface Trace {
  /** 32 lower-case hex digits, the same in everything that was set off by one call. */
  traceId: string;
  /** 16 lower-case hex digits: our part of it. */
  spanId: string;
  /** Two hex digits of trace flags, as they came. */
  flags: string;
}

const storage = new AsyncLocalStorage<Trace>();

/** Version, trace id, parent id, flags; later versions may add fields behind a dash, version 00 may not. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?$/;

/** Goes on with the caller's trace when its `traceparent` is well formed, else begins one. */
export function continueTrace(traceparent?: string): Trace {
  const spanId = randomHex(8);
  const match = traceparent !== undefined && traceparent.length <= 128 ? TRACEPARENT.exec(traceparent) : null;
  if (!match || (match[1] === '00' && match[4] !== undefined)) {
    return { traceId: randomHex(16), spanId, flags: '01' };
  }
  return { traceId: match[2] as string, spanId, flags: match[3] as string };
}

/** Drawn many at a time: a call to the generator costs more than the rest of a trace. */
let pool = Buffer.alloc(0);
let poolAt = 0;

function randomHex(bytes: number): string {
  if (poolAt + bytes > pool.length) {
    pool = randomBytes(4096);
    poolAt = 0;
  }
  poolAt += bytes;
  return pool.toString('hex', poolAt - bytes, poolAt);
}

/** The `traceparent` to hand on. */
export function traceparentOf(trace: Trace): string {
  return `00-${trace.traceId}-${trace.spanId}-${trace.flags}`;
}

/** Runs work so that everything it logs, however far away, carries the trace's id. */
export function runInTrace<T>(trace: Trace, work: () => T): T {
  return storage.run(trace, work);
}

/** The trace of the work under way, or null outside any. */
export function currentTrace(): Trace | null {
  return storage.getStore() ?? null;
}
