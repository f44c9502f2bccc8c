import type { StatementSide } from '../intake/intake.types.ts';
import type { Break } from '../matching/matching.types.ts';
import { Fingerprints } from './fingerprint.ts';
import type { SideRows } from './side-rows.ts';
import type { FoundBreak, WorkSetup } from './work.types.ts';
import { suspenseMinorOf } from './work-sums.ts';

/** Turns the engine's breaks into those that are written. */
export class BreakFinder {
  readonly breaks: FoundBreak[] = [];
  /** Rows of the statements themselves that breaks hold, but for those of the break of a late file. */
  readonly brokenRows: Record<StatementSide, number> = { ours: 0, theirs: 0 };
  private readonly setup: WorkSetup;
  private readonly sides: Record<StatementSide, SideRows>;
  private readonly fingerprints: Fingerprints;
  /** Break by row. */
  private readonly held: Readonly<Record<StatementSide, ReadonlyMap<number, string>>>;

  constructor(
    setup: WorkSetup,
    sides: Record<StatementSide, SideRows>,
    held: Readonly<Record<StatementSide, ReadonlyMap<number, string>>>,
  ) {
    this.setup = setup;
    this.sides = sides;
    this.fingerprints = new Fingerprints(setup.sourceId);
    this.held = held;
  }

  add(found: Break): void {
    const { ours, theirs } = this.sides;
    const isLate = found.class === 'lateFile';
    const rows = isLate
      ? []
      : [...found.left.map((row) => ours.rowOf(row)), ...found.right.map((row) => theirs.rowOf(row))];
    for (const { side, breakId } of rows) if (breakId === undefined) this.brokenRows[side]++;
    const currency = this.currencyOf(found);
    this.breaks.push({
      class: found.class,
      rule: found.rule,
      fingerprint: isLate
        ? this.fingerprints.ofLate(found.left.length > 0 ? 'ours' : 'theirs')
        : this.fingerprints.of(rows),
      currency,
      amountMinor: Math.max(
        Math.abs(amountMinorOf(ours, found.left, currency)),
        Math.abs(amountMinorOf(theirs, found.right, currency)),
      ),
      differenceMinor: found.differenceMinor,
      suspenseMinor: isLate ? 0 : suspenseMinorOf(this.setup, this.sides, found),
      scores: found.scores,
      rows,
      isLate,
      heldBreakId: this.heldBy(found),
    });
  }

  private currencyOf({ left, right }: Break): string {
    const { table } = left.length > 0 ? this.sides.ours : this.sides.theirs;
    return table.pool.textOf(table.currency[left[0] ?? right[0] ?? 0] ?? 0);
  }

  private heldBy({ left, right }: Break): string | null {
    return this.held.ours.get(left[0] ?? -1) ?? this.held.theirs.get(right[0] ?? -1) ?? null;
  }
}

function amountMinorOf({ table }: SideRows, rows: readonly number[], currency: string): number {
  const currencyId = table.pool.idOf(currency);
  let sumMinor = 0;
  for (const row of rows) if (table.currency[row] === currencyId) sumMinor += table.amountMinor[row] ?? 0;
  return sumMinor;
}
