import {
  AMOUNT_MINOR,
  type Harness,
  notAttemptedBecause,
  rejectedBecause,
  unknownBecause,
} from './harness.ts';

const THIRD = AMOUNT_MINOR / 3;

/** Giving money back: once per reference, never more than was taken. */
export function refundContract<Settings>(get: () => Harness<Settings>): void {
  describe('a refund', () => {
    it('happens once per reference, one after another and twenty at once', async () => {
      const h = get();
      const { reference } = await h.debited();
      const request = h.refundRequest(reference);
      const outcome = await h.refund(request);
      expect(outcome).toEqual({
        kind: 'accepted',
        channelReference: expect.any(String),
        refundedAtMs: expect.any(Number),
      });
      const again = await Promise.all(Array.from({ length: 20 }, () => h.refund(request)));
      for (const one of again) expect([outcome, { kind: 'duplicate' }]).toContainEqual(one);
      expect(await h.queryRefund(request.reference)).toEqual(outcome);
      expect(await h.refundsOf(reference)).toEqual([AMOUNT_MINOR]);
    });

    it('may be partial, and several never exceed the debit, even at once', async () => {
      const h = get();
      const { reference } = await h.debited();
      const requests = Array.from({ length: 4 }, () => h.refundRequest(reference, THIRD));
      const outcomes = await Promise.all(requests.map((request) => h.refund(request)));
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual([
        'accepted',
        'accepted',
        'accepted',
        'rejected',
      ]);
      expect(outcomes).toContainEqual(rejectedBecause('amount_not_allowed'));
      expect(await h.refundsOf(reference)).toEqual([THIRD, THIRD, THIRD]);
    });

    it('of more than was debited is rejected for good, and the rest may still be refunded', async () => {
      const h = get();
      const { reference } = await h.debited();
      const tooMuch = h.refundRequest(reference, AMOUNT_MINOR + 1);
      expect(await h.refund(tooMuch)).toEqual(rejectedBecause('amount_not_allowed'));
      expect(await h.queryRefund(tooMuch.reference)).toEqual(rejectedBecause('amount_not_allowed'));
      expect((await h.refund(h.refundRequest(reference))).kind).toBe('accepted');
    });

    it('of what was never debited is rejected', async () => {
      const h = get();
      const { request } = await h.awaiting();
      expect((await h.refund(h.refundRequest(request.reference))).kind).toBe('rejected');
      expect((await h.refund(h.refundRequest(h.newReference()))).kind).toBe('rejected');
    });

    it('is rejected when the channel refuses, for good', async () => {
      const h = get();
      const request = h.refundRequest((await h.debited()).reference);
      await h.side.strike('refund', 'refuse');
      expect(await h.refund(request)).toEqual(rejectedBecause('refused_by_channel'));
      expect(await h.queryRefund(request.reference)).toEqual(rejectedBecause('refused_by_channel'));
      expect(await h.refundsOf(request.debitReference)).toEqual([]);
    });

    it('that was never instructed is not attempted', async () => {
      expect(await get().queryRefund(get().newReference())).toEqual(
        notAttemptedBecause('reference_not_known'),
      );
    });

    it('is unknown when the time is over before the channel did anything; the query says so', async () => {
      const h = get();
      const request = h.refundRequest((await h.debited()).reference);
      await h.side.strike('refund', 'timeoutBefore');
      expect(await h.refund(request, h.impatient())).toEqual(unknownBecause('no_answer'));
      expect(await h.queryRefund(request.reference)).toEqual(notAttemptedBecause('reference_not_known'));
    });

    it.each([
      ['timeoutAfter', 'no_answer'],
      ['nonsense', 'answer_not_understood'],
      ['badSignature', 'answer_not_authentic'],
      ['unknownStatus', 'answer_not_understood'],
    ] as const)('is unknown on %s, and the query tells the truth', async (fault, code) => {
      const h = get();
      const request = h.refundRequest((await h.debited()).reference);
      await h.side.strike('refund', fault);
      expect(await h.refund(request, h.impatient())).toEqual(unknownBecause(code));
      await h.side.strike('queryRefund', fault);
      expect(await h.queryRefund(request.reference, h.impatient())).toEqual(unknownBecause(code));
      expect((await h.queryRefund(request.reference)).kind).toBe('accepted');
      expect(await h.refundsOf(request.debitReference)).toEqual([AMOUNT_MINOR]);
    });

    it('is pending while the channel works on it, counts already, and is notified when it is done', async () => {
      const h = get();
      const request = h.refundRequest((await h.debited()).reference);
      await h.side.strike('refund', 'settleLater');
      expect(await h.refund(request)).toMatchObject({ kind: 'pending' });
      expect(await h.queryRefund(request.reference)).toMatchObject({ kind: 'pending' });
      expect((await h.refund(h.refundRequest(request.debitReference))).kind).toBe('rejected');
      await h.side.advanceClock(h.side.settleDelayMs);
      const outcome = await h.queryRefund(request.reference);
      expect(outcome.kind).toBe('accepted');
      const [delivery] = await h.inbox.waitFor(request.reference);
      expect(delivery?.event).toMatchObject({ kind: 'refund', reference: request.reference, outcome });
      expect(await h.refundsOf(request.debitReference)).toEqual([AMOUNT_MINOR]);
    });
  });
}
