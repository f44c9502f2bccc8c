import { gzipSync } from 'node:zlib';
import { inspect, movements, xlsx, zip } from '../../../test/support/statements.ts';

/** 交易 in GBK: what a file of a Chinese bank is written in. */
function gbk(text: string): Buffer {
  const bytes: number[] = [];
  for (const character of text) bytes.push(...(GBK[character] ?? [character.charCodeAt(0)]));
  return Buffer.from(bytes);
}

/** The few characters that these tests write; Node reads GBK, but does not write it. */
const GBK: Record<string, number[]> = {};
const decoder = new TextDecoder('gbk');
for (let high = 0x81; high <= 0xfe; high++) {
  for (let low = 0x40; low <= 0xfe; low++) {
    const character = decoder.decode(Buffer.from([high, low]));
    if (character.length === 1 && character !== '\uFFFD') GBK[character] ??= [high, low];
  }
}

const WECHAT_HEADING =
  '交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注';
const ALIPAY_HEADING =
  '交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,';

describe('exports of banks', () => {
  const rows =
    '2026-01-02,1,"1,000.00",,"3,000.00",甲公司,货款\n2026-01-01,2,,500.00,"2,000.00",乙公司,退货\n';
  const heading = '交易日期,流水号,贷方金额,借方金额,余额,对方户名,摘要\n';

  it('are read in GBK and UTF-8, with a BOM and tabs, backwards in time, and proved by their balances', async () => {
    const found = await inspect(gbk(`招商银行\n\n${heading}${rows}`));
    expect(movements(found)).toEqual(['+100000 CNY', '-50000 CNY']);
    expect(found.rows[0]).toMatchObject({
      line: 4,
      bankRef: '1',
      counterparty: '甲公司',
      memo: '货款',
      bookedOn: '2026-01-02',
    });
    expect(found).toMatchObject({
      problems: [],
      summary: { format: 'cn-bank', encoding: 'gb18030', complete: true },
    });
    expect(found.summary.balances.map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['derivedOpening', 250000],
      ['derivedClosing', 300000],
    ]);
    for (const text of [
      `\uFEFF${heading}${rows}`,
      `${heading}${rows}`.replace(/,(?=[^"]*("[^"]*"[^"]*)*$)/g, '\t,'),
    ]) {
      expect(movements(await inspect(text))).toEqual(['+100000 CNY', '-50000 CNY']);
    }
  });

  it('say where the balance does not follow', async () => {
    const { problems, summary } = await inspect(heading + rows.replace('2,000.00', '2,000.01'));
    expect(problems).toEqual(['warning running_balance_breaks 3', 'warning totals_missing 3']);
    expect(summary.totals[0]?.balanceProof).toBe('notPossible');
  });

  it.each([
    ['by words', '交易日期,借贷标志,发生额\n20260102,贷,10\n20260102,借,10\n'],
    ['by sign', '记账日期\t交易金额\t币别\n2026/01/02\t10.00\t人民币\n2026年1月2日\t-１０．００\t人民币\n'],
    ['by column', '日期;收入(元);支出（元）\n2026.1.2;10;\n2026.1.2;0.00;10\n'],
  ])('know the direction %s', async (_, text) => {
    expect(movements(await inspect(text))).toEqual(['+1000 CNY', '-1000 CNY']);
  });

  it.each([
    ['a row that is cut short', '交易日期,摘要,收入,支出\n2026-01-02,x,1\n', 'error row_cut_short 2'],
    ['both columns filled', '交易日期,收入,支出\n2026-01-02,1,1\n', 'error direction_unreadable 2'],
    ['no amount', '交易日期,收入,支出\n2026-01-02,,\n', 'error amount_unreadable 2'],
    ['an unknown word', '交易日期,金额,收/支\n2026-01-02,1,?\n', 'error direction_unreadable 2'],
    ['an impossible date', '交易日期,金额\n2026-02-30,1\n', 'error date_unreadable 2'],
    ['an unknown currency', '交易日期,金额,币种\n2026-01-02,1,贝壳\n', 'error currency_unreadable 2'],
    ['a quote without end', '交易日期,金额,摘要\n2026-01-02,1,"x\n', 'error quote_not_closed 2'],
  ])('say what is wrong: %s', async (_, text, problem) => {
    const { problems, summary } = await inspect(text);
    expect(problems).toContain(problem);
    expect(summary.complete).toBe(false);
  });

  it('are read from spreadsheets: texts, numbers, dates', async () => {
    const sheet = xlsx([
      ['某银行 对账单'],
      ['交易日期', '摘要', '收入', '支出', '余额', '交易流水号'],
      [{ date: '46024.5' }, '工资 & 奖金', { n: '1234.5599999999999' }, '', '5,000.00', '0001'],
      ['2026-01-03', '电费', '', { n: '0.3' }, { n: '4999.7' }, '0002'],
    ]);
    const found = await inspect(sheet);
    expect(found.problems).toEqual([]);
    expect(movements(found)).toEqual(['+123456 CNY', '-30 CNY']);
    expect(found.rows[0]).toMatchObject({
      line: 3,
      bookedOn: '2026-01-02',
      memo: '工资 & 奖金',
      bankRef: '0001',
    });
    expect(found.summary.totals[0]?.balanceProof).toBe('proved');
  });

  it('that are not data say what to do', async () => {
    expect((await inspect('<html><table></table></html>')).problems).toEqual(['error html_not_read 0']);
    expect((await inspect(Buffer.from('d0cf11e0a1b11ae1', 'hex'))).problems).toEqual([
      'error spreadsheet_damaged 0',
    ]);
    expect((await inspect('%PDF-1.7')).problems).toEqual(['error pdf_not_read 0']);
    expect((await inspect('hello\nworld\n')).problems).toEqual(['error format_unknown 0']);
    expect((await inspect('')).problems).toEqual(['error file_empty 0']);
  });
});

describe('wallets', () => {
  it('WeChat Pay: every row that moves money, held to its totals', async () => {
    const text = [
      '微信支付账单明细,,,',
      '共4笔记录,,,',
      '收入：1笔 0.35元,,,',
      '支出：1笔 28.16元,,,',
      '----------------------微信支付账单明细列表--------------------,,,',
      WECHAT_HEADING,
      '2026-01-02 12:00:00,"商户消费","店(一)","总共:28.16","支出",¥28.16,"零钱","支付成功","`398"\t,"129"\t,"/"',
      '2026-01-02 12:00:00,微信红包,友,/,收入,¥0.35,/,已存入零钱,399\t,/\t,/',
      '2026-01-02 12:00:00,零钱提现,银行(1),/,/,¥100.10,银行,提现已到账,400\t,/\t,"服务费¥0.10"',
      '2026-01-02 12:00:00,零钱充值,银行(1),/,/,¥50.00,银行,充值完成,401\t,/\t,/',
    ].join('\n');
    const found = await inspect(text);
    expect(found.problems).toEqual([]);
    expect(movements(found)).toEqual(['-2816 CNY', '+35 CNY', '-10010 CNY', '+5000 CNY']);
    expect(found.rows[0]).toMatchObject({ ref: '129', bankRef: '398', counterparty: '店(一)' });
    expect((await inspect(text.replace('共4笔', '共5笔'))).problems).toEqual(['error total_differs 2']);
    expect((await inspect(text.replace('零钱提现', '新的花样'))).problems).toContain(
      'error direction_unreadable 9',
    );
  });

  it('Alipay: an order never paid moves nothing, one that was closed later did', async () => {
    const row = (direction: string, status: string, amount: string, category = '日用百货') =>
      `2026-01-02 10:00:00,${category},店,/,物,${direction},${amount},余额,${status},20\t,T1\t,,`;
    const text = [
      '------------------------支付宝电子客户回单',
      '共5笔记录',
      '收入：0笔 0.00元',
      '支出：2笔 30.00元',
      ALIPAY_HEADING,
      row('支出', '交易成功', '10.00'),
      row('支出', '交易关闭', '20.00'),
      row('不计收支', '交易关闭', '82.00'),
      row('不计收支', '退款成功', '20.00', '退款'),
      row('不计收支', '还款成功', '5.00', '信用借还'),
    ].join('\r\n');
    const found = await inspect(gbk(text));
    expect(found).toMatchObject({ problems: [], summary: { format: 'alipay', complete: true } });
    expect(movements(found)).toEqual(['-1000 CNY', '-2000 CNY', '+2000 CNY', '-500 CNY']);
    expect(found.rows[2]?.isReversal).toBe(true);
  });

  it('WeChat Pay for merchants: back-ticks, refunds, and totals below', async () => {
    const heading =
      '交易时间,公众账号ID,商户号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,手续费,费率,订单金额,申请退款金额';
    const paid =
      '`2026-01-02 10:00:00,`wx,`1900,`4200,`pay_1,`o1,`JSAPI,`SUCCESS,`OTHERS,`CNY,`9.00,`1.00,`0,`0,`0.00,`0.00,`,`,`电费,`0.05,`0.60%,`10.00,`0.00';
    const refunded =
      '`2026-01-02 11:00:00,`wx,`1900,`4200,`pay_1,`o1,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5030,`ref_1,`4.00,`0.00,`ORIGINAL,`SUCCESS,`电费,`-0.02,`0.60%,`0.00,`4.00';
    const totals =
      '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\n`2,`9.00,`4.00,`0.00,`0.03,`10.00,`4.00';
    const text = [heading, paid, refunded, totals].join('\n');
    const found = await inspect(text);
    expect(found.problems).toEqual([]);
    expect(found.rows).toMatchObject([
      { ref: 'pay_1', bankRef: '4200', amountMinor: 1000, direction: 'credit' },
      { ref: 'ref_1', bankRef: '5030', amountMinor: 400, direction: 'debit', isReversal: true },
    ]);
    expect((await inspect([heading, paid, totals].join('\n'))).problems).toEqual([
      'error total_differs 4',
      'error total_differs 4',
    ]);
    expect((await inspect([heading, paid].join('\n'))).problems).toEqual(['error file_cut_short 2']);
  });

  it('WeChat Pay and Alipay: what moved on the merchant’s account', async () => {
    const funds = [
      '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号',
      '`2026-01-02 10:00:00,`4200,`1000,`交易,`交易,`收入,`10.00,`10.00,`system,`手续费0.05,`pay_1',
      '`2026-01-02 11:00:00,`5030,`1001,`退款,`退款,`支出,`4.00,`6.00,`system,`,`ref_1',
      '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额',
      '`2,`1,`10.00,`1,`4.00',
    ].join('\n');
    const wechat = await inspect(funds);
    expect(wechat.problems).toEqual([]);
    expect(movements(wechat)).toEqual(['+1000 CNY', '-400 CNY']);
    const account = [
      '#支付宝账务明细查询',
      '#账号：[20880000000000000156]',
      '#-----------------------------------------账务明细列表----------------------------------------',
      '账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注',
      '331\t,2026\t,pay_1\t,电费,2026-01-02 10:00:00,甲(a***@x.com),10.00,0.00,10.00,支付宝,在线支付,',
      '332\t,2026\t,pay_1\t,电费,2026-01-02 11:00:00,甲(a***@x.com),0.00,-4.00,6.00,支付宝,交易退款,',
      '#-----------------------------------------账务明细列表结束------------------------------------',
      '#支出合计：1笔，共-4.00元',
      '#收入合计：1笔，共10.00元',
    ].join('\r\n');
    const alipay = await inspect(gbk(account));
    expect(alipay.problems).toEqual([]);
    expect(movements(alipay)).toEqual(['+1000 CNY', '-400 CNY']);
    expect(alipay.summary).toMatchObject({
      variant: 'alipay-merchant',
      totals: [{ account: '20880000000000000156' }],
    });
  });
});

describe('archives', () => {
  const text = '交易日期,金额\n2026-01-02,1.00\n';

  it('are opened: gzip, and a zip of one file, whatever else a Mac puts in', async () => {
    expect(movements(await inspect(gzipSync(text)))).toEqual(['+100 CNY']);
    const one = zip([
      { name: 'x/', content: '' },
      { name: 'x/a.csv', content: text },
      { name: '__MACOSX/._a.csv', content: 'x' },
    ]);
    expect(movements(await inspect(one))).toEqual(['+100 CNY']);
  });

  it.each([
    ['cut short (gzip)', gzipSync(text).subarray(0, -6), 'archive_damaged'],
    ['cut short (zip)', zip([{ name: 'a', content: text }]).subarray(0, -6), 'archive_damaged'],
    ['lying about its size', zip([{ name: 'a', content: text, declaredBytes: 5 }]), 'archive_damaged'],
    ['of none', zip([]), 'archive_empty'],
    ['with a password', zip([{ name: 'a', content: text, isEncrypted: true }]), 'archive_locked'],
    [
      'of a declared bomb',
      zip([{ name: 'a', content: text, declaredBytes: 3_000_000_000 }]),
      'archive_too_large',
    ],
  ])('are refused: %s', async (_, content, code) => {
    const { problems, rows } = await inspect(content);
    expect(problems).toEqual([`error ${code} 0`]);
    expect(rows).toEqual([]);
  });

  it('are refused when they swell beyond what they are', async () => {
    const blank = Buffer.alloc(80 * 1024 ** 2, `${' '.repeat(4_000)}\n`);
    const bomb = gzipSync(Buffer.concat([Buffer.from(text), blank]));
    expect((await inspect(bomb)).problems).toEqual(['error archive_too_large 0']);
  });
});
