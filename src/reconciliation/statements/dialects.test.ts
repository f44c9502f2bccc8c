import iconv from 'iconv-lite';
import { inspect, movements, zip } from '../../../test/support/statements.ts';

/** What banks' own software and the spreadsheets of their customers make of a table. */
describe('tables as people come by them', () => {
  it.each([
    [
      'each page repeats its heading',
      '交易日期,收入,支出,余额\n2026-01-05,10,,10\n第1页,,,\n交易日期,收入,支出,余额\n2026-01-06,,4,6\n',
    ],
    ['a heading over two lines', '交易日期,发生额,,余额\n,借方,贷方,\n2026-01-05,,10,10\n2026-01-06,4,,6\n'],
    ['借 and 贷 alone', '交易日期\t借\t贷\t账户余额\n2026-01-05\t\t10\t10\n2026-01-06\t4\t\t6\n'],
    ['lines that end as on old Macs', '交易日期,收入,支出\r2026-01-05,10,\r2026-01-06,,4\r'],
    ['the end of a file of DOS', '交易日期,收入,支出\r\n2026-01-05,人民币10.00元,\r\n2026-01-06,,4\r\n\x1a'],
    ['a zero on the other side', '交易日期,借方,贷方\n2026-01-05,0.00,10.00\n2026-01-06,4.00,0.00\n'],
    [
      'balances between the rows',
      '交易日期,摘要,借方,贷方,余额\n2026-01-01,期初余额,,,0\n2026-01-05,a,,10,10\n2026-01-06,b,4,,6\n,本期合计,4,10,\n2026-01-31,期末余额,,,6\n',
    ],
    [
      'rows that begin with a word of remarks',
      '摘要,交易日期,收入,支出\n提示服务费,2026-01-05,10,\n以上海银行转入,2026-01-06,,4\n说明:x,,,\n',
    ],
    [
      'empty cells behind the heading or missing before its end',
      '交易日期,收入,支出,,\n2026-01-05,10,\n2026-01-06,,4,,,,\n',
    ],
    ['guards against spreadsheets', '交易日期,收入,支出\n="2026-01-05",="10",\n\'2026-01-06,,\'4\n'],
  ])('are read: %s', async (_, text) => {
    const found = await inspect(text);
    expect(found.problems.filter((problem) => !problem.includes('totals_missing'))).toEqual([]);
    expect(movements(found)).toEqual(['+1000 CNY', '-400 CNY']);
    expect(found.rows.some(({ isReversal }) => isReversal)).toBe(false);
  });

  it('take a debit with a minus for a debit, unless debits have none', async () => {
    const rows = (...amounts: string[]) =>
      `交易日期,借方,贷方\n${amounts.map((amount) => `2026-01-05,${amount},\n`).join('')}`;
    expect(movements(await inspect(rows('-1', '-2')))).toEqual(['-100 CNY', '-200 CNY']);
    const takenBack = await inspect(rows('1', '-1'));
    expect(movements(takenBack)).toEqual(['-100 CNY', '+100 CNY']);
    expect(takenBack.rows.map(({ isReversal }) => isReversal)).toEqual([false, true]);
    expect((await inspect(rows('-1', '2'))).problems).toContain('error direction_unreadable 3');
    const worded = await inspect('交易日期,借贷标志,金额\n20260105,借,1\n20260105,借,-1\n20260105,贷,-3\n');
    expect(movements(worded)).toEqual(['-100 CNY', '+100 CNY', '-300 CNY']);
    expect(worded.rows.map(({ isReversal }) => isReversal)).toEqual([false, true, true]);
  });

  it('take the currency that was booked, however it is written', async () => {
    const rows = ['人民币', '美元(USD)', 'RMB', 'HKD', '人民币CNY', '156'].map(
      (word) => `2026-01-05,日元,1,${word}`,
    );
    const found = await inspect(`交易日期,交易币种,记账金额,记账币种\n${rows.join('\n')}\n`);
    expect(found.rows.map(({ currency }) => currency)).toEqual(['CNY', 'USD', 'CNY', 'HKD', 'CNY', 'CNY']);
  });

  it.each([
    ['a comma that nobody quoted', '交易日期,收入,支出,摘要\n2026-01-05,1,,a,b\n', 'error row_too_long 2'],
    [
      'a reference that became a number',
      '交易日期,流水号,收入\n2026-01-05,1.23457E+17,1\n',
      'error reference_damaged 2',
    ],
    ['two columns of one name', '交易日期,金额,金额\n2026-01-05,1,\n', 'error format_unknown 0'],
    [
      'a column of directions under another name',
      '交易日期,金额,资金类型\n2026-01-05,1,收入\n2026-01-05,2,支出\n',
      'error direction_unreadable 3',
    ],
  ])('are not complete with %s', async (_, text, problem) => {
    const { problems, summary } = await inspect(text);
    expect(problems).toContain(problem);
    expect(summary.complete).toBe(false);
  });

  it('may have commas between back-ticks (WeChat Pay)', async () => {
    const text = [
      '交易时间,微信订单号,商户订单号,交易状态,货币种类,总金额,商品名称,手续费',
      '`2026-01-05 10:00:00,`4200,`pay_1,`SUCCESS,`CNY,`10.00,`电费,2月"号,`0.06',
      '总交易单数,总交易额\n`1,`10.00',
    ].join('\n');
    const found = await inspect(text);
    expect(found).toMatchObject({ problems: [], summary: { complete: true } });
    expect(found.rows).toMatchObject([{ ref: 'pay_1', memo: '电费,2月"号' }]);
  });

  it('date a refund by when it came through, where the bill says so (WeChat Pay)', async () => {
    const text = [
      '交易时间,微信订单号,商户订单号,交易状态,货币种类,总金额,退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,退款状态',
      '`2026-01-03 10:00:00,`4200,`pay_1,`REFUND,`CNY,`10.00,`2026-01-04 10:00:00,`2026-01-05 09:00:00,`503,`ref_1,`4.00,`SUCCESS',
      '总交易单数,总退款金额\n`1,`4.00',
    ].join('\n');
    const found = await inspect(text);
    expect(found.rows).toMatchObject([
      { bookedOn: '2026-01-05', ref: 'ref_1', amountMinor: 400, isReversal: true },
    ]);
  });

  it('lie in a zip beside their sums (Alipay), and not in another archive', async () => {
    const rows = iconv.encode('交易日期,收入\n2026-01-05,1\n', 'gbk');
    const both = zip([
      { name: '2088_20260105_业务明细.csv', content: rows },
      { name: '2088_20260105_业务明细(汇总).csv', content: '#' },
    ]);
    expect(movements(await inspect(both))).toEqual(['+100 CNY']);
    const nested = zip([{ name: 'a.zip', content: both }]);
    expect((await inspect(nested)).problems).toEqual(['error archive_in_archive 0']);
  });
});

