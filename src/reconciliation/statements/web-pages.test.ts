import fc from 'fast-check';
import iconv from 'iconv-lite';
import { inspect, movements } from '../../../test/support/statements.ts';

const MOVEMENTS = ['+123456 CNY', '-30 CNY'];
const HEADING = ['交易日期', '流水号', '贷方金额', '借方金额', '余额', '对方户名', '摘要'];

describe('a web page that is called a workbook', () => {
  const PAGE = `<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta http-equiv=Content-Type content="text/html; charset=gb2312">
<style>td{mso-number-format:"\\@"}</style><!--[if gte mso 9]><xml><x:Name>明细</x:Name></xml><![endif]--></head><body>
<p>账号：6222020200112233445</p><table border=1>
<tr><td colspan=5 align="center"><b>账户&nbsp;明细</b></td></tr>
<tr><th rowspan="2">交易日期</th><th colspan="2">发生额</th><th rowspan="2">余额</th><th rowspan=2>流水号</th></tr>
<tr><th>收入</th><th>支出</th></tr>
<tr><td>2026-01-02</td><td x:num>1,234.56</td><td></td><td>2,234.56</td><td style="mso-number-format:'\\@'">123456789012345678</td></tr>
<TR><TD>2026-01-03<TD>&nbsp;<TD>0.30<TD>2,234.26<TD>a<br>&lt;b&#62;
<tr><td>合计</td><td>1,234.56</td><td>0.30</td><td></td><td></td></tr>
</table></body></html>`;

  it.each(['gbk', 'utf8'])('is read as the table it holds, in %s whatever it says', async (encoding) => {
    const found = await inspect(iconv.encode(PAGE, encoding));
    expect(found).toMatchObject({ problems: [], summary: { format: 'cn-bank', complete: true } });
    expect(movements(found)).toEqual(MOVEMENTS);
    expect(found.rows).toMatchObject([
      { line: 5, bankRef: '123456789012345678', bookedOn: '2026-01-02' },
      { line: 6, bankRef: 'a <b>' },
    ]);
    expect(found.summary.totals).toMatchObject([{ account: '6222020200112233445', balanceProof: 'proved' }]);
  });

  it('is not whole when it ends inside its table', async () => {
    for (let length = PAGE.indexOf('<table'); length < PAGE.indexOf('</table'); length += 11) {
      expect((await inspect(PAGE.slice(0, length))).summary.complete).toBe(false);
    }
  });

  it('without the columns of a statement is a page to sign in, or an error', async () => {
    const page =
      '<!DOCTYPE html><html><body><form><table><tr><td>用户名</td></tr></table></form></body></html>';
    expect((await inspect(page)).problems).toEqual(['error html_not_read 0']);
  });

  it.each([
    ['a cell over countless columns', '<td colspan="999999">', 'error spreadsheet_too_large'],
    ['tables in tables', '<table><tr><td>'.repeat(100), 'error xml_too_deep'],
    ['a comment without end', `<!--${'x'.repeat(50)}`, 'error file_cut_short'],
    ['quotes over cells', '<td class="a>1</td><td class=b">', 'error quote_not_closed'],
  ])('is refused with %s', async (_, text, problem) => {
    const { problems } = await inspect(PAGE.replace('<tr><td>合计', `<tr>${text}<td>合计`));
    expect(problems.join()).toContain(problem);
  });

  it('of any tags is read without throwing', async () => {
    const tag = fc.constantFrom(
      '<table>',
      '</table>',
      '<tr>',
      '<td rowspan=3>',
      '<td colspan=2>',
      '</td>',
      '<!--',
      '-->',
    );
    const text = fc.constantFrom(
      '交易日期',
      '金额',
      '2026-01-02',
      '1.00',
      '&nbsp;',
      '&#x110000;',
      '<',
      '"',
      '<style>',
      '</style>',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(tag, text), { maxLength: 60 }), async (parts) => {
        const { rows, summary } = await inspect(`<html><table><tr><td>交易日期<td>金额<tr>${parts.join('')}`);
        expect(summary.rowCount).toBe(rows.length);
      }),
      { numRuns: 100 },
    );
  });
});

it('text between tabs that is called a workbook is read as what it is', async () => {
  const lines = [
    HEADING.join('\t'),
    "2026-01-02\t'0001\t1,234.56\t\t2,234.56\t甲公司\t货款",
    '2026-01-03\t2\t\t0.30\t2,234.26\t乙\t',
  ];
  const found = await inspect(iconv.encode(lines.join('\r\n'), 'gbk'));
  expect(movements(found)).toEqual(MOVEMENTS);
  expect(found).toMatchObject({ problems: [], summary: { encoding: 'gb18030', complete: true } });
});
