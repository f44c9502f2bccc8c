import { CHANNEL_ID } from '../../../test/support/city.ts';
import { CityDays } from '../../../test/support/city-days.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { addDays } from '../../kernel/business-date.ts';

describeOnBothStacks('books that change after they were matched', (stack) => {
  let days: CityDays;
  let date: string;
  beforeAll(async () => {
    days = await CityDays.start(stack());
    date = days.today();
  });
  afterAll(() => days.stop());
  afterEach(async () => expect(await days.faults()).toEqual([]));

  it('are matched again when a debit of the date was booked late, and only then', async () => {
    await days.flow.plan();
    await days.pay();
    days.city.bank.control.addFault({ operation: 'notify', fault: 'never' });
    await days.debit();
    days.city.bank.control.clearFaults();
    days.moveTo(addDays(date, 1), 12);
    await days.flow.plan();
    await days.carryOn();
    expect(await days.bank(date)).toMatchObject({ state: 'done' });
    expect(await days.run(date)).toMatchObject({ runNo: 1, matchCount: 1, breakCount: 1 });

    // The bank was asked about the break, and its word was booked on the date of the debit.
    await days.city.rest(days.city.clock.nowMs() + 60_000);
    expect(await days.lookAgain()).toEqual([CHANNEL_ID]);
    expect(await days.bank(date)).toMatchObject({ state: 'waiting', phase: 'gate' });
    await days.carryOn();
    expect(await days.bank(date)).toMatchObject({ state: 'done' });
    const again = await days.run(date);
    expect(again).toMatchObject({ runNo: 2, matchCount: 2, breakCount: 0 });
    expect((await days.runs.difference(again.runId)).counts).toMatchObject({
      newlyMatched: 1,
      newlyBroken: 0,
    });
    expect(await days.lookAgain()).toEqual([]);
  });

  it('are the same run again where what was booked late was read already', async () => {
    const before = await days.run(date);
    const batch = stack().db('reconciliation_batches').where({ source_id: CHANNEL_ID, business_date: date });
    const { books_read_at_ms } = await batch.clone().first();
    await batch.clone().update({ books_complete_at_ms: Number(books_read_at_ms) + 1 });
    expect(await days.lookAgain()).toEqual([CHANNEL_ID]);
    await days.carryOn();
    expect(await days.run(date)).toEqual(before);
    expect(await days.bank(date)).toMatchObject({ state: 'done' });
    expect(await days.lookAgain()).toEqual([]);
  });

  it('are matched again at the end of a date that was run before its end', async () => {
    const today = days.today();
    await days.flow.plan();
    await days.pay();
    expect(await days.handIn(today, days.bankRows(today))).toBe('accepted');
    await days.carryOn();
    expect(await days.run(today)).toMatchObject({ matchCount: 1, breakCount: 0 });
    expect(await days.lookAgain()).toEqual([]);
    await days.pay();
    expect(await days.lookAgain()).toEqual([]);

    days.moveTo(addDays(today, 1), 12);
    expect(await days.lookAgain()).toContain(CHANNEL_ID);
    expect(await days.bank(today)).toMatchObject({ state: 'waiting', phase: 'fetch' });
    await days.carryOn();
    expect(await days.bank(today)).toMatchObject({ state: 'done' });
    expect(await days.run(today)).toMatchObject({ runNo: 2, matchCount: 2, breakCount: 0 });
    expect(await days.lookAgain()).toEqual([]);
  });
});
