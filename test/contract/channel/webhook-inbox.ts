import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChannelEvent, InboundRequest } from '../../../src/contract/index.ts';

export interface Delivery {
  inbound: InboundRequest;
  event: ChannelEvent;
}

/** Our end of notifications: takes each as it comes and keeps what the channel makes of it. */
export class WebhookInbox {
  readonly url: string;
  readonly deliveries: Delivery[] = [];
  /** How many of the next deliveries are turned away with 503, although they are kept. */
  turnAway = 0;
  read: (inbound: InboundRequest) => Promise<ChannelEvent> = async () => ({ kind: 'ignored' });
  private readonly server: Server;
  private readonly watchers = new Set<() => void>();

  private constructor(server: Server) {
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`;
  }

  static async open(): Promise<WebhookInbox> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const inbox = new WebhookInbox(server);
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, `${value}`]),
      );
      const { method = '', url: path = '' } = request;
      const inbound = { method, path, headers, rawBody: Buffer.concat(chunks) };
      inbox.deliveries.push({ inbound, event: await inbox.read(inbound) });
      response.writeHead(inbox.turnAway > 0 ? 503 : 204).end();
      if (inbox.turnAway > 0) inbox.turnAway--;
      for (const look of inbox.watchers) look();
    });
    return inbox;
  }

  /** The first `count` deliveries about a reference, as soon as they are there. */
  waitFor(reference: string, count = 1): Promise<Delivery[]> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.deliveries.filter(
          ({ event }) => 'reference' in event && event.reference === reference,
        );
        if (found.length < count) return;
        this.watchers.delete(look);
        resolve(found.slice(0, count));
      };
      this.watchers.add(look);
      look();
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
