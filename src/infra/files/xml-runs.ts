import type { XmlAttributes } from './xml-grammar.ts';

/** One thing that was found in a run; `end` is where it ends, from the run's beginning. */
export type Markup =
  | { kind: 'open'; name: string; attributes: XmlAttributes; end: number }
  | { kind: 'close'; name: string; end: number }
  | { kind: 'text'; text: string; end: number };

/** Tags and blanks between one text and the next, and what they say. */
export interface Run {
  readonly literal: string;
  readonly markup: readonly Markup[];
  /** What came after it the last time. */
  next: Run | null;
}

const MAX_NAMES = 1_024;
const MAX_RUNS = 1_000;
const MAX_CHARS = 2_000;
const MAX_MARKUP = 100;

/**
 * Remembers runs of markup. Files of millions of entries repeat a few of them in one order: `</Amt> <CdtDbtInd>` is recognised as a whole, and
 * not taken apart again.
 */
export class XmlRuns {
  private readonly byLiteral = new Map<string, Run>();
  private last: Run = { literal: '', markup: [], next: null };
  /** Where the run that is being recorded began, and what was found in it; null while none is. */
  private start = 0;
  private recorded: Markup[] | null = null;

  get isRecording(): boolean {
    return this.recorded !== null;
  }

  /** The run that came next the last time, if it stands at this place of the buffer too; else what is found from here on is recorded. */
  expect(buffer: string, at: number): Run | null {
    const { next } = this.last;
    if (next !== null && buffer.startsWith(next.literal, at)) {
      this.last = next;
      this.recorded = null;
      return next;
    }
    this.start = at;
    this.recorded = [];
    return null;
  }

  record(found: Markup): void {
    if (this.recorded === null) return;
    if (this.recorded.length < MAX_MARKUP) this.recorded.push({ ...found, end: found.end - this.start });
    else this.recorded = null;
  }

  /** A text follows here. */
  finish(buffer: string, at: number): void {
    const { recorded, start } = this;
    this.recorded = null;
    if (recorded === null || at === start || at - start > MAX_CHARS) return;
    const literal = buffer.slice(start, at);
    let run = this.byLiteral.get(literal);
    if (!run) {
      if (this.byLiteral.size >= MAX_RUNS) return;
      run = { literal: copyOf(literal), markup: recorded, next: null };
      this.byLiteral.set(run.literal, run);
    }
    this.last.next = run;
    this.last = run;
  }

  /** The buffer begins so much later; nothing is recorded across that. */
  drop(count: number): void {
    this.start -= count;
    if (this.start < 0) this.recorded = null;
  }

  /** For what is no tag and no blank. */
  forget(): void {
    this.recorded = null;
  }
}

/** Names that came before: the same name is the same string again, whose hash is known. */
export class XmlNames {
  private readonly known = new Array<string>(MAX_NAMES).fill('');

  /** The name at a place of the buffer, given some hash of it. */
  at(buffer: string, start: number, end: number, hash: number): string {
    const place = hash & (MAX_NAMES - 1);
    const known = this.known[place] ?? '';
    if (known.length === end - start && buffer.startsWith(known, start)) return known;
    const name = copyOf(buffer.slice(start, end));
    this.known[place] = name;
    return name;
  }
}

/** A part of a text keeps all of it in memory; this one does not. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
