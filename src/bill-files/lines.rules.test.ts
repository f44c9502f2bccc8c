import fc from 'fast-check';
import { formatMinor } from '../kernel/money.ts';
import { findColumns } from './columns.rules.ts';
import { accountKey, lineReader, maskName } from './lines.rules.ts';
import { billFileSetupSchema } from './setup.ts';

const HEADING = ['户号', '账期', '金额', '期限', '提前', '提前至', '逾期', '基本', '停车'];
const { columns } = billFileSetupSchema.parse({
  columns: {
    inputs: { accountNumber: '户号' },
    period: '账期',
    amount: '金额',
    dueDate: '期限',
    earlyAmount: '提前',
    earlyUntil: '提前至',
    lateAmount: '逾期',
    charges: [
      { column: '基本', kind: 'basic', label: { 'zh-CN': '基本', en: 'Basic' } },
      { column: '停车', kind: 'other', label: { 'zh-CN': '停车', en: 'Parking' } },
    ],
  },
});

function read(...cells: string[]) {
  const search = findColumns(columns, HEADING);
  if (search.kind !== 'found') throw new Error(search.names.join());
  return lineReader(search.columns, { accountNumber: '^[0-9]{4}$' }, 'CNY')(cells, 7);
}

const codesOf = (...cells: string[]) => {
  const reading = read(...cells);
  return reading.kind === 'bad' ? reading.problems.map(({ code }) => code) : [];
};

describe('a line of a file of bills', () => {
  it('says every amount to the fen, however large', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (minor) => {
        const reading = read('1234', '2025-11', formatMinor(minor, 'CNY'));
        expect(reading).toMatchObject({ kind: 'bill', bill: { amountMinor: minor } });
      }),
    );
  });

  it('never throws, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 }), { maxLength: 9 }), (cells) => {
        expect(['bill', 'bad', 'skipped']).toContain(read(...cells).kind);
      }),
    );
  });

  it('knows three prices, and what it is made of', () => {
    expect(read('1234', '2025年3月', '100', '2025-12-31', '98', '2025-11-30', '102', '60', '40')).toEqual({
      kind: 'bill',
      bill: {
        line: 7,
        account: '1234',
        maskedName: null,
        billId: '2025-03',
        amountMinor: 10_000,
        dueDate: '2025-12-31',
        details: {
          period: '2025-03',
          early: { minor: 9_800, until: '2025-11-30' },
          lateMinor: 10_200,
          charges: [
            { kind: 'basic', zh: '基本', en: 'Basic', minor: 6_000 },
            { kind: 'other', zh: '停车', en: 'Parking', minor: 4_000 },
          ],
        },
      },
    });
  });

  it.each([
    ['account_missing', ['', '2025-11', '1']],
    ['account_wrong_format', ['123', '2025-11', '1']],
    ['amount_missing', ['1234', '2025-11', '']],
    ['amount_negative', ['1234', '2025-11', '-1']],
    ['amount_unreadable', ['1234', '2025-11', '1,23']],
    ['amount_too_large', ['1234', '2025-11', '99999999999999999']],
    ['bill_id_missing', ['1234', '', '1']],
    ['early_not_less', ['1234', '2025-11', '1', '2025-12-31', '2', '2025-11-30']],
    ['early_date_missing', ['1234', '2025-11', '2', '2025-12-31', '1', '']],
    ['early_after_due', ['1234', '2025-11', '2', '2025-11-30', '1', '2025-12-31']],
    ['due_date_missing', ['1234', '2025-11', '2', '', '', '', '3']],
    ['late_not_more', ['1234', '2025-11', '2', '2025-11-30', '', '', '1']],
    ['charges_differ', ['1234', '2025-11', '2', '', '', '', '', '1', '']],
    ['text_damaged', ['1234', '2025\ufffd', '2']],
  ])('says %s', (code, cells) => {
    expect(codesOf(...cells)).toEqual([code]);
  });

  it('passes over sums and blanks', () => {
    expect(read('合计', '', '1234.00')).toEqual({ kind: 'skipped' });
    expect(read('', ' ', '')).toEqual({ kind: 'skipped' });
  });
});

describe('accounts and names', () => {
  it('are found however they are typed', () => {
    expect(accountKey({ room: '１５０２', building: ' 3a ' })).toBe(
      accountKey({ building: '3A', room: '15 02' }),
    );
  });

  it('are masked beyond the first character', () => {
    expect(['张', '张伟', '欧阳晓明', ''].map(maskName)).toEqual(['*', '张*', '欧***', '']);
  });
});

describe('a heading', () => {
  it('is found by letters where names are missing, and is then no bill', () => {
    const byLetter = { ...columns, inputs: { accountNumber: 'A' }, period: 'B', amount: 'C', charges: [] };
    const bare = { inputs: byLetter.inputs, period: 'B', amount: 'C', charges: [] };
    expect(findColumns(bare, ['no', 'for', 'sum'])).toMatchObject({ kind: 'found', isHeading: true });
    expect(findColumns(bare, ['1234', '2025-11', '1.00'])).toMatchObject({ kind: 'found', isHeading: false });
    expect(findColumns(columns, ['户号', '账期'])).toMatchObject({ kind: 'missing' });
  });
});
