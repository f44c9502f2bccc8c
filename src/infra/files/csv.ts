import { LIMITS } from './limits.ts';
import type { ReadingReport } from './reading.types.ts';
import { LineSplitter } from './text.ts';

/** One record of a table: its cells, and what they were read from. */
export interface TableRecord {
  cells: string[];
  line: number;
  raw: string;
}

/**
 * Cuts text into records, as RFC 4180 says and as exports do: blanks around a quoted cell, and quotes inside a bare one, are
 * taken as they come. A quoted cell may run over lines; one that never ends is an error, and its first line stands alone.
 */
export class CsvReader {
  private readonly lines = new LineSplitter((text, line) => this.takeLine(text, line));
  private pending: { text: string; line: number }[] = [];
  private readonly delimiter: string;
  private readonly out: ReadingReport;
  private readonly take: (record: TableRecord) => void;

  constructor(delimiter: string, out: ReadingReport, take: (record: TableRecord) => void) {
    this.delimiter = delimiter;
    this.out = out;
    this.take = take;
  }

  /** Lines that have ended. */
  get lineCount(): number {
    return this.lines.line;
  }

  /** The lines of a record that has begun and not ended. */
  get openLines(): readonly string[] {
    return this.pending.map(({ text }) => text);
  }

  write(text: string): void {
    this.lines.write(text);
  }

  end(): void {
    this.lines.end();
    while (this.pending.length > 0) this.giveUpQuote();
  }

  private takeLine(text: string, line: number): void {
    if (this.pending.length === 0 && !text.includes('"')) {
      if (text === '') return;
      this.take({ cells: text.split(this.delimiter), line, raw: text });
      return;
    }
    this.pending.push({ text, line });
    const raw = this.pending.map((part) => part.text).join('\n');
    const cells = splitQuoted(raw, this.delimiter);
    if (cells) {
      const first = this.pending[0]?.line ?? line;
      this.pending = [];
      this.take({ cells, line: first, raw });
    } else if (this.pending.length >= LIMITS.recordLines || raw.length > LIMITS.lineChars) this.giveUpQuote();
  }

  /** The first line is not the beginning of a longer record after all: it is taken alone, and the others anew. */
  private giveUpQuote(): void {
    const [first, ...others] = this.pending;
    this.pending = [];
    if (!first) return;
    this.out.error('quote_not_closed', first.line, 'a quoted cell begins here and never ends');
    this.take({ cells: first.text.split(this.delimiter), line: first.line, raw: first.text });
    for (const { text, line } of others) this.takeLine(text, line);
  }
}

/** The cells of a record, or null when its last quote is open. */
export function splitQuoted(raw: string, delimiter: string): string[] | null {
  const cells: string[] = [];
  let at = 0;
  while (at <= raw.length) {
    const start = skipBlanks(raw, at, delimiter);
    if (raw[start] !== '"') {
      const end = endOfCell(raw, endOfFormula(raw, start), delimiter);
      cells.push(raw.slice(at, end));
      at = end + 1;
      continue;
    }
    const close = closingQuote(raw, start + 1);
    if (close === -1) return null;
    const end = endOfCell(raw, close + 1, delimiter);
    const inside = raw.slice(start + 1, close).replaceAll('""', '"');
    const behind = raw.slice(close + 1, end).trim();
    // Text behind the closing quote: the quotes belong to the text.
    cells.push(behind === '' ? inside : raw.slice(at, end));
    at = end + 1;
  }
  return cells;
}

/** `="1,000.00"` keeps a spreadsheet from making a number of it: what is between its quotes belongs together. */
function endOfFormula(raw: string, start: number): number {
  return raw.startsWith('="', start) ? Math.max(raw.indexOf('"', start + 2), start) : start;
}

function skipBlanks(raw: string, from: number, delimiter: string): number {
  let at = from;
  while ((raw[at] === ' ' || raw[at] === '\t') && raw[at] !== delimiter) at += 1;
  return at;
}

function closingQuote(raw: string, from: number): number {
  let at = raw.indexOf('"', from);
  while (at !== -1 && raw[at + 1] === '"') at = raw.indexOf('"', at + 2);
  return at;
}

function endOfCell(raw: string, from: number, delimiter: string): number {
  const end = raw.indexOf(delimiter, from);
  return end === -1 ? raw.length : end;
}
