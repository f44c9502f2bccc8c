import { AMOUNT_MINOR, type ChannelBooks, type Harness } from './harness.ts';

const DAY_MS = 86_400_000;

/** The channel's own file of a date: it is what its books say, neither more nor less. */
export function statementContract<Settings>(get: () => Harness<Settings>): void {
  const fetchStatement = (businessDate: string) =>
    get().operations.fetchStatement(get().context(), { businessDate });

  describe('the statement', () => {
    it('of a day that is not over is not ready, and then equals the books of that day', async () => {
      const h = get();
      const { side } = h;
      // A day of its own, on which nothing happened before.
      await side.advanceClock(DAY_MS);
      const before = await side.books();
      const date = side.businessDate(side.nowMs());
      const debit = await h.debited();
      await h.debited();
      await h.refund(h.refundRequest(debit.reference, AMOUNT_MINOR / 3));
      await h.refund(h.refundRequest(debit.reference, AMOUNT_MINOR / 3));
      const { request: cancelled, confirmUrl } = await h.awaiting();
      await side.cancel(confirmUrl);

      const early = await fetchStatement(date);
      expect(early).toMatchObject({ kind: 'notReady' });
      if (early.kind === 'notReady') expect(early.availableAtMs).toBeGreaterThan(side.nowMs());

      await side.advanceClock(DAY_MS + DAY_MS / 2);
      const statement = await fetchStatement(date);
      if (statement.kind !== 'ready') throw new Error(`expected a file, got ${statement.kind}`);
      expect(statement.fileName).toContain(date);
      const listed = side.readStatement(statement.content);
      expect(listed).toEqual(difference(await side.books(), before));
      expect(listed.debits).toHaveLength(2);
      expect(listed.refunds).toHaveLength(2);
      expect(listed.debits.map(({ reference }) => reference)).not.toContain(cancelled.reference);
    });

    it('of a day on which nothing happened says so', async () => {
      const { side } = get();
      await side.advanceClock(DAY_MS);
      const date = side.businessDate(side.nowMs());
      await side.advanceClock(DAY_MS + DAY_MS / 2);
      expect(await fetchStatement(date)).toEqual({ kind: 'emptyDay' });
    });

    it('is unavailable when the channel is down', async () => {
      const { side } = get();
      await side.goDown();
      try {
        expect(await fetchStatement('2026-01-01')).toMatchObject({ kind: 'unavailable' });
      } finally {
        await side.comeUp();
      }
    });
  });
}

function difference(after: ChannelBooks, before: ChannelBooks): ChannelBooks {
  return {
    debits: after.debits.slice(before.debits.length),
    refunds: after.refunds.slice(before.refunds.length),
  };
}
