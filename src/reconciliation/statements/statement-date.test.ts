import fc from 'fast-check';
import { inspect, movements, zip } from '../../../test/support/statements.ts';
import { addDays } from '../../kernel/business-date.ts';

const HEADING = '交易日,记账日,交易摘要,人民币金额,卡号末四位';
const bill = (head: string, ...days: string[]) =>
  [head, HEADING, ...days.map((day) => `${day},${day},甲商户,5.60,1234`)].join('\n');
const datesOf = async (text: string) => (await inspect(text)).rows.map(({ bookedOn }) => bookedOn);

describe('bills whose rows lack the year', () => {
  it('take it from the day of the bill, around New Year too', async () => {
    const found = await inspect(
      [
        '招商银行信用卡对账单',
        '账单日 Statement Date,2026年01月05日,到期还款日,2026年01月23日',
        HEADING,
        '12/27,12/28,甲商户,5.60,1234',
        '12/31,01/01,乙商户,4.40,1234',
        ',01/05,银行还款,-7.00,1234',
      ].join('\n'),
    );
    expect(found).toMatchObject({ problems: ['warning totals_missing 6'], summary: { complete: true } });
    expect(movements(found)).toEqual(['-560 CNY', '-440 CNY', '+700 CNY']);
    expect(found.rows.map(({ bookedOn, valueOn }) => [bookedOn, valueOn])).toEqual([
      ['2025-12-28', '2025-12-27'],
      ['2026-01-01', '2025-12-31'],
      ['2026-01-05', '2026-01-05'],
    ]);
  });

  it.each([
    ['its period', '账单周期：2025/12/06---2026/01/05'],
    ['its period, in words', '账单周期,2025年12月6日 00:00:00,至,2026年1月5日 23:59:59'],
    ['its period, of which only the first day has a year', '账单周期：2025年12月06日-01月05日'],
    ['its period, by its ends', '起始日期：20251206\n终止日期：20260105'],
    ['the day it was cleared', '清算日期：20260105'],
    ['its month', '账单月份：2026-01'],
    ['its title', '某银行信用卡2026年01月电子账单'],
    ['its title, behind', '某银行信用卡对账单（2026年1月）'],
    ['a table of its own', '账单日 Statement Date,到期还款日,本期账单\n2026/01/05,2026/01/23,2000.12'],
    [
      'such a table in two languages',
      '账单日,,到期还款日\nStatement Date,,Payment Due Date\n2026年01月05日,,2026年01月23日',
    ],
    ['its day before its month', '2025年12月账单\n账单日：2026-01-05'],
    [
      'itself, and not the bills beside it',
      '上期账单日：2027-12-05,账单日：2026-01-05,下一账单日：2027-02-05',
    ],
  ])('take it from %s', async (_, head) => {
    expect(await datesOf(bill(head, '12/28', '1月5日', '0102'))).toEqual([
      '2025-12-28',
      '2026-01-05',
      '2026-01-02',
    ]);
  });

  it('are of the day nearest before or at that of the bill, whatever it is', async () => {
    const day = fc.integer({ min: 0, max: 30_000 }).map((days) => addDays('2000-01-01', days));
    const before = fc.integer({ min: 0, max: 364 });
    await fc.assert(
      fc.asyncProperty(day, fc.array(before, { minLength: 1, maxLength: 20 }), async (on, all) => {
        const dates = all.map((days) => addDays(on, 0 - days));
        const rows = dates.map((date) => date.slice(5).replace('-', '/'));
        expect(await datesOf(bill(`账单日:${on}`, ...rows))).toEqual(dates);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['nothing above them says it', '招商银行信用卡对账单'],
    ['only something else is dated', '打印时间：2026-01-06,最后还款日：2026-01-23,还款截止日期：2026-01-23'],
    ['the period is longer than a year', '查询期间：2024-01-01至2026-01-05'],
    ['an amount looks like a month', '本期账单 2000.12'],
  ])('are refused where %s, saying so', async (_, head) => {
    const { summary } = await inspect(bill(head, '12/28'));
    expect(summary).toMatchObject({
      complete: false,
      problems: [
        {
          code: 'date_unreadable',
          message: expect.stringMatching(/^“12\/28” has no year, .*账单日.*--layout/),
        },
        { code: 'date_unreadable' },
        { severity: 'warning' },
      ],
    });
  });

  it.each(['13/01', '02/30', '02/29', '3/5/', '12:30', '112'])('do not make a day of %s', async (day) => {
    const { problems } = await inspect(bill('账单日:2026-01-05', day));
    expect(problems).toContain('error date_unreadable 3');
  });

  it('have a head in each file of a zip, and may stand on a web page', async () => {
    const page = (on: string) =>
      `<table><tr><td>账单日<td>${on}<tr><td>${HEADING.replaceAll(',', '<td>')}<tr><td>12/28<td>12/28<td>甲<td>5.60<td>1</table>`;
    const files = ['2026-01-05', '2025-01-05'].map((on, index) => ({
      name: `${index}.xls`,
      content: page(on),
    }));
    const { rows, problems } = await inspect(zip(files));
    expect(rows.map(({ bookedOn }) => bookedOn)).toEqual(['2025-12-28', '2024-12-28']);
    expect(problems.join()).not.toContain('error');
  });
});
