import type { InboundRequest, ProviderEvent } from '../../../src/contract/index.ts';
import type { Group } from './group.ts';
import { payable } from './harness.ts';

/** Older than any replay window of the field. */
const STALE_SECONDS = 3_600;

/** What `parseWebhook` must do: believe what is certainly the agency's and fresh, and nothing else; throw never. */
export function provesParseWebhook<S>({ manifest, sandbox, caller, account }: Group<S>): void {
  const parse = (request: InboundRequest) => caller().call('parseWebhook', request);
  const posted = async () => {
    const posting = await payable(caller(), manifest, await account('oneDue'), sandbox().nowMs());
    await sandbox().fault('pendingThenPosted', 'pay');
    expect(await caller().pay(posting)).toMatchObject({ kind: 'pending' });
    await sandbox().settle();
    return posting;
  };
  const message = async (ageSeconds?: number): Promise<InboundRequest> => {
    const { webhook } = sandbox();
    if (!webhook) throw new Error('the sandbox sends no messages');
    return webhook(await posted(), ageSeconds);
  };

  it('tells the same of a posting as asking does', async () => {
    const posting = await posted();
    const event = await parse((await sandbox().webhook?.(posting)) as InboundRequest);
    const outcome = await caller().ask(posting.reference);
    expect(outcome).toMatchObject({ kind: 'accepted' });
    expect(event).toEqual({
      kind: 'posting',
      eventId: expect.stringMatching(/^[\x21-\x7e]{1,128}$/),
      reference: posting.reference,
      outcome,
    });
  });

  it('gives an event that is sent again the same id, and another event another one', async () => {
    const request = await message();
    const [first, again] = [await parse(request), await parse(request)];
    expect(again).toEqual(first);
    expect(eventIdOf(await parse(await message()))).not.toBe(eventIdOf(first));
  });

  it('does not believe what was changed on the way', async () => {
    const request = await message();
    const text = Buffer.from(request.rawBody).toString('utf8');
    const changed: InboundRequest[] = [
      { ...request, rawBody: Buffer.from(`${text} `) },
      { ...request, rawBody: Buffer.from(text.replace(/\d/, (digit) => String((Number(digit) + 1) % 10))) },
      { ...request, rawBody: new Uint8Array() },
      { ...request, headers: {} },
      ...Object.keys(request.headers)
        .filter((name) => /sign/i.test(name))
        .map((name) => ({ ...request, headers: { ...request.headers, [name]: 'x' } })),
    ];
    for (const one of changed) expect(await parse(one)).toEqual({ kind: 'notAuthentic' });
  });

  it('does not believe what is old: somebody may have kept it', async () => {
    expect(await parse(await message(STALE_SECONDS))).toEqual({ kind: 'notAuthentic' });
  });

  it('does not believe noise', async () => {
    for (const text of ['', '{', 'null', '[]', '\u0000'.repeat(100)]) {
      const noise = { method: 'POST', path: '/v1/webhooks', headers: {}, rawBody: Buffer.from(text) };
      expect(await parse(noise)).toEqual({ kind: 'notAuthentic' });
    }
  });
}

function eventIdOf(event: ProviderEvent): string | null {
  return event.kind === 'posting' ? event.eventId : null;
}
