import { NO_TEXT } from './row-values.ts';

/** Rows by what they have in a column: the first of each text, and behind each row the next one. Used again by every pass. */
export class Chains {
  /** `row + 1` by text, 0 where there is none. */
  private readonly first: Int32Array;
  /** `row + 1` by row, 0 behind the last one. */
  private readonly next: Int32Array;

  constructor(textCount: number, rowCount: number) {
    this.first = new Int32Array(textCount);
    this.next = new Int32Array(rowCount);
  }

  /** Links the rows that are chosen, given in ascending order; returns how many have a text. */
  link(texts: Int32Array, rows: Int32Array, isChosen: (row: number) => boolean): number {
    const { first, next } = this;
    let count = 0;
    for (let at = rows.length - 1; at >= 0; at--) {
      const row = rows[at] ?? 0;
      const text = texts[row] ?? NO_TEXT;
      if (text === NO_TEXT || !isChosen(row)) continue;
      next[row] = first[text] ?? 0;
      first[text] = row + 1;
      count++;
    }
    return count;
  }

  /** Makes it empty again; the same texts and rows as were linked. */
  unlink(texts: Int32Array, rows: Int32Array): void {
    const { first } = this;
    // Many texts here and there cost more than all of them in a row.
    if (rows.length > first.length / 16) {
      first.fill(0);
      return;
    }
    for (const row of rows) {
      const text = texts[row] ?? NO_TEXT;
      if (text !== NO_TEXT) first[text] = 0;
    }
  }

  /** The first row of a text, or -1. */
  firstOf(text: number): number {
    return (this.first[text] ?? 0) - 1;
  }

  isLast(row: number): boolean {
    return this.next[row] === 0;
  }

  rowsOf(text: number): number[] {
    const rows: number[] = [];
    for (let entry = this.first[text] ?? 0; entry !== 0; entry = this.next[entry - 1] ?? 0)
      rows.push(entry - 1);
    return rows;
  }
}
