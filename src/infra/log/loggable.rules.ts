/**
 * What may be written to a log: technical words, by an allow-list of shapes. Anything that could be a person's
 * (a name, an address, a phone or account number, a mail address, a secret) is hidden, whoever logs it.
 */

const HIDDEN = '[hidden]';
const MAX_CHARS = 300;
const MAX_DEPTH = 3;
const MAX_ENTRIES = 50;

/** Values under these names are hidden whatever they look like. */
const SECRET_NAME =
  /(phone|mobile|email|password|passwd|secret|token|cookie|authorization|inputs?|holder|address|accountn(o|umber)|consno|otp|totp|csrf|signature|privatekey)$/i;
/** Not a person's, though named like it. */
const HARMLESS_NAME = /^(ip|client|server|bind|listen)Address$/;

/** Numbers of ours that may stay: ids, moments and dates, trace ids, UUIDs. */
const OURS = [
  /\b[a-z]{2,4}_[0-9a-hjkmnp-tv-z]{26}\b/,
  /\b(?:19|20)\d\d-[01]\d-[0-3]\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z)?(?![-\w])/,
  /\b(?:[0-9a-f]{2}-)?[0-9a-f]{32}(?:-[0-9a-f]{16}-[0-9a-f]{2})?\b/,
  /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/,
];
/** Any other run of seven or more digits, perhaps grouped, may be a phone, account, card or identity number. */
const NUMBERS = new RegExp(
  `(${OURS.map((pattern) => pattern.source).join('|')})|\\+?\\d(?:[ -]?\\d){6,}[xX]?`,
  'g',
);
const MAIL_ADDRESS = /[\w.+-]+@[\w-]+(?:\.[\w-]+)*/g;
/** User info and query of a URL: both have carried secrets. */
const URL_SECRETS = /(\b[a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@]*@)?([^\s?#]*)[^\s]*/gi;
/** Anything but printable ASCII: names and addresses here are written in Chinese. */
const NOT_TECHNICAL = /[^\x20-\x7e\n\t]+/g;

/** A text with everything hidden that is not plainly technical. */
export function loggableText(text: string): string {
  const cut = text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text;
  return cut
    .replace(URL_SECRETS, '$1$2')
    .replace(MAIL_ADDRESS, HIDDEN)
    .replace(NUMBERS, (_, ours: string | undefined) => ours ?? HIDDEN)
    .replace(NOT_TECHNICAL, (run) => (run === '…' ? '...' : HIDDEN));
}

/** A field's value, made safe by its name and its shape. */
export function loggableValue(name: string, value: unknown, depth = 0): unknown {
  if (value === null || value === undefined || typeof value === 'boolean') return value;
  if (SECRET_NAME.test(name) && !HARMLESS_NAME.test(name)) return HIDDEN;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return loggableText(value);
  if (value instanceof Error) return loggableError(value);
  if (depth >= MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ENTRIES).map((item) => loggableValue(name, item, depth + 1));
  }
  // Buffers, maps, class instances: nobody looked at what they hold.
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    return `[${typeof value}]`;
  return loggableFields(value as Record<string, unknown>, depth + 1);
}

/** Every field of a log line. */
export function loggableFields(
  fields: Readonly<Record<string, unknown>>,
  depth = 0,
): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields).slice(0, MAX_ENTRIES)) {
    safe[name] = loggableValue(name, value, depth);
  }
  return safe;
}

/**
 * An error as type, code, message and places in the code. Its own properties are left out: drivers keep statements
 * and bound values there.
 */
function loggableError(error: Error, depth = 0): Record<string, unknown> {
  const code: unknown = (error as { code?: unknown }).code;
  const safe: Record<string, unknown> = {
    type: loggableText(error.name),
    message: loggableText(withoutQuoted(error.message)),
    at: placesIn(error.stack),
  };
  if (typeof code === 'string' || typeof code === 'number') safe.code = loggableValue('code', code);
  if (error.cause instanceof Error && depth < MAX_DEPTH) safe.cause = loggableError(error.cause, depth + 1);
  return safe;
}

/** Databases quote values in their messages: `Duplicate entry 'x' for key`, `Key (phone)=(x) already exists`. */
function withoutQuoted(message: string): string {
  return message.replace(/'[^']*'/g, `'${HIDDEN}'`).replace(/=\([^)]*\)/g, `=(${HIDDEN})`);
}

/** The frames of a stack, without its first lines, which repeat the message. */
function placesIn(stack: string | undefined): string[] {
  return (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim().slice(3));
}
