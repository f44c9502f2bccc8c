import iconv from 'iconv-lite';

/**
 * Records of fixed-width fields (定长报文), as core systems of banks and bureaus speak: `text` is GB18030, filled up with
 * blanks on the right; `digits` is a number, filled up with zeros on the left.
 */
export interface FixedField {
  name: string;
  kind: 'text' | 'digits';
  /** Bytes, not characters: a Chinese one takes two or four. */
  bytes: number;
}
export type FixedLayout = readonly FixedField[];

/** Describes a layout in short: `fixedLayout('time X14', 'amount 9(12)')`, as the field's specifications do. */
export function fixedLayout(...fields: string[]): FixedLayout {
  return fields.map((field) => {
    const [, name = '', kind, bytes] = /^(\w+) ([X9])\(?(\d+)\)?$/.exec(field) ?? [];
    if (!bytes) throw new RangeError(`not a field: ${field}`);
    return { name, kind: kind === 'X' ? 'text' : 'digits', bytes: Number(bytes) };
  });
}

/** Bytes of a record. */
export function fixedBytes(layout: FixedLayout): number {
  return layout.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A record; a field without a value is blank or zero. Throws RangeError for a value that does not fit its field. */
export function writeFixed(layout: FixedLayout, values: Readonly<Record<string, string | number>>): Buffer {
  return Buffer.concat(
    layout.map((field) => {
      const value = String(values[field.name] ?? '');
      if (field.kind === 'digits') return writeDigits(field, value);
      const text = iconv.encode(value, 'gb18030');
      if (text.length > field.bytes || value.endsWith(' ')) throw doesNotFit(field);
      return Buffer.concat([text, Buffer.alloc(field.bytes - text.length, ' ')]);
    }),
  );
}

/** The values of a record: texts without the blanks that fill them up, digits with their zeros; null when it is none. */
export function readFixed(layout: FixedLayout, record: Uint8Array): Record<string, string> | null {
  if (record.length !== fixedBytes(layout)) return null;
  const values: Record<string, string> = {};
  let offset = 0;
  for (const { name, kind, bytes } of layout) {
    const value = iconv.decode(Buffer.from(record.subarray(offset, offset + bytes)), 'gb18030');
    offset += bytes;
    const isSound = kind === 'digits' ? /^\d+$/.test(value) : !value.includes('\uFFFD');
    if (!isSound) return null;
    values[name] = kind === 'digits' ? value : value.replace(/ +$/, '');
  }
  return values;
}

function writeDigits(field: FixedField, value: string): Buffer {
  if (!/^\d*$/.test(value) || value.length > field.bytes) throw doesNotFit(field);
  return Buffer.from(value.padStart(field.bytes, '0'), 'ascii');
}

/** Names the field and not the value, which may be personal data. */
function doesNotFit({ name, bytes }: FixedField): RangeError {
  return new RangeError(`the value of ${name} does not fit ${bytes} bytes`);
}
