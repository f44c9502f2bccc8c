import type { StatementSide } from '../intake/intake.types.ts';
import type { MatchRow } from '../matching/matching.types.ts';
import { appendChunk } from '../matching/row-chunks.ts';
import type { RowTable } from '../matching/row-table.ts';
import type { CarriedRow, FoundPlace, FoundRow } from './work.types.ts';

/** The rows of one side in a matching: those of its statement, in order, and behind them what is carried from earlier dates. */
export class SideRows {
  readonly side: StatementSide;
  readonly statementId: string;
  /** How many rows of the table are the statement's. */
  readonly ownCount: number;
  readonly table: RowTable;
  readonly carried: CarriedRow[] = [];
  /** The places of the table's rows in the statement, ascending. */
  private readonly rowNos: Int32Array;

  constructor(side: StatementSide, statementId: string, ownCount: number, table: RowTable) {
    this.side = side;
    this.statementId = statementId;
    this.ownCount = ownCount;
    this.table = table;
    this.rowNos = new Int32Array(ownCount);
    table.reserve(ownCount);
  }

  /** Adds rows of the statement, behind those that are there. */
  add(chunk: Uint8Array, rowNos: Int32Array): void {
    if (this.table.count + rowNos.length > this.ownCount) this.refuse();
    this.rowNos.set(rowNos, this.table.count);
    appendChunk(this.table, chunk);
  }

  carry(from: CarriedRow, row: MatchRow): void {
    this.table.add(row);
    this.carried.push(from);
  }

  assertWhole(): void {
    if (this.table.count !== this.ownCount + this.carried.length) this.refuse();
  }

  /** The row of the table that stands at a place of the statement; -1 if none does. */
  rowAtNo(rowNo: number): number {
    const { rowNos } = this;
    let [low, high] = [0, rowNos.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((rowNos[middle] ?? 0) < rowNo) low = middle + 1;
      else high = middle;
    }
    return rowNos[low] === rowNo ? low : -1;
  }

  /** The place in the statement of one of its own rows. */
  rowNoOf(row: number): number {
    return this.rowNos[row] ?? 0;
  }

  isOwn(row: number): boolean {
    return row < this.ownCount;
  }

  /** The break that a row was carried from; null for the statement's own. */
  carriedFrom(row: number): CarriedRow | null {
    // Asking an array for a negative place is slow, and nearly all rows are its own.
    return this.isOwn(row) ? null : (this.carried[row - this.ownCount] ?? null);
  }

  placeOf(row: number): FoundPlace {
    const from = this.carriedFrom(row);
    if (!from) return { statementId: this.statementId, rowNo: this.rowNoOf(row) };
    const { statementId, rowNo, breakId } = from;
    return { statementId, rowNo, breakId };
  }

  /** Written out: a spread takes three times the memory, and there may be many thousands. */
  rowOf(row: number): FoundRow {
    const { statementId, rowNo, breakId } = this.placeOf(row);
    const found = { statementId, rowNo, side: this.side, row: this.table.rowAt(row) };
    return breakId === undefined ? found : { ...found, breakId };
  }

  private refuse(): never {
    throw new RangeError(`statement ${this.statementId} has other rows than it says`);
  }
}
