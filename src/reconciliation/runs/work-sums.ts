import type { StatementSide } from '../intake/intake.types.ts';
import type { Break, Match, SideSum } from '../matching/matching.types.ts';
import type { Slots } from './match-sheet.ts';
import type { StatementProof } from './runs.types.ts';
import type { SideRows } from './side-rows.ts';
import type { SideTotals } from './side-totals.ts';
import { Sums } from './sums.ts';
import type { FoundBreak, WorkResult, WorkSetup, WorkTotals } from './work.types.ts';

type Sides = Readonly<Record<StatementSide, SideRows>>;

/** What a run moves in the ledger, gathered as its matches and breaks go by. */
export class WorkSums {
  private readonly setup: WorkSetup;
  private readonly sides: Sides;
  private readonly booked: Record<StatementSide, BookedRows>;
  private readonly differing: { references: string[]; differenceMinor: number }[] = [];
  private readonly carriedTaken: WorkResult['taken'][number][] = [];
  private feeDifferenceMinor = 0;

  constructor(setup: WorkSetup, sides: Sides) {
    this.setup = setup;
    this.sides = sides;
    this.booked = bookedOf(setup, sides);
  }

  /** One row with one: nearly all matches. */
  paired(left: number, right: number): void {
    const { ours, theirs } = this.booked;
    const isPlain = ours.minorOf(left) === theirs.minorOf(right);
    if (isPlain && this.sides.ours.isOwn(left) && this.sides.theirs.isOwn(right)) return;
    this.matched([left], [right]);
  }

  matched(left: readonly number[], right: readonly number[]): void {
    const { ours, theirs } = this.booked;
    const differenceMinor = theirs.sumMinor(right) - ours.sumMinor(left);
    this.take({ left, right }, 'match');
    if (differenceMinor === 0) return;
    this.feeDifferenceMinor += differenceMinor;
    this.differing.push({
      references: [...referencesOf(this.sides.ours, left), ...referencesOf(this.sides.theirs, right)],
      differenceMinor,
    });
  }

  broken(found: Break): void {
    this.take(found, 'break');
  }

  taken(): WorkResult['taken'] {
    return this.carriedTaken;
  }

  /** `all` is of all rows of the statements. Throws Error where what is booked would not balance. */
  totals(breaks: readonly FoundBreak[], all: Readonly<Record<StatementSide, SideTotals>>): WorkTotals {
    const { feeDifferenceMinor, differing, setup } = this;
    const [oursMinor, theirsMinor] = [all.ours.bookedMinor, all.theirs.bookedMinor];
    const suspenseMinor = sumOf(breaks) - sumOf(this.carriedTaken);
    // While their file is late nothing is booked.
    if (setup.theirsId !== null && theirsMinor - oursMinor !== suspenseMinor + feeDifferenceMinor)
      throw new Error('matching explains another difference than there is');
    return {
      oursMinor,
      theirsMinor,
      statedFeesMinor: all.theirs.feesMinor,
      feeDifferenceMinor,
      differing,
      suspenseMinor,
    };
  }

  private take({ left, right }: Pick<Match, 'left' | 'right'>, by: 'match' | 'break'): void {
    for (const [side, rows] of [
      ['ours', left],
      ['theirs', right],
    ] as const) {
      for (const row of rows) {
        const from = this.sides[side].carriedFrom(row);
        if (!from) continue;
        const minor = this.booked[side].minorOf(row);
        this.carriedTaken.push({
          breakId: from.breakId,
          by,
          suspenseMinor: side === 'theirs' ? minor : -minor,
          references: referencesOf(this.sides[side], [row]),
        });
      }
    }
  }
}

/** Theirs less ours of a break's final rows in the source's currency. */
export function suspenseMinorOf(setup: WorkSetup, sides: Sides, { left, right }: Break): number {
  const { ours, theirs } = bookedOf(setup, sides);
  return theirs.sumMinor(right) - ours.sumMinor(left);
}

/**
 * Counts a statement's rows anew, from what became of each. `paired`: of those that were matched before the side's table was made; `all`:
 * of all as they were read. Throws Error where these are not what was matched and broken.
 */
export function proofOf(
  side: SideRows,
  slots: Slots,
  paired: readonly SideSum[],
  all: readonly SideSum[],
): StatementProof {
  const { table } = side;
  const sums = { all: new Sums<string>(), matched: new Sums<string>(), broken: new Sums<string>() };
  for (const into of [sums.all, sums.matched]) into.addAll(paired);
  const rest = { matched: new Sums(), broken: new Sums() };
  for (let row = 0; row < side.ownCount; row++) {
    const isMatched = slots.isMatched(side.rowNoOf(row));
    rest[isMatched ? 'matched' : 'broken'].add(table.currency[row] ?? 0, table.amountMinor[row] ?? 0);
  }
  for (const became of ['matched', 'broken'] as const) {
    const counted = rest[became].listed((id) => table.pool.textOf(id));
    for (const into of [sums.all, sums[became]]) into.addAll(counted);
  }
  const listed = (of: Sums<string>) => of.listed((name) => name);
  const [counted, matched, broken] = [listed(sums.all), listed(sums.matched), listed(sums.broken)];
  if (JSON.stringify(counted) !== JSON.stringify(all))
    throw new Error(`matching lost rows of statement ${side.statementId}`);
  return { all: counted, matched, broken };
}

/** The rows of a side that are booked: final, in the source's currency. */
class BookedRows {
  private readonly side: SideRows;
  private readonly currencyId: number;

  constructor(side: SideRows, currency: string) {
    this.side = side;
    this.currencyId = side.table.pool.idOf(currency);
  }

  minorOf(row: number): number {
    const { status, currency, amountMinor } = this.side.table;
    return status[row] === 0 && currency[row] === this.currencyId ? (amountMinor[row] ?? 0) : 0;
  }

  sumMinor(rows: readonly number[]): number {
    let sumMinor = 0;
    for (const row of rows) sumMinor += this.minorOf(row);
    return sumMinor;
  }
}

const bookedOf = ({ currency }: WorkSetup, { ours, theirs }: Sides) => ({
  ours: new BookedRows(ours, currency),
  theirs: new BookedRows(theirs, currency),
});

const sumOf = (parts: readonly { suspenseMinor: number }[]): number =>
  parts.reduce((sum, { suspenseMinor }) => sum + suspenseMinor, 0);

/** What rows say of which payments they are. */
function referencesOf({ table }: SideRows, rows: readonly number[]): string[] {
  return rows
    .flatMap((row) => [table.textAt('ref', row), table.textAt('originalRef', row)])
    .filter((text) => text !== null);
}
