import iconv from 'iconv-lite';
import { inspect, movements } from '../../../test/support/statements.ts';

const told = (problems: readonly string[]) => problems.filter((problem) => !/totals_missing/.test(problem));

describe('what Chinese banks export', () => {
  it.each([
    ['来账 and 往账', '交易日期,往来账标志,交易金额\n20260105,来账,10\n20260105,往账,4\n'],
    ['C and D', '交易日期,DC标志,发生额\n20260105,C,10\n20260105,D,4\n'],
    ['收 and 付, with 结余', '日期,收,付,结余\n2026年1月5日,10.00,,10\n2026年1月5日,,4.00,6\n'],
    ['存入 and 取出', '交易日期,存入金额,取出金额\n2026/01/05  07:22:32,10,\n2026/01/05,,4\n'],
    ['the name of what was done', '交易日期,交易类型,交易金额\n20260105,收款,10\n20260105,付款,4\n'],
    ['that name beside signs', '交易日期,交易类型,交易金额\n20260105,来账,10\n20260105,往账,-4\n'],
    ['formulas around commas', '="交易日期",="收入",="支出"\n="20260105",="10.00",=""\n="20260105",,="4"\n'],
  ])('tells directions by %s', async (_, text) => {
    const found = await inspect(text);
    expect(told(found.problems)).toEqual([]);
    expect(movements(found)).toEqual(['+1000 CNY', '-400 CNY']);
  });

  it('keeps commas inside a formula, and reads UTF-16 that has no mark', async () => {
    const text = '交易日期,收入\n="2026-01-05",="1,000.00"\n';
    expect(movements(await inspect(text))).toEqual(['+100000 CNY']);
    const found = await inspect(
      iconv.encode(text.replaceAll(',收', '\t收').replace(',="1', '\t="1'), 'utf16-le'),
    );
    expect(found.summary.encoding).toBe('utf-16le');
    expect(movements(found)).toEqual(['+100000 CNY']);
  });

  it.each([
    [
      'the last digits of the card',
      '交易日,记账日,交易摘要,人民币金额,卡号末四位\n20260105,20260105,甲商户,5.60,1\n20260105,20260105,银行还款,-7,1\n',
    ],
    [
      'words',
      '交易日期,入账日期,交易摘要,交易金额,交易货币,入账金额,入账货币\n20260105,20260105,（消费）甲,1000,日元,5.60,人民币\n20260105,20260105,（还款）乙,-7,人民币,-7,人民币\n',
    ],
    [
      'words alone',
      '交易日期,交易说明,入账币种/金额\n20260105,消费 甲,CNY 5.60\n20260105,信用卡还款 乙,CNY7.00\n',
    ],
  ])('reads the bill of a card, told by %s: what was spent has no sign', async (_, text) => {
    const found = await inspect(text);
    expect(told(found.problems)).toEqual([]);
    expect(movements(found)).toEqual(['-560 CNY', '+700 CNY']);
  });

  it('may name the columns again in English', async () => {
    const found = await inspect(
      '交易日,记账日,交易摘要,人民币金额,卡号末四位\nSOLD,POSTED,DESCRIPTION,RMB AMOUNT,CARD NO(LAST 4 DIGITS)\n20260105,20260106,甲,5.60,1234\n',
    );
    expect(told(found.problems)).toEqual([]);
    expect(movements(found)).toEqual(['-560 CNY']);
    expect(found.rows[0]?.line).toBe(3);
    const { problems } = await inspect('交易日,交易摘要,收入\nN/A,x,5.60\n');
    expect(problems).toContain('error date_unreadable 2');
  });

  it('does not guess whether an amount without a sign was spent', async () => {
    const found = await inspect('交易日期,交易摘要,交易金额,入账金额\n20260105,甲,5.60,5.60\n');
    expect(found.problems).toContain('error direction_unreadable 2');
    const turned = await inspect(
      '交易日期,交易摘要,人民币金额,卡末四位\n20260105,甲,5.60,1\n20260105,还款,7,1\n',
    );
    expect(turned.problems).toContain('error direction_unreadable 3');
  });

  it.each([
    ['转入,10', '消费,4'],
    ['消费,10', '退货,4'],
  ])('does not guess what moved from names of which some tell no side: %s, %s', async (first, second) => {
    const { problems } = await inspect(`交易日期,交易类型,交易金额\n20260105,${first}\n20260105,${second}\n`);
    expect(problems).toContain('error direction_unreadable 3');
  });

  it('takes the amount that was booked with the currency that was booked', async () => {
    const found = await inspect(
      '交易日期,交易币种,交易金额,记账币种,记账金额,余额\n20260105,JPY,20000,CNY,-1000.00,1\n20260105,USD,3,CNY,21,22\n',
    );
    expect(movements(found)).toEqual(['-100000 CNY', '+2100 CNY']);
  });

  it.each([
    ['合计,10.00,4.00', []],
    ['人民币合计,"10.00 ",-4.00', []],
    ['合计,9.00,4.00', ['error total_differs 4']],
    ['共2笔', []],
    ['共3笔', ['error total_differs 4']],
    ['总笔数:3,总金额:6.00', ['error total_differs 4']],
    ['本页共3笔', []],
    ['本月合计,1.00,4.00', []],
  ])('holds the rows to the line “%s”', async (line, expected) => {
    const { problems } = await inspect(`交易日期,收入,支出\n20260105,10,\n20260105,,4\n${line}\n`);
    expect(told(problems)).toEqual(expected);
  });
});

describe('what acquirers export', () => {
  it('by what was done, whichever sign it has: the gross amount, the day it was cleared', async () => {
    const found = await inspect(
      [
        '清算日期,交易日期,终端号,交易类型,交易金额,手续费,入账金额,检索参考号,商户订单号,原商户订单号',
        '20260106,20260105,1001,消费,10.00,0.06,9.94,R1,O1,',
        '20260106,20260105,1001,退货,4.00,-0.02,3.98,R2,O2,O1',
        '20260106,20260105,1001,消费撤销,-1.00,0,-1.00,R3,O3,',
      ].join('\n'),
    );
    expect(told(found.problems)).toEqual([]);
    expect(movements(found)).toEqual(['+1000 CNY', '-400 CNY', '-100 CNY']);
    expect(found.summary.format).toBe('acquirer');
    expect(found.rows[1]).toMatchObject({
      ref: 'O2',
      bankRef: 'R2',
      originalRef: 'O1',
      isReversal: true,
      feeMinor: 2,
      bookedOn: '2026-01-06',
      valueOn: '2026-01-05',
    });
  });

  it('says what it does not know', async () => {
    const found = await inspect('商户号,交易日期,交易类型,交易金额,手续费\n1,20260105,调账,4.00,0\n');
    expect(found.problems).toContain('error direction_unreadable 2');
  });
});
