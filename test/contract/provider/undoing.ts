import type { PostingRequest, UndoRequest } from '../../../src/contract/index.ts';
import { addDays } from '../../../src/kernel/business-date.ts';
import { money, sumMinor } from '../../../src/kernel/money.ts';
import type { Group } from './group.ts';
import {
  type BookedUndoing,
  type ContractFault,
  newReference,
  type ProviderSandbox,
  payable,
} from './harness.ts';
import { expectReadable } from './statement-files.ts';

type Undo = 'reverse' | 'refund';

/** What `reverse` must do: undo a posting before the cut-off, and after it no more. */
export function provesReverse<S>(group: Group<S>): void {
  const { sandbox, caller } = group;
  provesUndoing(group, 'reverse');

  it('comes too late after the cut-off', async () => {
    const request = await undoable(group, 'reverse');
    await sandbox().endDays();
    expect(await caller().call('reverse', request)).toMatchObject({ kind: 'rejected' });
    expect(await bookedOf(sandbox(), request)).toEqual([]);
  });
}

/** What `refund` must do: undo a posting after the cut-off. */
export function provesRefund<S>(group: Group<S>): void {
  provesUndoing(group, 'refund');
}

async function paid<S>({ manifest, sandbox, caller, account }: Group<S>): Promise<PostingRequest> {
  const posting = await payable(caller(), manifest, await account('oneDue'), sandbox().nowMs());
  expect(await caller().pay(posting)).toMatchObject({ kind: 'accepted' });
  return posting;
}

/** A posting that can be undone in this way now, and the instruction to do it. */
async function undoable<S>(group: Group<S>, way: Undo): Promise<UndoRequest> {
  const { reference, amount } = await paid(group);
  if (way === 'refund') await group.sandbox().endDays();
  return { reference: newReference(group.sandbox().nowMs()), originalReference: reference, amount };
}

async function bookedOf<S>(
  sandbox: ProviderSandbox<S>,
  { originalReference }: UndoRequest,
): Promise<readonly BookedUndoing[]> {
  if (!sandbox.undoings) throw new Error('the sandbox does not say what was undone');
  return (await sandbox.undoings()).filter((undoing) => undoing.originalReference === originalReference);
}

