import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects what this thread no longer uses, in some 20 ms. V8 counts neither shared memory nor what lies ready for reuse in a thread that
 * waits, so it would keep hundreds of MiB until the thread has made as much garbage again; and it has no other way to be told.
 */
export function collectGarbage(): void {
  collect ??= exposed();
  collect();
}

let collect: (() => void) | null = null;

function exposed(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
