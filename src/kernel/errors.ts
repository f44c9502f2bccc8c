/**
 * An expected refusal: something the caller asked for cannot be done, and the caller can be told why.
 * Everything else that is thrown is a bug of ours.
 *
 * `code` is stable and public (it is the key of the message catalogue and the RFC 9457 `code` member);
 * `params` fill the message and must never hold personal data.
 */
export class DomainError extends Error {
  readonly code: string;
  readonly kind: DomainErrorKind;
  readonly params: Readonly<Record<string, unknown>>;
  readonly fields: readonly FieldProblem[];
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: DomainErrorKind, code: string, options: DomainErrorOptions = {}) {
    super(`${kind}: ${code}`, { cause: options.cause });
    this.name = 'DomainError';
    this.kind = kind;
    this.code = code;
    this.params = options.params ?? {};
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** What sort of refusal it is; `http` maps each kind to one status. */
export type DomainErrorKind =
  | 'invalid' // the request itself is wrong: 400, or 422 when well formed
  | 'unauthenticated' // nobody is signed in: 401
  | 'forbidden' // signed in, but not for this: 403
  | 'notFound' // absent, or another's: 404
  | 'conflict' // the state does not allow it: 409
  | 'gone' // it was there, and has expired: 410
  | 'tooMany' // slow down: 429
  | 'unavailable'; // try later, nothing was changed: 503

/** One wrong field: a JSON pointer (RFC 6901) into the body, or `#/query/x`, and a stable code. */
export interface FieldProblem {
  pointer: string;
  code: string;
  params?: Readonly<Record<string, unknown>>;
}

interface DomainErrorOptions {
  params?: Readonly<Record<string, unknown>>;
  fields?: readonly FieldProblem[];
  retryAfterSeconds?: number;
  /** What led to it, for the log; never shown to the caller. */
  cause?: unknown;
}
