import { inspect, movements } from '../../../test/support/statements.ts';
import { layoutSchema } from './layout.types.ts';

const at = (from: number, length: number) => ({ from, length });
const minus = (from: number, ...words: string[]) => ({ negative: { at: at(from, 1), words } });

/** In the manner of Norma 43: accounts one behind the other, signs beside amounts, texts on lines of their own. */
const ACCOUNTS = layoutSchema.parse({
  name: 'accounts',
  kind: 'fixedWidth',
  amounts: { decimals: 3 },
  header: {
    startsWith: '11',
    account: at(3, 2),
    currency: { at: at(5, 3), words: { '978': 'EUR', '840': 'USD' } },
    bookedOn: { ...at(8, 6), form: 'YYMMDD' },
    openingBalance: { ...at(15, 7), ...minus(14, '1') },
  },
  row: {
    startsWith: '22',
    bookedOn: { ...at(3, 4), form: 'MMDD' },
    direction: { at: at(7, 1), words: { '1': 'debit', '2': 'credit' } },
    amount: at(8, 7),
    ref: at(15, 4),
  },
  continuations: [{ startsWith: '23', memo: at(3, 10), bankRef: at(13, 3) }],
  trailer: { startsWith: '33', count: at(3, 3), closingBalance: { ...at(7, 7), ...minus(6, '1') } },
  file: {
    trailer: { startsWith: '88', lineCount: at(3, 3), entryLineCount: at(6, 3), debitTotal: at(9, 7) },
  },
  passOver: [{ startsWith: '24' }, { startsWith: '888' }],
});
const LINES = [
  '11A197826010200001000',
  '22123120001500R001',
  '23Water     B01',
  '23bill      ',
  '24of no use',
  '22010110000500000000',
  '3300200002000',
  '11B297826010200001000',
  '22010210000100R003',
  '3300100000900',
  '880100050000600',
  '888888888888888888888',
];

describe('a declared layout of many kinds of records', () => {
  const inspectLines = (lines: readonly string[]) => inspect(`${lines.join('\n')}\n`, { layout: ACCOUNTS });

  it('reads several statements, lines that continue, signs beside amounts, decimals that are implied', async () => {
    const found = await inspectLines(LINES);
    expect(found.problems).toEqual([]);
    expect(movements(found)).toEqual(['+150 EUR', '-50 EUR', '-10 EUR']);
    expect(found.summary.totals).toMatchObject([
      { account: 'A1', balanceProof: 'proved' },
      { account: 'B2', balanceProof: 'proved' },
    ]);
    // A date without a year lies next to the header's; zeros are no reference.
    expect(found.rows).toMatchObject([
      { ref: 'R001', bankRef: 'B01', bookedOn: '2025-12-31', memo: 'Water bill' },
      { ref: null, bookedOn: '2026-01-01', memo: null },
      { ref: 'R003', bookedOn: '2026-01-02' },
    ]);
    expect(found.rows[0]?.raw).toBe(LINES.slice(1, 4).join('\n'));
  });

  it.each([
    [
      'a row of the first account is missing',
      [...LINES.slice(0, 5), ...LINES.slice(6)],
      'error balance_differs 6',
    ],
    ['an account is missing', [...LINES.slice(0, 7), ...LINES.slice(10)], 'error total_differs 8'],
    ['the end of an account is missing', [...LINES.slice(0, 6), ...LINES.slice(7)], 'error header_twice 7'],
    ['the end of the file is missing', LINES.slice(0, 10), 'error file_cut_short 10'],
    ['a text stands alone', [LINES[0] ?? '', '23alone', ...LINES.slice(1)], 'error record_misplaced 2'],
    [
      'a line was cut inside its amount',
      [...LINES.slice(0, 5), '2201011000050', ...LINES.slice(6)],
      'error row_cut_short 6',
    ],
    ['something follows', [...LINES, LINES[1] ?? ''], 'error text_unexpected 13'],
  ])('is not complete when %s', async (_, lines, problem) => {
    const { problems, summary } = await inspectLines(lines);
    expect(problems).toContain(problem);
    expect(summary.complete).toBe(false);
  });

  it('reads signs overpunched on the last digit', async () => {
    const layout = layoutSchema.parse({
      name: 'overpunched',
      kind: 'fixedWidth',
      currency: 'EUR',
      amounts: { decimals: 2, isOverpunched: true },
      row: { amount: at(1, 5) },
    });
    const found = await inspect('0001A\n0002}\n0003R\n0004{\n00055\n0006X\n', { layout });
    expect(movements(found)).toEqual(['+11 EUR', '-20 EUR', '-39 EUR', '+40 EUR', '+55 EUR']);
    expect(found.problems).toContain('error amount_unreadable 6');
  });

  it('says fees, batches, and which rows settle many payments', async () => {
    const layout = layoutSchema.parse({
      name: 'settlements',
      kind: 'delimited',
      currency: 'CNY',
      row: {
        amount: { column: 1 },
        fee: { column: 2 },
        batch: { column: 3 },
        settlement: { at: { column: 4 }, words: ['S'] },
      },
    });
    const { rows } = await inspect('10,-0.06,B1,P\n9.94,,,S\n', { layout });
    expect(rows).toMatchObject([
      { amountMinor: 1000, feeMinor: 6, batch: 'B1', isSettlement: false },
      { amountMinor: 994, feeMinor: 0, batch: null, isSettlement: true },
    ]);
  });

  it('takes no word for one that it merely inherits', async () => {
    const layout = layoutSchema.parse({
      name: 'words',
      kind: 'delimited',
      currency: 'CNY',
      row: { amount: { column: 1 }, direction: { at: { column: 2 }, words: { 收: 'credit' } } },
    });
    const found = await inspect('1,收\n2,constructor\n', { layout });
    expect(movements(found)).toEqual(['+100 CNY']);
    expect(found.problems).toContain('error direction_unreadable 2');
  });

  it('tells records by words at a place, also where bytes of GBK come first', async () => {
    const layout = layoutSchema.parse({
      name: 'gbk',
      kind: 'fixedWidth',
      encoding: 'gbk',
      unit: 'byte',
      currency: 'CNY',
      amounts: 'minor',
      row: { when: { at: at(5, 1), words: ['1'] }, counterparty: at(1, 4), amount: at(6, 3) },
      trailer: { startsWith: '合计', count: at(5, 1) },
      passOver: [{ startsWith: '1' }],
    });
    // 广 begins with a byte that is a raised 1 elsewhere.
    const lines = ['b9e3d6dd31313030', '31bacfbcc630', 'bacfbcc631'].map((hex) => Buffer.from(hex, 'hex'));
    const found = await inspect(Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\r\n')])), {
      layout,
    });
    expect(found.problems).toEqual([]);
    expect(found.rows).toMatchObject([{ counterparty: '广州', amountMinor: 100 }]);
  });

  it.each([
    ['a record without a sign', { passOver: [{}] }],
    [
      'words for what is no currency',
      { header: { startsWith: 'H', currency: { at: at(1, 3), words: { a: 'euro' } } } },
    ],
  ])('is refused with %s', (_, more) => {
    const base = { name: 'x', kind: 'fixedWidth', row: { amount: at(1, 2) } };
    expect(layoutSchema.safeParse(base).success).toBe(true);
    expect(layoutSchema.safeParse({ ...base, ...more }).success).toBe(false);
  });
});
