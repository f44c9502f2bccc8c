import {
  BINARY,
  decoderOf,
  type FallbackEncoding,
  guessEncoding,
  splitQuoted,
  UnreadableFile,
  XML_SPREADSHEET,
} from '../../infra/files/index.ts';
import { ACQUIRER } from './acquirers.ts';
import { ADVICE } from './advice.ts';
import { CN_BANK } from './cn-bank.ts';
import type { Layout } from './layout.types.ts';
import { LAYOUTS } from './layouts.data.ts';
import { ALIPAY_MERCHANT, WECHAT_FUNDS, WECHAT_TRADES } from './merchants.ts';
import { belowOf, findColumns, type TableKind } from './table-columns.ts';
import { ALIPAY_PERSONAL, WECHAT_PERSONAL } from './wallets.ts';

/** The finer kinds first: a bank's columns are the plainest of all. */
export const TABLE_KINDS: readonly TableKind[] = [
  ALIPAY_PERSONAL,
  WECHAT_PERSONAL,
  WECHAT_TRADES,
  WECHAT_FUNDS,
  ALIPAY_MERCHANT,
  ADVICE,
  ACQUIRER,
  CN_BANK,
];

/** How to read a text file: what it is, in which characters, and for tables what stands between cells. */
export type Reading =
  | { kind: 'mt940' | 'camt' | 'bai2'; encoding: string | null; fallback: FallbackEncoding }
  | {
      kind: 'table';
      kinds: readonly TableKind[];
      delimiter: string;
      encoding: string | null;
      fallback: FallbackEncoding;
    }
  | {
      kind: 'html' | 'xml-spreadsheet';
      kinds: readonly TableKind[];
      encoding: string | null;
      fallback: FallbackEncoding;
    }
  | { kind: 'layout'; layout: Layout; encoding: string | null; fallback: FallbackEncoding };

/** What a person says that a file is, if one does. */
export interface ReadingNames {
  /** One of `FORMATS`. */
  format?: string;
  layout?: Layout;
}

/** Names for `--format`. A spreadsheet or archive is opened first, and its inside read as this. */
export const FORMATS: readonly string[] = [
  'mt940',
  'camt',
  'bai2',
  'alipay',
  'wechat-pay',
  'acquirer',
  'cn-bank',
  'civicpay-advice',
  ...LAYOUTS.map(({ layout }) => layout.name),
];

const LINE_END = /\n|\r(?!\n)/;
const DELIMITERS = [',', '\t', ';', '|'] as const;

/**
 * How to read a file, from its first bytes; `format` or `layout` name it, else it is found out. Throws `UnreadableFile` for
 * what nothing here reads.
 */
export function readingOf(sample: Buffer, named: ReadingNames): Reading {
  const plain = sample.toString('latin1').replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '');
  const workbook = workbookReading(sample, plain, named);
  if (workbook) return workbook;
  if (named.layout) return layoutReading(named.layout);
  const format = named.format ?? textFormatOf(plain.replaceAll('\0', ''));
  if (format === 'camt')
    return { kind: 'camt', encoding: xmlEncoding(sample, plain), fallback: 'windows-1252' };
  if (format === 'mt940' || format === 'bai2')
    return { kind: format, encoding: null, fallback: fallbackOf(sample) };
  const known = LAYOUTS.find(({ layout }) => layout.name === format);
  if (known) return layoutReading(known.layout);
  return tableReading(sample, kindsOf(format));
}

/** What a reading is called before its file says more: a layout's name, `camt`, `table` … */
export function nameOf(reading: Reading): string {
  return reading.kind === 'layout' ? reading.layout.name : reading.kind;
}

/** The tables that a format's name stands for, in the file that its ending names if it does; all of them without a name. */
export function kindsOf(format: string | undefined | null): readonly TableKind[] {
  if (!format) return TABLE_KINDS;
  const name = format.replace(/-(csv|xlsx?)$/, '');
  return TABLE_KINDS.filter((kind) => kind.format === name);
}

function layoutReading(layout: Layout): Reading {
  // Bytes are counted, so each becomes one character; LayoutParser decodes what it cuts out.
  const encoding = layout.unit === 'byte' ? BINARY : (layout.encoding ?? null);
  return { kind: 'layout', layout, encoding, fallback: 'gb18030' };
}

