import { readFileSync } from 'node:fs';
import type { Movement } from '../../../sandbox/bank/books.types.ts';
import { dailyFile as bankFile } from '../../../sandbox/bank/statement.ts';
import { inspect, movements } from '../../../test/support/statements.ts';
import { layoutSchema } from './layout.types.ts';

const FIXED = layoutSchema.parse({
  name: 'city-bank',
  kind: 'fixedWidth',
  encoding: 'gbk',
  unit: 'byte',
  currency: 'CNY',
  amounts: 'minor',
  header: {
    startsWith: 'H',
    bookedOn: { from: 2, length: 8, form: 'YYYYMMDD' },
    openingBalance: { from: 10, length: 10 },
  },
  row: {
    startsWith: 'D',
    amount: { from: 2, length: 8 },
    direction: { at: { from: 10, length: 2 }, words: { 收: 'credit', 付: 'debit' } },
    counterparty: { from: 12, length: 8 },
    ref: { from: 20, length: 6 },
  },
  trailer: {
    startsWith: 'T',
    count: { from: 2, length: 4 },
    netTotal: { from: 6, length: 10 },
    closingBalance: { from: 16, length: 10 },
  },
});
/** 收, 付 and two names of two bytes a character, as GBK has them. */
const [IN, OUT, NAMES] = ['cad5', 'b8b6', 'bcd7d2d2'].map((hex) =>
  Buffer.from(hex, 'hex').toString('latin1'),
);

describe('a declared layout', () => {
  const lines = [
    'H202601020000010000',
    `D00001000${IN}${NAMES}    R00001`,
    `D00000250${OUT}${NAMES}    R00002`,
    'T0002       7500000010750',
  ];
  const file = (text: readonly string[]) => Buffer.from(`${text.join('\r\n')}\r\n`, 'latin1');

  it('reads a fixed-width file of GBK, cut by bytes', async () => {
    const found = await inspect(file(lines), { layout: FIXED });
    expect(found.problems).toEqual([]);
    expect(movements(found)).toEqual(['+1000 CNY', '-250 CNY']);
    expect(found.rows[0]).toMatchObject({
      counterparty: '甲乙',
      ref: 'R00001',
      bookedOn: '2026-01-02',
      raw: 'D00001000收甲乙    R00001',
    });
    expect(found.summary).toMatchObject({
      format: 'city-bank',
      encoding: 'gbk',
      totals: [{ balanceProof: 'proved' }],
    });
  });

  it.each([
    [
      'a row is missing',
      [lines[0], lines[1], lines[3]],
      ['error total_differs 3', 'error total_differs 3', 'error balance_differs 3'],
    ],
    ['the trailer is missing', lines.slice(0, 3), ['error file_cut_short 3']],
    ['the header is missing', lines.slice(1), ['error header_missing 3']],
    ['a line is of no kind', [...lines.slice(0, 3), 'X', lines[3]], ['error record_unreadable 4']],
    ['something follows', [...lines, lines[1]], ['error text_unexpected 5']],
  ])('says when %s', async (_, some, problems) => {
    const found = await inspect(file(some.map((line) => line ?? '')), { layout: FIXED });
    expect(found.problems).toEqual(problems);
    expect(found.summary.complete).toBe(false);
  });

  it('reads a table by its heading, with a column for each side, and misses a column', async () => {
    const layout = layoutSchema.parse({
      name: 'table',
      kind: 'delimited',
      delimiter: ';',
      skipLines: 1,
      hasHeading: true,
      currency: 'CNY',
      row: {
        creditAmount: { column: 'In' },
        debitAmount: { column: 'Out' },
        bookedOn: { column: 'Day', form: 'DD.MM.YYYY' },
        memo: { value: 'constant' },
      },
    });
    const found = await inspect('note\nDay;In;Out\n02.01.2026;1,000.00;\n31.04.2026;;2.50\n', { layout });
    expect(movements(found)).toEqual(['+100000 CNY', '-250 CNY']);
    // Nothing stands below its rows: one that is missing would not be missed.
    expect(found.problems).toEqual(['error date_unreadable 4', 'warning totals_missing 4']);
    expect((await inspect('note\nDay;In\n02.01.2026;1\n', { layout })).problems).toContain(
      'error column_missing 2',
    );
  });

  it.each([
    ['no amount', { name: 'x', kind: 'delimited', row: {} }],
    ['bytes of nothing', { ...FIXED, encoding: undefined }],
    ['an unknown key', { ...FIXED, colour: 'red' }],
    ['a column of zero', { name: 'x', kind: 'delimited', row: { amount: { column: 0 } } }],
  ])('is refused with %s', (_, value) => {
    expect(layoutSchema.safeParse(value).success).toBe(false);
  });
});

describe('the sandboxes’ own files', () => {
  const movement = (index: number, kind: 'debit' | 'refund'): Movement =>
    ({
      kind,
      bankNo: `B${index}`,
      merchantNo: `pay_${index}`,
      merOrderNo: 'pay_1',
      amountFen: index * 101,
      atMs: Date.parse('2026-01-02T10:00:00+08:00'),
    }) as Movement;

  it('of the bank: what it debits from payers comes to us', async () => {
    const made = bankFile(
      [movement(1, 'debit'), movement(2, 'debit'), movement(3, 'refund')],
      'm',
      '2026-01-02',
      Date.parse('2026-01-04'),
    );
    const content = made.kind === 'ready' ? made.content : '';
    const found = await inspect(content);
    expect(found).toMatchObject({ problems: [], summary: { format: 'sandbox-bank-csv-1', complete: true } });
    expect(movements(found)).toEqual(['+101 CNY', '+202 CNY', '-303 CNY']);
    expect(found.rows[0]).toMatchObject({
      ref: 'pay_1',
      bankRef: 'B1',
      bookedOn: '2026-01-02',
      valueOn: '2026-01-02',
    });
    const lines = content.split('\r\n');
    for (const missing of [1, 2, 3, 4]) {
      const cut = lines.filter((_, index) => index !== missing).join('\r\n');
      expect((await inspect(cut)).summary.complete).toBe(false);
    }
  });

  it('of the power company: each payment that it posted', async () => {
    const text = readFileSync('providers/electricity/fixtures/daily-file.txt', 'utf8');
    const found = await inspect(text);
    expect(found).toMatchObject({ problems: [], summary: { format: 'gz-power-daily-v1', complete: true } });
    expect(movements(found)).toEqual(['+39514 CNY', '+10953 CNY']);
    expect(found.rows[1]).toMatchObject({
      ref: 'pst_fixture3',
      bankRef: 'C000000000003',
      bookedOn: '2026-11-21',
    });
    expect((await inspect(text.replace('504.67', '504.68'))).problems).toEqual(['error total_differs 4']);
  });
});
