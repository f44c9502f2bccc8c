import type { RunProgress } from './runs.types.ts';

/** Phases that a thread may be in. */
const PHASES: readonly RunProgress['phase'][] = ['load', 'match', 'write', 'publish'];

/** How far threads are, in memory that all have: while some work, another can see it. */
export class SharedProgress {
  /** Place of the phase in `PHASES`, done, total. */
  readonly words: Int32Array;

  constructor(words: Int32Array = new Int32Array(new SharedArrayBuffer(12))) {
    this.words = words;
  }

  tell({ phase, done, total }: RunProgress): void {
    this.words.set([PHASES.indexOf(phase), done, total]);
  }

  /** So many more are done of what all threads do together. */
  addDone(count: number): void {
    Atomics.add(this.words, 1, count);
  }

  read(): RunProgress {
    const [phase = 0, done = 0, total = 0] = this.words;
    return { phase: PHASES[phase] ?? 'load', done, total };
  }
}
