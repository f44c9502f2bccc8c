import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects what this thread no longer uses, in some 30 ms. V8 counts neither shared memory nor what lies ready for reuse in a thread that
 * waits, so it would keep hundreds of MiB until the thread has made as much garbage again; and it has no other way to be told.
 */
export function collectGarbage(): void {
  collect ??= exposed();
  collect();
  // What the first round has emptied is given back by the next one.
  collect();
}

/** The same of what was made lately only, in a millisecond or two: for whoever makes long buffers all the time that others let go of. */
export function collectYoungGarbage(): void {
  collect ??= exposed();
  collect({ type: 'minor' });
}

let collect: ((options?: { type: 'minor' }) => void) | null = null;

function exposed(): NonNullable<typeof collect> {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
