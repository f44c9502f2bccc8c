import type { EntryPlace, StatementProblem } from './statement.types.ts';

/** Lines of several files of an archive, counted on from one to the next: each place in them has a number of its own. */
export class EntryLines {
  private name: string | null = null;
  private linesBefore = 0;
  private lastLine = 0;

  /** What comes next stands in this file. */
  begin(name: string): void {
    this.linesBefore += this.lastLine;
    this.lastLine = 0;
    this.name = name;
  }

  /** The file has so many lines, or more where others were told: rows of a web page may stand in one line. */
  end(lineCount = 0): void {
    this.lastLine = Math.max(this.lastLine, lineCount);
    this.name = null;
  }

  /** The file that is read; null where it is no archive of several. */
  get entryName(): string | null {
    return this.name;
  }

  /** A line of the file that is read, as it is counted through all of them; 0 stays 0. */
  through(line: number): number {
    if (line > this.lastLine) this.lastLine = line;
    return line === 0 ? 0 : this.linesBefore + line;
  }

  /** Null where the file is no archive of several. */
  placeOf(line: number): EntryPlace | null {
    return this.name === null ? null : { name: this.name, line };
  }

  /** Where a problem is, its message beginning with the file as people look it up. */
  problemAt(line: number, message: string): Pick<StatementProblem, 'line' | 'entry' | 'message'> {
    const entry = this.placeOf(line);
    if (!entry) return { line: this.through(line), message };
    const place = line > 0 ? `${entry.name}, line ${line}` : entry.name;
    return { line: this.through(line), entry, message: `${place}: ${message}` };
  }
}
