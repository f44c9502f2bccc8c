import type { StatementSide } from '../intake/intake.types.ts';
import { matchSides } from '../matching/match-sides.ts';
import type { Break, Match, MatchResult, MatchRow } from '../matching/matching.types.ts';
import { RowTable } from '../matching/row-table.ts';
import { TextPool } from '../matching/text-pool.ts';
import { BreakFinder } from './break-finder.ts';
import { endsOf, findHeld } from './former-rows.ts';
import { Slots } from './match-sheet.ts';
import { SideRows } from './side-rows.ts';
import { totalsOf } from './side-totals.ts';
import type { CarriedRow, FoundGroup, Paired, WorkResult, WorkSetup } from './work.types.ts';
import { proofOf, WorkSums } from './work-sums.ts';

/**
 * One matching of a batch, from rows to what is written of it. Nothing here knows a database. Rows first, then what is carried, then
 * `finish`.
 */
export class MatchingWork {
  private readonly setup: WorkSetup;
  private readonly sides: Record<StatementSide, SideRows>;
  private readonly paired: Paired | null;

  /** `paired`: of which rows something is known already; the others will be given. */
  constructor(setup: WorkSetup, paired: Paired | null = null) {
    this.setup = setup;
    this.paired = paired;
    const pool = new TextPool();
    const pairCount = paired?.prints.count ?? 0;
    const sideOf = (side: StatementSide, statementId: string | null, rowCount: number) =>
      new SideRows(side, statementId ?? '', rowCount - pairCount, new RowTable(pool));
    this.sides = {
      ours: sideOf('ours', setup.oursId, setup.oursRowCount),
      theirs: sideOf('theirs', setup.theirsId, setup.theirsRowCount),
    };
  }

  /** Adds rows of a statement, in order; `rowNos` are their places in it. */
  add(side: StatementSide, chunk: Uint8Array, rowNos: Int32Array): void {
    this.sides[side].add(chunk, rowNos);
  }

  /** Adds a row of an earlier date's statement. */
  carry({ row, ...from }: CarriedRow & { row: MatchRow }): void {
    this.sides[from.side].carry(from, row);
  }

  /** `onStep` is told how many steps of the matching are done. Throws RangeError where a statement has other rows than it says. */
  finish(onStep: (done: number, total: number) => void = () => {}): WorkResult {
    const { setup, sides } = this;
    for (const side of [sides.ours, sides.theirs]) side.assertWhole();
    const all = this.paired?.all ?? {
      ours: totalsOf(sides.ours.table, sides.ours.ownCount, setup.currency),
      theirs: totalsOf(sides.theirs.table, sides.theirs.ownCount, setup.currency),
    };
    const held = findHeld(setup, sides);
    const result = held.setAside(() => this.match(onStep));
    const slots = { ours: new Slots(setup.oursRowCount), theirs: new Slots(setup.theirsRowCount) };
    this.putPaired(slots);
    const sums = new WorkSums(setup, sides);
    const groups = this.putMatches(result, slots, sums);
    const finder = new BreakFinder(setup, sides, held.rows);
    for (const found of result.breaks) this.putBreak(found, finder, slots, sums);
    const { breaks, brokenRows } = finder;
    const proof = (side: StatementSide) =>
      proofOf(sides[side], slots[side], this.paired?.sums ?? [], all[side].all);
    return {
      sheets: { ours: [...slots.ours.sheets()], theirs: [...slots.theirs.sheets()] },
      brokenRows,
      groups,
      breaks,
      taken: sums.taken(),
      ends: endsOf(setup, sides, slots, new Set(breaks.map(({ fingerprint }) => fingerprint))),
      lostHeld: held.lost,
      totals: sums.totals(breaks, all),
      matchCount: result.matchCount,
      proof: { ours: proof('ours'), theirs: proof('theirs') },
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
      this.paired?.prints,
    );
  }

  private putPaired(slots: Record<StatementSide, Slots>): void {
    const partners = this.paired?.partners ?? [];
    for (let row = 0; row < partners.length; row++) {
      const partner = partners[row] ?? 0;
      if (partner === 0) continue;
      slots.ours.pair(row, 'exactReference', partner - 1);
      slots.theirs.pair(partner - 1, 'exactReference', row);
    }
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
      for (const row of left) if (ours.isOwn(row)) slots.ours.group(ours.rowNoOf(row), rule, matchNo);
      for (const row of right) if (theirs.isOwn(row)) slots.theirs.group(theirs.rowNoOf(row), rule, matchNo);
    };
    result.visit(
      (rule, left, right) => {
        sums.paired(left, right);
        if (ours.isOwn(left) && theirs.isOwn(right)) {
          const [ourNo, theirNo] = [ours.rowNoOf(left), theirs.rowNoOf(right)];
          slots.ours.pair(ourNo, rule, theirNo);
          slots.theirs.pair(theirNo, rule, ourNo);
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
    for (const row of found.left.filter(isOurs)) slots.ours.broken(ours.rowNoOf(row), isLate);
    for (const row of found.right.filter(isTheirs)) slots.theirs.broken(theirs.rowNoOf(row), isLate);
  }
}
