import type { Group } from './group.ts';
import type { Caller, ContractAccount } from './harness.ts';
import { expectMasked, provesAsking } from './queries.ts';

/** What `validateAccount` must do. */
export function provesValidateAccount<S>(group: Group<S>): void {
  const { caller, account } = group;
  const validate = (by: Caller<S>, { inputs }: ContractAccount) => by.call('validateAccount', { inputs });

  it('knows an account, masks whose it is, and says the same when asked again', async () => {
    const known = await account('oneDue');
    const outcome = await validate(caller(), known);
    if (outcome.kind !== 'valid') throw new Error(`expected an account, got ${outcome.kind}`);
    const { queryReference, ...shown } = outcome;
    expect(queryReference).not.toBe('');
    expectMasked(shown, known);
    expect(await validate(caller(), known)).toMatchObject({ kind: 'valid', holder: outcome.holder });
  });

  provesAsking(group, 'validateAccount', validate, 'valid');
}
