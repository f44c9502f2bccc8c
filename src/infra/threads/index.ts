export { type Answer, answerOf, resultOf } from './answers.ts';
export { collectGarbage } from './collect-garbage.ts';
export { KeptThreads } from './kept-threads.ts';
export { openThreads, ThreadDied, type Threads } from './threads.ts';
