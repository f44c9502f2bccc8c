import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inspectFile, movements } from '../support/statements.ts';

/** Real statements that nobody here wrote. They lie beside the clone, and not in it. */
const FOLDER = path.resolve(import.meta.dirname, '../../../shared/vectors/statements');
const isThere = existsSync(FOLDER);
const describeHere = isThere ? describe : describe.skip;
const filesOf = (kind: string, ending: string) =>
  isThere ? readdirSync(path.join(FOLDER, kind)).filter((name) => name.endsWith(ending)) : ['(not there)'];
const inspect = (kind: string, name: string) => inspectFile(path.join(FOLDER, kind, name));

if (!isThere)
  process.stderr.write('../shared/vectors/statements is absent: real statements were not tried\n');

/** What another parser made of an MT940 file: `+380.00 2010-03-18`, the sign, the amount as written, the value date. */
function otherReading(name: string): string[] {
  const text = readFileSync(path.join(FOLDER, 'mt940', name.replace(/sta$/, 'yml')), 'utf8');
  return text
    .split('models.Transaction\n')
    .slice(1)
    .map((block) => {
      const [, sign = '', digits = ''] = /Decimal\n\s+- '(-?)([\d.]+)'/.exec(block) ?? [];
      const [year, month, day] = dateIn(
        /\n\s+date: [^\n]*Date\n\s+- !!binary \|\n\s+(\S+)/.exec(block)?.[1] ?? '',
      );
      return `${sign || '+'}${Number(digits).toFixed(2)} ${year}-${month}-${day}`;
    });
}

/** Python's pickled date: two bytes of year, one of month, one of day. */
function dateIn(base64: string): string[] {
  const bytes = Buffer.from(base64, 'base64');
  return [
    String(bytes.readUInt16BE(0)),
    ...[...bytes.subarray(2)].map((byte) => String(byte).padStart(2, '0')),
  ];
}

describeHere('real MT940 and MT942 (../shared/vectors)', () => {
  it.each(filesOf('mt940', '.sta'))(
    '%s: what another parser reads, but for the sign of a credit taken back',
    async (name) => {
      const { rows } = await inspect('mt940', name);
      const ours = rows.map(({ direction, amountMinor, valueOn, raw }) => {
        // The other parser counts RC, a credit taken back, as a credit; the balances of the file prove it a debit.
        const isCredit = direction === 'credit' || /^:61:\d{6}(\d{4})?RC/.test(raw);
        return `${isCredit ? '+' : '-'}${(amountMinor / 100).toFixed(2)} ${valueOn}`;
      });
      expect(ours).toEqual(otherReading(name));
    },
  );

  it.each([
    ['betterplace-sepa_mt9401.sta', []],
    ['cmxl-mt940.sta', []],
    ['mBank-mt940.sta', []],
    ['mBank-mt942.sta', []],
    ['self-provided-february_30.sta', ['warning value_date_after_february 6']],
    // Rows were taken out of these before they were published.
    ['jejik-abnamro.sta', ['error balance_differs 27', 'error balance_differs 40', 'error page_missing 32']],
    ['jejik-ing.sta', ['error balance_differs 26']],
    ['jejik-postfinance.sta', ['error balance_differs 27']],
    // Pieces of statements.
    ['betterplace-missing_crlf_at_end.sta', ['error field_missing 1', 'warning name_missing 1']],
    ['betterplace-empty_86.sta', ['error field_missing 1', 'warning name_missing 1']],
    [
      'self-provided-sparkassen.sta',
      [
        'error currency_missing 1',
        'error field_missing 1',
        'warning name_missing 1',
        'warning end_missing 1',
      ],
    ],
    [
      'self-provided-multiline.sta',
      [
        'error currency_missing 38',
        'error field_missing 38',
        'warning name_missing 38',
        'error file_cut_short 38',
      ],
    ],
  ])('%s: complete, or why not', async (name, expected) => {
    const { problems, summary } = await inspect('mt940', name);
    expect(problems).toEqual(expected);
    expect(summary.complete).toBe(!expected.some((problem) => problem.startsWith('error')));
  });

  it('proves the balances of each of the 26 statements of one file', async () => {
    const { summary } = await inspect('mt940', 'betterplace-sepa_mt9401.sta');
    expect(summary.totals.map(({ balanceProof }) => balanceProof)).toEqual(Array(26).fill('proved'));
  });

  it('reads every form of an amount', async () => {
    const { summary } = await inspect('mt940', 'betterplace-amount_formats.sta');
    expect(summary.balances.map(({ amountMinor }) => amountMinor)).toEqual([
      38011512, 38011510, 38011500, 12, 12, 112,
    ]);
  });
});

describeHere('real camt (../shared/vectors)', () => {
  it.each([
    ['camt052.v2.xml', ['-20000000 SEK'], []],
    ['camt053.v2.five.decimals.xml', ['+885 EUR'], ['error balance_differs 49']],
    ['camt053.v2.minimal.xml', ['+885 EUR'], ['warning balance_not_comparable 54']],
    ['camt053.v2.multi.statement.xml', ['+885 EUR', '-700 EUR'], []],
    ['camt053.v2.wrong.xml', [], ['error element_missing 8']],
    ['camt053.v4.xml', ['+885 EUR'], ['warning balance_not_comparable 74']],
    ['camt053.v8.xml', ['+885 EUR'], ['warning balance_not_comparable 74']],
    ['camt054.v4.xml', ['-20000000 SEK'], []],
  ])('%s', async (name, moved, expected) => {
    const found = await inspect('camt', name);
    expect(movements(found)).toEqual(moved);
    expect(found.problems).toEqual(expected);
  });

  it('keeps the payments of a batch, and who they went to', async () => {
    const { rows } = await inspect('camt', 'camt054.v4.xml');
    expect(rows[0]?.details.map(({ amountMinor, currency, ref }) => [amountMinor, currency, ref])).toEqual([
      [310, 'CHF', 'UXC06170000006PI00001EE00001'],
      [320, 'CHF', 'UXC06170000006PI00001EE00002'],
      [320, 'CHF', 'UXC06170000006PI00001EE00002'],
    ]);
  });
});

describeHere('real Chinese exports (../shared/vectors)', () => {
  it.each([
    // 66 and 43 rows by their own heading: most were taken out before they were published.
    ['example-alipay-records.csv', 'alipay', 'gb18030', [4, 22239387, 5, 21164], false],
    ['example-wechat-records.csv', 'wechat-pay', 'utf-8', [8, 596327, 19, 2307064], false],
    ['example-boc-records.csv', 'cn-bank', 'utf-8', [4, 982100, 13, 939430], true],
    ['example-cmb-records.csv', 'cn-bank', 'utf-8', [1, 123400, 4, 201314], true],
  ])('%s', async (name, format, encoding, sums, complete) => {
    const { summary } = await inspect('cn', name);
    const [totals] = summary.totals;
    expect([totals?.creditCount, totals?.creditMinor, totals?.debitCount, totals?.debitMinor]).toEqual(sums);
    expect(summary).toMatchObject({ format, encoding, complete });
  });
});
