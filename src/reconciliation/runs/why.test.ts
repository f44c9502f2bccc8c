import { createTestVault } from '../../../test/support/accounts.ts';
import { row } from '../../../test/support/matching.ts';
import { ReconciledSource } from '../../../test/support/reconciled-batches.ts';
import { describeOnBothStacks, describeOnStack } from '../../../test/support/stacks.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Actor } from '../../agencies/index.ts';
import type { MatchRow } from '../matching/matching.types.ts';
import type { RunProgress } from './runs.types.ts';
import { verifyRun } from './verify.ts';
import { Explanations } from './why.service.ts';

const FIRST = '2026-11-21';
const NEXT = '2026-11-22';
const on =
  (bookedOn: string) =>
  (ref: string, more: Partial<MatchRow> = {}) =>
    row(ref, { bookedOn, ...more });
const [first, next] = [on(FIRST), on(NEXT)];
const ACTOR: Actor = { kind: 'staff', id: 'stf_of_finance', traceId: 'trace', addressIndex: 'somewhere' };

describeOnBothStacks('why a row is where it is', (stack) => {
  const vault = createTestVault();

  it('is its match or break, with all rows as they came', async () => {
    const { db } = stack();
    const bank = await ReconciledSource.open({ db, vault }, 'bank-why');
    const why = new Explanations({ db, vault, clock: new TestClock(), sources: { list: async () => [] } });
    const ours = [first('a'), first('b', { amountMinor: 500 }), first('cut', { isNearCutOff: true })];
    const theirs = [first('b', { amountMinor: 700 }), first('a')];
    const run = await bank.day(FIRST, ours, theirs);
    const place = (rowNo: number) => ({ statementId: run.oursId, rowNo });
    const pair = await why.why(place(0), ACTOR);
    expect(pair).toMatchObject({ kind: 'match', rule: 'exactReference', runId: run.runId });
    expect(pair.rows.map(({ side, rowNo, raw }) => [side, rowNo, JSON.parse(raw).ref])).toEqual([
      ['ours', 0, 'a'],
      ['theirs', 1, 'a'],
    ]);
    expect(pair.rows[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
    const broken = await why.why(place(1), ACTOR);
    expect(broken).toMatchObject({ kind: 'break', class: 'amountOver', state: 'open' });
    expect(broken.rows.map(({ amountMinor }) => amountMinor)).toEqual([500, 700]);
    expect(await why.why(place(2), ACTOR)).toMatchObject({ kind: 'break', class: 'dateCut' });
    await expect(why.why(place(3), ACTOR)).rejects.toMatchObject({ code: 'row_not_found' });

    const later = await bank.day(NEXT, [], [next('cut')]);
    const carried = await why.why(place(2), ACTOR);
    expect(carried).toMatchObject({
      kind: 'match',
      rule: 'dateCut',
      runId: later.runId,
      scores: { daysApart: 1 },
    });
    expect(carried.rows).toHaveLength(2);

    const { sourceId } = bank.source;
    expect(await why.findRows({ sourceId, businessDate: FIRST, ref: 'a' })).toEqual([
      place(0),
      { statementId: run.theirsId, rowNo: 1 },
    ]);
    await bank.day(FIRST, [...ours, first('late')], theirs);
    expect(await why.why(place(0), ACTOR)).toMatchObject({ kind: 'superseded', runId: null });
    const seen = await db('audit_events').where({ action: 'reconciliation.why' });
    expect(seen.length).toBeGreaterThan(4);
  });

  it('is that their file has not come', async () => {
    const { db } = stack();
    const bank = await ReconciledSource.open({ db, vault }, 'bank-late');
    const why = new Explanations({ db, vault, clock: new TestClock(), sources: { list: async () => [] } });
    const run = await bank.day(FIRST, [first('a')], null);
    const answer = await why.why({ statementId: run.oursId, rowNo: 0 }, ACTOR);
    expect(answer).toMatchObject({ kind: 'break', class: 'lateFile' });
  });
});

describeOnStack('mysql', 'many rows', (stack) => {
  it('are matched in a thread, which tells how far it is and ends when told to', async () => {
    const { db } = stack();
    const vault = createTestVault();
    const bank = await ReconciledSource.open({ db, vault }, 'bank-many');
    const rows = Array.from({ length: 4_500 }, (_, at) => first(`ref-${at}`));
    const fence = await bank.claim(FIRST);
    const oursId = await bank.write(fence, 'ours', rows);
    const theirsId = await bank.write(fence, 'theirs', rows.slice(1).reverse());
    const told: RunProgress[] = [];
    const stop = new AbortController();
    const stopped = bank.runs.match(fence, { oursId, theirsId }, () => stop.abort(), stop.signal);
    await expect(stopped).rejects.toThrow(/abort/i);
    const run = await bank.runs.match(
      fence,
      { oursId, theirsId },
      (progress) => told.push(progress),
      new AbortController().signal,
    );
    expect([run.matchCount, run.breakCount]).toEqual([4_499, 1]);
    expect(await verifyRun(db, vault, run.runId)).toEqual([]);
    // Of steps that take less than a moment nobody needs to hear.
    expect(told.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['load', 'publish']));
    expect(told[0]).toEqual({ phase: 'load', done: 0, total: 8_999 });
  });
});
