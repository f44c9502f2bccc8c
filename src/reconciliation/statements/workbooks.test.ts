import { type CellObject, CFB, utils, type WorkBook, type WorkSheet, write } from '@e965/xlsx';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { inspect, movements, xlsx } from '../../../test/support/statements.ts';

type Value = string | number | null | CellObject;

const HEADING = ['交易日期', '流水号', '贷方金额', '借方金额', '余额', '对方户名', '摘要'];
const ROWS: Value[][] = [
  [day(46_024.5), '123456789012345678', 1234.56, null, 2234.56, '甲公司', '工资 & 奖金'],
  ['2026-01-03', '0002', null, 0.3, 2234.26, '乙公司', null],
];
const MOVEMENTS = ['+123456 CNY', '-30 CNY'];

/** A number that is shown as a date. */
function day(serial: number, format = 'yyyy"年"m"月"d"日"'): CellObject {
  return { t: 'n', v: serial, z: format };
}

function sheet(rows: readonly (readonly Value[])[]): WorkSheet {
  return utils.aoa_to_sheet(rows.map((row) => [...row]));
}

function book(sheets: Readonly<Record<string, WorkSheet>>, is1904 = false): WorkBook {
  const workbook = utils.book_new();
  for (const [name, each] of Object.entries(sheets)) utils.book_append_sheet(workbook, each, name);
  workbook.Workbook = { ...workbook.Workbook, WBProps: { date1904: is1904 } };
  return workbook;
}

function xls(sheets: Readonly<Record<string, WorkSheet>>, is1904 = false): Buffer {
  return write(book(sheets, is1904), { type: 'buffer', bookType: 'biff8', bookSST: true });
}

/** A title over all columns, a line with the account, the heading in line 4. */
function statement(rows = ROWS): WorkSheet {
  const made = sheet([['某银行 账户明细'], ['账号：6222020200112233445'], [], HEADING, ...rows]);
  made['!merges'] = [{ s: { r: 0, c: 0 }, e: { r: 0, c: 6 } }];
  return made;
}

