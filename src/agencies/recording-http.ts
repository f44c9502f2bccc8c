import type { Exchange, HttpClient, HttpRequest, HttpResult } from '../contract/index.ts';
import type { Clock } from '../kernel/clock.ts';

/** The same client, keeping what was said to and by the other side: `exchanges` grows as answers come. */
export function recordingHttpClient(client: HttpClient, clock: Clock, exchanges: Exchange[]): HttpClient {
  return {
    async send(request) {
      const atMs = clock.nowMs();
      const result = await client.send(request);
      exchanges.push(exchangeOf(request, result, atMs, clock.nowMs() - atMs));
      return result;
    },
  };
}

function exchangeOf(request: HttpRequest, result: HttpResult, atMs: number, durationMs: number): Exchange {
  const answered = result.kind === 'response';
  return {
    atMs,
    durationMs,
    method: request.method,
    url: request.url,
    requestBody:
      typeof request.body === 'string' ? Buffer.from(request.body) : (request.body ?? new Uint8Array()),
    status: answered ? result.status : 0,
    responseBody: answered ? result.body : new Uint8Array(),
    result: answered ? 'response' : result.cause,
  };
}
