import { createTestVault } from '../../test/support/accounts.ts';
import { somePayment } from '../../test/support/some-payment.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { transact } from '../infra/db/index.ts';
import { newId } from '../kernel/ids.ts';
import type { Payment } from './billing.types.ts';
import { insertPayments } from './payment.repo.ts';
import { readPostingDelays } from './posting-delay.repo.ts';

const NOW_MS = 1_800_000_000_000;
const MINUTE_MS = 60_000;

describeOnBothStacks('posting delays', (stack) => {
  const add = async (connectionId: string, orderedMsAgo: number, more: Partial<Payment>) => {
    const createdAtMs = NOW_MS - orderedMsAgo;
    const paymentId = newId('pay', createdAtMs, 7);
    const payment = { ...somePayment(), commandKey: null, connectionId, createdAtMs, ...more, paymentId };
    await transact(stack().db, (tx) => insertPayments(tx, createTestVault(), [payment]));
  };
  const posted = (connectionId: string, orderedMsAgo: number, delayMs: number) => {
    const debitedAtMs = NOW_MS - orderedMsAgo;
    return add(connectionId, orderedMsAgo, {
      status: 'posted',
      debitedAtMs,
      postedAtMs: debitedAtMs + delayMs,
    });
  };

  it('are none where nothing was paid', async () => {
    expect(await readPostingDelays(stack().db, NOW_MS)).toEqual([]);
  });

  it('are told by connection; who waits counts with the wait so far', async () => {
    for (let second = 1; second <= 19; second++) await posted('quick', 10 * MINUTE_MS, second * 1_000);
    // Their clock is behind.
    await posted('quick', 10 * MINUTE_MS, -500);
    await posted('quick', 61 * MINUTE_MS, 3_000_000);
    const waits = { status: 'postingUnknown', debitedAtMs: NOW_MS - 30 * MINUTE_MS } as const;
    await add('slow', 31 * MINUTE_MS, waits);
    await posted('slow', 20 * MINUTE_MS, 4_000);
    await add('slow', MINUTE_MS, { status: 'created' });
    await add('slow', MINUTE_MS, { status: 'refunded', debitedAtMs: NOW_MS });
    expect(await readPostingDelays(stack().db, NOW_MS)).toEqual([
      { connectionId: 'quick', payments: 20, waiting: 0, p50Ms: 9_000, p95Ms: 18_000 },
      { connectionId: 'slow', payments: 2, waiting: 1, p50Ms: 4_000, p95Ms: 30 * MINUTE_MS },
    ]);
  });
});
