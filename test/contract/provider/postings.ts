import { newId } from '../../../src/kernel/ids.ts';
import { addMoney, money } from '../../../src/kernel/money.ts';
import type { Group } from './group.ts';
import { type ContractFault, due, postingOf } from './harness.ts';

/** What `pay` must do. */
export function provesPay<S>(group: Group<S>): void {
  const { sandbox, caller, newCaller, account } = group;
  const bookedUnder = async (reference: string) =>
    (await sandbox().books()).filter((posting) => posting.reference === reference);

  it('posts what is due, and then nothing is', async () => {
    const known = await account('severalDue');
    const posting = postingOf(known, await due(caller(), known), sandbox().nowMs());
    expect(await caller().pay(posting)).toMatchObject({ kind: 'accepted' });
    expect(await bookedUnder(posting.reference)).toMatchObject([
      { amountMinor: posting.amount.amountMinor, billIds: posting.bills.map(({ billId }) => billId) },
    ]);
    expect(await caller().query(known)).toMatchObject({ kind: 'nothingDue' });
  });

  it('posts once per reference, told twice', async () => {
    const known = await account('oneDue');
    const posting = postingOf(known, await due(caller(), known), sandbox().nowMs());
    expect(await caller().pay(posting)).toMatchObject({ kind: 'accepted' });
    expect(['accepted', 'duplicate']).toContain((await caller().pay(posting)).kind);
    expect(await bookedUnder(posting.reference)).toHaveLength(1);
  });

  it('posts once per reference, told twenty times at once', async () => {
    const known = await account('oneDue');
    const posting = postingOf(known, await due(caller(), known), sandbox().nowMs());
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => caller().pay(posting)));
    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds.every((kind) => kind === 'accepted' || kind === 'duplicate')).toBe(true);
    expect(kinds).toContain('accepted');
    expect(await bookedUnder(posting.reference)).toHaveLength(1);
  });

  it('rejects a wrong amount, for good under that reference', async () => {
    const known = await account('oneDue');
    const query = await due(caller(), known);
    const right = postingOf(known, query, sandbox().nowMs());
    for (const offMinor of [-1, 1]) {
      const amount = addMoney(right.amount, money(offMinor, right.amount.currency));
      const bills = right.bills.map(({ billId }) => ({ billId, amount }));
      const wrong = { ...right, amount, bills, reference: newId('pst', sandbox().nowMs(), 0) };
      expect(await caller().pay(wrong)).toMatchObject({
        kind: 'rejected',
        reason: { code: 'amount_changed' },
      });
      const again = { ...right, reference: wrong.reference };
      expect(['rejected', 'duplicate']).toContain((await caller().pay(again)).kind);
      expect(await bookedUnder(wrong.reference)).toHaveLength(0);
    }
    expect(await caller().pay(right)).toMatchObject({ kind: 'accepted' });
  });

  it('rejects a bill that is paid, and one that is not there', async () => {
    const known = await account('oneDue');
    const posting = postingOf(known, await due(caller(), known), sandbox().nowMs());
    await caller().pay(posting);
    const again = { ...posting, reference: newId('pst', sandbox().nowMs(), 0) };
    expect(await caller().pay(again)).toMatchObject({
      kind: 'rejected',
      reason: { code: 'bill_already_paid' },
    });
    const other = {
      ...posting,
      reference: newId('pst', sandbox().nowMs(), 0),
      bills: posting.bills.map(({ amount }) => ({ billId: 'no-such-bill', amount })),
    };
    expect(await caller().pay(other)).toMatchObject({ kind: 'rejected', reason: { code: 'bill_not_found' } });
  });

  it('of two references for one bill posts one', async () => {
    const known = await account('oneDue');
    const posting = postingOf(known, await due(caller(), known), sandbox().nowMs());
    const references = [posting.reference, newId('pst', sandbox().nowMs(), 0)];
    const outcomes = await Promise.all(
      references.map((reference) => caller().pay({ ...posting, reference })),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['accepted', 'rejected']);
  });

  it('carries a refusal out as one', async () => {
    const known = await account('oneDue');
    const posting = postingOf(known, await due(caller(), known), sandbox().nowMs());
    await sandbox().fault('refuse', 'pay');
    expect(await caller().pay(posting)).toMatchObject({ kind: 'rejected', reason: { source: 'agency' } });
    expect(await bookedUnder(posting.reference)).toHaveLength(0);
  });

  it('is not attempted when the agency is closed or down, and goes well afterwards', async () => {
    const known = await account('oneDue');
    const posting = postingOf(known, await due(caller(), known), sandbox().nowMs());
    await sandbox().close();
    expect(await caller().pay(posting)).toMatchObject({ kind: 'notAttempted' });
    await sandbox().heal();
    await sandbox().goDown();
    expect(await newCaller().pay(posting)).toMatchObject({
      kind: 'notAttempted',
      reason: { code: 'agency_down' },
    });
    await sandbox().heal();
    expect(await caller().pay(posting)).toMatchObject({ kind: 'accepted' });
  });

  const mayHaveBeenPosted: ContractFault[] = [
    'timeoutBeforePosting',
    'timeoutAfterPosting',
    'badJson',
    'wrongSignature',
    'unknownCode',
  ];
  it.each(mayHaveBeenPosted)('is unknown after %s, and told again posts no second time', async (fault) => {
    const known = await account('oneDue');
    const posting = postingOf(known, await due(caller(), known), sandbox().nowMs());
    await sandbox().fault(fault, 'pay');
    expect(await caller().pay(posting)).toMatchObject({ kind: 'unknown' });
    expect(['accepted', 'duplicate']).toContain((await caller().pay(posting)).kind);
    expect(await bookedUnder(posting.reference)).toHaveLength(1);
  });
}

