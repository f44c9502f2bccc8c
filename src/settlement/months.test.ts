import { createHash } from 'node:crypto';
import { refusalOf } from '../../test/support/accounts.ts';
import { person, TestOffice } from '../../test/support/settlement-office.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

describeOnBothStacks('months', (stack) => {
  const ann = person('stf_ann');

  it('are closed in order and for good; what is booked later belongs to the next', async () => {
    const test = new TestOffice(stack().db, { date: '2026-03-30' });
    const { months } = test.office;
    const agencyId = await test.agency({}, '2026-03-30');
    await test.pay(agencyId, '2026-03-30', 1_000, 10);
    await test.pay(agencyId, '2026-03-31', 2_000);
    expect(await refusalOf(months.close('2026-03', ann))).toBe('month_not_over');
    test.goTo('2026-04-01');
    await test.pay(agencyId, '2026-04-01', 500);
    test.goTo('2026-04-03');
    const closed = await months.close('2026-03', ann);
    expect(await refusalOf(months.close('2026-03', ann))).toBe('month_closed');
    const exported = await textOf(months.journalsCsv('2026-03'));
    expect(createHash('sha256').update(exported).digest('hex')).toBe(closed.sha256);
    expect(closed.journalCount).toBe(2);
    expect(exported.trimEnd().split('\r\n').at(-1)).toBe('2026-03,total,,,,,,,CNY,30.00,30.00');

    // A late journal of a closed month changes nothing of it.
    await test.pay(agencyId, '2026-03-31', 70);
    expect(await textOf(months.journalsCsv('2026-03'))).toBe(exported);
    const april = await textOf(months.journalsCsv('2026-04'));
    expect(april).toContain('0.70');
    const payable = `agency_payable/${agencyId}`;
    const find = async (month: string) =>
      (await months.accounts(month)).accounts.find(({ accountCode }) => accountCode === payable);
    expect(await find('2026-03')).toMatchObject({
      openingMinor: 0,
      creditMinor: 2_990,
      closingMinor: -2_990,
    });
    expect(await find('2026-04')).toMatchObject({
      openingMinor: -2_990,
      creditMinor: 570,
      closingMinor: -3_560,
    });
    const sheet = (await textOf(months.accountCsv('2026-04', payable))).trimEnd().split('\r\n');
    expect(sheet[1]).toBe(`2026-04,opening,,,,,${payable},CNY,,,-29.90`);
    expect(sheet.at(-1)).toBe(`2026-04,closing,,,,,${payable},CNY,,,-35.60`);
    expect(sheet).toHaveLength(5);
    const sums = (await months.accounts('2026-04')).accounts.map(({ closingMinor }) => closingMinor);
    expect(sums.reduce((a, b) => a + b, 0)).toBe(0);
    test.goTo('2026-06-02');
    expect(await refusalOf(months.close('2026-05', ann))).toBe('month_before_open');
    const twice = await Promise.allSettled([1, 2].map(() => months.close('2026-04', ann)));
    expect(twice.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await months.close('2026-05', ann);
    expect((await months.closed()).map(({ month }) => month)).toEqual(['2026-05', '2026-04', '2026-03']);
    await expect(stack().db('closed_months').delete()).rejects.toThrow();
  });
});
