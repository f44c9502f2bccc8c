/** Where a reader says what is wrong with a file; lines are 1-based, 0 is the file as a whole. */
export interface ReadingReport {
  error(code: string, line: number, message: string): void;
  warn(code: string, line: number, message: string): void;
}

/** The file can't be read further: what came before stays, and the file is not whole. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
  readonly code: string;
  readonly line: number;

  constructor(code: string, message: string, line = 0) {
    super(message);
    this.code = code;
    this.line = line;
  }
}
