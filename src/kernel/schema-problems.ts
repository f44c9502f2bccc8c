import type { z } from 'zod';
import type { FieldProblem } from './errors.ts';

/**
 * What a schema found wrong, as stable codes with pointers; the values themselves stay behind, for they may be secrets.
 * Give the schema `reportInput: true`, or what is missing can't be told from what is wrong. `start` comes before each path.
 */
export function schemaProblems(error: z.ZodError, start: readonly string[] = []): FieldProblem[] {
  return error.issues.flatMap((issue) => problemsOf(issue, start));
}

function problemsOf(issue: z.core.$ZodIssue, start: readonly string[]): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...start, ...issue.path, key]),
      code: 'unknown_field',
    }));
  }
  return [{ pointer: pointerOf([...start, ...issue.path]), ...codeOf(issue) }];
}

/** An issue as a stable code of ours; a refinement says its own by `params: { code }`. */
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
export function pointerOf(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => String(step).replace(/~/g, '~0').replace(/\//g, '~1'));
  return `#${steps.map((step) => `/${encodeURIComponent(step)}`).join('')}`;
}
