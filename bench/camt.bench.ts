import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { SaxesParser } from 'saxes';
import { readStatement } from '../src/reconciliation/index.ts';
import { against, type Bench } from './support/bench.types.ts';
import { median } from './support/statistics.ts';

const ENTRIES = 100_000;
const ROUNDS = 5;
const OPENING_MINOR = 1_000_000;

/**
 * camt.053 to normalised rows, each with its raw text and hash, proved against its balances, against a pass of `saxes` over the same
 * file with handlers that only count.
 */
const bench: Bench = {
  name: 'camt',
  async run({ isQuick, servers, note }) {
    const file = path.join(servers.dir, 'camt.xml');
    const expected = await writeStatement(file, ENTRIES);
    const rates = { reader: [] as number[], saxes: [] as number[] };
    let correct = true;
    // The first round warms up.
    for (let round = 0; round <= (isQuick ? 3 : ROUNDS); round++) {
      const startedAtMs = performance.now();
      const read = await readAll(file);
      const readAtMs = performance.now();
      const elements = await parseBare(file);
      const parsedAtMs = performance.now();
      correct &&=
        read.complete &&
        read.rows === ENTRIES &&
        read.creditMinor === expected.creditMinor &&
        read.debitMinor === expected.debitMinor &&
        elements === expected.elements;
      if (round === 0) continue;
      rates.reader.push((ENTRIES * 1_000) / (readAtMs - startedAtMs));
      rates.saxes.push((ENTRIES * 1_000) / (parsedAtMs - readAtMs));
      note(
        `round ${round}: ${Math.round(rates.reader.at(-1) ?? 0)} / ${Math.round(rates.saxes.at(-1) ?? 0)} entries/s`,
      );
    }
    return [
      against({
        name: `camt.053: ${ENTRIES} entries to rows, against a bare pass of saxes`,
        value: median(rates.reader),
        limit: median(rates.saxes),
        unit: 'entries/s',
        target: 0.7,
        correct,
      }),
    ];
  },
};
export default bench;

/** Writes a statement as banks write them, indented; returns what is in it. */
async function writeStatement(file: string, entries: number) {
  const xml = createWriteStream(file);
  const sums = { creditMinor: 0, debitMinor: 0, elements: 0 };
  const put = (text: string) => {
    sums.elements += text.match(/<[A-Z]/g)?.length ?? 0;
    xml.write(text);
  };
  const bodies: string[] = [];
  for (let at = 0; at < entries; at++) {
    const amountMinor = ((at * 7_919) % 100_000) + 1;
    const isCredit = at % 3 !== 0;
    sums[isCredit ? 'creditMinor' : 'debitMinor'] += amountMinor;
    bodies.push(entryOf(at, amountMinor, isCredit));
  }
  put(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">\n  <BkToCstmrStmt>\n    <GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-22T01:00:00</CreDtTm></GrpHdr>\n    <Stmt>\n      <Id>S1</Id>\n      <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>\n`,
  );
  put(balanceOf('OPBD', OPENING_MINOR));
  put(balanceOf('CLBD', OPENING_MINOR + sums.creditMinor - sums.debitMinor));
  for (let from = 0; from < entries; from += 1_000) put(bodies.slice(from, from + 1_000).join(''));
  put('    </Stmt>\n  </BkToCstmrStmt>\n</Document>\n');
  xml.end();
  await finished(xml);
  return sums;
}

function entryOf(at: number, amountMinor: number, isCredit: boolean): string {
  const ref = `pay_${Math.imul(at, 0x9e3779b1) >>> 0}${String(at).padStart(8, '0')}`;
  return `      <Ntry>
        <NtryRef>${at + 1}</NtryRef>
        <Amt Ccy="EUR">${(amountMinor / 100).toFixed(2)}</Amt>
        <CdtDbtInd>${isCredit ? 'CRDT' : 'DBIT'}</CdtDbtInd>
        <Sts><Cd>BOOK</Cd></Sts>
        <BookgDt><Dt>2026-11-21</Dt></BookgDt>
        <ValDt><Dt>2026-11-21</Dt></ValDt>
        <AcctSvcrRef>B20261121${String(at).padStart(10, '0')}</AcctSvcrRef>
        <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
        <NtryDtls><TxDtls>
          <Refs><EndToEndId>${ref}</EndToEndId></Refs>
          <RltdPties><Dbtr><Pty><Nm>Bewohner ${at % 977} der Stra\u00dfe</Nm></Pty></Dbtr></RltdPties>
          <RmtInf><Ustrd>Strom November 2026 Vertrag ${at % 5_003}</Ustrd></RmtInf>
        </TxDtls></NtryDtls>
      </Ntry>
`;
}

function balanceOf(code: string, amountMinor: number): string {
  const indicator = amountMinor < 0 ? 'DBIT' : 'CRDT';
  const amount = (Math.abs(amountMinor) / 100).toFixed(2);
  return `      <Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${indicator}</CdtDbtInd><Dt><Dt>2026-11-21</Dt></Dt></Bal>\n`;
}

async function readAll(file: string) {
  const read = { rows: 0, creditMinor: 0, debitMinor: 0, complete: false };
  const summary = await readStatement(file, {
    onRows(rows) {
      read.rows += rows.length;
      for (const { direction, amountMinor } of rows)
        read[direction === 'credit' ? 'creditMinor' : 'debitMinor'] += amountMinor;
    },
  });
  const isProved = summary.totals.every(({ balanceProof }) => balanceProof === 'proved');
  return { ...read, complete: summary.complete && isProved };
}

async function parseBare(file: string): Promise<number> {
  const parser = new SaxesParser();
  let elements = 0;
  let texts = 0;
  parser.on('opentag', () => {
    elements++;
  });
  parser.on('text', () => {
    texts++;
  });
  parser.on('closetag', () => {});
  for await (const text of createReadStream(file, { encoding: 'utf8' })) parser.write(text as string);
  parser.close();
  return texts > 0 ? elements : 0;
}
