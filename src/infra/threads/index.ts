export { type Answer, answerOf, resultOf } from './answers.ts';
export { openThreads, ThreadDied, type Threads } from './threads.ts';
