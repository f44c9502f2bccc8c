import { inspect, movements } from '../../../test/support/statements.ts';

const FILE = [
  '01,BANK,US,260102,0600,1,80,,2/',
  '02,US,BANK,1,260101,2359,USD,2/',
  '03,123456,,010,100000,,/',
  '88,015,100450,,,100,1000,1,,400,550,1,/',
  '16,195,1000,V,260105,,BREF1,CREF1,WIRE, with comma',
  '88,and more/',
  '16,475,550,S,0,550,0,,CHK1,CHECK PAID/',
  '16,890,,,,,note',
  '49,203550,7/',
  '98,203550,1,9/',
  '99,203550,1,11/',
];

describe('BAI2', () => {
  it('reads accounts, entries and continuations', async () => {
    const found = await inspect(FILE.join('\n'));
    expect(found.problems).toEqual([]);
    expect(movements(found)).toEqual(['+1000 USD', '-550 USD']);
    expect(found.rows[0]).toMatchObject({
      line: 5,
      ref: 'CREF1',
      bankRef: 'BREF1',
      bookedOn: '2026-01-01',
      valueOn: '2026-01-05',
      memo: 'WIRE, with comma and more',
      raw: '16,195,1000,V,260105,,BREF1,CREF1,WIRE, with comma\n88,and more/',
    });
    expect(found.summary).toMatchObject({
      format: 'bai2',
      complete: true,
      totals: [{ account: '123456', balanceProof: 'proved' }],
    });
  });

  it.each([
    ['a control total', '49,203550,7/', '49,203551,7/', 'error total_differs 9'],
    ['a number of records', '98,203550,1,9/', '98,203550,1,8/', 'error total_differs 10'],
    ['a number of groups', '99,203550,1,11/', '99,203550,2,11/', 'error total_differs 11'],
    ['a type', '16,195', '16,795', 'error direction_unreadable 5'],
    ['an amount', '16,195,1000', '16,195,10.00', 'error amount_unreadable 5'],
    ['a total of credits', '100,1000,1', '100,1001,1', 'error total_differs 3'],
    ['the nesting', '03,123456', '04,123456', 'error record_unreadable 3'],
  ])('says where %s is wrong', async (_, right, wrong, problem) => {
    const { problems, summary } = await inspect(FILE.join('\r\n').replace(right, wrong));
    expect(problems).toContain(problem);
    expect(summary.complete).toBe(false);
  });

  it('misses every record that is cut away', async () => {
    for (let kept = 1; kept < FILE.length; kept++) {
      expect((await inspect(`${FILE.slice(0, kept).join('\n')}\n`)).summary.complete).toBe(false);
    }
  });
});