/** A format whose signs are ASCII; null for what may be a table. */
function textFormatOf(plain: string): string | null {
  const start = plain.trimStart();
  if (start.startsWith('<')) {
    if (/BkToCstmr(Stmt|AcctRpt|DbtCdtNtfctn)|camt\.05[234]/.test(start)) return 'camt';
    // An envelope may be long, and a DOCTYPE is to be named as what is wrong.
    if (/<!DOCTYPE|<(\w+:)?Document[\s>]/.test(start)) return 'camt';
    throw new UnreadableFile('format_unknown', 'XML, but not camt.052, .053 or .054');
  }
  if (/^01,[^,\n]*,[^,\n]*,\d{6}/.test(start)) return 'bai2';
  const layout = LAYOUTS.find(({ sign }) => sign.test(start));
  if (layout) return layout.layout.name;
  if (
    /^\{1:F\d\d/.test(start) ||
    /^\p{Cc}*(?:@@)?:(20|25P?|28C?|60[FM]|61|62[FM]|64|65|86|13D|34F|90[CD]):/mu.test(start)
  )
    return 'mt940';
  return null;
}

function tableReading(sample: Buffer, kinds: readonly TableKind[]): Reading {
  const guessed = guessEncoding(sample, 'gb18030');
  // A few characters of GBK may happen to be UTF-8 too: then only the other reading has a heading.
  for (const encoding of new Set([guessed ?? 'utf-8', 'gb18030'])) {
    const lines = decoderOf(encoding).decode(sample, { stream: true }).split(LINE_END).slice(0, 300);
    for (const kind of kinds) {
      const delimiter = DELIMITERS.find((each) => hasHeading(lines, each, kind));
      if (delimiter) return { kind: 'table', kinds: [kind], delimiter, encoding, fallback: 'gb18030' };
    }
  }
  const wanted = kinds === TABLE_KINDS ? 'none of the known formats' : 'not of the format that was named';
  throw new UnreadableFile(
    'format_unknown',
    `${wanted}: name it with --format (${FORMATS.join(', ')}), or describe it with --layout`,
  );
}

/** Whether a line is the heading of a kind, or two are its halves. */
function hasHeading(lines: readonly string[], delimiter: string, kind: TableKind): boolean {
  let above: string[] = [];
  return lines.some((line) => {
    const cells = splitQuoted(line, delimiter) ?? line.split(delimiter);
    const isFound = [cells, belowOf(above, cells)].some((each) => findColumns(each, kind) !== null);
    above = cells;
    return isFound;
  });
}

function xmlEncoding(sample: Buffer, plain: string): string | null {
  const declared = /^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(plain)?.[1] ?? null;
  // UTF-16 says so by its mark: a declaration that could be read as bytes is not UTF-16.
  return guessEncoding(sample.subarray(0, 4), 'windows-1252')?.startsWith('utf-16') ||
    /^utf-?16/i.test(declared ?? '')
    ? null
    : (declared ?? 'utf-8');
}

/**
 * What bytes that are not UTF-8 are where both happen. Two bytes make a Chinese character and names have two or more of them; in
 * the languages of the West letters beyond ASCII stand alone, or in twos at most.
 */
function fallbackOf(sample: Buffer): FallbackEncoding {
  const runs = sample.toString('latin1').match(/[\x80-\xff]+/g) ?? [];
  // The sample may have cut the last one.
  const whole = runs.slice(0, Math.max(1, runs.length - 1));
  const isEven = whole.every((run) => run.length % 2 === 0);
  return isEven && whole.some((run) => run.length >= 4) ? 'gb18030' : 'windows-1252';
}

/** What calls itself a workbook, or is one by its name alone: a web page, or XML Spreadsheet 2003. Null for anything else. */
function workbookReading(
  sample: Buffer,
  plain: string,
  named: ReadingNames,
): Extract<Reading, { kind: 'html' | 'xml-spreadsheet' }> | null {
  const text = plain.replaceAll('\0', '');
  const kind = isWebPage(text) ? 'html' : isXmlSpreadsheet(text) ? 'xml-spreadsheet' : null;
  if (!kind) return null;
  const encoding = kind === 'html' ? pageEncoding(sample, text) : xmlEncoding(sample, plain);
  return { kind, kinds: workbookKinds(named), encoding, fallback: 'gb18030' };
}

/** The tables that a spreadsheet is read as; throws `UnreadableFile` where it was named as something that is none. */
export function workbookKinds({ format, layout }: ReadingNames): readonly TableKind[] {
  const kinds = layout ? [] : kindsOf(format);
  if (kinds.length > 0) return kinds;
  throw new UnreadableFile(
    'format_unknown',
    'a spreadsheet is read by the names of its columns: leave --layout and --format out',
  );
}

function isWebPage(text: string): boolean {
  const start = text
    .slice(0, 8_000)
    .replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>/g, '')
    .trimStart();
  return /^<(!doctype html|html|head|meta|title|style|link|script|body|table|tr|div|center|form|font|p)\b/i.test(
    start,
  );
}

function isXmlSpreadsheet(text: string): boolean {
  return /<(\w+:)?Workbook[\s>]/.test(text) && XML_SPREADSHEET.test(text);
}

/** What a page says of its characters is often not so: bytes that are UTF-8 are, and others are what it says, if not UTF-8. */
function pageEncoding(sample: Buffer, text: string): string | null {
  const guessed = guessEncoding(sample, 'gb18030');
  const declared = /charset\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(text)?.[1] ?? null;
  if (guessed !== 'gb18030' || declared === null) return guessed;
  return /^(utf-?8|gb2312|gbk|x-gbk)$/i.test(declared) ? 'gb18030' : declared;
}
