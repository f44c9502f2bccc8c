import { z } from 'zod';
import type { LocalText } from '../contract/index.ts';
import { DomainError, type DomainErrorKind, type FieldProblem } from '../kernel/errors.ts';
import { formatMinor, type Money } from '../kernel/money.ts';
import { FIELD_PROBLEMS } from './field-problems.ts';
import { type Language, PROBLEMS, type ProblemEntry } from './problem-catalogue.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The body of every refusal: RFC 9457 with our members. */
export const problemSchema = z
  .object({
    type: z.string().describe('`urn:civicpay:problem:` and the code'),
    title: z.string().describe('What happened, in the language of Accept-Language'),
    status: z.int(),
    detail: z.string().describe('What to do next'),
    instance: z.string().describe('The path that was called'),
    code: z.string().describe('Stable; decide by this, never by the texts'),
    traceId: z.string().describe('Quote this when asking for help'),
    retryable: z.boolean().describe('Whether the very same request may succeed later'),
    retryAfterSeconds: z.int().optional(),
    params: z.record(z.string(), z.unknown()).optional().describe('Facts behind the texts'),
    errors: z
      .array(
        z.object({
          pointer: z
            .string()
            .describe('JSON pointer into the body (`#/amount`), `#/query/…` or `#/header/…`'),
          code: z.string(),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;

const STATUS_OF_KIND: Readonly<Record<DomainErrorKind, number>> = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  notFound: 404,
  conflict: 409,
  gone: 410,
  tooMany: 429,
  unavailable: 503,
};

/** What stands in for a code that the catalogue does not know: the kind still says what to do. */
const STAND_IN: Readonly<Record<DomainErrorKind, string>> = {
  invalid: 'validation_failed',
  unauthenticated: 'sign_in_required',
  forbidden: 'forbidden',
  notFound: 'not_found',
  conflict: 'not_possible_now',
  gone: 'no_longer_there',
  tooMany: 'too_many_requests',
  unavailable: 'temporarily_unavailable',
};

interface ProblemContext {
  language: Language;
  traceId: string;
  /** The path that was called, without its query. */
  instance: string;
}

/** What the catalogue says of a code: what happened, and what to do next. A code that it does not know is told as “not possible now”. */
export function problemTexts(
  code: string,
  params: Readonly<Record<string, unknown>>,
  language: Language,
): { title: string; detail: string } {
  const [title, detail] = (entryOf(PROBLEMS, code) ?? (PROBLEMS.not_possible_now as ProblemEntry))[language];
  return { title: filled(title, params, language), detail: filled(detail, params, language) };
}

/** What a refusal or a bug of ours looks like from outside. Nothing of an unexpected error is shown but the trace id. */
export function problemOf(error: unknown, context: ProblemContext): Problem {
  const refusal = error instanceof DomainError ? error : null;
  const code = refusal?.code ?? 'internal_error';
  const listed = entryOf(PROBLEMS, code);
  const entry = (listed ?? PROBLEMS[refusal ? STAND_IN[refusal.kind] : 'internal_error']) as ProblemEntry;
  const kindStatus = refusal ? STATUS_OF_KIND[refusal.kind] : 500;
  const params = { ...refusal?.params, traceId: context.traceId };
  const [title, detail] = entry[context.language];
  return {
    type: `urn:civicpay:problem:${code}`,
    title: filled(title, params, context.language),
    status: listed?.status ?? kindStatus,
    detail: filled(detail, params, context.language),
    instance: context.instance,
    code,
    traceId: context.traceId,
    retryable: listed?.retryable ?? (refusal?.kind === 'tooMany' || refusal?.kind === 'unavailable'),
    ...(refusal?.retryAfterSeconds !== undefined && { retryAfterSeconds: refusal.retryAfterSeconds }),
    ...(refusal && Object.keys(refusal.params).length > 0 && { params: refusal.params }),
    ...(refusal &&
      refusal.fields.length > 0 && {
        errors: refusal.fields.map((field) => fieldProblem(field, context.language)),
      }),
  };
}

function fieldProblem(field: FieldProblem, language: Language) {
  const text = entryOf(FIELD_PROBLEMS, field.code) ?? FIELD_PROBLEMS.invalid;
  return {
    pointer: field.pointer,
    code: field.code,
    detail: filled(text?.[language] ?? '', field.params ?? {}, language),
  };
}

/** An entry of the catalogue's own: what every object inherits (`constructor`) is none. */
function entryOf<T>(catalogue: Readonly<Record<string, T>>, code: string): T | undefined {
  return Object.hasOwn(catalogue, code) ? catalogue[code] : undefined;
}

function filled(text: string, params: Readonly<Record<string, unknown>>, language: Language): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => shown(entryOf(params, name), language));
}

function shown(value: unknown, language: Language): string {
  if (isMoney(value)) {
    const format = new Intl.NumberFormat(language, { style: 'currency', currency: value.currency });
    // As text, because a decimal number would go through a float.
    return format.format(formatMinor(value.amountMinor, value.currency) as `${number}`);
  }
  if (isLocalText(value)) return value[language];
  return value === undefined || value === null ? '' : String(value);
}

function isMoney(value: unknown): value is Money {
  return typeof value === 'object' && value !== null && 'amountMinor' in value && 'currency' in value;
}

function isLocalText(value: unknown): value is LocalText {
  return typeof value === 'object' && value !== null && 'zh-CN' in value && 'en' in value;
}
