export type XmlAttributes = Readonly<Record<string, string>>;

/** What XML 1.0 (fifth edition) calls a name: productions 4, 4a and 5. */
const NAME_START =
  ':A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const NAME = `[${NAME_START}][-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040${NAME_START}]*`;
const ATTRIBUTE = new RegExp(
  `[ \\t\\r\\n]+(${NAME})[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"([^"<]*)"|'([^'<]*)')`,
  'uy',
);
const REFERENCE = /&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-zA-Z]+));|&/g;
const WHOLE_NAME = new RegExp(`^${NAME}$`, 'u');

export function isXmlName(text: string): boolean {
  return WHOLE_NAME.test(text);
}

/** What production 2 (Char) leaves out, but for halves of surrogate pairs, which no decoder of bytes makes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML forbids.
export const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;

/** The inside of `<?xml …?>`: production 23. */
export const XML_DECLARATION =
  /^xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])1\.[0-9]+\1([ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])[A-Za-z][\w.-]*\3)?([ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(yes|no)\5)?[ \t\r\n]*$/;

/** The entities that need no declaration. */
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Where the `>` of a tag is that is none inside an attribute, or a `<` that has no place there; -1 when neither has come yet. */
export function endOfTag(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '>' || char === '<') return at;
    if (char !== '"' && char !== "'") continue;
    at = text.indexOf(char, at + 1);
    if (at === -1) return -1;
  }
  return -1;
}

/** What stands behind the name in a tag; null where something is no attribute, or there twice. */
export function readAttributes(text: string): XmlAttributes | null {
  const attributes: Record<string, string> = Object.create(null);
  const end = text.trimEnd().length;
  ATTRIBUTE.lastIndex = 0;
  for (let at = 0; at < end; at = ATTRIBUTE.lastIndex) {
    const [, name = '', quoted, other = ''] = ATTRIBUTE.exec(text) ?? [];
    const value = withReferences((quoted ?? other).replace(/\r\n|[\t\r\n]/g, ' '));
    if (name === '' || name in attributes || value === null) return null;
    attributes[name] = value;
  }
  return attributes;
}

/** Text with what its entities and character references stand for; null where one stands for nothing. */
export function withReferences(text: string): string | null {
  if (!text.includes('&')) return text;
  let isSound = true;
  const resolved = text.replace(REFERENCE, (_, hex?: string, decimal?: string, name?: string) => {
    const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : null;
    const found = code === null ? ENTITIES.get(name ?? '') : characterOf(code);
    isSound &&= found !== undefined;
    return found ?? '';
  });
  return isSound ? resolved : null;
}

function characterOf(code: number): string | undefined {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  const character = String.fromCodePoint(code);
  return NOT_XML.test(character) ? undefined : character;
}
