import type { Exchange, TcpClient } from '../../contract/index.ts';
import type { Clock } from '../../kernel/clock.ts';

/** The same client, keeping what was said to and by the other side: `exchanges` grows as answers come. */
export function recordingTcpClient(client: TcpClient, clock: Clock, exchanges: Exchange[]): TcpClient {
  return {
    async exchange(request) {
      const atMs = clock.nowMs();
      const result = await client.exchange(request);
      const answered = result.kind === 'response';
      exchanges.push({
        atMs,
        durationMs: clock.nowMs() - atMs,
        method: 'TCP',
        url: `${request.tls ? 'tls' : 'tcp'}://${request.host}:${request.port}`,
        requestBody: request.body,
        status: 0,
        responseBody: answered ? result.body : new Uint8Array(),
        result: answered ? 'response' : result.cause,
      });
      return result;
    },
  };
}
