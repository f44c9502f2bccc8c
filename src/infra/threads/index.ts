export { moved, openThreads, ThreadDied, type Threads } from './threads.ts';
