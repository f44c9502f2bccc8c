/** One wrong field, as the server names it: a JSON pointer into the body, and words for it. */
export interface FieldProblem {
  pointer: string;
  code: string;
  detail: string;
}

interface ProblemBody {
  code: string;
  title: string;
  detail: string;
  traceId: string;
  retryable: boolean;
  retryAfterSeconds: number | null;
  errors: readonly FieldProblem[];
}

/**
 * Why a call did not come out. `answered`: the server said so itself (RFC 9457). `noAnswer`: it may or may not have been
 * carried out — offline, cut off, timed out, or something in between answered for the server.
 */
export class ApiProblem extends Error {
  readonly kind: 'answered' | 'noAnswer';
  /** 0 when nothing came back. */
  readonly status: number;
  readonly code: string;
  readonly title: string | null;
  readonly detail: string | null;
  readonly traceId: string | null;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | null;
  readonly errors: readonly FieldProblem[];

  constructor(status: number, body: ProblemBody | null) {
    super(body ? body.code : 'no_answer');
    this.name = 'ApiProblem';
    this.kind = body ? 'answered' : 'noAnswer';
    this.status = status;
    this.code = body?.code ?? 'no_answer';
    this.title = body?.title ?? null;
    this.detail = body?.detail ?? null;
    this.traceId = body?.traceId ?? null;
    this.retryable = body?.retryable ?? true;
    this.retryAfterSeconds = body?.retryAfterSeconds ?? null;
    this.errors = body?.errors ?? [];
  }

  /** A command that may have been carried out: only the same Idempotency-Key may be sent again. */
  get isOutcomeUnknown(): boolean {
    return this.kind === 'noAnswer' || this.status >= 500;
  }

  /** The words for one field of the body, such as `#/inputs/accountNumber`. */
  fieldDetail(pointer: string): string | null {
    return this.errors.find((error) => error.pointer === pointer)?.detail ?? null;
  }
}

/** Reads an answer that was not a success; an answer of no known form counts as none. */
export async function problemOfResponse(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  return new ApiProblem(response.status, readProblem(body));
}

function readProblem(body: unknown): ProblemBody | null {
  if (typeof body !== 'object' || body === null) return null;
  const record = body as Record<string, unknown>;
  if (typeof record.code !== 'string' || typeof record.title !== 'string') return null;
  return {
    code: record.code,
    title: record.title,
    detail: typeof record.detail === 'string' ? record.detail : '',
    traceId: typeof record.traceId === 'string' ? record.traceId : '',
    retryable: record.retryable === true,
    retryAfterSeconds: typeof record.retryAfterSeconds === 'number' ? record.retryAfterSeconds : null,
    errors: Array.isArray(record.errors) ? record.errors.filter(isFieldProblem) : [],
  };
}

function isFieldProblem(value: unknown): value is FieldProblem {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Record<string, unknown>;
  return typeof record.pointer === 'string' && typeof record.detail === 'string';
}
