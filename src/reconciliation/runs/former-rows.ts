import type { StatementSide } from '../intake/intake.types.ts';
import { Fingerprints } from './fingerprint.ts';
import type { Slots } from './match-sheet.ts';
import type { SideRows } from './side-rows.ts';
import type { FormerBreak, FormerEnd, WorkResult, WorkSetup } from './work.types.ts';

type Sides = Readonly<Record<StatementSide, SideRows>>;

/** Rows that a later date's run has matched, found in the statements as they are now. */
export interface HeldRows {
  /** Break by row. */
  rows: Readonly<Record<StatementSide, ReadonlyMap<number, string>>>;
  /** Breaks whose rows are not there any more. */
  lost: string[];
  /** Keeps the rows from being matched while `work` runs: a row that can't be read is a break of its own. */
  setAside<T>(work: () => T): T;
}

export function findHeld({ sourceId, held }: WorkSetup, sides: Sides): HeldRows {
  const rows = { ours: new Map<number, string>(), theirs: new Map<number, string>() };
  const lost: string[] = [];
  for (const side of [sides.ours, sides.theirs]) {
    const ofSide = held.filter((one) => one.side === side.side);
    const moved = ofSide.filter((one) => one.statementId !== side.statementId);
    const candidates = rowsByRef(side, new Set(moved.map(({ ref }) => ref)));
    for (const one of ofSide) {
      const isThere = (row: number) =>
        !rows[side.side].has(row) && new Fingerprints(sourceId).of([side.rowOf(row)]) === one.fingerprint;
      // In another revision the row is known by what it says.
      const isSame = one.statementId === side.statementId;
      const row = isSame ? side.rowAtNo(one.rowNo) : (candidates.get(one.ref)?.find(isThere) ?? -1);
      if (row === -1) lost.push(one.breakId);
      else rows[side.side].set(row, one.breakId);
    }
  }
  const mark = (isUnreadable: 0 | 1) => {
    for (const side of [sides.ours, sides.theirs])
      for (const row of rows[side.side].keys()) side.table.isUnreadable[row] = isUnreadable;
  };
  return {
    rows,
    lost,
    setAside(work) {
      mark(1);
      const result = work();
      mark(0);
      return result;
    },
  };
}

/** The statement's own rows that have one of the references, by reference. */
function rowsByRef(side: SideRows, refs: ReadonlySet<string | null>): Map<string | null, number[]> {
  const rows = new Map<string | null, number[]>();
  if (refs.size === 0) return rows;
  for (let row = 0; row < side.ownCount; row++) {
    const ref = side.table.textAt('ref', row);
    if (!refs.has(ref)) continue;
    const some = rows.get(ref);
    if (some) some.push(row);
    else rows.set(ref, [row]);
  }
  return rows;
}

/** What became of the breaks of the run before that are not found again. */
export function endsOf(
  { former }: WorkSetup,
  sides: Sides,
  slots: Readonly<Record<StatementSide, Slots>>,
  found: ReadonlySet<string>,
): WorkResult['ends'] {
  const gone = former.filter(({ fingerprint }) => !found.has(fingerprint));
  if (gone.length === 0) return [];
  const byRef = {
    ours: endsByRef(gone, sides.ours, slots.ours),
    theirs: endsByRef(gone, sides.theirs, slots.theirs),
  };
  const endOf = (row: FormerBreak['rows'][number]): FormerEnd => {
    const side = sides[row.side];
    if (row.statementId === side.statementId)
      return slots[row.side].isMatched(row.rowNo) ? 'matched' : 'broken';
    return byRef[row.side].get(row.ref) ?? 'vanished';
  };
  return gone.map(({ breakId, rows }) => {
    const ends = rows.map(endOf);
    const end = ends.includes('broken') ? 'broken' : ends.includes('matched') ? 'matched' : 'vanished';
    return { breakId, end };
  });
}

/** Rows of a revision that is not the same are looked for by their reference. */
function endsByRef(
  gone: readonly FormerBreak[],
  side: SideRows,
  slots: Slots,
): Map<string | null, FormerEnd> {
  const wanted = gone
    .flatMap(({ rows }) => rows)
    .filter((row) => row.side === side.side && row.statementId !== side.statementId && row.ref !== null);
  const found = rowsByRef(side, new Set(wanted.map(({ ref }) => ref)));
  return new Map(
    [...found].map(([ref, rows]) => [
      ref,
      rows.every((row) => slots.isMatched(side.rowNoOf(row))) ? 'matched' : 'broken',
    ]),
  );
}