describe('MT940 and BAI2 as some banks write them', () => {
  it('a dash may begin a line of an entry’s text', async () => {
    const text = [
      ...[
        ':20:S',
        ':25:A',
        ':28C:1',
        ':60F:C260104EUR0,',
        ':61:260105C2,NTRFA',
        ':86:one',
        '-',
        '-EUR',
        'two',
      ],
      ...[':61:260105D1,NTRFB', ':62F:C260105EUR1,', '-'],
    ].join('\n');
    const found = await inspect(text);
    expect(found).toMatchObject({ problems: [], summary: { complete: true } });
    expect(found.rows).toMatchObject([{ memo: 'one - -EUR two' }, { ref: 'B' }]);
  });

  it('an entry may lack its type', async () => {
    const text = `:20:S\n:25:A\n:28C:1\n:60F:C260104EUR0,\n:61:260105C2,NONREF//B\n:62F:C260105EUR2,\n-`;
    expect((await inspect(text)).rows).toMatchObject([{ ref: null, bankRef: 'B', amountMinor: 200 }]);
  });

  it('messages may follow each other in one line', async () => {
    const head = '{1:F01BANKDEFFAXXX0000000000}{2:I940X}{4:';
    const body =
      '\r\n:20:S\r\n:25:A\r\n:28C:1\r\n:60F:C260104EUR0,\r\n:61:260105C2,NTRFA\r\n:62F:C260105EUR2,\r\n';
    const found = await inspect(`${head}${body}-}{5:{CHK:1}}${head}${body}-}`);
    expect(found).toMatchObject({ problems: [], summary: { rowCount: 2, complete: true } });
  });

  it('BAI2: an account’s record may end inside a balance, and a group may be none', async () => {
    const file = (status: number) =>
      [
        '01,B,C,260105,0600,1,,,2/',
        `02,C,B,${status},260104,,USD,2/`,
        '03,A,,010,10000/',
        '88,015,10100,,/',
        '16,195,100,V,260104,,BR,CR,memo/',
        '49,20200,4/',
        '98,20200,1,6/',
        '99,20200,1,8/',
      ].join('\n');
    const found = await inspect(file(1));
    expect(found).toMatchObject({ problems: [], summary: { totals: [{ balanceProof: 'proved' }] } });
    for (const status of [2, 4])
      expect((await inspect(file(status))).problems).toEqual(['error status_unreadable 2']);
  });
});
