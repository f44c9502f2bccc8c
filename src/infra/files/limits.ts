/** What a file may at most be, so that no file, however made, takes the process's memory or its day. */
export const LIMITS = {
  /** Of text, after unpacking. Five million rows of camt.053 need about 6 GiB. */
  unpackedBytes: 16 * 1024 ** 3,
  /** What an archive may swell to before its ratio is looked at. */
  freeBytes: 64 * 1024 ** 2,
  /** Statements and bills shrink by up to about a hundred; bombs by a thousand. */
  ratio: 250,
  lineChars: 1024 ** 2,
  /** One text, attribute, comment or tag of XML. */
  xmlTokenChars: 1024 ** 2,
  xmlDepth: 64,
  /** Lines that one quoted field of CSV may run over. */
  recordLines: 100,
  spreadsheetStringsChars: 128 * 1024 ** 2,
} as const;
