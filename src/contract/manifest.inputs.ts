import { z } from 'zod';
import { type Fault, localText } from './manifest.parts.ts';

/** What a regular expression can't tell about a value; the rules of each are in `src/agencies/input-checks.rules.ts`. */
export const INPUT_CHECKS = ['identityNumber', 'plateNumber', 'meterNumber'] as const;
export type InputCheck = (typeof INPUT_CHECKS)[number];

/** Small enough to travel in a manifest: 64 KiB of base64. */
const MAX_PICTURE_CHARS = 65_536;

/** One thing a resident types. A JSON Schema property narrowed to what every phone can show, with hints. */
export const inputFieldSchema = z.object({
  name: z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/),
  label: localText,
  /** JSON Schema `pattern` the value must match, anchored; at most 200 characters. */
  pattern: z.string().max(200).refine(isAnchoredPattern, 'must be a regular expression from ^ to $'),
  maxLength: z.int().min(1).max(64),
  keyboard: z.enum(['numeric', 'text', 'tel', 'idNumber']),
  scannable: z.boolean().default(false),
  placeholder: localText.optional(),
  /** Where to find it: on the paper bill, on the meter. */
  help: localText,
  /** A picture of where to find it, as a `data:` URL: pages load nothing from elsewhere. */
  picture: z
    .string()
    .max(MAX_PICTURE_CHARS)
    .regex(/^data:image\/(png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$/)
    .optional(),
  /** What to say when the pattern does not match, or the check fails. */
  mismatch: localText,
  /** Checked beyond the pattern: a Chinese identity number (GB 11643), a vehicle's plate, a meter's address (DL/T 645). */
  check: z.enum(INPUT_CHECKS).optional(),
  /** Offered instead of typing; the value is then one of these. */
  presets: z
    .array(z.object({ value: z.string().min(1).max(64), label: localText }))
    .min(1)
    .max(50)
    .optional(),
});

export type InputField = z.infer<typeof inputFieldSchema>;

export const inputsSchema = z.object({
  /** Empty, as the groups, only where there are no bills to ask for. */
  fields: z.array(inputFieldSchema).max(8),
  /** Each group is enough by itself: "account number", or "phone + name". Names of fields. */
  groups: z.array(z.array(z.string()).min(1)),
  /** The field that names the account when it is shown again, masked. */
  accountField: z.string(),
});

/** Whether the parts of a form fit each other; one that asks for nothing is right where `mayBeEmpty`. */
export function faultsOfInputs(
  { fields, groups, accountField }: z.infer<typeof inputsSchema>,
  mayBeEmpty: boolean,
): Fault[] {
  if (fields.length === 0) {
    const isRight = mayBeEmpty && groups.length === 0;
    return isRight ? [] : [{ path: ['inputs', 'fields'], message: 'nothing is asked for' }];
  }
  const names = fields.map((field) => field.name);
  const asked = new Set(groups.flat());
  const faults: Fault[] = [];
  if (groups.length === 0) faults.push({ path: ['inputs', 'groups'], message: 'no group is enough' });
  if (new Set(names).size < names.length) {
    faults.push({ path: ['inputs', 'fields'], message: 'two fields have one name' });
  }
  for (const name of asked) {
    if (!names.includes(name))
      faults.push({ path: ['inputs', 'groups'], message: `no field is named ${name}` });
  }
  for (const name of names) {
    if (!asked.has(name)) faults.push({ path: ['inputs', 'groups'], message: `no group asks for ${name}` });
  }
  if (!names.includes(accountField)) {
    faults.push({ path: ['inputs', 'accountField'], message: `no field is named ${accountField}` });
  }
  return faults;
}

function isAnchoredPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
  } catch {
    return false;
  }
  return /^\^.*\$$/s.test(pattern) && (!pattern.includes('|') || isOneGroup(pattern.slice(1, -1)));
}

/** Whether the first parenthesis is closed by the last one: `^a|b$` and `^(a)|(b)$` are anchored on one side only. */
function isOneGroup(text: string): boolean {
  const plain = text.replace(/\\./gs, '_').replace(/\[[^\]]*\]/g, '_');
  let depth = 0;
  for (const [index, char] of [...plain].entries()) {
    if (char === '(') depth++;
    if (char === ')') depth--;
    if (depth === 0) return index === [...plain].length - 1 && plain.length > 1;
  }
  return false;
}
