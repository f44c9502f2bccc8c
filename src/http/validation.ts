import type { z } from 'zod';
import { DomainError, type FieldProblem } from '../kernel/errors.ts';

/** Which part of a request a schema speaks of, and how its pointers begin. */
type Part = 'body' | 'query' | 'params';

/** Validates one part of a request; throws DomainError with a pointer to each wrong field. */
export function validated<T extends z.ZodType>(schema: T, value: unknown, part: Part): z.output<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  // A path that can't name anything of ours names nothing.
  if (part === 'params') throw new DomainError('notFound', 'not_found');
  const fields = result.error.issues.flatMap((issue) => fieldProblems(issue, part)).slice(0, 50);
  throw new DomainError('invalid', part === 'body' ? 'validation_failed' : 'query_invalid', { fields });
}

function fieldProblems(issue: z.core.$ZodIssue, part: Part): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: pointer(part, [...issue.path, key]), code: 'unknown_field' }));
  }
  return [{ pointer: pointer(part, issue.path), ...codeOf(issue) }];
}

/** A zod issue as a stable code of ours; a refinement says its own by `params: { code }`. */
function codeOf(issue: z.core.$ZodIssue): Omit<FieldProblem, 'pointer'> {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return { code: 'required' };
      return { code: 'wrong_type', params: { expected: issue.expected } };
    case 'too_small': {
      const params = { minimum: Number(issue.minimum) };
      if (issue.origin === 'string') return { code: params.minimum === 1 ? 'required' : 'too_short', params };
      return { code: issue.origin === 'array' ? 'too_few' : 'too_small', params };
    }
    case 'too_big': {
      const params = { maximum: Number(issue.maximum) };
      if (issue.origin === 'string') return { code: 'too_long', params };
      return { code: issue.origin === 'array' ? 'too_many' : 'too_large', params };
    }
    case 'not_multiple_of':
      return { code: 'not_multiple_of', params: { divisor: issue.divisor } };
    case 'invalid_format':
      return { code: 'wrong_format' };
    case 'invalid_value':
      return { code: issue.input === undefined ? 'required' : 'not_allowed_value' };
    case 'custom': {
      const code: unknown = issue.params?.code;
      return { code: typeof code === 'string' ? code : 'invalid' };
    }
    default:
      return { code: issue.input === undefined && issue.path.length > 0 ? 'required' : 'invalid' };
  }
}

/** RFC 6901, as a URI fragment. */
function pointer(part: Part, path: readonly PropertyKey[]): string {
  const start = part === 'body' ? [] : [part];
  const steps = [...start, ...path].map((step) => String(step).replace(/~/g, '~0').replace(/\//g, '~1'));
  return `#${steps.map((step) => `/${encodeURIComponent(step)}`).join('')}`;
}
