import { money } from '../../../src/kernel/money.ts';
import { AMOUNT_MINOR, type Harness, notAttemptedBecause, rejectedBecause } from './harness.ts';

/** From the instruction to the resident's yes, no or silence. */
export function debitContract<Settings>(get: () => Harness<Settings>): void {
  describe('a debit', () => {
    it('waits for the resident, and is accepted once confirmed: by query and by notification', async () => {
      const h = get();
      const { request, confirmUrl } = await h.awaiting();
      expect(await h.debitsOf(request.reference)).toEqual([]);
      const beforeMs = h.side.nowMs();
      expect(await h.side.confirm(confirmUrl)).toBe(true);
      const outcome = await h.queryDebit(request.reference);
      expect(outcome).toEqual({
        kind: 'accepted',
        channelReference: expect.any(String),
        debitedAtMs: expect.any(Number),
        amount: request.amount,
      });
      if (outcome.kind !== 'accepted') return;
      expect(outcome.debitedAtMs).toBeGreaterThanOrEqual(beforeMs);
      expect(outcome.debitedAtMs).toBeLessThanOrEqual(h.side.nowMs());
      const [delivery] = await h.inbox.waitFor(request.reference);
      expect(delivery?.event).toEqual({
        kind: 'debit',
        eventId: expect.stringMatching(/./),
        reference: request.reference,
        outcome,
      });
      expect(await h.debitsOf(request.reference)).toEqual([AMOUNT_MINOR]);
    });

    it('happens once per reference, however often it is instructed', async () => {
      const h = get();
      const { request, confirmUrl } = await h.awaiting();
      expect(await h.debit(request)).toEqual({ kind: 'awaitingResident', confirmUrl });
      await h.side.confirm(confirmUrl);
      expect(['accepted', 'duplicate']).toContain((await h.debit(request)).kind);
      expect(await h.debitsOf(request.reference)).toEqual([AMOUNT_MINOR]);
    });

    it('happens once per reference when instructed and confirmed twenty times at once', async () => {
      const h = get();
      const request = h.debitRequest();
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => h.debit(request)));
      const first = outcomes.find((outcome) => outcome.kind === 'awaitingResident');
      if (first?.kind !== 'awaitingResident') throw new Error('nobody was given the page');
      for (const outcome of outcomes) expect([first, { kind: 'duplicate' }]).toContainEqual(outcome);
      await Promise.all(Array.from({ length: 20 }, () => h.side.confirm(first.confirmUrl)));
      expect(await h.debitsOf(request.reference)).toEqual([AMOUNT_MINOR]);
      expect((await h.queryDebit(request.reference)).kind).toBe('accepted');
    });

    it('is a duplicate under a used reference with other terms, and the first stands', async () => {
      const h = get();
      const request = await h.debited();
      const other = { ...request, amount: money(AMOUNT_MINOR + 1, h.side.currency) };
      expect(await h.debit(other)).toEqual({ kind: 'duplicate' });
      expect(await h.queryDebit(request.reference)).toMatchObject({
        kind: 'accepted',
        amount: request.amount,
      });
      expect(await h.debitsOf(request.reference)).toEqual([AMOUNT_MINOR]);
    });

    it('is rejected when the resident cancels, and can no longer be confirmed', async () => {
      const h = get();
      const { request, confirmUrl } = await h.awaiting();
      expect(await h.side.cancel(confirmUrl)).toBe(true);
      await h.side.confirm(confirmUrl);
      expect(await h.queryDebit(request.reference)).toEqual(rejectedBecause('declined_by_resident'));
      const [delivery] = await h.inbox.waitFor(request.reference);
      expect(delivery?.event).toMatchObject({ outcome: rejectedBecause('declined_by_resident') });
      expect(await h.debitsOf(request.reference)).toEqual([]);
    });

    it('is rejected when nobody confirms in time, and can no longer be confirmed', async () => {
      const h = get();
      const { request, confirmUrl } = await h.awaiting();
      await h.side.advanceClock(request.expiresAtMs - h.side.nowMs() + 1);
      expect(await h.side.confirm(confirmUrl)).toBe(false);
      expect(await h.queryDebit(request.reference)).toEqual(rejectedBecause('confirmation_expired'));
      const [delivery] = await h.inbox.waitFor(request.reference);
      expect(delivery?.event).toMatchObject({ outcome: rejectedBecause('confirmation_expired') });
      expect(await h.debitsOf(request.reference)).toEqual([]);
    });

    it('is rejected when it is instructed after its time', async () => {
      const h = get();
      const request = h.debitRequest({ expiresAtMs: h.side.nowMs() - 1 });
      expect(await h.debit(request)).toEqual(rejectedBecause('confirmation_expired'));
      expect(await h.queryDebit(request.reference)).toEqual(rejectedBecause('confirmation_expired'));
    });

    it('that was never instructed is not attempted', async () => {
      expect(await get().queryDebit(get().newReference())).toEqual(
        notAttemptedBecause('reference_not_known'),
      );
    });

    it('is still known after the channel has been started anew', async () => {
      const h = get();
      const debited = await h.debited();
      const { request: waiting, confirmUrl } = await h.awaiting();
      await h.side.restart();
      expect((await h.queryDebit(debited.reference)).kind).toBe('accepted');
      expect(await h.debit(waiting)).toEqual({ kind: 'awaitingResident', confirmUrl });
      expect(await h.debitsOf(debited.reference)).toEqual([AMOUNT_MINOR]);
    });
  });
}
