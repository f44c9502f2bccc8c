export { type Answer, answerOf, resultOf } from './answers.ts';
export { KeptThreads } from './kept-threads.ts';
export { openThreads, ThreadDied, type Threads } from './threads.ts';
