import { createHash } from 'node:crypto';
import type { AccountInputs, AmountRule, Bill, InputField, Manifest } from '../contract/index.ts';
import { DomainError, type FieldProblem } from '../kernel/errors.ts';
import { passesCheck } from './input-checks.rules.ts';

type InputsSpec = Manifest['inputs'];

/**
 * What a resident typed, made uniform and checked against the manifest: full-width digits are narrowed, blanks
 * around the text (and within numbers, where people type them in groups) are dropped, identity numbers and plates are
 * written in capitals, empty fields are left out.
 * Throws DomainError `inputs_invalid` whose fields point below `#/inputs`, and `agency_has_no_bills` where nothing is asked for.
 */
export function readInputs(spec: InputsSpec, raw: AccountInputs): AccountInputs {
  if (spec.fields.length === 0) throw new DomainError('invalid', 'agency_has_no_bills');
  const inputs = normaliseInputs(spec, raw);
  const fields = checkInputs(spec, inputs);
  if (fields.length > 0) throw new DomainError('invalid', 'inputs_invalid', { fields });
  return inputs;
}

function normaliseInputs(spec: InputsSpec, raw: AccountInputs): AccountInputs {
  const entries = Object.entries(raw).map(([name, value]) => {
    const text = value.normalize('NFKC').trim();
    const field = spec.fields.find((candidate) => candidate.name === name);
    return [name, field ? normaliseValue(field, text) : text] as const;
  });
  return Object.fromEntries(entries.filter(([, text]) => text !== ''));
}

function normaliseValue({ keyboard, check }: InputField, text: string): string {
  // As it is painted: `粤A·12345`.
  if (check === 'plateNumber') return text.replace(/[\s·•]/g, '').toUpperCase();
  if (keyboard === 'text') return text;
  const compact = text.replace(/\s/g, '');
  return keyboard === 'idNumber' ? compact.toUpperCase() : compact;
}

/** What is wrong with uniform inputs, by field; empty when a group is complete and every value fits. */
export function checkInputs(spec: InputsSpec, inputs: AccountInputs): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [name, value] of Object.entries(inputs)) {
    const pointer = `#/inputs/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const field = spec.fields.find((candidate) => candidate.name === name);
    if (!field) problems.push({ pointer, code: 'unknown_field' });
    else {
      const problem = problemOfValue(field, value);
      if (problem) problems.push({ pointer, ...problem });
    }
  }
  const missing = missingOfNearestGroup(spec, inputs);
  return [...problems, ...missing.map((name) => ({ pointer: `#/inputs/${name}`, code: 'required' }))];
}

/** What is wrong with one value. Length first: a pattern only ever runs on a short text. */
function problemOfValue(field: InputField, value: string): Omit<FieldProblem, 'pointer'> | null {
  const { maxLength, presets, pattern, check, mismatch } = field;
  if ([...value].length > maxLength) return { code: 'too_long', params: { maximum: maxLength } };
  if (presets && !presets.some((preset) => preset.value === value)) return { code: 'not_offered' };
  if (!new RegExp(`^(?:${pattern})$`, 'u').test(value)) {
    return { code: 'pattern_mismatch', params: { mismatch } };
  }
  return check && !passesCheck(check, value) ? { code: 'check_failed', params: { mismatch } } : null;
}

/** What still has to be typed to complete the group that lacks least. */
function missingOfNearestGroup(spec: InputsSpec, inputs: AccountInputs): string[] {
  const missing = spec.groups.map((group) => group.filter((name) => !Object.hasOwn(inputs, name)));
  return missing.reduce(
    (least, candidate) => (candidate.length < least.length ? candidate : least),
    missing[0] ?? [],
  );
}

/** One text for equal inputs, whatever order they were typed in: for blind indexes and cache keys. */
export function canonicalInputs(inputs: AccountInputs): string {
  return canonicalJson(inputs);
}

const MASK = '****';
const SHOWN_CHARS = 4;

/** `****1234`: the last four characters at most, and never more than half of a short number. */
export function maskAccount(value: string): string {
  const chars = [...value];
  const shown = Math.min(SHOWN_CHARS, Math.floor(chars.length / 2));
  return `${MASK}${chars.slice(chars.length - shown).join('')}`;
}

/** The masked account of inputs: the field that names it or, in groups without it, the first field given. */
export function maskedAccountOf(spec: InputsSpec, inputs: AccountInputs): string {
  const names = [spec.accountField, ...spec.fields.map((field) => field.name)];
  const given = names.find((name) => Object.hasOwn(inputs, name));
  return maskAccount((given && inputs[given]) ?? '');
}

export type AmountProblem =
  | 'notPositive'
  | 'notTheAmountDue'
  | 'belowMinimum'
  | 'aboveMaximum'
  | 'notAMultiple';

/** What is wrong with paying `amountMinor` towards bills of `dueMinor` in all; null when it is allowed. */
export function checkAmount(rule: AmountRule, dueMinor: number, amountMinor: number): AmountProblem | null {
  if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0) return 'notPositive';
  switch (rule.kind) {
    case 'exact':
      return amountMinor === dueMinor ? null : 'notTheAmountDue';
    case 'atLeast':
      return amountMinor >= dueMinor ? null : 'belowMinimum';
    case 'atMost':
      if (amountMinor > dueMinor) return 'aboveMaximum';
      // A bill smaller than the minimum can still be paid, in full.
      return amountMinor >= Math.min(rule.minimumMinor, dueMinor) ? null : 'belowMinimum';
    case 'any':
      return amountMinor >= rule.minimumMinor ? null : 'belowMinimum';
    case 'range':
      if (amountMinor < rule.minimumMinor) return 'belowMinimum';
      if (amountMinor > rule.maximumMinor) return 'aboveMaximum';
      return amountMinor % (rule.stepMinor ?? 1) === 0 ? null : 'notAMultiple';
    case 'multipleOf':
      return amountMinor % rule.stepMinor === 0 ? null : 'notAMultiple';
  }
}

export type SelectionProblem =
  | 'nothingChosen'
  | 'unknownBill'
  | 'chosenTwice'
  | 'onlyOneAtATime'
  | 'allTogether'
  | 'olderFirst';

/** What is wrong with paying these of the bills due, by the agency's bill shape; null when it is allowed. */
export function checkSelection(
  shape: Manifest['billShape'],
  bills: readonly Pick<Bill, 'billId' | 'period'>[],
  chosenIds: readonly string[],
): SelectionProblem | null {
  const chosen = new Set(chosenIds);
  if (chosen.size === 0) return 'nothingChosen';
  if (chosen.size < chosenIds.length) return 'chosenTwice';
  const [taken, left] = [
    bills.filter((b) => chosen.has(b.billId)),
    bills.filter((b) => !chosen.has(b.billId)),
  ];
  if (taken.length !== chosen.size) return 'unknownBill';
  switch (shape) {
    case 'one':
      return taken.length === 1 ? null : 'onlyOneAtATime';
    case 'all':
      return left.length === 0 ? null : 'allTogether';
    case 'some':
      return null;
    case 'oldestFirst':
      return left.some((older) => taken.some((newer) => older.period < newer.period)) ? 'olderFirst' : null;
  }
}

/** SHA-256 of a value's canonical JSON, in hexadecimal: equal for equal content, whatever the order of keys. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
