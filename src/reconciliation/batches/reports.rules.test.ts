import fc from 'fast-check';
import type { SideSum } from '../matching/matching.types.ts';
import { threeWayOf } from './reports.rules.ts';
import type { BatchReport, DayReportLine } from './reports.types.ts';

type Line = Pick<DayReportLine, 'role' | 'report'>;

const sums = fc.uniqueArray(
  fc.record<SideSum>({
    currency: fc.constantFrom('CNY', 'HKD', 'USD'),
    rows: fc.nat(1_000_000),
    amountMinor: fc.integer({ min: -(10 ** 12), max: 10 ** 12 }),
  }),
  { selector: ({ currency }) => currency },
);
const side = sums.map((all) => ({ all, matched: all, broken: [] }));
const lines = fc.array(
  fc.record<Line>({
    role: fc.constantFrom('channel' as const, 'agency' as const),
    // Only the proof is read.
    report: fc.option(
      fc.record({ proof: fc.record({ ours: side, theirs: side }) }),
    ) as fc.Arbitrary<BatchReport | null>,
  }),
  { maxLength: 8 },
);

describe('the three-way table of a date', () => {
  it('has every row and every fen of each side once, by currency', () => {
    fc.assert(
      fc.property(lines, (given) => {
        const table = threeWayOf(given);
        for (const [role, place] of [
          ['channel', 'channels'],
          ['agency', 'agencies'],
        ] as const) {
          for (const which of ['ours', 'theirs'] as const) {
            const all = given
              .filter((line) => line.role === role)
              .flatMap(({ report }) => report?.proof[which].all ?? []);
            for (const currency of ['CNY', 'HKD', 'USD']) {
              const said = all.filter((sum) => sum.currency === currency);
              const cell = table.find((line) => line.currency === currency)?.[place][which];
              expect(cell?.rows ?? 0).toBe(said.reduce((total, { rows }) => total + rows, 0));
              expect(cell?.amountMinor ?? 0).toBe(
                said.reduce((total, { amountMinor }) => total + amountMinor, 0),
              );
            }
          }
        }
      }),
    );
  });

  it('is the same in whatever order the sources come, with a line for each currency that there is', () => {
    fc.assert(
      fc.property(lines, (given) => {
        const table = threeWayOf(given);
        expect(threeWayOf([...given].reverse())).toEqual(table);
        const currencies = table.map(({ currency }) => currency);
        expect(currencies).toEqual([...new Set(currencies)].sort());
      }),
    );
  });

  it('lacks sources that were not matched yet', () => {
    expect(threeWayOf([{ role: 'channel', report: null }])).toEqual([]);
  });
});
