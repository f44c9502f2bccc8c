import type { Group } from './group.ts';
import { type Caller, type ContractAccount, payable } from './harness.ts';
import { expectMasked, provesAsking } from './queries.ts';

/** What `plans` must do. */
export function provesPlans<S>(group: Group<S>): void {
  const { manifest, sandbox, caller, account } = group;
  const ask = (by: Caller<S>, { inputs }: ContractAccount) => by.call('plans', { inputs });

  it('offers plans that can be told apart, each at a price that may be paid', async () => {
    const known = await account('oneDue');
    const outcome = await ask(caller(), known);
    if (outcome.kind !== 'plans') throw new Error(`expected plans, got ${outcome.kind}`);
    const { plans, queryReference, ...shown } = outcome;
    expectMasked(shown, known);
    expect(plans.length).toBeGreaterThan(0);
    expect(queryReference).not.toBe('');
    expect(new Set(plans.map(({ planId }) => planId)).size).toBe(plans.length);
    for (const { planId, name, price } of plans) {
      expect(planId).not.toBe('');
      expect(name['zh-CN']).not.toBe('');
      expect(price.currency).toBe(manifest.currency);
      expect(price.amountMinor).toBeGreaterThan(0);
      expect(price.amountMinor).toBeLessThanOrEqual(manifest.paymentLimitMinor);
    }
  });

  it('sells any of them, and none that it does not offer', async () => {
    const known = await account('oneDue');
    const outcome = await ask(caller(), known);
    if (outcome.kind !== 'plans') throw new Error(`expected plans, got ${outcome.kind}`);
    for (const { planId, price } of outcome.plans) {
      const posting = await payable(caller(), manifest, known, sandbox().nowMs());
      expect(await caller().pay({ ...posting, planId, amount: price })).toMatchObject({ kind: 'accepted' });
    }
    const posting = await payable(caller(), manifest, known, sandbox().nowMs());
    expect(await caller().pay({ ...posting, planId: 'no-such-plan' })).toMatchObject({ kind: 'rejected' });
  });

  provesAsking(group, 'plans', ask, 'plans');
}
