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
  const spanId = randomBytes(8).toString('hex');
  const match = traceparent !== undefined && traceparent.length <= 128 ? TRACEPARENT.exec(traceparent) : null;
  if (!match || (match[1] === '00' && match[4] !== undefined)) {
    return { traceId: randomBytes(16).toString('hex'), spanId, flags: '01' };
  }
  return { traceId: match[2] as string, spanId, flags: match[3] as string };
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
