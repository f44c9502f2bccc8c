import type { z } from 'zod';
import { DomainError } from '../kernel/errors.ts';
import { schemaProblems } from '../kernel/schema-problems.ts';

/** Which part of a request a schema speaks of, and how its pointers begin. */
type Part = 'body' | 'query' | 'params';

const MAX_PROBLEMS = 50;

/** Validates one part of a request; throws DomainError with a pointer to each wrong field. */
export function validated<T extends z.ZodType>(schema: T, value: unknown, part: Part): z.output<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  // A path that can't name anything of ours names nothing.
  if (part === 'params') throw new DomainError('notFound', 'not_found');
  const fields = schemaProblems(result.error, part === 'body' ? [] : [part]).slice(0, MAX_PROBLEMS);
  throw new DomainError('invalid', part === 'body' ? 'validation_failed' : 'query_invalid', { fields });
}
