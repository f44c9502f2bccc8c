import type { Bill, ChargeKind, PostingRequest } from '../../../src/contract/index.ts';
import { money, sumMinor } from '../../../src/kernel/money.ts';
import type { Group } from './group.ts';
import {
  type BookedPosting,
  type ContractFault,
  due,
  newReference,
  payable,
  postingOf,
  wrongAmountsMinor,
} from './harness.ts';

/** What `pay` must do. */
export function provesPay<S>(group: Group<S>): void {
  const { manifest, sandbox, caller, newCaller, account } = group;
  const bookedUnder = async (reference: string) =>
    (await sandbox().books()).filter((posting) => posting.reference === reference);
  const payableNow = async () => payable(caller(), manifest, await account('oneDue'), sandbox().nowMs());

  it('posts what it is told, and hands over what the agency gives for it', async () => {
    const known = await account('severalDue');
    const posting = await payable(caller(), manifest, known, sandbox().nowMs());
    const outcome = await caller().pay(posting);
    expect(outcome).toMatchObject({ kind: 'accepted' });
    const booked = await bookedUnder(posting.reference);
    expect(booked).toMatchObject([
      { amountMinor: posting.amount.amountMinor, billIds: posting.bills.map(({ billId }) => billId) },
    ]);
    expect(outcome.kind === 'accepted' ? outcome.fulfilment : null).toEqual(booked[0]?.fulfilment);
    if (manifest.queryKind === 'fetch') {
      expect(await caller().query(known)).toMatchObject({ kind: 'nothingDue' });
    }
  });

  it('posts once per reference, told twice', async () => {
    const posting = await payableNow();
    expect(await caller().pay(posting)).toMatchObject({ kind: 'accepted' });
    expect(['accepted', 'duplicate']).toContain((await caller().pay(posting)).kind);
    expect(await bookedUnder(posting.reference)).toHaveLength(1);
  });

  it('posts once per reference, told twenty times at once', async () => {
    const posting = await payableNow();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => caller().pay(posting)));
    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds.every((kind) => kind === 'accepted' || kind === 'duplicate')).toBe(true);
    expect(kinds).toContain('accepted');
    expect(await bookedUnder(posting.reference)).toHaveLength(1);
  });

  it('rejects an amount that the rule does not allow, for good under that reference', async () => {
    const right = await payableNow();
    for (const amountMinor of wrongAmountsMinor(manifest, right.amount.amountMinor)) {
      const amount = money(amountMinor, right.amount.currency);
      const bills = right.bills.map(({ billId }) => ({ billId, amount }));
      const wrong = { ...right, amount, bills, reference: newReference(sandbox().nowMs()) };
      expect(await caller().pay(wrong)).toMatchObject({
        kind: 'rejected',
        reason: { code: expect.stringMatching(/^(amount_changed|amount_not_allowed)$/) },
      });
      const again = { ...right, reference: wrong.reference };
      expect(['rejected', 'duplicate']).toContain((await caller().pay(again)).kind);
      expect(await bookedUnder(wrong.reference)).toHaveLength(0);
    }
    expect(await caller().pay(right)).toMatchObject({ kind: 'accepted' });
  });

  if (manifest.queryKind === 'fetch') provesPayOfBills(group);

  it('carries a refusal out as one', async () => {
    const posting = await payableNow();
    await sandbox().fault('refuse', 'pay');
    expect(await caller().pay(posting)).toMatchObject({ kind: 'rejected', reason: { source: 'agency' } });
    expect(await bookedUnder(posting.reference)).toHaveLength(0);
  });

  it('is not attempted when the agency is closed or down, and goes well afterwards', async () => {
    const posting = await payableNow();
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
    const posting = await payableNow();
    await sandbox().fault(fault, 'pay');
    expect(await caller().pay(posting)).toMatchObject({ kind: 'unknown' });
    expect(['accepted', 'duplicate']).toContain((await caller().pay(posting)).kind);
    expect(await bookedUnder(posting.reference)).toHaveLength(1);
  });
}