function provesUndoing<S>(group: Group<S>, way: Undo): void {
  const { manifest, sandbox, caller, newCaller, account } = group;
  const undo = (request: UndoRequest) => caller().call(way, request);
  const bookedOnce = ({ reference, originalReference, amount }: UndoRequest) => [
    { reference, originalReference, amountMinor: amount.amountMinor },
  ];
  const another = (request: UndoRequest) => ({ ...request, reference: newReference(sandbox().nowMs()) });

  it('undoes a posting, and tells the same when told again', async () => {
    const request = await undoable(group, way);
    const outcome = await undo(request);
    expect(outcome).toMatchObject({ kind: 'accepted' });
    expect(await undo(request)).toEqual(outcome);
    expect(await bookedOf(sandbox(), request)).toMatchObject(bookedOnce(request));
  });

  if (manifest.queryKind === 'fetch') {
    it('leaves due again what was paid', async () => {
      const known = await account('oneDue');
      const { reference, amount } = await payable(caller(), manifest, known, sandbox().nowMs());
      const posting = { ...(await payable(caller(), manifest, known, sandbox().nowMs())), reference };
      expect(await caller().pay(posting)).toMatchObject({ kind: 'accepted' });
      if (way === 'refund') await sandbox().endDays();
      expect(await caller().query(known)).toMatchObject({ kind: 'nothingDue' });
      await undo({ reference: newReference(sandbox().nowMs()), originalReference: reference, amount });
      expect(await caller().query(known)).toMatchObject({ kind: 'due' });
    });
  }

  it('undoes once, told twenty times at once', async () => {
    const request = await undoable(group, way);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => undo(request)));
    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds.every((kind) => kind === 'accepted' || kind === 'duplicate')).toBe(true);
    expect(kinds).toContain('accepted');
    expect(await bookedOf(sandbox(), request)).toMatchObject(bookedOnce(request));
  });

  it('of two references for one posting undoes one, at once or one after the other', async () => {
    const request = await undoable(group, way);
    const outcomes = await Promise.all([request, another(request)].map(undo));
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
    expect(await undo(another(request))).toMatchObject({ kind: 'rejected' });
    expect(await bookedOf(sandbox(), request)).toHaveLength(1);
  });

  it('undoes no posting that never was, and no more than was posted', async () => {
    const request = await undoable(group, way);
    const unknown = { ...another(request), originalReference: newReference(sandbox().nowMs()) };
    expect(['rejected', 'notAttempted']).toContain((await undo(unknown)).kind);
    expect(await bookedOf(sandbox(), unknown)).toEqual([]);
    const { amountMinor, currency } = request.amount;
    const more = { ...another(request), amount: money(amountMinor + 1, currency) };
    expect(await undo(more)).toMatchObject({ kind: 'rejected' });
    expect(await bookedOf(sandbox(), request)).toEqual([]);
  });

  it('carries a refusal out as one', async () => {
    const request = await undoable(group, way);
    await sandbox().fault('refuse', way);
    expect(await undo(request)).toMatchObject({ kind: 'rejected', reason: { source: 'agency' } });
    expect(await bookedOf(sandbox(), request)).toEqual([]);
  });

  // There is no other way to ask: whoever does not know what became of it tells it again.
  it.each<ContractFault>([
    'timeoutBeforePosting',
    'timeoutAfterPosting',
    'badJson',
    'wrongSignature',
    'unknownCode',
  ])('is unknown after %s, and known when told again under the same reference', async (fault) => {
    const request = await undoable(group, way);
    await sandbox().fault(fault, way);
    expect(await undo(request)).toMatchObject({ kind: 'unknown' });
    expect(await undo(request)).toMatchObject({ kind: 'accepted' });
    expect(await bookedOf(sandbox(), request)).toMatchObject(bookedOnce(request));
  });

  it('claims nothing when the agency is down, and goes well afterwards', async () => {
    const request = await undoable(group, way);
    await sandbox().goDown();
    expect(['notAttempted', 'unknown']).toContain((await newCaller().call(way, request)).kind);
    await sandbox().heal();
    expect(await undo(request)).toMatchObject({ kind: 'accepted' });
    expect(await bookedOf(sandbox(), request)).toHaveLength(1);
  });

  if (manifest.capabilities.includes('fetchStatement')) {
    it('is in the files of the agency, which come to what its books do', async () => {
      const request = await undoable(group, way);
      await undo(request);
      await paid(group);
      await sandbox().endDays();
      expect(await sumOfFiles(group)).toBe(await sumOfBooks(sandbox()));
    });
  }
}

async function sumOfBooks<S>(sandbox: ProviderSandbox<S>): Promise<number> {
  const posted = (await sandbox.books()).map(({ amountMinor }) => amountMinor);
  const undone = ((await sandbox.undoings?.()) ?? []).map(({ amountMinor }) => -amountMinor);
  return sumMinor([...posted, ...undone]);
}

/** What the files of every date come to, from the first posting to the last day that is over. */
async function sumOfFiles<S>({ sandbox, caller }: Group<S>): Promise<number> {
  const dates = (await sandbox().books()).map(({ businessDate }) => businessDate).sort();
  const amountsMinor: number[] = [];
  for (let date = dates[0] ?? ''; ; date = addDays(date, 1)) {
    const file = await caller().call('fetchStatement', { businessDate: date });
    if (file.kind === 'notReady') return sumMinor(amountsMinor);
    if (file.kind === 'ready') {
      await expectReadable(sandbox(), file);
      amountsMinor.push(
        ...sandbox()
          .readStatement(file.content)
          .map(({ amountMinor }) => amountMinor),
      );
    } else expect(file).toEqual({ kind: 'emptyDay' });
  }
}
