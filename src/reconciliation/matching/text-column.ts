import { NO_TEXT } from './row-values.ts';

/** One column of texts: where in the table's words each begins, or `NO_TEXT`, and the first lane of its hash. Empty until it is needed. */
export class TextColumn {
  at = new Int32Array(0);
  hash = new Int32Array(0);

  get isEmpty(): boolean {
    return this.at.length === 0;
  }

  /** Makes room for so many rows. */
  reserve(rows: number): void {
    const { length } = this.at;
    if (rows <= length) return;
    this.at = longer(this.at, rows).fill(NO_TEXT, length);
    this.hash = longer(this.hash, rows);
  }
}

/** A longer array that begins with the same. */
export function longer<T extends Int32Array | Float64Array | Uint8Array>(column: T, length: number): T {
  const make = column.constructor as new (length: number) => T;
  const larger = new make(length);
  larger.set(column);
  return larger;
}
