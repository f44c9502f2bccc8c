import { dailyFile } from '../../sandbox/bank/statement.ts';
import { chinaDate, chinaTimestamp } from '../../src/kernel/china-time.ts';
import { formatMinor, sumMinor } from '../../src/kernel/money.ts';

/** One movement, as a bank or an agency has it in its books. */
export interface TheirRow {
  kind: 'payment' | 'refund';
  ref: string;
  /** Their own number. */
  theirRef: string;
  /** Of a refund: what it gives back. */
  originalRef: string;
  /** Positive is collected, negative is given back. */
  amountMinor: number;
  currency: string;
  atMs: number;
}

export const CHANNEL_FORMATS = ['sandbox-bank-csv-1', 'camt'] as const;
export const AGENCY_FORMATS = ['gz-gas-daily-v1', 'civicpay-open-statement-v1'] as const;
export type PlantedFormat =
  | (typeof CHANNEL_FORMATS)[number]
  | (typeof AGENCY_FORMATS)[number]
  | 'gz-power-daily-v1';

/** Formats in which a row has a currency of its own. */
export const SAYS_CURRENCY: readonly PlantedFormat[] = ['camt', 'civicpay-open-statement-v1'];
/** Formats in which a row has a business date of its own. */
export const SAYS_DATE: readonly PlantedFormat[] = ['camt', 'gz-gas-daily-v1'];

export interface PlantedFile {
  fileName: string;
  format: PlantedFormat;
  content: Buffer;
}

/** The bytes that a bank or agency would send of a date; the account held so much when it began. */
export function fileOf(
  format: PlantedFormat,
  rows: readonly TheirRow[],
  date: string,
  openingMinor: number,
): PlantedFile {
  const inOrder = [...rows].sort((a, b) => a.atMs - b.atMs || (a.theirRef < b.theirRef ? -1 : 1));
  const [ending, text] = WRITERS[format](inOrder, date, openingMinor);
  return { fileName: `${format}-${date}.${ending}`, format, content: Buffer.from(text) };
}

type Writer = (rows: readonly TheirRow[], date: string, openingMinor: number) => [string, string];

/** What rows add to an account in yuan. */
export function sumInCny(rows: readonly TheirRow[]): number {
  return sumMinor(rows.filter(({ currency }) => currency === 'CNY').map(({ amountMinor }) => amountMinor));
}

const WRITERS: Record<PlantedFormat, Writer> = {
  'sandbox-bank-csv-1': bankCsv,
  camt: camt053,
  'gz-gas-daily-v1': gasCsv,
  'civicpay-open-statement-v1': openStatement,
  'gz-power-daily-v1': powerFile,
};

/** By the sandbox bank's own hand. */
function bankCsv(rows: readonly TheirRow[], date: string): [string, string] {
  const movements = rows.map(({ kind, ref, theirRef, originalRef, amountMinor, atMs }) => ({
    kind: kind === 'payment' ? ('debit' as const) : ('refund' as const),
    bankNo: theirRef,
    merchantNo: ref,
    merOrderNo: originalRef,
    amountFen: Math.abs(amountMinor),
    atMs,
    fromAccountNo: '',
    toAccountNo: '',
  }));
  const made = dailyFile(movements, 'civicpay', date, Date.parse(`${date}T00:00:00Z`) + 2 * 86_400_000);
  if (made.kind !== 'ready') throw new Error(`the bank has no file of ${date}: ${made.kind}`);
  return ['csv', made.content];
}

/** ISO 20022 camt.053.001.08, one entry a movement. */
function camt053(rows: readonly TheirRow[], date: string, openingMinor: number): [string, string] {
  const balance = (code: string, minor: number) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(minor, 'CNY')}<Dt><Dt>${date}</Dt></Dt></Bal>`;
  const entries = rows.map(
    (row) => `<Ntry>${amount(row.amountMinor, row.currency)}<Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>${chinaDate(row.atMs)}</Dt></BookgDt><ValDt><Dt>${chinaDate(row.atMs)}</Dt></ValDt>
<AcctSvcrRef>${row.theirRef}</AcctSvcrRef><BkTxCd><Prtry><Cd>PAY</Cd></Prtry></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>${row.ref}</EndToEndId></Refs>${
      row.kind === 'refund' ? `<RmtInf><Ustrd>${row.originalRef}</Ustrd></RmtInf>` : ''
    }</TxDtls></NtryDtls></Ntry>`,
  );
  return [
    'xml',
    `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>CIVICPAY-${date}</MsgId><CreDtTm>${date}T23:59:59+08:00</CreDtTm></GrpHdr>
<Stmt><Id>${date}</Id><CreDtTm>${date}T23:59:59+08:00</CreDtTm><Acct><Id><Othr><Id>44010001</Id></Othr></Id></Acct>
${balance('OPBD', openingMinor)}
${balance('CLBD', openingMinor + sumInCny(rows))}
${entries.join('\n')}
</Stmt></BkToCstmrStmt></Document>
`,
  ];
}

function amount(minor: number, currency: string): string {
  const direction = minor < 0 ? 'DBIT' : 'CRDT';
  return `<Amt Ccy="${currency}">${formatMinor(Math.abs(minor), currency)}</Amt><CdtDbtInd>${direction}</CdtDbtInd>`;
}

/** As sandbox/gas-agency/README.md says. */
function gasCsv(rows: readonly TheirRow[]): [string, string] {
  const lines = rows.map(({ kind, ref, theirRef, amountMinor, atMs }) =>
    [
      kind === 'payment' ? 'BILL' : 'REVERSE',
      ref,
      theirRef,
      '0801000000012',
      formatMinor(amountMinor, 'CNY'),
      chinaTimestamp(atMs),
    ].join(','),
  );
  return ['csv', `\uFEFF${['类型,商户订单号,燃气流水号,户号,金额,时间', ...lines, ''].join('\r\n')}`];
}

/** As providers/open-protocol/protocol/README.md says. */
function openStatement(rows: readonly TheirRow[]): [string, string] {
  const lines = rows.map(({ kind, ref, originalRef, theirRef, amountMinor, currency, atMs }) =>
    [
      kind,
      ref,
      kind === 'refund' ? originalRef : '',
      'gas',
      theirRef,
      Math.abs(amountMinor),
      currency,
      new Date(atMs).toISOString(),
    ].join(','),
  );
  const heading = 'kind,reference,originalReference,agencyCode,agencyReference,amountMinor,currency,at';
  return ['csv', [heading, ...lines, `end,${lines.length},,,,,,`, ''].join('\n')];
}

/** As sandbox/power-agency/README.md says; it has no refunds. */
function powerFile(rows: readonly TheirRow[], date: string): [string, string] {
  const lines = rows.map(({ ref, theirRef, amountMinor, atMs }, index) => {
    const time = chinaTimestamp(atMs);
    return ['D', index + 1, ref, theirRef, '0801000000012', formatMinor(amountMinor, 'CNY'), time, time].join(
      '|',
    );
  });
  const totalMinor = sumMinor(rows.map(({ amountMinor }) => amountMinor));
  const trailer = `T|${rows.length}|${formatMinor(totalMinor, 'CNY')}`;
  return ['txt', [`H|${date.replaceAll('-', '')}|GZGD|civicpay|V1.0`, ...lines, trailer, ''].join('\n')];
}
