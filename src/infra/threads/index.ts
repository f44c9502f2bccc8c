export { openThreads, ThreadDied, type Threads } from './threads.ts';
