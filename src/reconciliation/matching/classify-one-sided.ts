import { isSettlement } from './batches.ts';
import { differenceMinorOf } from './difference.ts';
import { ALL_KEYS, Chains, type Key } from './keys.ts';
import type { BreakClass, Side, SideRole } from './matching.types.ts';
import { dayOf, NO_DAY, NO_TEXT, type RowTable } from './row-table.ts';
import type { Run } from './run.ts';

type SideName = 'left' | 'right';

interface Related {
  relatedLeft: number[];
  relatedRight: number[];
}

/** Rows without any unclaimed counterpart. What has moved no money needs none: it is matched with nothing. */
export function classifyOneSided(run: Run): void {
  const isFree = {
    left: (row: number) => run.claims.isLeftFree(row),
    right: (row: number) => run.claims.isRightFree(row),
  };
  for (const side of ['left', 'right'] as const) {
    const table = run[side];
    const free: number[] = [];
    for (let row = 0; row < table.count; row++) {
      if (!isFree[side](row)) continue;
      if (table.status[row] === 0) free.push(row);
      else run.claims.group('notMoved', side === 'left' ? [row] : [], side === 'right' ? [row] : []);
    }
    if (free.length === 0) continue;
    const related = relatedFinder(run, side);
    const covered = coverageOf(run.sides[side === 'left' ? 'right' : 'left']);
    for (const rows of collapsed(table, free)) breakOneSided(run, side, rows, related(rows), covered);
  }
}

/** Rows that say the same under one reference are one matter; without a reference they are as many as there are. */
function collapsed(table: RowTable, rows: readonly number[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const row of rows) {
    const ref = table.ref[row] ?? NO_TEXT;
    const number = ref === NO_TEXT ? (table.channelRef[row] ?? NO_TEXT) : ref;
    const name =
      number === NO_TEXT
        ? `row ${row}`
        : `${number} ${table.amountMinor[row]} ${table.currency[row]} ${table.day[row]} ${table.kind[row]}`;
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return [...groups.values()];
}

function breakOneSided(
  run: Run,
  side: SideName,
  rows: number[],
  related: Related,
  covered: Coverage | null,
): void {
  const lefts = side === 'left' ? rows : [];
  const rights = side === 'right' ? rows : [];
  const first = rows[0] ?? 0;
  const scores = run.settlementScores[side].get(first) ?? {};
  run.claims.broken({
    class: classOf(run, side, rows, related, covered),
    rule:
      isSettlement(run[side], first) && scores !== undefined && 'solutions' in scores
        ? 'subsetSum'
        : 'noCounterpart',
    left: lefts,
    right: rights,
    ...related,
    differenceMinor: differenceMinorOf(run, lefts, rights),
    scores,
  });
}

function classOf(
  run: Run,
  side: SideName,
  rows: readonly number[],
  { relatedLeft, relatedRight }: Related,
  covered: Coverage | null,
): BreakClass {
  const table = run[side];
  const row = rows[0] ?? 0;
  const amountMinor = table.amountMinor[row] ?? 0;
  const others = [
    ...relatedLeft.map((other) => ({ table: run.left, other })),
    ...relatedRight.map((other) => ({ table: run.right, other })),
  ];
  const takesBack = others.some(
    (each) => Math.sign(each.table.amountMinor[each.other] ?? 0) === -Math.sign(amountMinor),
  );
  if (table.kind[row] === 1 || (amountMinor < 0 && takesBack)) return 'refund';
  const isAgain = others.some(
    (each) =>
      each.table.amountMinor[each.other] === amountMinor &&
      each.table.currency[each.other] === table.currency[row] &&
      each.table.kind[each.other] === table.kind[row],
  );
  if (isAgain || rows.length > 1) return 'duplicate';
  if (table.isNearCutOff[row] || isJustOutside(run, covered, table.day[row] ?? NO_DAY)) return 'dateCut';
  return oneSidedClass(run.sides[side].role, run.sides[side === 'left' ? 'right' : 'left'].role);
}

function oneSidedClass(role: SideRole, other: SideRole): BreakClass {
  if (role === 'channel') return 'bankOnly';
  if (role === 'agency') return 'agencyOnly';
  return other === 'agency' ? 'agencyMissing' : 'ledgerOnly';
}

/** Finds rows that are matched already and share a key with given ones: on their own side by reference or original, on the other by any key. */
function relatedFinder(run: Run, side: SideName): (rows: readonly number[]) => Related {
  const other = side === 'left' ? 'right' : 'left';
  const isMatched = (of: SideName) => (row: number) => run.claims.isMatched(of, row);
  const own = Chains.of(run[side], 'ref', isMatched(side));
  const chains = ALL_KEYS.filter(({ rule }) => rule !== 'sameText').map((key: Key) => ({
    column: key[side],
    chain: Chains.of(run[other], key[other], isMatched(other)),
  }));
  return (rows) => {
    const ownTexts = rows.flatMap((row) => [run[side].ref[row], run[side].originalRef[row]]);
    const ownRows = ownTexts.flatMap((text) => own?.rowsOf(text ?? NO_TEXT) ?? []);
    const otherRows = rows.flatMap((row) =>
      chains.flatMap(({ column, chain }) => chain?.rowsOf(run[side][column][row] ?? NO_TEXT) ?? []),
    );
    const [relatedOwn, relatedOther] = [ascending(ownRows), ascending(otherRows)];
    return side === 'left'
      ? { relatedLeft: relatedOwn, relatedRight: relatedOther }
      : { relatedLeft: relatedOther, relatedRight: relatedOwn };
  };
}

const ascending = (rows: readonly number[]) => [...new Set(rows)].sort((a, b) => a - b);

interface Coverage {
  first: number;
  last: number;
}

/** The days that a side's file covers; null when nothing says it. */
function coverageOf({ covers, table }: Side): Coverage | null {
  if (covers) return { first: dayOf(covers.from), last: dayOf(covers.to) };
  const days = { first: Infinity, last: -Infinity };
  for (let row = 0; row < table.count; row++) {
    const day = table.day[row] ?? NO_DAY;
    if (day === NO_DAY) continue;
    if (day < days.first) days.first = day;
    if (day > days.last) days.last = day;
  }
  return days.first <= days.last ? days : null;
}

/** Its counterpart would stand in the file before or after. */
function isJustOutside({ calendar, rules }: Run, covered: Coverage | null, day: number): boolean {
  if (!covered || day === NO_DAY || (day >= covered.first && day <= covered.last)) return false;
  const nearest = day < covered.first ? covered.first : covered.last;
  return Math.abs(calendar.between(day, nearest)) <= rules.dateCut.days;
}