/** What `pay` must do where bills are paid and not accounts. */
function provesPayOfBills<S>({ manifest, sandbox, caller, account }: Group<S>): void {
  const payableNow = async () => payable(caller(), manifest, await account('oneDue'), sandbox().nowMs());

  it('rejects a bill that is paid, and one that is not there', async () => {
    const posting = await payableNow();
    await caller().pay(posting);
    const again = { ...posting, reference: newReference(sandbox().nowMs()) };
    expect(await caller().pay(again)).toMatchObject({
      kind: 'rejected',
      reason: { code: 'bill_already_paid' },
    });
    const other = {
      ...posting,
      reference: newReference(sandbox().nowMs()),
      bills: posting.bills.map(({ amount }) => ({ billId: 'no-such-bill', amount })),
    };
    expect(await caller().pay(other)).toMatchObject({ kind: 'rejected', reason: { code: 'bill_not_found' } });
  });

  it('of two references for one bill posts one', async () => {
    const posting = await payableNow();
    const references = [posting.reference, newReference(sandbox().nowMs())];
    const outcomes = await Promise.all(
      references.map((reference) => caller().pay({ ...posting, reference })),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['accepted', 'rejected']);
  });

  const { amountRule } = manifest;
  if (amountRule.kind !== 'atMost' && amountRule.kind !== 'any') return;
  it('takes a part of a bill, and then asks for the rest', async () => {
    const known = await account('oneDue');
    const query = await due(caller(), known);
    const [bill] = query.bills;
    if (!bill) throw new Error('no bills');
    const partMinor = Math.max(amountRule.minimumMinor, Math.floor(bill.amountDue.amountMinor / 2));
    expect(partMinor).toBeLessThan(bill.amountDue.amountMinor);
    const posting = partOf(postingOf(known, query, sandbox().nowMs()), bill, partMinor, manifest.chargeOrder);
    expect(await caller().pay(posting)).toMatchObject({ kind: 'accepted' });
    const rest = await due(caller(), known);
    expect(rest.bills.map(({ billId, amountDue }) => [billId, amountDue.amountMinor])).toEqual([
      [bill.billId, bill.amountDue.amountMinor - partMinor],
    ]);
    expect(await caller().pay(postingOf(known, rest, sandbox().nowMs()))).toMatchObject({ kind: 'accepted' });
    expect(await caller().query(known)).toMatchObject({ kind: 'nothingDue' });
    expect(
      sumMinor((await sandbox().books()).filter(isOf(bill.billId)).map(({ amountMinor }) => amountMinor)),
    ).toBe(bill.amountDue.amountMinor);
  });
}

const isOf =
  (billId: string) =>
  ({ billIds }: BookedPosting): boolean =>
    billIds.includes(billId);

/** The same posting for a part of its one bill, spread over the charges in the agency's order. */
function partOf(
  whole: PostingRequest,
  { billId, lines }: Bill,
  partMinor: number,
  chargeOrder: readonly ChargeKind[],
): PostingRequest {
  const amount = money(partMinor, whole.amount.currency);
  const ranks = (kind: ChargeKind) =>
    chargeOrder.includes(kind) ? chargeOrder.indexOf(kind) : chargeOrder.length;
  const dueOfKind = new Map<ChargeKind, number>();
  for (const line of [...lines].sort((a, b) => ranks(a.kind) - ranks(b.kind))) {
    dueOfKind.set(line.kind, (dueOfKind.get(line.kind) ?? 0) + line.amount.amountMinor);
  }
  let leftMinor = partMinor;
  const charges = [...dueOfKind].flatMap(([kind, dueMinor]) => {
    const takenMinor = Math.min(leftMinor, dueMinor);
    leftMinor -= takenMinor;
    return takenMinor === 0 ? [] : [{ kind, amount: money(takenMinor, amount.currency) }];
  });
  return { ...whole, amount, bills: [{ billId, amount, charges }] };
}

/** What `queryPayment` must do. */
export function provesQueryPayment<S>({ manifest, sandbox, caller, newCaller, account }: Group<S>): void {
  const paidWith = async (fault: ContractFault | null) => {
    const posting = await payable(caller(), manifest, await account('oneDue'), sandbox().nowMs());
    if (fault) await sandbox().fault(fault, 'pay');
    return { posting, outcome: await caller().pay(posting) };
  };

  it('has never seen a reference that was never used', async () => {
    expect(await caller().ask(newReference(sandbox().nowMs()))).toMatchObject({
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
