import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { transact } from '../infra/db/index.ts';
import { claimBills, findClaims, releaseBills } from './claim.repo.ts';

describeOnBothStacks('bill claims', (stack) => {
  const claim = (...wanted: { paymentId: string; billKeys: string[] }[]) =>
    transact(stack().db, (tx) => claimBills(tx, wanted));
  const holders = async (...keys: string[]) => {
    const claims = await findClaims(stack().db, keys);
    return keys.map((key) => claims.get(key)?.paymentId ?? null);
  };

  it('go to the first of a batch, whole or not at all', async () => {
    const winners = await claim(
      { paymentId: 'pay_a1', billKeys: ['a', 'b'] },
      { paymentId: 'pay_a2', billKeys: ['b', 'c'] },
      { paymentId: 'pay_a3', billKeys: ['d'] },
    );
    expect([...winners]).toEqual(['pay_a1', 'pay_a3']);
    expect(await holders('a', 'b', 'c', 'd')).toEqual(['pay_a1', 'pay_a1', null, 'pay_a3']);
  });

  it('are taken over once their payment is over, and remember how it ended until then', async () => {
    const { db } = stack();
    await claim({ paymentId: 'pay_b1', billKeys: ['e', 'f'] }, { paymentId: 'pay_b2', billKeys: ['g'] });
    await transact(db, (tx) => releaseBills(tx, [{ paymentId: 'pay_b1', status: 'posted' }], 42));
    // `g` is held, so nothing of it is had; that `e` was posted is not forgotten over it.
    expect([...(await claim({ paymentId: 'pay_b3', billKeys: ['e', 'g'] }))]).toEqual([]);
    expect((await findClaims(db, ['e'])).get('e')).toEqual({
      paymentId: 'pay_b1',
      releasedAtMs: 42,
      releasedAs: 'posted',
    });
    expect([...(await claim({ paymentId: 'pay_b4', billKeys: ['e', 'h'] }))]).toEqual(['pay_b4']);
    expect(await holders('e', 'f', 'g', 'h')).toEqual(['pay_b4', 'pay_b1', 'pay_b2', 'pay_b4']);
    expect((await findClaims(db, ['e'])).get('e')?.releasedAtMs).toBeNull();
  });

  it('have one winner, whoever comes at the same time', async () => {
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        claim({ paymentId: `pay_c${i}`, billKeys: i % 2 ? ['x', 'y'] : ['y', 'x'] }),
      ),
    );
    const winners = results.flatMap((set) => [...set]);
    expect(winners).toHaveLength(1);
    expect(await holders('x', 'y')).toEqual([winners[0], winners[0]]);
  });
});
