import fc from 'fast-check';
import { addDays } from '../../kernel/business-date.ts';
import type { StatementSummary, StatementTotals } from '../statements/statement.types.ts';
import { checkGates, type GateSetting, isWaivable, lastSequenceOf, type ReadRows } from './gates.rules.ts';
import type { Statement } from './intake.types.ts';

interface Day {
  businessDate: string;
  number: number;
  openingMinor: number;
  movedMinor: number;
}

const totals = (number: number | string, account: string): StatementTotals => ({
  statement: 0,
  statementId: null,
  sequence: String(number),
  account,
  currency: 'CNY',
  creditCount: 1,
  creditMinor: 0,
  debitCount: 0,
  debitMinor: 0,
  notBookedCount: 0,
  declared: null,
  balanceProof: 'proved',
});

/** A file of one account that is as it should be. */
function fileOf({ businessDate, number, openingMinor, movedMinor }: Day): {
  summary: StatementSummary;
  rows: ReadRows;
} {
  const balance = { statement: 0, currency: 'CNY', on: businessDate };
  return {
    summary: {
      format: 'mt940',
      variant: null,
      encoding: 'utf-8',
      complete: true,
      rowCount: 1,
      balances: [
        { ...balance, kind: 'opening', amountMinor: openingMinor, line: 2 },
        { ...balance, kind: 'closing', amountMinor: openingMinor + movedMinor, line: 9 },
      ],
      totals: [totals(number, 'A1')],
      problems: [],
      problemsLeftOut: 0,
      fileSha256: '',
      rowsSha256: `rows of ${number}`,
    },
    rows: {
      dates: { first: businessDate, last: businessDate, onDateCount: 1 },
      sums: [{ currency: 'CNY', rowCount: 1, amountMinor: movedMinor }],
    },
  };
}

const settingOf = (businessDate: string, previous: GateSetting['previous']): GateSetting => ({
  businessDate,
  currency: 'CNY',
  account: null,
  dayRange: 1,
  hadRows: false,
  sameRows: [],
  previous,
});

const asPrevious = (day: Day): Pick<Statement, 'businessDate' | 'sequence' | 'content'> => {
  const { summary, rows } = fileOf(day);
  return {
    businessDate: day.businessDate,
    sequence: lastSequenceOf(summary),
    content: { ...summary, sums: rows.sums },
  };
};

const DAY: Day = { businessDate: '2026-03-02', number: 41, openingMinor: 10_000, movedMinor: 500 };
const NEXT: Day = { businessDate: '2026-03-03', number: 42, openingMinor: 10_500, movedMinor: -700 };

/** What stops `NEXT` after `DAY` with something changed. */
function stops(change: (file: ReturnType<typeof fileOf>, setting: GateSetting) => void): string[] {
  const file = fileOf(NEXT);
  const setting = settingOf(NEXT.businessDate, asPrevious(DAY));
  change(file, setting);
  return checkGates(file.summary, file.rows, setting)
    .filter(({ severity }) => severity === 'stop')
    .map(({ gate, code }) => `${gate} ${code}`);
}

describe('gates', () => {
  it('let a chain of files pass that follow each other, whatever is in them', () => {
    const moved = fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        moved,
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer(),
        (days, firstNumber, firstOpening) => {
          let previous: GateSetting['previous'] = null;
          let openingMinor = firstOpening;
          for (const [at, movedMinor] of days.entries()) {
            const businessDate = addDays('2026-02-27', at);
            const day = { businessDate, number: firstNumber + at, openingMinor, movedMinor };
            const { summary, rows } = fileOf(day);
            expect(checkGates(summary, rows, settingOf(businessDate, previous))).toEqual([]);
            previous = asPrevious(day);
            openingMinor += movedMinor;
          }
        },
      ),
    );
  });

  it.each<[string, Parameters<typeof stops>[0]]>([
    ['sequence sequence_missing', ({ summary }) => (summary.totals = [totals(44, 'A1')])],
    ['sequence sequence_repeated', ({ summary }) => (summary.totals = [totals('41/1', 'A1')])],
    ['account account_differs', ({ summary }) => (summary.totals = [{ ...totals(42, 'A2') }])],
    ['account account_differs', (_, setting) => (setting.account = 'another')],
    [
      'seenBefore rows_seen_before',
      (_, setting) => (setting.sameRows = [{ sourceId: 's', businessDate: '2026-01-01', revision: 1 }]),
    ],
    [
      'currency currency_differs',
      ({ rows }) => (rows.sums = [{ currency: 'USD', rowCount: 1, amountMinor: 1 }]),
    ],
    [
      'date date_differs',
      ({ rows }) => (rows.dates = { first: '2026-03-04', last: '2026-03-05', onDateCount: 0 }),
    ],
    [
      'totals rows_gone',
      ({ summary }, setting) => {
        summary.rowCount = 0;
        setting.hadRows = true;
      },
    ],
    [
      'continuity opening_differs',
      ({ summary }) =>
        (summary.balances = summary.balances.map((each) => ({ ...each, amountMinor: each.amountMinor + 1 }))),
    ],
  ])('stop at %s', (expected, change) => {
    // Another account has no balance to go on from.
    expect(stops(change)).toEqual([expected]);
  });

  it('do not stop at what is only unusual', () => {
    expect(
      stops(({ rows }) => (rows.sums = [...rows.sums, { currency: 'USD', rowCount: 1, amountMinor: 1 }])),
    ).toEqual([]);
    expect(
      stops(({ rows }) => (rows.dates = { first: '2026-02-01', last: '2026-03-03', onDateCount: 1 })),
    ).toEqual([]);
    expect(stops(({ summary }) => (summary.totals = [totals('42/3', 'A1')]))).toEqual([]);
    // Numbers begin anew with the year.
    const newYear = { ...NEXT, businessDate: '2027-01-01', number: 1 };
    const { summary, rows } = fileOf(newYear);
    expect(checkGates(summary, rows, settingOf(newYear.businessDate, asPrevious(DAY)))).toEqual([]);
    // Nothing happened, on a day like others before.
    expect(
      stops(({ summary: file }, setting) => {
        file.rowCount = 0;
        setting.sameRows = [{ sourceId: 's', businessDate: '2026-01-01', revision: 1 }];
      }),
    ).toEqual([]);
  });

  it('say what the reader found, and that a person may overrule sums, and nothing that is missing', () => {
    const problem = { severity: 'error', line: 7 } as const;
    const found = (code: string, message = 'the file says 3, its rows come to 2') => {
      const { summary, rows } = fileOf(DAY);
      const broken = { ...summary, complete: false, problems: [{ ...problem, code, message }] };
      return checkGates(broken, rows, settingOf(DAY.businessDate, null));
    };
    expect(found('total_differs')).toMatchObject([{ gate: 'totals', severity: 'stop', line: 7 }]);
    expect(isWaivable(found('total_differs'))).toBe(true);
    expect(isWaivable(found('balance_differs'))).toBe(true);
    expect(found('file_cut_short')).toMatchObject([{ gate: 'whole', severity: 'stop' }]);
    expect(isWaivable(found('file_cut_short'))).toBe(false);
    expect(found('date_unreadable', '“张三 6222…” is no date')[0]?.detail).toBe('“…” is no date');
    const { summary, rows } = fileOf(DAY);
    const manyMore = { ...summary, complete: false, problemsLeftOut: 3 };
    expect(isWaivable(checkGates(manyMore, rows, settingOf(DAY.businessDate, null)))).toBe(false);
  });
});
