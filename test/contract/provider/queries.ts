import type {
  AccountHolder,
  PlansOutcome,
  QueryOutcome,
  ValidationOutcome,
} from '../../../src/contract/index.ts';
import { sumMinor } from '../../../src/kernel/money.ts';
import type { Group } from './group.ts';
import { type Caller, type ContractAccount, type ContractOperation, due } from './harness.ts';

/** What `queryBills` must do. */
export function provesQueryBills<S>(group: Group<S>): void {
  const { manifest, caller, account } = group;
  it('tells what is due; lines add up to each bill', async () => {
    const one = await due(caller(), await account('oneDue'));
    expect(one.bills).toHaveLength(1);
    expect(one.queryReference).not.toBe('');
    const several = await due(caller(), await account('severalDue'));
    if (manifest.billShape !== 'one') expect(several.bills.length).toBeGreaterThan(1);
    expect(new Set(several.bills.map(({ billId }) => billId)).size).toBe(several.bills.length);
    for (const bill of [...one.bills, ...several.bills]) {
      expect(bill.amountDue.amountMinor).toBeGreaterThan(0);
      expect(sumMinor(bill.lines.map(({ amount }) => amount.amountMinor))).toBe(bill.amountDue.amountMinor);
      expect(bill.lines.every(({ amount }) => amount.currency === bill.amountDue.currency)).toBe(true);
    }
  });

  it('masks whose account it is', async () => {
    const known = await account('oneDue');
    const { queryReference: _theirs, ...outcome } = await due(caller(), known);
    expectMasked(outcome, known);
  });

  it('says the same when asked again', async () => {
    const known = await account('severalDue');
    const [first, second] = [await due(caller(), known), await due(caller(), known)];
    expect(second.bills).toEqual(first.bills);
  });

  it('tells when nothing is due', async () => {
    expect(await caller().query(await account('nothingDue'))).toMatchObject({ kind: 'nothingDue' });
  });

  provesAsking(group, 'queryBills', (by, known) => by.query(known), 'due');
}

/** What every question about an account must do when it can't be answered: asking again is safe. */
export function provesAsking<S>(
  { sandbox, caller, newCaller, account }: Group<S>,
  operation: ContractOperation,
  ask: (by: Caller<S>, known: ContractAccount) => Promise<QueryOutcome | ValidationOutcome | PlansOutcome>,
  good: string,
): void {
  it('tells no such account', async () => {
    expect(await ask(caller(), await account('unknown'))).toMatchObject({
      kind: 'noSuchAccount',
      reason: { code: 'account_not_found', source: 'agency' },
    });
  });

  it('says when it is closed', async () => {
    const known = await account('oneDue');
    await sandbox().close();
    const closed = await ask(caller(), known);
    expect(closed).toMatchObject({ kind: 'closedNow' });
    if (closed.kind === 'closedNow' && closed.opensAtMs !== undefined) {
      expect(closed.opensAtMs).toBeGreaterThan(sandbox().nowMs());
    }
  });

  it.each(['timeoutBeforePosting', 'badJson', 'wrongSignature', 'unknownCode'] as const)(
    'is unavailable, and no more, after %s; asking again is safe',
    async (fault) => {
      const known = await account('oneDue');
      await sandbox().fault(fault, operation);
      expect(await ask(caller(), known)).toMatchObject({ kind: 'unavailable' });
      expect(await ask(caller(), known)).toMatchObject({ kind: good });
    },
  );

  it('is unavailable when the agency is down', async () => {
    const known = await account('oneDue');
    await sandbox().goDown();
    expect(await ask(newCaller(), known)).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'agency_down' },
    });
    await sandbox().heal();
    expect(await ask(caller(), known)).toMatchObject({ kind: good });
  });
}

/** Holds that a holder is shown masked, in an answer that holds nobody's secrets. */
export function expectMasked(outcome: { holder: AccountHolder }, { personalData }: ContractAccount): void {
  const { account: _ours, ...shown } = outcome as { account?: string };
  for (const secret of personalData) expect(JSON.stringify(shown)).not.toContain(secret);
  expect(outcome.holder.maskedName ?? '*').toContain('*');
  expect(outcome.holder.maskedAddress ?? '*').toContain('*');
}
