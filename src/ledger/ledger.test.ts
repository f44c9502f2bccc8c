import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { transact } from '../infra/db/index.ts';
import { newId, randomShardHint } from '../kernel/ids.ts';
import { money } from '../kernel/money.ts';
import {
  balancesThatDiffer,
  debitJournal,
  listBalances,
  postingJournal,
  postJournals,
  trialBalance,
} from './index.ts';

describeOnBothStacks('the ledger', (stack) => {
  const nowMs = Date.parse('2026-11-21T08:00:00Z');
  const subject = () => newId('pay', nowMs, randomShardHint());
  const debit = (minor: number, channelId = 'bank', subjectId = subject()) =>
    debitJournal({ subjectId, amount: money(minor, 'CNY'), businessDate: '2026-11-21', channelId });

  it('is in balance at every instant, while many post to one hot account', async () => {
    const { db } = stack();
    let isDone = false;
    const watch = (async () => {
      let looks = 0;
      while (!isDone) {
        expect((await trialBalance(db)).balanced).toBe(true);
        looks++;
      }
      return looks;
    })();
    const before =
      (await listBalances(db)).find((row) => row.accountCode === 'funds_in_transit')?.creditMinor ?? 0n;
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        transact(db, (tx) =>
          postJournals(
            tx,
            Array.from({ length: 25 }, () => debit(100 + i, `bank-${i % 7}`)),
            nowMs,
          ),
        ),
      ),
    );
    isDone = true;
    expect(await watch).toBeGreaterThan(0);
    const hot = (await listBalances(db)).find((row) => row.accountCode === 'funds_in_transit');
    const expected = Array.from({ length: 40 }, (_, i) => 25 * (100 + i)).reduce((a, b) => a + b, 0);
    expect((hot?.creditMinor ?? 0n) - before).toBe(BigInt(expected));
    expect(await balancesThatDiffer(db)).toEqual([]);
  });

  it('writes nothing of a transaction that fails', async () => {
    const { db } = stack();
    const before = await listBalances(db);
    await expect(
      transact(db, async (tx) => {
        await postJournals(tx, [debit(700)], nowMs);
        throw new Error('the rest went wrong');
      }),
    ).rejects.toThrow('the rest went wrong');
    expect(await listBalances(db)).toEqual(before);
  });

  it('refuses a second journal of one kind for a subject, and takes another kind', async () => {
    const { db } = stack();
    const subjectId = subject();
    await transact(db, (tx) => postJournals(tx, [debit(300, 'bank', subjectId)], nowMs));
    await expect(
      transact(db, (tx) => postJournals(tx, [debit(300, 'bank', subjectId)], nowMs)),
    ).rejects.toThrow();
    const posting = postingJournal({
      subjectId,
      amount: money(300, 'CNY'),
      businessDate: '2026-11-21',
      agencyId: 'power',
      channelId: 'bank',
      shares: { agencyMinor: 300, platformMinor: 0, channelMinor: 0 },
    });
    await transact(db, (tx) => postJournals(tx, [posting], nowMs));
    expect((await trialBalance(db)).balanced).toBe(true);
    expect(await balancesThatDiffer(db)).toEqual([]);
  });

  it('lets nobody change what was written', async () => {
    const { db } = stack();
    await transact(db, (tx) => postJournals(tx, [debit(900)], nowMs));
    await expect(db('entries').update({ debit_minor: 1 })).rejects.toThrow();
    await expect(db('entries').delete()).rejects.toThrow();
    await expect(db('journals').update({ kind: 'other' })).rejects.toThrow();
    await expect(db('journals').delete()).rejects.toThrow();
  });

  it('notices a balance that is not the sum of its entries', async () => {
    const { db } = stack();
    await db('balances').insert({
      account_code: 'made_up',
      currency: 'CNY',
      debit_minor: 5,
      credit_minor: 5,
      updated_at_ms: nowMs,
    });
    expect(await balancesThatDiffer(db)).toEqual(['made_up CNY']);
    await db('balances').where('account_code', 'made_up').delete();
  });
});
