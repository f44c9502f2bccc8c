import { sumMinor } from '../../../src/kernel/money.ts';
import type { Group } from './group.ts';
import { due } from './harness.ts';

/** What `queryBills` must do. */
export function provesQueryBills<S>({ sandbox, caller, newCaller, account }: Group<S>): void {
  it('tells what is due; lines add up to each bill', async () => {
    const one = await due(caller(), await account('oneDue'));
    expect(one.bills).toHaveLength(1);
    expect(one.queryReference).not.toBe('');
    const several = await due(caller(), await account('severalDue'));
    expect(several.bills.length).toBeGreaterThan(1);
    expect(new Set(several.bills.map(({ billId }) => billId)).size).toBe(several.bills.length);
    for (const bill of [...one.bills, ...several.bills]) {
      expect(bill.amountDue.amountMinor).toBeGreaterThan(0);
      expect(sumMinor(bill.lines.map(({ amount }) => amount.amountMinor))).toBe(bill.amountDue.amountMinor);
      expect(bill.lines.every(({ amount }) => amount.currency === bill.amountDue.currency)).toBe(true);
    }
  });

  it('masks whose account it is', async () => {
    const { personalData, ...rest } = await account('oneDue');
    const { holder, bills } = await due(caller(), { personalData, ...rest });
    const shown = JSON.stringify({ holder, bills });
    for (const secret of personalData) expect(shown).not.toContain(secret);
    expect(holder.maskedName ?? '*').toContain('*');
    expect(holder.maskedAddress ?? '*').toContain('*');
  });

  it('says the same when asked again', async () => {
    const known = await account('severalDue');
    const [first, second] = [await due(caller(), known), await due(caller(), known)];
    expect(second.bills).toEqual(first.bills);
  });

  it('tells nothing due from no such account', async () => {
    expect(await caller().query(await account('nothingDue'))).toMatchObject({ kind: 'nothingDue' });
    expect(await caller().query(await account('unknown'))).toMatchObject({
      kind: 'noSuchAccount',
      reason: { code: 'account_not_found', source: 'agency' },
    });
  });

  it('says when it is closed', async () => {
    await sandbox().close();
    const closed = await caller().query(await account('oneDue'));
    expect(closed).toMatchObject({ kind: 'closedNow' });
    if (closed.kind === 'closedNow' && closed.opensAtMs !== undefined) {
      expect(closed.opensAtMs).toBeGreaterThan(sandbox().nowMs());
    }
  });

  it.each(['timeoutBeforePosting', 'badJson', 'wrongSignature', 'unknownCode'] as const)(
    'is unavailable, and no more, after %s; asking again is safe',
    async (fault) => {
      const known = await account('oneDue');
      await sandbox().fault(fault, 'queryBills');
      expect(await caller().query(known)).toMatchObject({ kind: 'unavailable' });
      expect(await caller().query(known)).toMatchObject({ kind: 'due' });
    },
  );

  it('is unavailable when the agency is down', async () => {
    const known = await account('oneDue');
    await sandbox().goDown();
    expect(await newCaller().query(known)).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'agency_down' },
    });
    await sandbox().heal();
    expect(await caller().query(known)).toMatchObject({ kind: 'due' });
  });
}
