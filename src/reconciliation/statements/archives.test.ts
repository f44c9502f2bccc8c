import fc from 'fast-check';
import iconv from 'iconv-lite';
import { inspect, movements, type ZipPart, zip } from '../../../test/support/statements.ts';

interface Account {
  iban: string;
  day: string;
  amounts: readonly string[];
}

/** A camt.053 of one account and day, opening at zero; an amount a line. */
function camt({ iban, day, amounts }: Account): string {
  const balance = (code: string, amount: string) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="CHF">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>`;
  const closing = amounts.reduce((sum, amount) => sum + Number(amount), 0).toFixed(2);
  const entries = amounts.map(
    (amount, index) =>
      `<Ntry><Amt Ccy="CHF">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><AcctSvcrRef>${iban}${day}${index}</AcctSvcrRef></Ntry>\n`,
  );
  return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>${iban}</IBAN></Id></Acct>
${balance('OPBD', '0.00')}${balance('CLBD', closing)}
${entries.join('')}</Stmt></BkToCstmrStmt></Document>`;
}

const A: Account = { iban: 'CH01', day: '2026-01-05', amounts: ['1.00', '2.00'] };
const B: Account = { iban: 'CH02', day: '2026-01-05', amounts: ['3.00'] };
const MT940 = ':20:S\n:25:A\n:28C:1\n:60F:C260104EUR0,\n:61:260105C2,NTRFA\n:62F:C260105EUR2,\n-\n';
const CSV = '交易日期,收入\n2026-01-05,1.00\n';

