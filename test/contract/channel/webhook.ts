import type { InboundRequest } from '../../../src/contract/index.ts';
import type { Harness } from './harness.ts';
import type { Delivery } from './webhook-inbox.ts';

const MINUTE_MS = 60_000;

/** What the channel tells us unasked: only what is authentic and recent, and told apart by its event id. */
export function webhookContract<Settings>(get: () => Harness<Settings>): void {
  const parse = (inbound: InboundRequest) => get().operations.parseWebhook(get().context(), inbound);
  const eventIds = (deliveries: Delivery[]) =>
    deliveries.map(({ event }) => ('eventId' in event ? event.eventId : null));

  async function genuine(): Promise<{ reference: string; inbound: InboundRequest }> {
    const { reference } = await get().debited();
    const [delivery] = await get().inbox.waitFor(reference);
    if (!delivery) throw new Error('nothing was delivered');
    return { reference, inbound: delivery.inbound };
  }

  describe('a notification', () => {
    it('is not authentic when a byte, a header or the signature was changed or left out', async () => {
      const { inbound } = await genuine();
      expect(await parse(inbound)).toMatchObject({ kind: 'debit' });
      const text = Buffer.from(inbound.rawBody).toString('utf8');
      const forged: InboundRequest[] = [
        { ...inbound, rawBody: Buffer.from(text.replace('1', '2')) },
        { ...inbound, rawBody: Buffer.from(`${text} `) },
        { ...inbound, rawBody: Buffer.alloc(0) },
        { ...inbound, headers: {} },
      ];
      const signed = get().side.signWebhook(text, Date.now());
      for (const [name, value] of Object.entries(signed)) {
        const { [name]: _, ...without } = inbound.headers;
        forged.push({ ...inbound, headers: without });
        forged.push({ ...inbound, headers: { ...inbound.headers, [name]: `${value}0` } });
      }
      for (const request of forged) expect(await parse(request)).toEqual({ kind: 'notAuthentic' });
    });

    it('is taken within a few minutes and not authentic when older, or from the future', async () => {
      const { inbound, reference } = await genuine();
      const text = Buffer.from(inbound.rawBody).toString('utf8');
      const signedAt = (atMs: number) => ({ ...inbound, headers: get().side.signWebhook(text, atMs) });
      expect(await parse(signedAt(Date.now() - 3 * MINUTE_MS))).toMatchObject({ kind: 'debit', reference });
      expect(await parse(signedAt(Date.now() - 6 * MINUTE_MS))).toEqual({ kind: 'notAuthentic' });
      expect(await parse(signedAt(Date.now() + 6 * MINUTE_MS))).toEqual({ kind: 'notAuthentic' });
    });

    it('that is replayed carries the event id it had', async () => {
      const { inbound } = await genuine();
      expect(await parse(inbound)).toEqual(await parse(inbound));
    });

    it('that is authentic and of no known kind is ignored', async () => {
      for (const text of ['{"type":"bank.holiday","data":{}}', 'not json', '[]', 'null']) {
        const headers = get().side.signWebhook(text, Date.now());
        expect(
          await parse({ method: 'POST', path: '/webhook', headers, rawBody: Buffer.from(text) }),
        ).toEqual({ kind: 'ignored' });
      }
    });

    it('that is duplicated carries the same event id', async () => {
      const h = get();
      await h.side.strike('notify', 'duplicated');
      const { reference } = await h.debited();
      const [first, second] = eventIds(await h.inbox.waitFor(reference, 2));
      expect(first).toEqual(expect.stringMatching(/./));
      expect(second).toBe(first);
    });

    it('that was turned away comes again with the same event id', async () => {
      const h = get();
      h.inbox.turnAway = 1;
      const { reference } = await h.debited();
      const [first, second] = eventIds(await h.inbox.waitFor(reference, 2));
      expect(second).toBe(first);
    });

    it('that comes out of order is another event, and the query still tells the truth', async () => {
      const h = get();
      await h.side.strike('notify', 'outOfOrder');
      const { reference } = await h.debited();
      const deliveries = await h.inbox.waitFor(reference, 2);
      expect(deliveries.map(({ event }) => event)).toMatchObject([
        { outcome: { kind: 'accepted' } },
        { outcome: { kind: 'awaitingResident' } },
      ]);
      expect(new Set(eventIds(deliveries)).size).toBe(2);
      expect((await h.queryDebit(reference)).kind).toBe('accepted');
    });

    it('that never comes is made up for by the query', async () => {
      const h = get();
      await h.side.strike('notify', 'never');
      const { reference } = await h.debited();
      expect((await h.queryDebit(reference)).kind).toBe('accepted');
      // Later news has arrived by now; had there been any of this debit, so would they.
      await h.inbox.waitFor((await h.debited()).reference);
      expect(
        h.inbox.deliveries.some(({ event }) => 'reference' in event && event.reference === reference),
      ).toBe(false);
    });
  });
}