describe('a workbook of Excel 97 to 2003', () => {
  it('is read by the names of its columns: texts, numbers, dates, with empty cells at the end of a row', async () => {
    const found = await inspect(xls({ 明细: statement() }));
    expect(found).toMatchObject({ problems: [], summary: { format: 'cn-bank', complete: true } });
    expect(movements(found)).toEqual(MOVEMENTS);
    expect(found.rows).toMatchObject([
      { line: 5, bookedOn: '2026-01-02', bankRef: '123456789012345678', memo: '工资 & 奖金' },
      { line: 6, bookedOn: '2026-01-03', bankRef: '0002', counterparty: '乙公司', memo: null },
    ]);
    expect(found.summary.totals).toMatchObject([{ account: '6222020200112233445', balanceProof: 'proved' }]);
  });

  it('counts days from 1904 where it says so, and takes what formulas came to', async () => {
    const formulas: Value[] = [
      day(46_024.5 - 1_462, 'yyyy-mm-dd'),
      { t: 's', v: 'R-1', f: '"R-"&1' },
      { t: 'n', v: 5, f: '2+3' },
    ];
    const found = await inspect(xls({ a: sheet([HEADING.slice(0, 3), formulas]) }, true));
    expect(found.rows).toMatchObject([{ bookedOn: '2026-01-02', bankRef: 'R-1', amountMinor: 500 }]);
  });

  it('may hold more text than a record does', async () => {
    const rows = Array.from({ length: 400 }, (_, index) => {
      const memo = (index % 2 ? '电' : 'x').repeat((index * 97) % 700) + index;
      return ['2026-01-02', `${index}`, 1, null, null, '甲', memo];
    });
    const found = await inspect(xls({ a: statement(rows) }));
    expect(found.rows.map(({ memo }) => memo)).toEqual(rows.map((row) => row.at(-1)));
  });

  it('never gives away a reference or an amount whose digits are lost', async () => {
    const row = (ref: Value, amount: Value): Value[] => ['2026-01-02', ref, amount, null, null, null, null];
    const kept = await inspect(xls({ a: statement([row(4_200_001_234_567_891, 9_999_999_999_999.98)]) }));
    expect(kept.rows).toMatchObject([{ bankRef: '4200001234567891', amountMinor: 999_999_999_999_998 }]);
    for (const bytes of [
      xls({ a: statement([row(Number('123456789012345678'), 1)]) }),
      xlsx([
        ['交易日期', '流水号', '贷方金额'],
        ['2026-01-02', { n: '123456789012345678' }, { n: '1' }],
      ]),
    ]) {
      const lost = await inspect(bytes);
      expect(lost.rows[0]?.bankRef).toBe('123456789012345\uFFFD\uFFFD\uFFFD');
      expect(lost.problems.map((problem) => problem.replace(/ \d+$/, ''))).toEqual([
        'warning number_too_long',
        'error reference_damaged',
        'warning totals_missing',
      ]);
    }
    const amounts = [
      [1.005, 'error amount_finer_than_minor_unit 5'],
      [10_000_000_000_000.02, 'error amount_unreadable 5'],
      [{ t: 'e', v: 23 } as CellObject, 'error amount_unreadable 5'],
    ] as const;
    for (const [amount, problem] of amounts) {
      const { rows, problems } = await inspect(xls({ a: statement([row('1', amount)]) }));
      expect(rows).toEqual([]);
      expect(problems).toContain(problem);
    }
  });

  it('goes on with sheets of the same heading, and says which it passes over', async () => {
    const more = sheet([HEADING, ['2026-01-04', '3', 1, null, 2235.26, null, null]]);
    const summary = sheet([
      ['日期', '金额'],
      ['2026-01-02', 1234.56],
    ]);
    for (const write of [xls, xlml]) {
      const found = await inspect(write({ a: statement(), b: summary, c: more }));
      expect(movements(found)).toEqual([...MOVEMENTS, '+100 CNY']);
      expect(found.rows[2]).toMatchObject({ statement: 1, line: 2 });
      expect(found).toMatchObject({ problems: ['error sheets_not_read 0'] });
      const notes = sheet([['本表由系统生成'], ['打印日期：2026-01-05']]);
      const noted = await inspect(write({ a: statement(), b: notes }));
      expect(noted).toMatchObject({ problems: ['warning sheets_not_read 0'], summary: { complete: true } });
    }
  });

  it('of another kind, or with a password, says what to do', async () => {
    const problemsOf = async (bytes: Buffer) => (await inspect(bytes)).problems;
    const old = write(book({ a: statement() }), { type: 'buffer', bookType: 'biff5' });
    expect(await problemsOf(old)).toEqual(['error xls_not_read 0']);
    expect(await problemsOf(workbookStream(xls({ a: statement() })))).toEqual(['error xls_not_read 0']);
    expect(await problemsOf(compound('EncryptedPackage', Buffer.alloc(9_000)))).toEqual([
      'error spreadsheet_locked 0',
    ]);
    expect(await problemsOf(compound('WordDocument', Buffer.alloc(9_000)))).toEqual(['error xls_not_read 0']);
    const stream = workbookStream(xls({ a: statement() }));
    const begin = 4 + stream.readUInt16LE(2);
    const filePass = Buffer.from([0x2f, 0, 2, 0, 1, 0]);
    const locked = Buffer.concat([stream.subarray(0, begin), filePass, stream.subarray(begin)]);
    expect(await problemsOf(compound('Workbook', locked))).toEqual(['error spreadsheet_locked 0']);
    expect(await problemsOf(compound('Workbook', stream.subarray(0, -9)))).toEqual([
      'error spreadsheet_damaged 0',
    ]);
  });

  it('whose sectors lead in a circle, or nowhere, is refused', async () => {
    const bytes = xls({ a: statement(Array.from({ length: 500 }, () => ROWS[0] ?? [])) });
    const table = (bytes.readUInt32LE(76) + 1) * 512;
    for (const [sector, next] of [
      [3, 3],
      [4, 0x7fffffff],
      [5, 0xfffffffe],
    ] as const) {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt32LE(next, table + 4 * (damaged.readUInt32LE(damagedStart(damaged)) + sector));
      const { rows, problems } = await inspect(damaged);
      expect(rows).toEqual([]);
      expect(problems).toEqual(['error spreadsheet_damaged 0']);
    }
  });

  it('is not complete when it is cut, and read without throwing whatever happened to it', async () => {
    const bytes = xls({ a: statement() });
    const used = workbookEnd(bytes);
    await fc.assert(
      fc.asyncProperty(fc.nat(used - 1), async (length) => {
        const { summary } = await inspect(bytes.subarray(0, length));
        expect(summary.complete).toBe(false);
      }),
      { numRuns: 60 },
    );
    const hit = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(hit, { minLength: 1, maxLength: 30 }), async (hits) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of hits) if (at > 7) damaged[at] = byte;
        const { rows, summary } = await inspect(damaged);
        expect(summary.rowCount).toBe(rows.length);
        expect(summary.complete).toBe(!summary.problems.some(({ severity }) => severity === 'error'));
      }),
      { numRuns: 150 },
    );
  });
});

