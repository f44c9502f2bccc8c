import { createTestVault } from '../../../test/support/accounts.ts';
import { row } from '../../../test/support/matching.ts';
import { ReconciledSource } from '../../../test/support/reconciled-batches.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { listBalances } from '../../ledger/index.ts';
import type { MatchRow } from '../matching/matching.types.ts';
import { suspenseThatDiffers, verifyRun } from './verify.ts';

const FIRST = '2026-11-21';
const NEXT = '2026-11-22';
const on =
  (bookedOn: string) =>
  (ref: string, more: Partial<MatchRow> = {}) =>
    row(ref, { bookedOn, ...more });
const [first, next] = [on(FIRST), on(NEXT)];

describeOnBothStacks('runs of reconciliation', (stack) => {
  const vault = createTestVault();
  let count = 0;
  const open = (options: Parameters<typeof ReconciledSource.open>[2] = {}) =>
    ReconciledSource.open({ db: stack().db, vault }, `bank-${count++}`, options);
  const proven = async (runId: string) => expect(await verifyRun(stack().db, vault, runId)).toEqual([]);
  const breaksOf = async ({ source }: ReconciledSource) => {
    const rows = await stack()
      .db('breaks')
      .where({ source_id: source.sourceId })
      .orderBy(['business_date', 'class', 'break_id']);
    return rows.map((one) => [one.business_date, one.class, one.state, one.how]);
  };
  const balanceOf = async (account: string) => {
    const found = (await listBalances(stack().db)).find(({ accountCode }) => accountCode === account);
    return found ? Number(found.creditMinor - found.debitMinor) : 0;
  };

  it('match two statements, book what differs into suspense, and are the same run again', async () => {
    const bank = await open();
    const { sourceId } = bank.source;
    const ours = [
      first('a'),
      first('b', { amountMinor: 500 }),
      first('c'),
      first('p', { status: 'pending' }),
    ];
    const theirs = [
      first('a'),
      first('b', { amountMinor: 700 }),
      first('d', { amountMinor: 40, feeMinor: 1 }),
    ];
    const run = await bank.day(FIRST, ours, theirs);
    await proven(run.runId);
    expect([run.runNo, run.matchCount, run.breakCount]).toEqual([1, 2, 3]);
    expect(run.proof.ours).toEqual({
      all: [{ currency: 'CNY', rows: 4, amountMinor: 30_500 }],
      matched: [{ currency: 'CNY', rows: 2, amountMinor: 20_000 }],
      broken: [{ currency: 'CNY', rows: 2, amountMinor: 10_500 }],
    });
    expect(await breaksOf(bank)).toEqual([
      [FIRST, 'amountOver', 'open', null],
      [FIRST, 'bankOnly', 'open', null],
      [FIRST, 'ledgerOnly', 'open', null],
    ]);
    expect(await balanceOf(`bank/${sourceId}`)).toBe(-(10_000 + 700 + 39));
    expect(await balanceOf(`channel_clearing/${sourceId}`)).toBe(20_500);
    expect(await balanceOf(`suspense/${sourceId}`)).toBe(200 + 40 - 10_000);
    expect(await balanceOf('channel_fee_expense')).toBeLessThan(0);
    expect((await bank.match(FIRST, run)).runId).toBe(run.runId);
    expect(await stack().db('reconciliation_runs').where({ source_id: sourceId })).toHaveLength(1);
  });

  it('find nothing wrong with what was taken back on its date, when the other file lists neither', async () => {
    const bank = await open();
    const back = first('a-undone', { originalRef: 'a', amountMinor: -10_000, kind: 'refund' });
    const run = await bank.day(FIRST, [first('a'), back, first('b')], [first('b')]);
    await proven(run.runId);
    expect([run.matchCount, run.breakCount]).toEqual([2, 0]);
    expect(run.proof.ours.matched).toEqual([{ currency: 'CNY', rows: 3, amountMinor: 10_000 }]);
    expect(await balanceOf(`suspense/${bank.source.sourceId}`)).toBe(0);
  });

  it('give a diff where a revision says otherwise, and reverse by new entries', async () => {
    const bank = await open();
    const { sourceId } = bank.source;
    const ours = [first('a'), first('b'), first('c', { amountMinor: 300 }), first('d')];
    const before = await bank.day(FIRST, ours, [first('a'), first('c', { amountMinor: 350 }), first('x')]);
    const after = await bank.day(FIRST, ours, [first('a'), first('b'), first('c', { amountMinor: 360 })]);
    await proven(after.runId);
    expect((await bank.runs.difference(before.runId)).items).toEqual([]);
    const { counts, items } = await bank.runs.difference(after.runId);
    expect(counts).toEqual({ newlyMatched: 1, newlyBroken: 0, changed: 1, vanished: 1 });
    expect(items.map(({ kind, class: found, ref }) => [kind, found, ref]).sort()).toEqual([
      ['changed', 'amountOver', 'c'],
      ['newlyMatched', 'ledgerOnly', 'b'],
      ['vanished', 'bankOnly', 'x'],
    ]);
    const stillOpen = (await breaksOf(bank)).filter(([, , state]) => state === 'open');
    expect(stillOpen.map(([, found]) => found).sort()).toEqual(['amountOver', 'ledgerOnly']);
    expect(await balanceOf(`suspense/${sourceId}`)).toBe(60 - 10_000);
    // The first file again, as a third revision: its breaks are the same ones, open again.
    const third = await bank.day(FIRST, ours, [first('a'), first('c', { amountMinor: 350 }), first('x')]);
    await proven(third.runId);
    expect(third.digest).toBe(before.digest);
    expect(await stack().db('breaks').where({ source_id: sourceId })).toHaveLength(5);
    const journals = await stack()
      .db('journals')
      .whereIn('subject_id', [before.runId, after.runId, third.runId])
      .orderBy(['kind', 'subject_id']);
    expect(journals.map(({ kind }) => kind)).toEqual([
      'statement',
      'statement',
      'statement',
      'statementReversed',
      'statementReversed',
    ]);
  });

  it('wait for a late file with one break, of which nothing is booked', async () => {
    const bank = await open();
    const ours = [first('a'), first('b')];
    const late = await bank.day(FIRST, ours, null);
    await proven(late.runId);
    expect(await breaksOf(bank)).toEqual([[FIRST, 'lateFile', 'open', null]]);
    expect(await balanceOf(`suspense/${bank.source.sourceId}`)).toBe(0);
    const run = await bank.day(FIRST, ours, [first('a'), first('b')]);
    await proven(run.runId);
    expect(await breaksOf(bank)).toEqual([[FIRST, 'lateFile', 'closed', 'superseded']]);
  });

  it('carry what the next day’s file has, keep it when the first day is done again, and let it go with the next day', async () => {
    const bank = await open();
    const { sourceId } = bank.source;
    const cut = first('cut', { amountMinor: 900, isNearCutOff: true });
    const oneDay = await bank.day(FIRST, [first('a'), cut], [first('a')]);
    await proven(oneDay.runId);
    expect(await breaksOf(bank)).toEqual([[FIRST, 'dateCut', 'open', null]]);
    const nextTheirs = [next('cut', { amountMinor: 900 }), next('n')];
    const nextDay = await bank.day(NEXT, [next('n')], nextTheirs);
    await proven(nextDay.runId);
    await proven(oneDay.runId);
    expect(await breaksOf(bank)).toEqual([[FIRST, 'dateCut', 'closed', 'matched']]);
    expect(await balanceOf(`suspense/${sourceId}`)).toBe(0);
    expect((await bank.match(NEXT, nextDay)).runId).toBe(nextDay.runId);
    // Their revision of the first day has it too now: that is once too often.
    const again = await bank.day(FIRST, [first('a'), cut], [first('a'), first('cut', { amountMinor: 900 })]);
    await proven(again.runId);
    await proven(nextDay.runId);
    expect(await breaksOf(bank)).toContainEqual([FIRST, 'dateCut', 'closed', 'matched']);
    expect(await balanceOf(`suspense/${sourceId}`)).toBe(900);
    // Without it on the next day, the break of the first one is open again.
    const without = await bank.day(NEXT, [next('n')], [next('n')]);
    await proven(without.runId);
    expect(await breaksOf(bank)).toContainEqual([FIRST, 'dateCut', 'open', null]);
    expect(await suspenseThatDiffers(stack().db)).toEqual([]);
    const last = await bank.day(FIRST, [first('a'), cut], [first('a'), first('cut', { amountMinor: 900 })]);
    await proven(last.runId);
    expect(await balanceOf(`suspense/${sourceId}`)).toBe(0);
  });

  it('take a carried row into a break of the next day when it contradicts it there', async () => {
    const bank = await open();
    const cut = first('cut', { amountMinor: 900, isNearCutOff: true });
    const oneDay = await bank.day(FIRST, [cut], []);
    const nextDay = await bank.day(NEXT, [], [next('cut', { amountMinor: 950 })]);
    await proven(nextDay.runId);
    await proven(oneDay.runId);
    expect(await breaksOf(bank)).toEqual([
      [FIRST, 'dateCut', 'closed', 'superseded'],
      [NEXT, 'amountOver', 'open', null],
    ]);
    expect(await balanceOf(`suspense/${bank.source.sourceId}`)).toBe(50);
    const back = await bank.day(NEXT, [], []);
    await proven(back.runId);
    await proven(oneDay.runId);
    expect(await breaksOf(bank)).toEqual([
      [FIRST, 'dateCut', 'open', null],
      [NEXT, 'amountOver', 'closed', 'superseded'],
    ]);
  });

  it('refuse a revision that lacks a row which a later day has matched, until that day is matched again', async () => {
    const bank = await open();
    const early = first('early', { isNearCutOff: true });
    const one = await bank.day(FIRST, [], [early]);
    const two = await bank.day(NEXT, [next('early')], []);
    await proven(two.runId);
    expect(await breaksOf(bank)).toEqual([[FIRST, 'dateCut', 'closed', 'matched']]);
    const fence = await bank.claim(FIRST);
    const revised = await bank.write(fence, 'theirs', []);
    const input = { oursId: one.oursId, theirsId: revised };
    await expect(bank.match(FIRST, input)).rejects.toMatchObject({
      code: 'later_date_holds',
      params: { businessDate: NEXT },
    });
    await proven((await bank.match(NEXT, two)).runId);
    await proven((await bank.match(FIRST, input)).runId);
    expect(await breaksOf(bank)).toEqual([
      [FIRST, 'dateCut', 'closed', 'superseded'],
      [NEXT, 'ledgerOnly', 'open', null],
    ]);
  });

  it('book an agency’s differences against what is owed to it', async () => {
    const agency = await open({ role: 'agency', agencies: ['water'] });
    const { sourceId } = agency.source;
    const run = await agency.day(
      FIRST,
      [first('a'), first('b', { amountMinor: 500 })],
      [first('a'), first('b', { amountMinor: 450 }), first('c', { amountMinor: 70 })],
    );
    await proven(run.runId);
    expect(await balanceOf('agency_payable/water')).toBe(20);
    expect(await balanceOf(`suspense/${sourceId}`)).toBe(-20);
  });

  it('find duplicates and rows that look alike again, one for one', async () => {
    const bank = await open();
    const cash = () => row(null, { text: 'cash', bookedOn: FIRST, amountMinor: 100 });
    const theirs = [first('twice'), first('twice'), cash(), cash(), cash()];
    const run = await bank.day(FIRST, [first('twice'), cash()], theirs);
    await proven(run.runId);
    const before = await breaksOf(bank);
    const again = await bank.day(FIRST, [first('twice'), cash()], [...theirs].reverse());
    await proven(again.runId);
    expect(await breaksOf(bank)).toEqual(before);
    expect(again.digest).toBe(run.digest);
    expect((await bank.runs.difference(again.runId)).counts).toEqual({
      newlyMatched: 0,
      newlyBroken: 0,
      changed: 0,
      vanished: 0,
    });
  });

  it('write nothing for whom another has taken over, and leave no trace of what broke off', async () => {
    const bank = await open();
    const fence = await bank.claim(FIRST);
    const oursId = await bank.write(fence, 'ours', [first('a'), first('b')]);
    const theirsId = await bank.write(fence, 'theirs', [first('a')]);
    const never = new AbortController();
    const stopped = new AbortController();
    const stopping = bank.runs.match(fence, { oursId, theirsId }, () => stopped.abort(), stopped.signal);
    await expect(stopping).rejects.toThrow(/abort/i);
    await stack()
      .db('match_sheets')
      .insert({
        run_id: 'run_of_a_killed_worker',
        statement_id: oursId,
        chunk_no: 0,
        row_count: 2,
        slots: Buffer.from('half'),
      });
    const run = await bank.match(FIRST, { oursId, theirsId });
    await proven(run.runId);
    expect(await stack().db('match_sheets').where({ run_id: 'run_of_a_killed_worker' })).toEqual([]);
    await expect(bank.runs.match(fence, { oursId, theirsId }, () => {}, never.signal)).rejects.toMatchObject({
      code: 'batch_taken_over',
    });
  });

  it('make one run of two that begin at once', async () => {
    const bank = await open();
    const fence = await bank.claim(FIRST);
    const oursId = await bank.write(fence, 'ours', [first('a'), first('b')]);
    const theirsId = await bank.write(fence, 'theirs', [first('a')]);
    const both = await Promise.all(
      [1, 2].map(() => bank.runs.match(fence, { oursId, theirsId }, () => {}, new AbortController().signal)),
    );
    expect(both[0]?.runId).toBe(both[1]?.runId);
    await proven(both[0]?.runId ?? '');
  });
});
