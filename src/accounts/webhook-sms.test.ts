import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { type ClosableHttpClient, createHttpClient } from '../infra/outbound-http/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { WebhookSmsSender } from './webhook-sms.ts';

describe('text messages by webhook', () => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const message = { phone: '13800138000', text: '验证码 123456' };
  const logged: unknown[] = [];
  const write = (...line: unknown[]) => void logged.push(line);
  const log = { debug: write, info: write, warn: write, error: write };
  let received: { headers: IncomingHttpHeaders; body: string }[] = [];
  let answer: number | 'hangUp' = 204;
  let server: Server;
  let http: ClosableHttpClient;
  let sender: WebhookSmsSender;

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      received.push({ headers: request.headers, body });
      if (answer === 'hangUp') request.socket.destroy();
      else response.writeHead(answer).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    http = createHttpClient({ allowPrivateAddresses: true });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`;
    sender = new WebhookSmsSender({ http, clock: systemClock, log }, { url, secret });
  });
  beforeEach(() => {
    received = [];
  });
  afterAll(async () => {
    await http.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('are signed so that the gateway can tell they are ours', async () => {
    answer = 204;
    await sender.send(message);
    const [{ headers, body } = { headers: {}, body: '' }] = received;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(message);
    const forged = body.replace('123456', '654321');
    expect(() => new Webhook(secret).verify(forged, headers as Record<string, string>)).toThrow();
  });

  it.each([400, 500, 302])('are not sent when the gateway answers %i', async (status) => {
    answer = status;
    await expect(sender.send(message)).rejects.toThrow(`answered ${status}`);
  });

  it('may have been sent when it hangs up, and the log says no phone', async () => {
    answer = 'hangUp';
    await sender.send(message);
    expect(received).toHaveLength(1);
    expect(JSON.stringify(logged)).toContain('did not answer');
    expect(JSON.stringify(logged)).not.toContain(message.phone);
  });
});