/** Where the directory's entry of the workbook says in which sector it begins. */
function damagedStart(bytes: Buffer): number {
  return bytes.indexOf(Buffer.from('Workbook', 'utf16le')) + 116;
}

/** Behind the last byte of the file that is of use: what follows is the rest of a sector. */
function workbookEnd(bytes: Buffer): number {
  return bytes.length - 512;
}

function workbookStream(bytes: Buffer): Buffer {
  const entry = CFB.find(CFB.read(bytes, { type: 'buffer' }), '/Workbook');
  return Buffer.from((entry?.content ?? []) as Uint8Array);
}

/** A compound file of one stream. */
function compound(name: string, content: Buffer): Buffer {
  const made = CFB.utils.cfb_new();
  CFB.utils.cfb_add(made, `/${name}`, content);
  return CFB.write(made, { type: 'buffer' }) as Buffer;
}

function xlml(sheets: Readonly<Record<string, WorkSheet>>): Buffer {
  return write(book(sheets), { type: 'buffer', bookType: 'xlml' });
}

describe('XML Spreadsheet 2003', () => {
  it('is read as the workbook that it is', async () => {
    const found = await inspect(xlml({ 明细: statement() }));
    expect(found).toMatchObject({ problems: [], summary: { format: 'cn-bank', complete: true } });
    expect(movements(found)).toEqual(MOVEMENTS);
    expect(found.rows).toMatchObject([
      { line: 5, bankRef: '123456789012345678' },
      { line: 6, bookedOn: '2026-01-03' },
    ]);
  });

  const XML = `<?xml version="1.0" encoding="GBK"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
 <Worksheet ss:Name="明细"><Table>
  <Row ss:Span="1"><Cell ss:MergeAcross="3"><Data ss:Type="String">账号：1234567890</Data></Cell></Row>
  <Row ss:Index="4"><Cell ss:MergeDown="1"><Data ss:Type="String">交易日期</Data></Cell><Cell ss:MergeAcross="1"><Data ss:Type="String">发生额</Data></Cell><Cell ss:MergeDown="1"><Data ss:Type="String">摘要</Data></Cell></Row>
  <Row><Cell ss:Index="2"><Data ss:Type="String">收入</Data></Cell><Cell><Data ss:Type="String">支出</Data></Cell></Row>
  <Row ss:Index="8"><Cell><Data ss:Type="DateTime">2026-01-02T00:00:00.000</Data></Cell><Cell ss:Index="3"><Data ss:Type="Number">0.30000000000000004</Data></Cell><Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">电<B>费<I>单</I></B>据</ss:Data></Cell></Row>
 </Table></Worksheet></Workbook>`;

  it('may skip rows and cells, merge them, mark text up, and be in GBK', async () => {
    const found = await inspect(iconv.encode(XML, 'gbk'));
    expect(movements(found)).toEqual(['-30 CNY']);
    expect(found.rows).toMatchObject([{ line: 8, bookedOn: '2026-01-02', memo: '电费单据' }]);
    expect(found).toMatchObject({ problems: ['warning totals_missing 8'] });
  });

  it('is never complete when it is cut, and never larger than a sheet', async () => {
    for (let length = 300; length < XML.length; length += 37) {
      expect((await inspect(XML.replace('GBK', 'UTF-8').slice(0, length))).summary.complete).toBe(false);
    }
    const far = XML.replace('GBK', 'UTF-8').replace('ss:Index="3"', 'ss:Index="99999"');
    expect((await inspect(far)).problems).toContain('error spreadsheet_too_large 8');
  });
});
