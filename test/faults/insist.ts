import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Call, Person } from './people.ts';

/** How somebody insists. */
interface Insistence {
  betweenTriesMs: number;
  patienceMs: number;
  /** Statuses that say: come back. Any other of 500 and above is told to `wrongAnswers`. */
  comeBack: ReadonlySet<number>;
  wrongAnswers: string[];
}

/** Sends until a definite answer comes that is good enough; a server that is down or busy is tried again. */
export async function insist(
  person: Person,
  call: Call,
  isGoodEnough: (answer: Answer) => boolean,
  { betweenTriesMs, patienceMs, comeBack, wrongAnswers }: Insistence,
): Promise<Answer> {
  const deadline = performance.now() + patienceMs;
  let last = 'no answer';
  while (performance.now() < deadline) {
    const answer = await person.send(call).catch(() => null);
    if (answer) {
      last = `${answer.status} ${answer.text.slice(0, 300)}`;
      if (answer.status >= 500 && !comeBack.has(answer.status)) wrongAnswers.push(`${call.path}: ${last}`);
      const isRetryable = answer.status >= 500 || answer.body?.retryable === true;
      if (!isRetryable && (answer.status >= 400 || isGoodEnough(answer))) return answer;
    }
    await sleep(betweenTriesMs);
  }
  throw new Error(`${call.method ?? 'GET'} ${call.path} came to nothing in ${patienceMs} ms: ${last}`);
}
