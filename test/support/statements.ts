import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { readStatement } from '../../src/reconciliation/index.ts';
import type { ReadStatementOptions } from '../../src/reconciliation/statements/read-statement.ts';
import type { StatementRow, StatementSummary } from '../../src/reconciliation/statements/statement.types.ts';

export interface Inspected {
  rows: StatementRow[];
  summary: StatementSummary;
  /** `error code line`, of every problem. */
  problems: string[];
}

/** Reads a file that lies on disk. */
export async function inspectFile(file: string, options: ReadStatementOptions = {}): Promise<Inspected> {
  const rows: StatementRow[] = [];
  const summary = await readStatement(file, {
    ...options,
    onRows: (more) => {
      rows.push(...more);
    },
  });
  const problems = summary.problems.map(({ severity, code, line }) => `${severity} ${code} ${line}`);
  return { rows, summary, problems };
}

/** Reads these bytes, or this text in UTF-8, as a file. */
export async function inspect(
  content: string | Buffer,
  options: ReadStatementOptions = {},
): Promise<Inspected> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'civicpay-statement-'));
  try {
    const file = path.join(folder, 'statement');
    writeFileSync(file, content);
    return await inspectFile(file, options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `+12.34 EUR` of each row: what moved. */
export function movements({ rows }: Inspected): string[] {
  return rows.map(
    ({ direction, amountMinor, currency }) =>
      `${direction === 'credit' ? '+' : '-'}${amountMinor} ${currency}`,
  );
}

export interface ZipPart {
  name: string;
  content: string | Buffer;
  /** A size to claim instead of the true one. */
  declaredBytes?: number;
  isEncrypted?: boolean;
}

/** A zip archive, made by the book (PKWARE APPNOTE), lies included. */
export function zip(parts: readonly ZipPart[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, declaredBytes, isEncrypted = false } of parts) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(isEncrypted ? 1 : 0, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(declaredBytes ?? bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, rest, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(parts.length, 4);
  end.writeUInt16LE(parts.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end]);
}

/** A spreadsheet of one sheet: texts as shared strings, `{n}` as numbers, `{date}` as days that are shown as dates. */
export function xlsx(rows: readonly (readonly (string | { n: string } | { date: string })[])[]): Buffer {
  const strings: string[] = [];
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const cell = (value: string | { n: string } | { date: string }, reference: string) => {
    if (typeof value !== 'string') {
      const [number, style] = 'n' in value ? [value.n, ''] : [value.date, ' s="1"'];
      return `<c r="${reference}"${style}><v>${number}</v></c>`;
    }
    if (value === '') return '';
    strings.push(`<si><t>${escaped(value)}</t></si>`);
    return `<c r="${reference}" t="s"><v>${strings.length - 1}</v></c>`;
  };
  const lines = rows.map((row, index) => {
    const cells = row.map((value, column) => cell(value, `${String.fromCharCode(65 + column)}${index + 1}`));
    return `<row r="${index + 1}">${cells.join('')}</row>`;
  });
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  const relation = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  return zip([
    { name: '[Content_Types].xml', content: '<Types/>' },
    {
      name: 'xl/workbook.xml',
      content: `<workbook ${main} xmlns:r="${relation}"><sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
    },
    { name: 'xl/sharedStrings.xml', content: `<sst ${main}>${strings.join('')}</sst>` },
    {
      name: 'xl/styles.xml',
      content: `<styleSheet ${main}><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>`,
    },
    {
      name: 'xl/worksheets/sheet1.xml',
      content: `<worksheet ${main}><sheetData>${lines.join('')}</sheetData></worksheet>`,
    },
  ]);
}
