import { threadId } from 'node:worker_threads';
import { type Answer, answerOf } from '../../src/infra/threads/index.ts';
import { DomainError } from '../../src/kernel/errors.ts';

/** What threads.test.ts runs in threads. */

export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

export function bytesOf(bytes: Uint8Array): number {
  return bytes.length;
}

export async function slowly(ms: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return ms;
}

export function fail(message: string): never {
  throw new RangeError(message);
}

export function die(code: number): void {
  process.exit(code);
}

export function spin(): never {
  for (;;);
}

/** Done where it is 0, and refused as expected where it is more. */
export function refuse(count: number): Promise<Answer<string>> {
  return answerOf(async () => {
    if (count < 0) throw new RangeError('not a count');
    if (count === 0) return 'done';
    throw new DomainError('conflict', 'too_many_sums', { params: { count }, retryAfterSeconds: 1 });
  });
}

/** Which thread this is. */
export function thread(): number {
  return threadId;
}
