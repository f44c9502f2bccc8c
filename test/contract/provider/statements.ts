import type { StatementFetch } from '../../../src/contract/index.ts';
import { addDays } from '../../../src/kernel/business-date.ts';
import type { Group } from './group.ts';
import { payable } from './harness.ts';
import { expectReadable } from './statement-files.ts';

/** What `fetchStatement` must do. */
export function provesFetchStatement<S>({ manifest, sandbox, caller, account }: Group<S>): void {
  const fetchStatement = (businessDate: string) => caller().call('fetchStatement', { businessDate });

  it('is not ready while the day lasts, and then says what was posted, no more and no less', async () => {
    for (const kind of ['oneDue', 'severalDue', 'oneDue'] as const) {
      const posting = await payable(caller(), manifest, await account(kind), sandbox().nowMs());
      expect(await caller().pay(posting)).toMatchObject({ kind: 'accepted' });
    }
    const booked = await sandbox().books();
    const dates = [...new Set(booked.map(({ businessDate }) => businessDate))].sort();
    const today = dates.at(-1) ?? '';
    const expectBooked = async (statement: StatementFetch, date: string) => {
      if (statement.kind !== 'ready') throw new Error(`expected a file, got ${statement.kind}`);
      expect(statement.fileName).not.toBe('');
      await expectReadable(sandbox(), statement);
      const inFile = sandbox().readStatement(statement.content);
      const inBooks = booked
        .filter(({ businessDate }) => businessDate === date)
        .map(({ reference, amountMinor }) => ({ reference, amountMinor }));
      const byReference = (a: { reference: string }, b: { reference: string }) =>
        a.reference < b.reference ? -1 : 1;
      expect([...inFile].sort(byReference)).toEqual(inBooks.sort(byReference));
    };
    expect(await fetchStatement(today)).toMatchObject({ kind: 'notReady' });
    const interim = await caller().call('fetchStatement', { businessDate: today, isInterim: true });
    if (interim.kind !== 'notReady') await expectBooked(interim, today);

    await sandbox().endDays();
    for (const date of dates) await expectBooked(await fetchStatement(date), date);

    const quiet = await fetchStatement(addDays(dates[0] ?? '', -30));
    if (quiet.kind === 'ready') expect(sandbox().readStatement(quiet.content)).toEqual([]);
    else expect(quiet).toEqual({ kind: 'emptyDay' });
  });

  it.each(['timeoutAfterPosting', 'badJson', 'wrongSignature', 'unknownCode'] as const)(
    'is unavailable after %s: a file that is not certainly theirs is no file',
    async (fault) => {
      await sandbox().fault(fault, 'fetchStatement');
      expect(await fetchStatement('2026-01-01')).toMatchObject({ kind: 'unavailable' });
    },
  );

  it('is unavailable when the agency is down', async () => {
    await sandbox().goDown();
    expect(await fetchStatement('2026-01-01')).toMatchObject({ kind: 'unavailable' });
  });
}
