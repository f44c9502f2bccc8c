import fc from 'fast-check';
import type { HttpClient, HttpResult } from '../../../src/contract/index.ts';
import type { Harness } from './harness.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json().map((text) => Buffer.from(text)),
);
const headers = fc.dictionary(fc.stringMatching(/^[a-z-]{1,30}$/), fc.string({ maxLength: 60 }), {
  maxKeys: 5,
});
const anyAnswer: fc.Arbitrary<HttpResult> = fc.oneof(
  fc.record({
    kind: fc.constant('response' as const),
    status: fc.integer({ min: 100, max: 599 }),
    headers,
    body: bytes,
  }),
  fc.record({
    kind: fc.constant('noAnswer' as const),
    cause: fc.constantFrom('timeout', 'reset', 'tooLarge'),
  }),
);

/** Whatever comes from outside: nothing throws, and nothing that the channel did not sign becomes a fact. */
export function hostileContract<Settings>(get: () => Harness<Settings>): void {
  describe('hostile input', () => {
    it('makes every answer unknown', async () => {
      await fc.assert(
        fc.asyncProperty(anyAnswer, async (answer) => {
          const h = get();
          const http: HttpClient = { send: async () => answer };
          const context = h.context(http);
          const reference = h.newReference();
          const outcomes = [
            await h.debit(h.debitRequest(), context),
            await h.queryDebit(reference, context),
            await h.refund(h.refundRequest(reference), context),
            await h.queryRefund(reference, context),
          ];
          expect(outcomes.map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
          const statement = await h.operations.fetchStatement(context, { businessDate: '2026-01-01' });
          expect(statement.kind).toBe('unavailable');
        }),
      );
    });

    it('makes no notification authentic', async () => {
      await fc.assert(
        fc.asyncProperty(headers, bytes, async (someHeaders, rawBody) => {
          const h = get();
          expect(
            await h.operations.parseWebhook(h.context(), {
              method: 'POST',
              path: '/webhook',
              headers: someHeaders,
              rawBody,
            }),
          ).toEqual({
            kind: 'notAuthentic',
          });
        }),
      );
    });

    it('makes no instruction count that never left', async () => {
      for (const cause of ['refused', 'dns', 'blockedAddress', 'tooBusy'] as const) {
        const h = get();
        const context = h.context({ send: async () => ({ kind: 'notSent', cause }) });
        expect((await h.debit(h.debitRequest(), context)).kind).toBe('notAttempted');
        expect((await h.refund(h.refundRequest(h.newReference()), context)).kind).toBe('notAttempted');
        expect((await h.queryDebit(h.newReference(), context)).kind).toBe('unknown');
        expect((await h.queryRefund(h.newReference(), context)).kind).toBe('unknown');
      }
    });
  });
}
