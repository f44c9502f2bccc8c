import { CityDays } from '../../../test/support/city-days.ts';
import { sumInCny } from '../../../test/support/planted-files.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { addDays } from '../../kernel/business-date.ts';

const MINUTE_MS = 60_000;

describeOnBothStacks('a batch whose file is late', (stack) => {
  let days: CityDays;
  beforeAll(async () => {
    days = await CityDays.start(stack());
  });
  afterAll(() => days.stop());
  afterEach(async () => expect(await days.faults()).toEqual([]));

  it('goes on once without it, and is matched when it comes', async () => {
    const date = days.today();
    await days.flow.plan();
    await days.pay();
    days.city.bank.control.addFault({ operation: 'statement', fault: 'down' });
    days.moveTo(addDays(date, 1), 1);
    await days.carryOn();
    expect(await days.bank(date)).toMatchObject({
      state: 'waiting',
      phase: 'fetch',
      problem: { code: 'source_unavailable' },
      runId: null,
    });

    days.moveTo(addDays(date, 1), 23);
    await days.carryOn();
    const late = await days.bank(date);
    expect(late).toMatchObject({ state: 'waiting', phase: 'fetch', theirsId: null });
    expect(late.problem?.code).toBe('file_late');
    expect(await days.run(date)).toMatchObject({ theirsId: null, breakCount: 1 });
    const report = await days.flow.batches.report(late);
    expect(report?.content).toMatchObject({ theirs: null, breaks: [{ class: 'lateFile', state: 'open' }] });
    // Looked for again, it is not reported late a second time.
    days.city.clock.advance(31 * MINUTE_MS);
    await days.carryOn();
    expect(await days.flow.batches.report(late)).toEqual(report);

    days.city.bank.control.clearFaults();
    days.city.clock.advance(31 * MINUTE_MS);
    await days.carryOn();
    expect(await days.bank(date)).toMatchObject({ state: 'done', problem: null });
    const run = await days.run(date);
    expect(run).toMatchObject({ runNo: 2, matchCount: 1, breakCount: 0 });
    // The one break of the whole file is gone with its cause.
    expect((await days.runs.difference(run.runId)).counts).toMatchObject({ vanished: 1, newlyBroken: 0 });
  });
});

describeOnBothStacks('a date that a later one has taken a row of', (stack) => {
  let days: CityDays;
  beforeAll(async () => {
    days = await CityDays.start(stack());
  });
  afterAll(() => days.stop());
  afterEach(async () => expect(await days.faults()).toEqual([]));

  it('has that matched again when a revision lacks the row', async () => {
    const date = days.today();
    const next = addDays(date, 1);
    await days.flow.plan();
    await days.pay();
    days.moveTo(next, 0);
    days.city.clock.advance(30_000);
    await days.pay();
    const early = days.bankRows(next);
    days.moveTo(next, 12);
    await days.pay();
    const first = days.bankRows(date);
    const rest = days.bankRows(next).filter(({ ref }) => early.every((row) => row.ref !== ref));
    // The bank puts a row of the next date into the file of this one.
    days.moveTo(addDays(next, 1), 12);
    await days.flow.plan();
    expect(await days.handIn(date, [...first, ...early], 0)).toBe('accepted');
    expect(await days.handIn(next, rest, sumInCny([...first, ...early]))).toBe('accepted');
    await days.carryOn();
    expect(await days.run(date)).toMatchObject({ matchCount: 1, breakCount: 1 });
    expect(await days.run(next)).toMatchObject({ matchCount: 2, breakCount: 0 });
    expect(await stack().db('breaks').select('business_date', 'class', 'state', 'how')).toEqual([
      { business_date: date, class: 'dateCut', state: 'closed', how: 'matched' },
    ]);

    expect(await days.handIn(date, first, 0)).toBe('accepted');
    await days.carryOn();
    for (const one of [date, next]) expect(await days.bank(one)).toMatchObject({ state: 'done' });
    expect(await days.run(date)).toMatchObject({ runNo: 2, matchCount: 1, breakCount: 0 });
    expect(await days.run(next)).toMatchObject({ runNo: 2, matchCount: 1, breakCount: 1 });
  });
});
