import { isSettlement } from './batches.ts';
import { differenceMinorOf } from './difference.ts';
import type { KeyIds } from './key-ids.ts';
import { ALL_KEYS } from './keys.ts';
import type { BreakClass, Side, SideRole } from './matching.types.ts';
import type { RowTable } from './row-table.ts';
import { dayOf, KEY_COLUMNS, type KeyColumn, NO_DAY, NO_TEXT } from './row-values.ts';
import type { Run } from './run.ts';

type SideName = 'left' | 'right';

interface Related {
  relatedLeft: number[];
  relatedRight: number[];
}

/** Rows without any unclaimed counterpart. What has moved no money needs none: it is matched with nothing. */
export function classifyOneSided(run: Run): void {
  for (const side of ['left', 'right'] as const) {
    const table = run[side];
    const notMoved = (rows: number[]) =>
      run.claims.group('notMoved', side === 'left' ? rows : [], side === 'right' ? rows : []);
    let free: number[] = [];
    for (const row of run.claims.freeRows(side)) {
      if (table.status[row] === 0) free.push(row);
      else notMoved([row]);
    }
    if (run.sides[side].role === 'ledger') {
      const takenBack = takenBackAtOnce(table, run.ids[side], free);
      for (const [payment, undoing] of takenBack) notMoved([payment, undoing]);
      const gone = new Set(takenBack.flat());
      free = free.filter((row) => !gone.has(row));
    }
    if (free.length === 0) continue;
    const related = relatedFinder(run, side, free);
    const covered = coverageOf(run.sides[side === 'left' ? 'right' : 'left']);
    for (const rows of collapsed(table, run.ids[side], free))
      breakOneSided(run, side, rows, related(rows), covered);
  }
}

/**
 * Payments that our books took back whole on the same date, each with what took it back: files of some agencies list neither, and
 * nothing has moved in the end. Of the other side's rows we would not know why they came and went.
 */
function takenBackAtOnce(table: RowTable, ids: KeyIds, rows: readonly number[]): [number, number][] {
  const payments = new Map<number, number[]>();
  const undoings = new Map<number, number[]>();
  for (const row of rows) {
    const isBack = (table.amountMinor[row] ?? 0) < 0;
    const id = (isBack ? ids.originalRef[row] : ids.ref[row]) ?? NO_TEXT;
    if (id === NO_TEXT) continue;
    const of = isBack ? undoings : payments;
    of.set(id, [...(of.get(id) ?? []), row]);
  }
  const pairs: [number, number][] = [];
  for (const [id, backs] of undoings) {
    const [payment, ...otherPayments] = payments.get(id) ?? [];
    const [undoing, ...otherUndoings] = backs;
    if (payment === undefined || undoing === undefined) continue;
    if (otherPayments.length > 0 || otherUndoings.length > 0) continue;
    const isWhole = table.amountMinor[payment] === -(table.amountMinor[undoing] ?? 0);
    const isSame =
      table.currency[payment] === table.currency[undoing] && table.day[payment] === table.day[undoing];
    if (isWhole && isSame) pairs.push([payment, undoing]);
  }
  return pairs;
}

/** Rows that say the same under one reference are one matter; without a reference they are as many as there are. */
function collapsed(table: RowTable, ids: KeyIds, rows: readonly number[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const row of rows) {
    const ref = ids.ref[row] ?? NO_TEXT;
    const number = ref === NO_TEXT ? (ids.channelRef[row] ?? NO_TEXT) : ref;
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

/**
 * Finds rows that are matched already and share a key with given ones of `free`: on their own side by reference or original, on the
 * other by any key.
 */
function relatedFinder(
  run: Run,
  side: SideName,
  free: readonly number[],
): (rows: readonly number[]) => Related {
  const other = side === 'left' ? 'right' : 'left';
  const ids = run.ids[side];
  const wanted = new Uint8Array(run.left.pool.size);
  for (const name of KEY_COLUMNS)
    for (const row of free) {
      const id = ids[name][row] ?? NO_TEXT;
      if (id !== NO_TEXT) wanted[id] = 1;
    }
  const own = matchedByText(run, side, 'ref', wanted);
  const keys = ALL_KEYS.filter(({ rule }) => rule !== 'sameText');
  const others = new Map(
    keys.map((key) => key[other]).map((name) => [name, matchedByText(run, other, name, wanted)]),
  );
  const rowsOf = (index: RowsByText | undefined, id = NO_TEXT) => index?.get(id) ?? [];
  return (rows) => {
    const ownRows = rows.flatMap((row) =>
      [ids.ref[row], ids.originalRef[row]].flatMap((id) => rowsOf(own, id)),
    );
    const otherRows = rows.flatMap((row) =>
      keys.flatMap((key) => rowsOf(others.get(key[other]), ids[key[side]][row])),
    );
    const [relatedOwn, relatedOther] = [ascending(ownRows), ascending(otherRows)];
    return side === 'left'
      ? { relatedLeft: relatedOwn, relatedRight: relatedOther }
      : { relatedLeft: relatedOther, relatedRight: relatedOwn };
  };
}

type RowsByText = Map<number, number[]>;

/** Matched rows by what they have in a column, as far as it is wanted. Most of them never got a number for it. */
function matchedByText(run: Run, side: SideName, name: KeyColumn, wanted: Uint8Array): RowsByText {
  const found: RowsByText = new Map();
  const matched = run.claims.matchedRows(side);
  const { count, texts, pool } = run[side];
  const { at, hash, isEmpty } = run[side][name];
  for (let row = 0; row < count && !isEmpty; row++) {
    const word = at[row] ?? NO_TEXT;
    if (word === NO_TEXT || matched[row] === 0) continue;
    const id = pool.find(texts.words, word, hash[row] ?? 0);
    if (id === -1 || wanted[id] === 0) continue;
    const rows = found.get(id);
    if (rows) rows.push(row);
    else found.set(id, [row]);
  }
  return found;
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
