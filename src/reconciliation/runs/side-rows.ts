import type { StatementSide } from '../intake/intake.types.ts';
import type { MatchRow } from '../matching/matching.types.ts';
import type { RowTable } from '../matching/row-table.ts';
import type { CarriedRow, FoundPlace, FoundRow } from './work.types.ts';

/** The rows of one side in a matching: those of its statement, in order, and behind them what is carried from earlier dates. */
export class SideRows {
  readonly side: StatementSide;
  readonly statementId: string;
  /** Rows of the statement: a row's number in the table is its place in the statement. */
  readonly ownCount: number;
  readonly table: RowTable;
  readonly carried: CarriedRow[] = [];

  constructor(side: StatementSide, statementId: string, ownCount: number, table: RowTable) {
    this.side = side;
    this.statementId = statementId;
    this.ownCount = ownCount;
    this.table = table;
    table.reserve(ownCount);
  }

  carry(from: CarriedRow, row: MatchRow): void {
    this.table.add(row);
    this.carried.push(from);
  }

  assertWhole(): void {
    if (this.table.count !== this.ownCount + this.carried.length)
      throw new RangeError(`statement ${this.statementId} has other rows than it says`);
  }

  isOwn(row: number): boolean {
    return row < this.ownCount;
  }

  /** The break that a row was carried from; null for the statement's own. */
  carriedFrom(row: number): CarriedRow | null {
    return this.carried[row - this.ownCount] ?? null;
  }

  placeOf(row: number): FoundPlace {
    const from = this.carriedFrom(row);
    if (!from) return { statementId: this.statementId, rowNo: row };
    const { statementId, rowNo, breakId } = from;
    return { statementId, rowNo, breakId };
  }

  rowOf(row: number): FoundRow {
    return { ...this.placeOf(row), side: this.side, row: this.table.rowAt(row) };
  }
}
