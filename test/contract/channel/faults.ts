import { createHttpClient } from '../../../src/infra/outbound-http/index.ts';
import {
  AMOUNT_MINOR,
  type Harness,
  notAttemptedBecause,
  rejectedBecause,
  unknownBecause,
} from './harness.ts';

/** What goes wrong on the way: unknown stays unknown until the channel itself says otherwise. */
export function faultContract<Settings>(get: () => Harness<Settings>): void {
  describe('a debit that goes wrong', () => {
    it('is unknown when the time is over before the channel did anything; the query says so, and it may be tried again', async () => {
      const h = get();
      const request = h.debitRequest();
      await h.side.strike('debit', 'timeoutBefore');
      expect(await h.debit(request, h.impatient())).toEqual(unknownBecause('no_answer'));
      expect(await h.queryDebit(request.reference)).toEqual(notAttemptedBecause('reference_not_known'));
      expect((await h.debit(request)).kind).toBe('awaitingResident');
    });

    it.each([
      ['timeoutAfter', 'no_answer'],
      ['nonsense', 'answer_not_understood'],
      ['badSignature', 'answer_not_authentic'],
      ['unknownStatus', 'answer_not_understood'],
    ] as const)('is unknown on %s, and the query tells the truth', async (fault, code) => {
      const h = get();
      const request = h.debitRequest();
      await h.side.strike('debit', fault);
      expect(await h.debit(request, h.impatient())).toEqual(unknownBecause(code));
      const outcome = await h.queryDebit(request.reference);
      expect(outcome.kind).toBe('awaitingResident');
      if (outcome.kind === 'awaitingResident') await h.side.confirm(outcome.confirmUrl);
      expect(await h.debitsOf(request.reference)).toEqual([AMOUNT_MINOR]);
    });

    it.each([
      ['timeoutBefore', 'no_answer'],
      ['timeoutAfter', 'no_answer'],
      ['nonsense', 'answer_not_understood'],
      ['badSignature', 'answer_not_authentic'],
      ['unknownStatus', 'answer_not_understood'],
    ] as const)('stays unknown when the query meets %s', async (fault, code) => {
      const h = get();
      const { reference } = await h.debited();
      await h.side.strike('queryDebit', fault);
      expect(await h.queryDebit(reference, h.impatient())).toEqual(unknownBecause(code));
      expect((await h.queryDebit(reference)).kind).toBe('accepted');
    });

    it.each([
      ['refuse', 'refused_by_channel'],
      ['insufficientFunds', 'insufficient_funds'],
    ] as const)('is rejected on %s, for good', async (fault, code) => {
      const h = get();
      const request = h.debitRequest();
      await h.side.strike('debit', fault);
      expect(await h.debit(request)).toEqual(rejectedBecause(code));
      expect(await h.queryDebit(request.reference)).toEqual(rejectedBecause(code));
      expect(['rejected', 'duplicate']).toContain((await h.debit(request)).kind);
      expect(await h.debitsOf(request.reference)).toEqual([]);
    });

    it('is rejected when the money is missing at the moment of confirming', async () => {
      const h = get();
      const { request, confirmUrl } = await h.awaiting();
      await h.side.strike('confirm', 'insufficientFunds');
      await h.side.confirm(confirmUrl);
      expect(await h.queryDebit(request.reference)).toEqual(rejectedBecause('insufficient_funds'));
      const [delivery] = await h.inbox.waitFor(request.reference);
      expect(delivery?.event).toMatchObject({ outcome: rejectedBecause('insufficient_funds') });
      expect(await h.debitsOf(request.reference)).toEqual([]);
    });

    it('is pending while the channel works on it, and then accepted', async () => {
      const h = get();
      const { request, confirmUrl } = await h.awaiting();
      await h.side.strike('confirm', 'settleLater');
      await h.side.confirm(confirmUrl);
      expect(await h.queryDebit(request.reference)).toMatchObject({ kind: 'pending' });
      expect(await h.debitsOf(request.reference)).toEqual([]);
      await h.side.advanceClock(h.side.settleDelayMs);
      expect((await h.queryDebit(request.reference)).kind).toBe('accepted');
      const [delivery] = await h.inbox.waitFor(request.reference);
      expect(delivery?.event).toMatchObject({ outcome: { kind: 'accepted' } });
      expect(await h.debitsOf(request.reference)).toEqual([AMOUNT_MINOR]);
    });

    it('was not attempted when the channel is down, while a query then tells nothing', async () => {
      const h = get();
      const { reference } = await h.debited();
      // Fresh connections: a kept one that dies leaves it open whether the request arrived.
      const fresh = createHttpClient({ allowPrivateAddresses: true });
      await h.side.goDown();
      try {
        expect(await h.debit(h.debitRequest(), h.context(fresh))).toEqual(
          notAttemptedBecause('channel_down'),
        );
        expect(await h.refund(h.refundRequest(reference), h.context(fresh))).toEqual(
          notAttemptedBecause('channel_down'),
        );
        expect(await h.queryDebit(reference, h.context(fresh))).toEqual(unknownBecause('channel_down'));
        expect(await h.queryRefund(reference, h.context(fresh))).toEqual(unknownBecause('channel_down'));
      } finally {
        await h.side.comeUp();
        await fresh.close();
      }
      expect((await h.queryDebit(reference)).kind).toBe('accepted');
    });
  });
}
