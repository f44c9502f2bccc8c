import { availableParallelism } from 'node:os';
import { LIMITS } from '../infra/files/index.ts';
import { openThreads, type Threads } from '../infra/threads/index.ts';
import { NO_HEADING } from './bill-table.ts';
import type { BillPart } from './filed-rows.ts';
import { type PieceTerms, rowsOfPiece } from './piece.thread.ts';
import type { Piece, PieceStart } from './piece.ts';

type Reading = ReturnType<typeof rowsOfPiece>;

/** More would wait for the database. */
const MAX_THREADS = 4;

/** How a text is shared out. */
export interface PieceWork {
  /** So much is read here before threads are worth their start. */
  hereChars: number;
  /** What a thread gets at a time, and the database after it. */
  pieceChars: number;
  openThreads(threadCount: number): PieceThreads;
}

export type PieceThreads = Threads<typeof import('./piece.thread.ts')>;

export const PIECE_WORK: PieceWork = {
  hereChars: 1024 ** 2,
  pieceChars: 1024 ** 2,
  openThreads: (threadCount) => openThreads(new URL('./piece.thread.ts', import.meta.url), threadCount),
};

/**
 * Cuts a text into pieces, has them read in threads, and hands on what they hold in the order of the text. A piece is read as if no
 * record ran into it from the one before; where one does, which only quoted cells can do, it is read again.
 */
export class PieceReader {
  private rest = '';
  private start: PieceStart = { heading: NO_HEADING, open: [] };
  /** Lines before the one that problems of the next piece count as the first. */
  private linesBefore = 0;
  private charsHere = 0;
  private threads: PieceThreads | null = null;
  private ahead: { piece: Piece; reading: Promise<Reading> }[] = [];
  /** False once the text cannot be read on. */
  private isReadable = true;
  private readonly terms: PieceTerms;
  private readonly take: (part: BillPart) => Promise<void>;
  private readonly work: PieceWork;
  private readonly threadCount = Math.min(availableParallelism(), MAX_THREADS);

  constructor(terms: PieceTerms, take: (part: BillPart) => Promise<void>, work: PieceWork) {
    this.terms = terms;
    this.take = take;
    this.work = work;
  }

  /** False when no more is wanted. Throws `ThreadDied`, and what `take` throws. */
  async write(text: string): Promise<boolean> {
    this.rest += text;
    if (this.threads === null || this.rest.length >= this.work.pieceChars) await this.cut();
    return this.isReadable;
  }

  /** The text is whole. */
  async end(): Promise<void> {
    await this.read({ text: this.rest, isLast: true });
    await this.drain();
  }

  /** What came is all that can be had: its whole lines count, and what was begun does not. False as for `write`. */
  async breakOff(): Promise<boolean> {
    await this.cut();
    await this.drain();
    return this.isReadable;
  }

  async close(): Promise<void> {
    await this.threads?.close();
  }

  private async cut(): Promise<void> {
    // A line that is too long without having ended is for the reader to refuse.
    const isTooLong = this.rest.length > LIMITS.lineChars;
    const end = this.rest.lastIndexOf('\n') + 1 || (isTooLong ? this.rest.length : 0);
    if (end === 0) return;
    const text = this.rest.slice(0, end);
    this.rest = this.rest.slice(end);
    await this.read({ text, isLast: false });
  }

  private async read(piece: Piece): Promise<void> {
    if (!this.isReadable) return;
    const { heading } = this.start;
    if (!this.threads && (this.charsHere < this.work.hereChars || heading.columns === null)) {
      this.charsHere += piece.text.length;
      return this.takeIn(rowsOfPiece({ piece, start: this.start, terms: this.terms }));
    }
    this.threads ??= this.work.openThreads(this.threadCount);
    const reading = this.threads.run('rowsOfPiece', {
      piece,
      start: { heading, open: [] },
      terms: this.terms,
    });
    // It is awaited later; until then nobody listens, and that must not end the process.
    reading.catch(() => {});
    this.ahead.push({ piece, reading });
    if (this.ahead.length > this.threadCount) await this.takeNext();
  }

  private async drain(): Promise<void> {
    while (this.ahead.length > 0 && this.isReadable) await this.takeNext();
  }

  private async takeNext(): Promise<void> {
    const next = this.ahead.shift();
    if (!next) return;
    const { start, terms } = this;
    const reading = await next.reading;
    const isAsAssumed = start.open.length === 0;
    await this.takeIn(isAsAssumed ? reading : rowsOfPiece({ piece: next.piece, start, terms }));
  }

  private async takeIn({
    problems,
    unreadable,
    lineCount,
    next,
    bills,
    badLineCount,
  }: Reading): Promise<void> {
    const before = this.linesBefore;
    const placed = <T extends { line: number }>(problem: T): T =>
      problem.line === 0 ? problem : { ...problem, line: problem.line + before };
    this.start = next;
    this.linesBefore += lineCount - next.open.length;
    this.isReadable = unreadable === null;
    await this.take({
      bills,
      badLineCount,
      problems: problems.map(placed),
      unreadable: unreadable && placed(unreadable),
    });
  }
}
