/** One row, its values in the order of the columns. */
export type BulkRow = readonly (string | number | null)[];

/** Rows as `LOAD DATA` reads them, one after the other: what `bulkLine` makes of each, in UTF-8. */
export interface BulkLines {
  bytes: Uint8Array;
  count: number;
}

/** One row as a line of `BulkLines`. Stands on nothing: a thread that writes them loads no driver of databases. */
export function bulkLine(row: BulkRow): string {
  let line = '';
  for (let at = 0; at < row.length; at++) {
    const value = row[at] ?? null;
    if (at > 0) line += '\t';
    line += value === null ? '\\N' : typeof value === 'number' ? value : escaped(value);
  }
  return `${line}\n`;
}

const SPECIAL = /[\\\t\n\r\0]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
};
const UNESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '0': '\0' };

function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[\\\t\n\r\0]/g, (char) => ESCAPES[char] ?? char) : text;
}

/** The rows again, as texts: for servers that `LOAD DATA` is not for. */
export function readBulkLines({ bytes, count }: BulkLines): (string | null)[][] {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8').split('\n', count);
  return lines.map((line) => line.split('\t').map((cell) => (cell === '\\N' ? null : unescaped(cell))));
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/g, (_, char: string) => UNESCAPES[char] ?? char) : text;
}
