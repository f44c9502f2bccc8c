import {
  CsvReader,
  HtmlTableReader,
  TextReader,
  UnreadableFile,
  XmlSpreadsheetReader,
} from '../../infra/files/index.ts';
import { Bai2Parser } from './bai2.ts';
import { CamtParser } from './camt.ts';
import type { StatementCollector } from './collector.ts';
import { type Reading, type ReadingNames, readingOf } from './detect.ts';
import { LayoutParser } from './layout.ts';
import { Mt940Parser } from './mt940.ts';
import type { StatementParser } from './statement.types.ts';
import { TableParser } from './table.ts';
import type { TableKind } from './table-columns.ts';

/** The heading of a table has to be within this. */
const SAMPLE_BYTES = 64 * 1024;

/** How to read a file, from the beginning of its bytes. Throws `UnreadableFile`. */
export async function findReading(bytes: AsyncIterable<Buffer>, named: ReadingNames): Promise<Reading> {
  const sample = await sampleOf(bytes);
  refusePacked(sample);
  return readingOf(sample, named);
}

async function sampleOf(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let byteCount = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    byteCount += chunk.length;
    if (byteCount >= SAMPLE_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, SAMPLE_BYTES);
}

/** Archives in archives, and workbooks in archives, would have to be unpacked to a place of their own. */
function refusePacked(sample: Buffer): void {
  const start = sample.subarray(0, 5).toString('latin1');
  if (start === '%PDF-') {
    throw new UnreadableFile(
      'pdf_not_read',
      'a PDF is for people: ask for a data file, or take the PDF out where it lies beside one',
    );
  }
  const isPacked = ['PK\x03\x04', '\xd0\xcf\x11\xe0', '\x1f\x8b'].some((magic) => start.startsWith(magic));
  if (!isPacked) return;
  throw new UnreadableFile(
    'archive_in_archive',
    'a workbook or an archive inside an archive: unpack it, and read what was in it',
  );
}

/**
 * Reads the bytes of one text file, and returns the character set they were read with; `onText` is called with each piece of it. Throws
 * `UnreadableFile`.
 */
export async function readText(
  bytes: AsyncIterable<Buffer>,
  reading: Reading,
  out: StatementCollector,
  onText: (text: string) => Promise<void>,
): Promise<string | null> {
  const text = new TextReader(reading.encoding, reading.fallback);
  const parser = parserOf(reading, out);
  let isOldMac: boolean | null = null;
  for await (const chunk of bytes) {
    const piece = text.write(chunk);
    // Lines that end with CR alone: old Macs and mainframes.
    isOldMac ??= reading.kind !== 'camt' && piece.includes('\r') && !piece.includes('\n');
    const lines = isOldMac ? piece.replaceAll('\r', '\n') : piece;
    parser.write(lines);
    await onText(lines);
  }
  parser.write(text.end());
  parser.end();
  return reading.kind === 'layout' && reading.layout.unit === 'byte'
    ? (reading.layout.encoding ?? null)
    : (text.encoding ?? 'ascii');
}

function parserOf(reading: Reading, out: StatementCollector): StatementParser {
  switch (reading.kind) {
    case 'mt940':
      return new Mt940Parser(out);
    case 'camt':
      return new CamtParser(out);
    case 'bai2':
      return new Bai2Parser(out);
    case 'layout':
      return new LayoutParser(reading.layout, out);
    case 'table': {
      const table = new TableParser(reading.kinds, out);
      return through(new CsvReader(reading.delimiter, out, (record) => table.record(record)), table);
    }
    case 'xml-spreadsheet': {
      const table = new TableParser(reading.kinds, out, { mayRowsEndEarly: true });
      return through(new XmlSpreadsheetReader(out, table), table);
    }
    case 'html':
      return pageParser(reading.kinds, out);
  }
}

function through(cells: Pick<StatementParser, 'write' | 'end'>, table: TableParser): StatementParser {
  return {
    write: (text) => cells.write(text),
    end() {
      cells.end();
      table.end();
    },
  };
}

/** A page without a heading that is known is the bank's sign-in, or an error of its server. */
function pageParser(kinds: readonly TableKind[], out: StatementCollector): StatementParser {
  const table = new TableParser(kinds, out, { mayRowsEndEarly: true });
  const page = new HtmlTableReader(out, (record) => table.record(record));
  return {
    write: (text) => page.write(text),
    end() {
      page.end();
      if (table.hasHeading) return table.end();
      throw new UnreadableFile(
        'html_not_read',
        'a web page without the columns of a statement: look at it in a browser, it may be a page to sign in or an error',
      );
    },
  };
}
