import {
  BREAK_CLASSES,
  type MatchRow,
  matchingRulesSchema,
  matchSides,
  RowTable,
  TextPool,
} from '../../src/reconciliation/index.ts';
import { matchRowsOf } from '../../src/reconciliation/intake/match-rows.rules.ts';
import { type DayOptions, type PlantedBreak, type PlantedDay, plantDay } from '../support/planted-day.ts';
import { AGENCY_FORMATS, CHANNEL_FORMATS, type PlantedFile } from '../support/planted-files.ts';
import { type OurRow, ourRowsOf } from '../support/planted-payments.ts';
import type { BatchRole } from '../support/planted-stories.ts';
import { inspect } from '../support/statements.ts';

const DATE = '2026-10-20';
const NEAR_MS = 30 * 60_000;
const END_MS = Date.parse(`${DATE}T24:00:00+08:00`);
const ROUTE = {
  channelId: 'bank',
  connectionId: 'gas',
  agencyId: 'guangzhou-gas',
  timeZone: 'Asia/Shanghai',
  cutOff: '00:00',
};
const FEES = [{ name: 'card', currency: 'CNY', ratePpm: 6_000, toleranceMinor: 1 }];
const RULES = {
  channel: matchingRulesSchema.parse({ fees: FEES }),
  agency: matchingRulesSchema.parse({}),
};

const dayOf = (more: Partial<DayOptions> = {}) =>
  plantDay({
    seed: 1,
    businessDate: DATE,
    payments: 2_000,
    plantedShare: 0.02,
    route: ROUTE,
    channelFormat: 'camt',
    agencyFormat: 'civicpay-open-statement-v1',
    ...more,
  });

function ourMatchRow(row: OurRow, line: number): MatchRow {
  return {
    line,
    ref: row.ref,
    channelRef: row.theirRef,
    originalRef: row.originalRef,
    amountMinor: row.amountMinor,
    currency: 'CNY',
    bookedOn: DATE,
    status: row.status,
    kind: row.kind,
    isNearCutOff: Math.abs(row.atMs - END_MS) <= NEAR_MS,
  };
}

async function readMatchRows({ content }: PlantedFile): Promise<MatchRow[]> {
  const { rows, summary } = await inspect(content);
  expect(summary.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return rows.flatMap((row) => matchRowsOf(row, { isMirrored: false, businessDate: DATE }));
}

/** What the engine says of a day's file and our books, as what was planted is told. */
async function found(day: PlantedDay, role: BatchRole): Promise<PlantedBreak[]> {
  const pool = new TextPool();
  const [left, right] = [new RowTable(pool), new RowTable(pool)];
  const ours = day.payments.flatMap((payment) => ourRowsOf(payment)[role]);
  for (const [line, row] of ours.entries()) left.add(ourMatchRow(row, line + 1));
  for (const row of await readMatchRows(day[role].file)) right.add(row);
  const covers = { from: DATE, to: DATE };
  const { breaks } = matchSides(
    { role: 'ledger', table: left, covers },
    { role, table: right, covers },
    RULES[role],
  );
  const refsOf = (table: RowTable, rows: readonly number[]) =>
    rows.map((row) => table.rowAt(row).ref ?? '').sort();
  return breaks.map((each) => ({
    class: each.class,
    ours: refsOf(left, each.left),
    theirs: refsOf(right, each.right),
  }));
}

const inOrder = (breaks: readonly PlantedBreak[]) =>
  breaks.map(({ class: name, ours, theirs }) => `${name}: ${ours.join(' ')} | ${theirs.join(' ')}`).sort();

describe('a day with planted breaks, from the bytes of its files', () => {
  const combinations = CHANNEL_FORMATS.flatMap((channelFormat) =>
    AGENCY_FORMATS.map((agencyFormat) => ({ channelFormat, agencyFormat })),
  );
  const seed = 20_261_020;

  it.each(combinations)(
    '$channelFormat and $agencyFormat: every one is found and rightly classified, none invented',
    async (formats) => {
      const day = dayOf({ seed, ...formats });
      for (const role of ['channel', 'agency'] as const) {
        expect(inOrder(await found(day, role))).toEqual(inOrder(day[role].breaks));
      }
    },
  );

  it('is one in fifty, and of every class that a whole file can hold', () => {
    const day = dayOf();
    const planted = [...day.channel.breaks, ...day.agency.breaks];
    expect(planted).toHaveLength(2_000 / 50);
    const classes = new Set(planted.map((each) => each.class));
    // A row that can't be read makes its file one that is not whole; a file that is late has no rows.
    expect(BREAK_CLASSES.filter((each) => !classes.has(each))).toEqual(['unparseable', 'lateFile']);
  });

  it('is the same again from the same seed, and another from another', () => {
    const contentOf = (seed: number) => dayOf({ seed, payments: 100 }).channel.file.content.toString();
    expect(contentOf(7)).toBe(contentOf(7));
    expect(contentOf(7)).not.toBe(contentOf(8));
  });
});
