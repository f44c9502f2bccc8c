import type { StatementSide } from '../intake/intake.types.ts';
import { matchSides } from '../matching/match-sides.ts';
import type { Break, Match, MatchResult } from '../matching/matching.types.ts';
import { appendChunk, tableOfChunk } from '../matching/row-chunks.ts';
import { RowTable } from '../matching/row-table.ts';
import { TextPool } from '../matching/text-pool.ts';
import { BreakFinder } from './break-finder.ts';
import { endsOf, findHeld } from './former-rows.ts';
import { Slots } from './match-sheet.ts';
import { SideRows } from './side-rows.ts';
import type { CarriedRow, FoundGroup, WorkResult, WorkSetup } from './work.types.ts';
import { proofOf, WorkSums } from './work-sums.ts';

/**
 * One matching of a batch, from pieces of rows to what is written of it. Nothing here knows a database: it runs in a thread of its own.
 * Rows first, then what is carried, then `finish`.
 */
export class MatchingWork {
  private readonly setup: WorkSetup;
  private readonly sides: Record<StatementSide, SideRows>;

  constructor(setup: WorkSetup) {
    this.setup = setup;
    const pool = new TextPool();
    this.sides = {
      ours: new SideRows('ours', setup.oursId, setup.oursRowCount, new RowTable(pool)),
      theirs: new SideRows('theirs', setup.theirsId ?? '', setup.theirsRowCount, new RowTable(pool)),
    };
  }

  /** Adds a piece of a statement, in order. */
  add(side: StatementSide, chunk: Uint8Array): void {
    appendChunk(this.sides[side].table, chunk);
  }

  /** Adds rows of a piece of an earlier date's statement; `at` is the row's place in the piece. */
  carry(chunk: Uint8Array, rows: readonly (CarriedRow & { at: number })[]): void {
    const piece = tableOfChunk(chunk);
    for (const { at, ...carried } of rows) this.sides[carried.side].carry(carried, piece.rowAt(at));
  }

  /** `onStep` is told how many steps of the matching are done. Throws RangeError where a statement has other rows than it says. */
  finish(onStep: (done: number, total: number) => void = () => {}): WorkResult {
    const { setup, sides } = this;
    for (const side of [sides.ours, sides.theirs]) side.assertWhole();
    const held = findHeld(setup, sides);
    const result = held.setAside(() => this.match(onStep));
    const slots = { ours: new Slots(setup.oursRowCount), theirs: new Slots(setup.theirsRowCount) };
    const sums = new WorkSums(setup, sides);
    const groups = this.putMatches(result, slots, sums);
    const finder = new BreakFinder(setup, sides, held.rows);
    for (const found of result.breaks) this.putBreak(found, finder, slots, sums);
    const { breaks, brokenRows } = finder;
    return {
      sheets: { ours: [...slots.ours.sheets()], theirs: [...slots.theirs.sheets()] },
      brokenRows,
      groups,
      breaks,
      taken: sums.taken(),
      ends: endsOf(setup, sides, slots, new Set(breaks.map(({ fingerprint }) => fingerprint))),
      lostHeld: held.lost,
      totals: sums.totals(breaks),
      matchCount: result.matchCount,
      proof: { ours: proofOf(sides.ours, slots.ours), theirs: proofOf(sides.theirs, slots.theirs) },
      digest: result.digest,
    };
  }

  private match(onStep: (done: number, total: number) => void): MatchResult {
    const { businessDate, role, rules, theirsId } = this.setup;
    const covers = { from: businessDate, to: businessDate };
    return matchSides(
      { role: 'ledger', table: this.sides.ours.table, covers },
      { role, table: this.sides.theirs.table, covers, isLate: theirsId === null },
      rules,
      onStep,
    );
  }

  /** Most matches are one row with one: two slots and nothing else. */
  private putMatches(result: MatchResult, slots: Record<StatementSide, Slots>, sums: WorkSums): FoundGroup[] {
    const { ours, theirs } = this.sides;
    const groups: FoundGroup[] = [];
    const put = ({ rule, left, right, scores }: Match) => {
      const matchNo = groups.length;
      groups.push({
        matchNo,
        rule,
        scores,
        ours: left.map((row) => ours.placeOf(row)),
        theirs: right.map((row) => theirs.placeOf(row)),
      });
      for (const row of left) if (ours.isOwn(row)) slots.ours.group(row, rule, matchNo);
      for (const row of right) if (theirs.isOwn(row)) slots.theirs.group(row, rule, matchNo);
    };
    result.visit(
      (rule, left, right) => {
        sums.paired(left, right);
        if (ours.isOwn(left) && theirs.isOwn(right)) {
          slots.ours.pair(left, rule, right);
          slots.theirs.pair(right, rule, left);
        } else put({ rule, left: [left], right: [right], scores: {} });
      },
      (match) => {
        sums.matched(match.left, match.right);
        put(match);
      },
    );
    return groups;
  }

  private putBreak(
    found: Break,
    finder: BreakFinder,
    slots: Record<StatementSide, Slots>,
    sums: WorkSums,
  ): void {
    const { ours, theirs } = this.sides;
    const isOurs = (row: number) => ours.isOwn(row);
    const isTheirs = (row: number) => theirs.isOwn(row);
    // What was carried and is still alone remains in the break that it came from.
    if (!found.left.some(isOurs) && !found.right.some(isTheirs)) return;
    sums.broken(found);
    const isLate = found.class === 'lateFile';
    finder.add(found);
    for (const row of found.left.filter(isOurs)) slots.ours.broken(row, isLate);
    for (const row of found.right.filter(isTheirs)) slots.theirs.broken(row, isLate);
  }
}
