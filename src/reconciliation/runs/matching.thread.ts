import type { StatementSide } from '../intake/intake.types.ts';
import { MatchingWork } from './matching-work.ts';
import type { CarriedRow, WorkResult, WorkSetup } from './work.types.ts';

/** What a thread does for one run: `begin`, then all pieces in order, then `finish`. A thread has one matching at a time. */

let work: MatchingWork | null = null;
let steps: Int32Array = new Int32Array(2);

/** `steps` is memory that both threads have: how many steps of the matching are done, and how many there are. */
export function begin(given: { setup: WorkSetup; steps: Int32Array }): void {
  work = new MatchingWork(given.setup);
  steps = given.steps;
}

export function add({ side, chunk }: { side: StatementSide; chunk: Uint8Array }): void {
  begun().add(side, chunk);
}

export function carry({
  chunk,
  rows,
}: {
  chunk: Uint8Array;
  rows: readonly (CarriedRow & { at: number })[];
}): void {
  begun().carry(chunk, rows);
}

export function finish(): WorkResult {
  const result = begun().finish((done, total) => steps.set([done, total]));
  work = null;
  return result;
}

function begun(): MatchingWork {
  if (!work) throw new Error('no matching has begun in this thread');
  return work;
}