describe('a zip of several statement files', () => {
  it('is read in the order of their names, each by itself, with places of its own', async () => {
    const found = await inspect(
      zip([
        { name: 'C53/b.xml', content: camt(B) },
        { name: 'C53/', content: '' },
        { name: 'C53/Thumbs.db', content: 'x' },
        { name: 'C53/a.xml', content: camt(A) },
      ]),
    );
    expect(found).toMatchObject({ problems: [], summary: { format: 'camt.053', complete: true } });
    expect(movements(found)).toEqual(['+100 CHF', '+200 CHF', '+300 CHF']);
    // The first file has five lines.
    expect(found.rows.map(({ line, entry, statement }) => [line, entry, statement])).toEqual([
      [3, { name: 'C53/a.xml', line: 3 }, 0],
      [4, { name: 'C53/a.xml', line: 4 }, 0],
      [8, { name: 'C53/b.xml', line: 3 }, 1],
    ]);
    expect(found.summary.totals).toMatchObject([
      { entryName: 'C53/a.xml', account: 'CH01', creditMinor: 300, balanceProof: 'proved' },
      { entryName: 'C53/b.xml', account: 'CH02', creditMinor: 300, balanceProof: 'proved' },
    ]);
    expect(found.summary.balances.map(({ statement, line }) => [statement, line])).toEqual([
      [0, 2],
      [0, 2],
      [1, 7],
      [1, 7],
    ]);
  });

  it('holds the same rows as its files one by one, whatever they are called and cut into', async () => {
    const amounts = fc.array(
      fc.integer({ min: 1, max: 99_999 }).map((minor) => (minor / 100).toFixed(2)),
      { minLength: 1, maxLength: 4 },
    );
    const files = fc.uniqueArray(fc.record({ name: fc.stringMatching(/^[a-zA-Z\d账]{1,4}$/), amounts }), {
      selector: ({ name }) => name,
      minLength: 2,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(files, async (all) => {
        const parts = all.map(({ name, amounts: each }, index) => ({
          name,
          content: camt({ iban: `CH${index}`, day: '2026-01-05', amounts: each }),
        }));
        const whole = await inspect(zip(parts));
        const rows: unknown[] = [];
        for (const { name, content } of [...parts].sort((a, b) => (a.name < b.name ? -1 : 1))) {
          for (const row of (await inspect(content)).rows)
            rows.push({ ...row, entry: { name, line: row.line } });
        }
        expect(whole.rows.map((row) => ({ ...row, line: row.entry?.line, statement: 0 }))).toEqual(rows);
        expect(whole.summary).toMatchObject({ complete: true, rowCount: rows.length });
        const places = whole.rows.map(({ line }) => line);
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
      }),
      { numRuns: 20 },
    );
  });

  it('may be of MT940 or of tables, in characters of their own, beside sums of Alipay', async () => {
    const mt940 = zip([
      { name: 'b.sta', content: MT940 },
      { name: 'a.sta', content: MT940.replaceAll('2,', '5,').replace(/A$/m, 'B') },
    ]);
    expect(movements(await inspect(mt940))).toEqual(['+500 EUR', '+200 EUR']);
    const days = (day: string, charset: string) => [
      { name: `${day}_业务明细.csv`, content: iconv.encode(CSV.replace('05', day), charset) },
      { name: `${day}_业务明细(汇总).csv`, content: '#' },
    ];
    const found = await inspect(zip([...days('06', 'gbk'), ...days('05', 'utf8')]));
    expect(found.rows.map(({ bookedOn, line }) => [bookedOn, line])).toEqual([
      ['2026-01-05', 2],
      ['2026-01-06', 4],
    ]);
    expect(found.summary).toMatchObject({ complete: true, encoding: 'utf-8, gb18030' });
  });

  it('is broken where one of them is, and says which, where in it, and how', async () => {
    const parts = (broken: string): ZipPart[] => [
      { name: 'a.xml', content: camt(A) },
      { name: 'b.xml', content: broken },
      { name: 'c.xml', content: camt({ ...A, day: '2026-01-06' }) },
    ];
    const wrong = await inspect(
      zip(
        parts(
          camt(B).replace(
            '>3.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>',
            '>4.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>',
          ),
        ),
      ),
    );
    expect(wrong.summary).toMatchObject({
      complete: false,
      rowCount: 5,
      problems: [
        {
          code: 'balance_differs',
          line: 7,
          entry: { name: 'b.xml', line: 2 },
          message: 'b.xml, line 2: opening 0.00 + credits 3.00 - debits 0.00 = 3.00, but closing is 4.00',
        },
      ],
    });
    const cut = await inspect(zip(parts(camt(B).slice(0, -30))));
    expect(cut.summary).toMatchObject({
      complete: false,
      problems: [{ entry: { name: 'b.xml' }, message: expect.stringMatching(/^b\.xml, line 4: /) }],
    });
  });

  const pdf = { name: 'a.pdf', content: '%PDF-1.7' };
  it.each<[string, ZipPart[], string]>([
    ['another format', [{ name: 'b.sta', content: MT940 }], 'archive_of_several'],
    [
      'another message',
      [
        {
          name: 'b.xml',
          content: camt(B).replaceAll('CstmrStmt', 'CstmrAcctRpt').replaceAll('Stmt>', 'Rpt>'),
        },
      ],
      'archive_of_several',
    ],
    ['the same again', [{ name: 'b.xml', content: camt(A) }], 'archive_repeats'],
    ['an archive', [{ name: 'b.zip', content: zip([{ name: 'x', content: CSV }]) }], 'archive_in_archive'],
    ['a PDF', [pdf], 'pdf_not_read'],
    ['what nobody knows', [{ name: 'readme.txt', content: 'hello\n' }], 'format_unknown'],
    ['nothing', [{ name: 'b.xml', content: '' }], 'file_empty'],
    ['what is locked', [{ name: 'b.xml', content: camt(B), isEncrypted: true }], 'archive_locked'],
    ['the same name', [{ name: 'a.xml', content: camt(B) }], 'archive_damaged'],
  ])('is refused with %s in it', async (_, others, code) => {
    const { summary } = await inspect(zip([{ name: 'a.xml', content: camt(A) }, ...others]));
    expect(summary.complete).toBe(false);
    expect(summary.problems.map((problem) => problem.code)).toEqual([code]);
    for (const { name } of others) expect(summary.problems[0]?.message).toContain(name);
  });

  it('is a bomb where all of them together are', async () => {
    const part = (name: string) => ({ name, content: MT940, declaredBytes: 40 * 1024 ** 2 });
    expect((await inspect(zip([part('a'), part('b')]))).problems).toEqual(['error archive_too_large 0']);
  });

  it('of days on which nothing happened may say so in the same words', async () => {
    const content = '交易日期,收入\n共0笔\n';
    const { problems, summary } = await inspect(
      zip([
        { name: 'a', content },
        { name: 'b', content },
      ]),
    );
    expect(problems).toEqual([]);
    expect(summary).toMatchObject({ complete: true, rowCount: 0, totals: [{}, {}] });
  });
});
