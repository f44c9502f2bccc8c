import { KeptThreads } from '../infra/threads/index.ts';

/** Threads in which statements are read, written and matched. */
export const ownThreads = new KeptThreads<typeof import('./reconciliation.thread.ts')>(
  new URL('./reconciliation.thread.ts', import.meta.url),
);
