import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Request, Response } from 'express';
import type { Logger } from '../contract/index.ts';
import { DomainError } from '../kernel/errors.ts';

const HEARTBEAT_MS = 15_000;
/** A browser opens the next stream by itself; until then, who may watch is not asked again. */
const MAX_STREAM_MS = 10 * 60_000;
const RECONNECT_MS = 2_000;
const MAX_STREAMS = 2_000;

/** Something that changes until it is final, and whoever watches sees its latest state. */
interface Watched {
  /** Name of the events. */
  event: string;
  /** The state now; `final` ends the stream. Null when there is nothing to see any more. */
  read(): Promise<{ data: unknown; final: boolean } | null>;
  /** Calls back after each change; returns how to stop that. Missed calls cost a heartbeat's wait, no more. */
  subscribe(onChange: () => void): () => void;
}

/**
 * The server-sent event streams of one server. Each sends the latest state when it has changed and the client has taken in
 * the one before, so a slow client skips states instead of filling our memory. An event's id is a hash of its data: who comes
 * back with Last-Event-ID is not sent what it has, and is told to stay away (204) when that was final.
 */
export class EventStreams {
  private readonly open = new Set<() => void>();
  private readonly log: Logger;

  constructor(log: Logger) {
    this.log = log;
  }

  /** Streams until final, the client leaves, or the server stops. Throws DomainError before anything was sent. */
  async stream(
    { request, response }: { request: Request; response: Response },
    watched: Watched,
  ): Promise<null> {
    if (this.open.size >= MAX_STREAMS) {
      throw new DomainError('unavailable', 'too_many_streams', { retryAfterSeconds: 5 });
    }
    const first = await watched.read();
    if (!first) throw new DomainError('notFound', 'not_found');
    const lastId = request.headers['last-event-id'];
    if (first.final && lastId === idOf(first.data)) {
      response.status(204).end();
      return null;
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // Proxies of the nginx family would hold events back.
      'x-accel-buffering': 'no',
    });
    response.write(`retry: ${RECONNECT_MS}\n\n`);
    await this.follow(response, watched, typeof lastId === 'string' ? lastId : '');
    return null;
  }

  /** Ends every stream; browsers come back by themselves, to another server. */
  closeAll(): void {
    for (const close of this.open) close();
  }

  private async follow(response: Response, watched: Watched, sentBefore: string): Promise<void> {
    const alarm = new Alarm();
    const ending = new AbortController();
    const end = () => {
      ending.abort();
      alarm.ring();
    };
    const lifetime = setTimeout(end, MAX_STREAM_MS);
    this.open.add(end);
    response.once('close', end);
    // Before the first read, so that no change falls between the two.
    const unsubscribe = watched.subscribe(() => alarm.ring());
    try {
      let sent = sentBefore;
      while (!ending.signal.aborted) {
        const state = await watched.read();
        if (!state || ending.signal.aborted) break;
        const id = idOf(state.data);
        const text = id === sent ? ': still here\n\n' : eventText(watched.event, id, state.data);
        sent = id;
        if (!response.write(text)) await once(response, 'drain', { signal: ending.signal });
        if (state.final) break;
        await alarm.rung(HEARTBEAT_MS);
      }
    } catch (error) {
      if (!ending.signal.aborted) this.log.error('an event stream broke off', { error });
    } finally {
      clearTimeout(lifetime);
      unsubscribe();
      this.open.delete(end);
      response.off('close', end);
      response.end();
    }
  }
}

/** Wakes one waiter; a ring while nobody waits wakes the next one at once. */
class Alarm {
  private pending = false;
  private wake: (() => void) | null = null;

  ring(): void {
    this.pending = true;
    this.wake?.();
  }

  /** Resolves at the next ring, or after so many milliseconds. */
  async rung(atMostMs: number): Promise<void> {
    if (!this.pending) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, atMostMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.pending = false;
    this.wake = null;
  }
}

function eventText(event: string, id: string, data: unknown): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function idOf(data: unknown): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('base64url').slice(0, 16);
}
