import type { StatementSide } from '../intake/intake.types.ts';
import type { Break, Match, SideSum } from '../matching/matching.types.ts';
import type { Slots } from './match-sheet.ts';
import type { StatementProof } from './runs.types.ts';
import type { SideRows } from './side-rows.ts';
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

  /** Throws Error where what is booked would not balance. */
  totals(breaks: readonly FoundBreak[]): WorkTotals {
    const { feeDifferenceMinor, differing, setup } = this;
    const [oursMinor, theirsMinor] = [this.booked.ours.ownMinor(), this.booked.theirs.ownMinor()];
    const suspenseMinor = sumOf(breaks) - sumOf(this.carriedTaken);
    // While their file is late nothing is booked.
    if (setup.theirsId !== null && theirsMinor - oursMinor !== suspenseMinor + feeDifferenceMinor)
      throw new Error('matching explains another difference than there is');
    return {
      oursMinor,
      theirsMinor,
      statedFeesMinor: this.booked.theirs.ownFeesMinor(),
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

/** Counts a statement's own rows anew, from what became of each. */
export function proofOf(side: SideRows, slots: Slots): StatementProof {
  const { table } = side;
  const sums = { all: new Sums(), matched: new Sums(), broken: new Sums() };
  for (let row = 0; row < side.ownCount; row++) {
    const currency = table.currency[row] ?? 0;
    const amountMinor = table.amountMinor[row] ?? 0;
    sums.all.add(currency, amountMinor);
    (slots.isMatched(row) ? sums.matched : sums.broken).add(currency, amountMinor);
  }
  const listed = (of: Sums): SideSum[] => of.listed((currency) => table.pool.textOf(currency));
  return { all: listed(sums.all), matched: listed(sums.matched), broken: listed(sums.broken) };
}

/** Rows and money by currency. */
export class Sums<Currency extends number | string = number> {
  private readonly byCurrency = new Map<Currency, { rows: number; amountMinor: number }>();

  add(currency: Currency, amountMinor: number, rows = 1): void {
    let sum = this.byCurrency.get(currency);
    if (!sum) {
      sum = { rows: 0, amountMinor: 0 };
      this.byCurrency.set(currency, sum);
    }
    sum.rows += rows;
    sum.amountMinor += amountMinor;
  }

  /** By currency, in its order. */
  listed(nameOf: (currency: Currency) => string): SideSum[] {
    return [...this.byCurrency]
      .map(([currency, sum]) => ({ currency: nameOf(currency), ...sum }))
      .sort((a, b) => (a.currency < b.currency ? -1 : 1));
  }
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

  ownMinor(): number {
    let sumMinor = 0;
    for (let row = 0; row < this.side.ownCount; row++) sumMinor += this.minorOf(row);
    return sumMinor;
  }

  ownFeesMinor(): number {
    const { status, currency, feeMinor } = this.side.table;
    let sumMinor = 0;
    if (feeMinor.length === 0) return 0;
    for (let row = 0; row < this.side.ownCount; row++)
      if (status[row] === 0 && currency[row] === this.currencyId) sumMinor += feeMinor[row] ?? 0;
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
