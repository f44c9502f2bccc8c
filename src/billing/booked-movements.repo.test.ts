import { createTestVault } from '../../test/support/accounts.ts';
import { keepPayments } from '../../test/support/planted-books.ts';
import { Dice, playPayment } from '../../test/support/planted-payments.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { transact } from '../infra/db/index.ts';
import { money } from '../kernel/money.ts';
import { postJournals, surplusRefundJournal } from '../ledger/index.ts';
import { type BookedMovement, bookedMovements } from './booked-movements.repo.ts';
import { insertSurplusRefund } from './surplus-refund.repo.ts';

const MOVED_AT_MS = Date.parse('2026-03-02T15:59:00Z');
const BOOKED_AT_MS = MOVED_AT_MS + 3_600_000;
const MINUTE_MS = 60_000;
const ROUTE = {
  channelId: 'bank',
  connectionId: 'gas',
  agencyId: 'guangzhou-gas',
  timeZone: 'Asia/Shanghai',
  cutOff: '00:00',
};

describeOnBothStacks('movements by when they were booked', (stack) => {
  const vault = createTestVault();
  const dice = new Dice(7);
  let minutes = 0;
  /** Books a payment's whole life at one moment; each at a minute of its own. */
  async function book(ending: Parameters<typeof playPayment>[1]['ending']): Promise<number> {
    const bookedAtMs = BOOKED_AT_MS + ++minutes * MINUTE_MS;
    const order = { ending, amountMinor: 500, debitedAtMs: MOVED_AT_MS, postedAtMs: MOVED_AT_MS + 2_000 };
    await keepPayments(stack().db, vault, [playPayment(ROUTE, order, dice)], bookedAtMs);
    return bookedAtMs;
  }
  async function found(bookedFromMs: number, movedBeforeMs = bookedFromMs): Promise<BookedMovement[]> {
    const all: BookedMovement[] = [];
    const span = { bookedFromMs, bookedToMs: bookedFromMs + MINUTE_MS, movedBeforeMs };
    for await (const page of bookedMovements(stack().db, span)) all.push(...page);
    return all;
  }
  const placesOf = (movements: readonly BookedMovement[]) =>
    movements.map(({ connectionId, movedAtMs }) => [connectionId, movedAtMs - MOVED_AT_MS]);

  it('are debits and postings, undoings and refunds, at their place and time', async () => {
    const bookedAtMs = await book('reversed');
    const movements = await found(bookedAtMs);
    expect(placesOf(movements)).toEqual([
      ['bank', 0],
      ['gas', 2_000],
      ['gas', 2_000 + 60_800],
      ['bank', 2_000 + 65_000],
    ]);
    expect(new Set(movements.map((movement) => movement.bookedAtMs))).toEqual(new Set([bookedAtMs]));
  });

  it('are not what has not moved', async () => {
    expect(await found(await book('waiting'))).toEqual([]);
    expect(placesOf(await found(await book('postingUnknown')))).toEqual([['bank', 0]]);
    expect(placesOf(await found(await book('refunded')))).toEqual([
      ['bank', 0],
      ['bank', 2_000 + 5_000],
    ]);
  });

  it('are of the span they were booked in, and of those the ones that moved before a moment', async () => {
    const bookedAtMs = await book('posted');
    expect(await found(bookedAtMs - MINUTE_MS - 1, bookedAtMs)).not.toContainEqual(
      expect.objectContaining({ bookedAtMs }),
    );
    expect(placesOf(await found(bookedAtMs, MOVED_AT_MS + 2_000))).toEqual([['bank', 0]]);
    expect(await found(bookedAtMs + 1)).toEqual([]);
  });

  it('are surpluses that a channel gave back', async () => {
    const bookedAtMs = BOOKED_AT_MS + ++minutes * MINUTE_MS;
    const amount = money(700, 'CNY');
    const refundId = dice.id('srf', bookedAtMs);
    await transact(stack().db, async (tx) => {
      await insertSurplusRefund(tx, {
        refundId,
        paymentId: dice.id('pay', MOVED_AT_MS),
        channelId: 'bank',
        amount,
        status: 'refunded',
        version: 2,
        reason: null,
        createdAtMs: MOVED_AT_MS,
        refundedAtMs: MOVED_AT_MS + 9,
        updatedAtMs: bookedAtMs,
      });
      const move = { subjectId: refundId, amount, businessDate: '2026-03-02', channelId: 'bank' };
      await postJournals(tx, [surplusRefundJournal({ ...move, sourceId: 'bank' })], bookedAtMs);
    });
    expect(placesOf(await found(bookedAtMs))).toEqual([['bank', 9]]);
  });
});
