/** What may be attached to a break: by what the bytes begin with, never by the name alone. */
const SIGNATURES: readonly (readonly [mediaType: string, bytes: readonly number[]])[] = [
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  // XLSX, DOCX and archives: they are only ever given back as a download.
  ['application/zip', [0x50, 0x4b, 0x03, 0x04]],
];

export const MAX_EVIDENCE_BYTES = 5 * 1024 ** 2;

/** The media type of bytes, or null for what nobody should keep as evidence. Text is UTF-8 or GB 18030 without control characters. */
export function evidenceTypeOf(bytes: Uint8Array): string | null {
  const known = SIGNATURES.find(([, signature]) => signature.every((byte, index) => bytes[index] === byte));
  if (known) return known[0];
  const isText = bytes.length > 0 && bytes.every((byte) => byte >= 0x20 || [0x09, 0x0a, 0x0d].includes(byte));
  return isText && !bytes.includes(0x7f) ? 'text/plain' : null;
}

/** A file's name without any folder and control characters, so that it can be shown and offered again. */
export function plainFileName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const plain = last.replace(/[\p{C}"<>|:*?]/gu, '').trim();
  return plain.slice(0, 120) || 'evidence';
}
