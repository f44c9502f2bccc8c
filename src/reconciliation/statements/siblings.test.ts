import { inspect, movements } from '../../../test/support/statements.ts';

/** Ways of writing of banks whose files nobody has sent yet: told by their manuals and by what others had to mend. */
describe('exports of other Chinese banks', () => {
  it('has a translation in brackets behind each name (Bank of China, for companies)', async () => {
    const found = await inspect(
      [
        '交易类型[ Transaction Type ],付款人名称[ Payer ],交易日期[ Transaction Date ],交易货币[ Trade Currency ],交易金额[ Trade Amount ],交易后余额[ After-transaction balance ],交易流水号[ Reference ],用途[ Purpose ]',
        '往账,甲,20260105,CNY,"-1,200.00","8,800.00",T1,货款',
        '来账,丙,20260106,CNY,200.00,"9,000.00",T2,',
      ].join('\n'),
    );
    expect(found).toMatchObject({ problems: [], summary: { format: 'cn-bank', complete: true } });
    expect(movements(found)).toEqual(['-120000 CNY', '+20000 CNY']);
    expect(found.rows[0]).toMatchObject({ bankRef: 'T1', bookedOn: '2026-01-05', memo: '货款' });
  });

  it('says 借 and 贷 in two languages at once (Bank of Communications)', async () => {
    const lines = (direction: string) => [
      `序号,交易日期,交易时间,交易类型,${direction},交易金额,余额,对方户名`,
      '1,2026-01-05,10:00,网上支付,借 Dr,12.00,88.00,x',
      '2,2026-01-06,10:00,转账,贷 Cr,10.00,98.00,x',
      '3,2026-01-07,10:00,转账,借 Dr,8.00,90.00,x',
    ];
    const found = await inspect(lines('借贷状态').join('\n'));
    expect(found.problems).toEqual([]);
    expect(movements(found)).toEqual(['-1200 CNY', '+1000 CNY', '-800 CNY']);
    // A name that is not known: rather no answer than one with the wrong sign.
    expect((await inspect(lines('某标志').join('\n'))).problems).toContain('error direction_unreadable 4');
  });
});

describe('MT940 of other banks', () => {
  const message = (entry: string, details: string) =>
    `:20:1\r\n:25:NL44RABO0123456789\r\n:28C:1\r\n:60F:C260101EUR1,00\r\n${entry}\r\n${details}\r\n:62F:C260102EUR2,50\r\n-\r\n`;

  it.each(['EREF', 'MARF', 'PREF'])('takes the reference of :86: where :61: says only %s', async (word) => {
    const { rows } = await inspect(
      message(`:61:260102C000000000001,50N541${word}`, ':86:/EREF/0047 1122/ORDP//NAME/Jan/REMI/Factuur'),
    );
    expect(rows).toMatchObject([{ ref: '0047 1122', counterparty: 'Jan', memo: 'Factuur' }]);
  });

  const gbk = Buffer.from('d5c5c8fd20bdc9b7d1', 'hex').toString('latin1');
  it.each([
    ['GB18030', gbk, 'gb18030', '张三 缴费'],
    ['Windows-1252', 'Gr\xf6\xdfe M\xfcller', 'windows-1252', 'Größe Müller'],
    ['Windows-1252, two letters in a row alone', 'Gr\xf6\xdfe', 'windows-1252', 'Größe'],
  ])('is read as %s', async (_, text, encoding, memo) => {
    const content = Buffer.from(message(':61:260102C1,50NMSCREF', `:86:${text}`), 'latin1');
    const { rows, summary } = await inspect(content);
    expect(rows[0]?.memo).toBe(memo);
    expect(summary).toMatchObject({ encoding, complete: true });
  });
});
