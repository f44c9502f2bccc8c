import type { Exchange, HttpClient, HttpResult } from '../contract/index.ts';
import { recordingHttpClient } from './recording-http.ts';

const request = { method: 'POST', url: 'https://agency.example/pay', body: 'in', timeoutMs: 1000 } as const;

function record(result: HttpResult) {
  let nowMs = 1000;
  const client: HttpClient = {
    async send() {
      nowMs += 25;
      return result;
    },
  };
  const exchanges: Exchange[] = [];
  return { http: recordingHttpClient(client, { nowMs: () => nowMs }, exchanges), exchanges };
}

describe('recordingHttpClient', () => {
  it('keeps what was sent and what came back, byte for byte', async () => {
    const answer: HttpResult = { kind: 'response', status: 200, headers: {}, body: Buffer.from([0, 255]) };
    const { http, exchanges } = record(answer);
    expect(await http.send(request)).toBe(answer);
    expect(exchanges).toEqual([
      {
        atMs: 1000,
        durationMs: 25,
        method: 'POST',
        url: request.url,
        requestBody: Buffer.from('in'),
        status: 200,
        responseBody: Buffer.from([0, 255]),
        result: 'response',
      },
    ]);
  });

  it('keeps why there was no answer, and each call of several', async () => {
    const { http, exchanges } = record({ kind: 'noAnswer', cause: 'timeout' });
    await http.send(request);
    await http.send({ method: 'GET', url: request.url, timeoutMs: 1 });
    expect(exchanges).toHaveLength(2);
    expect(exchanges[1]).toMatchObject({
      atMs: 1025,
      status: 0,
      result: 'timeout',
      requestBody: new Uint8Array(),
    });
  });
});