/** What `queryPayment` must do. */
export function provesQueryPayment<S>({ sandbox, caller, newCaller, account }: Group<S>): void {
  const paidWith = async (fault: ContractFault | null) => {
    const known = await account('oneDue');
    const posting = postingOf(known, await due(caller(), known), sandbox().nowMs());
    if (fault) await sandbox().fault(fault, 'pay');
    return { posting, outcome: await caller().pay(posting) };
  };

  it('has never seen a reference that was never used', async () => {
    expect(await caller().ask(newId('pst', sandbox().nowMs(), 0))).toMatchObject({
      kind: 'notAttempted',
      reason: { code: 'reference_not_known' },
    });
  });

  it('tells the same of a posting as the posting did', async () => {
    const { posting, outcome } = await paidWith(null);
    expect(await caller().ask(posting.reference)).toEqual(outcome);
  });

  it('tells the truth after a time-out before posting', async () => {
    const { posting } = await paidWith('timeoutBeforePosting');
    expect(await caller().ask(posting.reference)).toMatchObject({ kind: 'notAttempted' });
  });

  it.each(['timeoutAfterPosting', 'badJson', 'wrongSignature', 'unknownCode', 'duplicate'] as const)(
    'tells the truth after %s',
    async (fault) => {
      const { posting } = await paidWith(fault);
      expect(await caller().ask(posting.reference)).toMatchObject({ kind: 'accepted' });
    },
  );

  it('tells of a refusal', async () => {
    const { posting } = await paidWith('refuse');
    expect(await caller().ask(posting.reference)).toMatchObject({ kind: 'rejected' });
  });

  it('is pending until it is posted', async () => {
    const { posting, outcome } = await paidWith('pendingThenPosted');
    expect(outcome).toMatchObject({ kind: 'pending' });
    expect(await caller().ask(posting.reference)).toMatchObject({ kind: 'pending' });
    await sandbox().settle();
    expect(await caller().ask(posting.reference)).toMatchObject({ kind: 'accepted' });
  });

  it.each(['timeoutBeforePosting', 'badJson', 'wrongSignature', 'unknownCode'] as const)(
    'is unknown, and no more, when the answer to the question itself suffers %s',
    async (fault) => {
      const { posting } = await paidWith(null);
      await sandbox().fault(fault, 'queryPayment');
      expect(await caller().ask(posting.reference)).toMatchObject({ kind: 'unknown' });
      expect(await caller().ask(posting.reference)).toMatchObject({ kind: 'accepted' });
    },
  );

  it('is unknown when the agency cannot be asked: not asking is no answer', async () => {
    const { posting } = await paidWith(null);
    await sandbox().goDown();
    expect(await caller().ask(posting.reference)).toMatchObject({ kind: 'unknown' });
    expect(await newCaller().ask(posting.reference)).toMatchObject({ kind: 'unknown' });
  });
}
