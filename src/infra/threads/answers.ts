import { DomainError, type DomainErrorKind } from '../../kernel/errors.ts';

/** What a thread answers where it may refuse as expected: an error of ours would lose on the way what it is. */
export type Answer<T> =
  | { value: T }
  | {
      refusal: {
        kind: DomainErrorKind;
        code: string;
        params: DomainError['params'];
        retryAfterSeconds?: number;
      };
    };

/** In the thread: what `work` comes to, or the refusal (DomainError) that it throws. */
export async function answerOf<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { kind, code, params, retryAfterSeconds } = error;
    return { refusal: { kind, code, params, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) } };
  }
}

/** Where it was asked for: the value. Throws the DomainError that the thread has met. */
export function resultOf<T>(answer: Answer<T>): T {
  if ('value' in answer) return answer.value;
  const { kind, code, ...options } = answer.refusal;
  throw new DomainError(kind, code, options);
}
