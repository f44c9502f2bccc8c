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
  params: Readonly<Record<string, unknown>>;
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
  /** Facts behind the texts, by the problem's code. */
  readonly params: Readonly<Record<string, unknown>>;
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
    this.params = body?.params ?? {};
    this.errors = body?.errors ?? [];
  }

  /**
   * A command that may have been carried out: only the same Idempotency-Key may be sent again. 503 in the server's own words is
   * not that: it promises that nothing was changed.
   */
  get isOutcomeUnknown(): boolean {
    return this.kind === 'noAnswer' || (this.status >= 500 && this.status !== 503);
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
  if (!isRecord(body)) return null;
  if (typeof body.code !== 'string' || typeof body.title !== 'string') return null;
  return {
    code: body.code,
    title: body.title,
    detail: typeof body.detail === 'string' ? body.detail : '',
    traceId: typeof body.traceId === 'string' ? body.traceId : '',
    retryable: body.retryable === true,
    retryAfterSeconds: typeof body.retryAfterSeconds === 'number' ? body.retryAfterSeconds : null,
    params: isRecord(body.params) ? body.params : {},
    errors: Array.isArray(body.errors) ? body.errors.filter(isFieldProblem) : [],
  };
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return isRecord(value) && typeof value.pointer === 'string' && typeof value.detail === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
