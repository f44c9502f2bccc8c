import { CsvReader, UnreadableFile } from '../infra/files/index.ts';
import { BillTable, type Heading, problemOfFile, type TableTerms } from './bill-table.ts';
import type { FiledBill, LineProblem } from './lines.rules.ts';

/** Problems that are kept and listed; all are counted. */
export const MAX_PROBLEMS = 10_000;

/** Lines of a file that stand together; each piece ends with the end of a line, and the last with that of the file. */
export interface Piece {
  text: string;
  isLast: boolean;
}

/** What the pieces before it leave to a piece. */
export interface PieceStart {
  heading: Heading;
  /** Lines of a record that has begun and not ended: a quoted cell may run over lines. */
  open: readonly string[];
}

/** What is known of some lines of a file. */
export interface LinesRead {
  badLineCount: number;
  /** As many as are listed; `badLineCount` has them all. */
  problems: readonly LineProblem[];
  /** Why the file cannot be read on. */
  unreadable: LineProblem | null;
}

/** Its problems count lines from the first one of `open` or, where there is none, of the piece. */
export interface PieceReading extends LinesRead {
  lineCount: number;
  next: PieceStart;
}

/** Reads a piece of a file of separated values; the pieces of a file give what the whole gives, wherever it is cut. */
export function readPiece(
  { text, isLast }: Piece,
  start: PieceStart,
  { delimiter, ...terms }: TableTerms & { delimiter: string },
  bill: (bill: FiledBill) => void,
): PieceReading {
  const problems: LineProblem[] = [];
  let badLineCount = 0;
  let unreadable: LineProblem | null = null;
  const bad = (found: readonly LineProblem[]) => {
    badLineCount += 1;
    problems.push(...found.slice(0, MAX_PROBLEMS - problems.length));
  };
  const table = new BillTable(terms, { bill, bad }, start.heading);
  const csv = new CsvReader(delimiter, table.report, (record) => table.record(record));
  try {
    for (const line of start.open) csv.write(`${line}\n`);
    csv.write(text);
    if (isLast) {
      csv.end();
      table.end();
    }
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    unreadable = problemOfFile(error);
    badLineCount += 1;
  }
  const next = { heading: table.heading, open: csv.openLines };
  return { problems, badLineCount, unreadable, lineCount: csv.lineCount, next };
}
