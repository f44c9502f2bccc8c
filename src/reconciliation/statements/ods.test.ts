import { utils, write } from '@e965/xlsx';
import { inspect, movements, zip } from '../../../test/support/statements.ts';

const NAMESPACES =
  'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"';
const MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>';
const HIDDEN =
  '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>';

function ods(sheets: string, manifest = MANIFEST): Buffer {
  return zip([
    { name: 'mimetype', content: 'application/vnd.oasis.opendocument.spreadsheet' },
    {
      name: 'content.xml',
      content: `<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content ${NAMESPACES}><office:automatic-styles>${HIDDEN}</office:automatic-styles><office:body><office:spreadsheet>${sheets}</office:spreadsheet></office:body></office:document-content>`,
    },
    { name: 'META-INF/manifest.xml', content: manifest },
  ]);
}

const table = (rows: string, style = 'ta1') =>
  `<table:table table:name="明细" table:style-name="${style}"><table:table-column table:number-columns-repeated="1024"/>${rows}</table:table>`;
const row = (cells: string, repeated = '') => `<table:table-row${repeated}>${cells}</table:table-row>`;
const text = (value: string) =>
  `<table:table-cell office:value-type="string"><text:p>${value}</text:p></table:table-cell>`;
const number = (value: string, shown = value) =>
  `<table:table-cell office:value-type="float" office:value="${value}"><text:p>${shown}</text:p></table:table-cell>`;
const date = (value: string) =>
  `<table:table-cell office:value-type="date" office:date-value="${value}"><text:p>今天</text:p></table:table-cell>`;
const empty = (count: number) => `<table:table-cell table:number-columns-repeated="${count}"/>`;
const repeated = (count: number) => ` table:number-rows-repeated="${count}"`;
const HEADING = row(['交易日期', '流水号', '收入', '支出', '摘要'].map(text).join(''));
const END = row(empty(1024), repeated(1_048_000));

describe('an OpenDocument spreadsheet', () => {
  it('is read as another program writes it', async () => {
    const sheet = utils.aoa_to_sheet([
      ['某银行 账户明细'],
      ['账号：6222020200112233445'],
      [],
      ['交易日期', '流水号', '贷方金额', '借方金额', '余额', '摘要'],
      ['2026-01-02', '0123456789012345678', 1234.56, null, 2234.56, '工资 & 奖金'],
      ['2026-01-03', '0002', null, 0.3, 2234.26, null],
    ]);
    const book = utils.book_new();
    utils.book_append_sheet(book, sheet, '明细');
    const found = await inspect(write(book, { type: 'buffer', bookType: 'ods' }));
    expect(found).toMatchObject({ problems: [], summary: { format: 'cn-bank', complete: true } });
    expect(movements(found)).toEqual(['+123456 CNY', '-30 CNY']);
    expect(found.rows).toMatchObject([
      { line: 5, bookedOn: '2026-01-02', bankRef: '0123456789012345678', memo: '工资 & 奖金' },
      { line: 6, bookedOn: '2026-01-03', bankRef: '0002' },
    ]);
    expect(found.summary.totals).toMatchObject([{ account: '6222020200112233445', balanceProof: 'proved' }]);
  });

  it('writes what is the same once, groups rows, marks up text, and hides sheets', async () => {
    const note = '<office:annotation><text:p>谁的</text:p></office:annotation>';
    const marked = `<table:table-cell office:value-type="string">${note}<text:p>电<text:span>费<text:a>单</text:a></text:span></text:p><text:p>据</text:p></table:table-cell>`;
    const same = row(`${date('2026-01-02T12:00:00')}${text('7')}${number('1.005E1', '10.1')}`, repeated(3));
    const covered =
      '<table:covered-table-cell table:number-columns-repeated="2"><text:p>9</text:p></table:covered-table-cell>';
    const last = row(`${date('2026-01-05')}${covered}${number('4', '￥4.00')}${marked}${empty(1019)}`);
    const found = await inspect(
      ods(
        [
          table(row(text('交易日期') + text('收入')) + row(date('2026-01-01') + number('99')), 'ta2'),
          table(
            `${row(empty(5), repeated(2))}<table:table-header-rows>${HEADING}</table:table-header-rows><table:table-row-group><table:table-row-group>${same}</table:table-row-group></table:table-row-group>${last}${END}`,
          ),
        ].join(''),
      ),
    );
    expect(found.problems).toEqual(['warning totals_missing 7']);
    expect(movements(found)).toEqual(['+1005 CNY', '+1005 CNY', '+1005 CNY', '-400 CNY']);
    expect(found.rows.map(({ line, bookedOn }) => [line, bookedOn])).toEqual([
      [4, '2026-01-02'],
      [5, '2026-01-02'],
      [6, '2026-01-02'],
      [7, '2026-01-05'],
    ]);
    expect(found.rows[3]).toMatchObject({ bankRef: null, memo: '电费单\n据' });
  });

  it('has further sheets with the heading of the first, and no others', async () => {
    const sheet = table(HEADING + row(date('2026-01-02') + text('1') + number('1')) + END);
    const found = await inspect(ods(sheet + sheet + table(row(text('说明'))) + table(END)));
    expect(movements(found)).toEqual(['+100 CNY', '+100 CNY']);
    expect(found.summary.totals).toHaveLength(2);
    expect(found.problems).toContain('warning sheets_not_read 0');
  });

  const locked = MANIFEST.replace(
    '/>',
    '><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>',
  );
  it.each([
    ['a password', ods('', locked), 'spreadsheet_locked'],
    [
      'a password on all of it',
      zip([
        { name: 'META-INF/manifest.xml', content: locked },
        { name: 'encrypted-package', content: 'x' },
      ]),
      'spreadsheet_locked',
    ],
    ['no sheet', ods(''), 'spreadsheet_damaged'],
    ['hidden sheets alone', ods(table(HEADING, 'ta2')), 'spreadsheet_damaged'],
    ['an end that is cut', ods(table(HEADING).slice(0, -5)), 'xml_malformed'],
    [
      'rows without number',
      ods(table(HEADING + row(text('2026-01-02'), repeated(10_002)))),
      'spreadsheet_too_large',
    ],
    [
      'rows of much text',
      ods(table(HEADING + row(text('x'.repeat(9_999)), repeated(5_000)))),
      'spreadsheet_too_large',
    ],
    ['rows behind the last', ods(table(END + END + HEADING)), 'spreadsheet_too_large'],
    ['columns without number', ods(table(row(empty(999) + text('a') + text('b')))), 'spreadsheet_too_large'],
    ['texts without end', ods(table(row(text('x'.repeat(40_000))))), 'spreadsheet_too_large'],
    ['a document of another program', zip([{ name: '[Content_Types].xml', content: '' }]), 'xls_not_read'],
  ])('is refused with %s', async (_, content, code) => {
    const { problems, summary } = await inspect(content);
    expect(problems.filter((problem) => problem.startsWith('error')).join()).toContain(code);
    expect(summary.complete).toBe(false);
  });
});
