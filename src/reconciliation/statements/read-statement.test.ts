import fc from 'fast-check';
import { type Inspected, inspect } from '../../../test/support/statements.ts';
import { formatMinor } from '../../kernel/money.ts';
import { FORMATS } from './detect.ts';

interface Payment {
  amountMinor: number;
  direction: 'credit' | 'debit';
  ref: string;
  memo: string;
}

const payment: fc.Arbitrary<Payment> = fc.record({
  amountMinor: fc.integer({ min: 0, max: 999_999_999_999 }),
  direction: fc.constantFrom('credit' as const, 'debit' as const),
  ref: fc.stringMatching(/^[A-Z][A-Z0-9]{2,14}$/),
  memo: fc.stringMatching(/^[a-z]{1,9}( [a-z]{1,9}){0,4}$/),
});
const payments = fc.array(payment, { minLength: 1, maxLength: 8 });

const netMinor = (all: readonly Payment[]) =>
  all.reduce(
    (sum, { direction, amountMinor }) => sum + (direction === 'credit' ? amountMinor : -amountMinor),
    0,
  );
const decimal = (amountMinor: number) => formatMinor(Math.abs(amountMinor), 'EUR');

function mt940(all: readonly Payment[]): string {
  const balance = (minor: number, day: string) =>
    `${minor < 0 ? 'D' : 'C'}${day}EUR${decimal(minor).replace('.', ',')}`;
  const lines = all.flatMap(({ amountMinor, direction, ref, memo }) => [
    `:61:260102${direction === 'credit' ? 'C' : 'D'}${decimal(amountMinor).replace('.', ',')}NTRF${ref}`,
    `:86:${memo}`,
  ]);
  const end = `:62F:${balance(12_345 + netMinor(all), '260102')}`;
  return [':20:X', ':25:A', ':28C:1/1', `:60F:${balance(12_345, '260101')}`, ...lines, end, '-'].join('\n');
}

function camt(all: readonly Payment[]): string {
  const indicator = (isCredit: boolean) => `<CdtDbtInd>${isCredit ? 'CRDT' : 'DBIT'}</CdtDbtInd>`;
  const balance = (code: string, minor: number) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${decimal(minor)}</Amt>${indicator(minor >= 0)}</Bal>`;
  const entries = all.map(
    ({
      amountMinor,
      direction,
      ref,
      memo,
    }) => `<Ntry><Amt Ccy="EUR">${decimal(amountMinor)}</Amt>${indicator(direction === 'credit')}
      <Sts>BOOK</Sts><BookgDt><Dt>2026-01-02</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>${ref}</EndToEndId></Refs>
      <RmtInf><Ustrd>${memo}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`,
  );
  return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>A</IBAN></Id></Acct>
    ${balance('OPBD', 12_345)}${balance('CLBD', 12_345 + netMinor(all))}${entries.join('')}</Stmt></BkToCstmrStmt></Document>`;
}

function sandboxBank(all: readonly Payment[]): string {
  const rows = all.map(
    ({ amountMinor, direction, ref, memo }, index) =>
      `D,${index + 1},${direction === 'credit' ? 'DEBIT' : 'REFUND'},B,${ref},${memo},2026-01-02T10:00:00,${decimal(amountMinor)}`,
  );
  const side = (direction: string) => all.filter((each) => each.direction === direction);
  const sum = (direction: string) => decimal(netMinor(side(direction)));
  const net = formatMinor(netMinor(all), 'EUR');
  const trailer = `T,${side('credit').length},${sum('credit')},${side('debit').length},${sum('debit')},${net}`;
  return ['H,SBSTMT1,m,2026-01-02,EUR,now', ...rows, trailer].join('\r\n');
}

function bai2(all: readonly Payment[]): string {
  const total =
    all.reduce((sum, { amountMinor }) => sum + amountMinor, 0) + 12_345 + (12_345 + netMinor(all));
  const rows = all.map(
    ({ amountMinor, direction, ref, memo }) =>
      `16,${direction === 'credit' ? 195 : 495},${amountMinor},Z,,${ref},${memo}`,
  );
  return [
    '01,B,C,260102,0600,1,,,2/',
    '02,C,B,1,260102,,EUR,2/',
    `03,A,,010,12345,,,015,${12_345 + netMinor(all)},,/`,
    ...rows,
    `49,${total},${rows.length + 2}/`,
    `98,${total},1,${rows.length + 4}/`,
    `99,${total},1,${rows.length + 6}/`,
  ].join('\n');
}

const WRITERS = { mt940, camt, bai2, 'sandbox-bank-csv-1': sandboxBank };
const writer = fc.constantFrom(...(Object.keys(WRITERS) as (keyof typeof WRITERS)[]));

const read = ({ rows }: Inspected): Payment[] =>
  rows.map(({ amountMinor, direction, ref, memo }) => ({
    amountMinor,
    direction,
    ref: ref ?? '',
    memo: memo ?? '',
  }));

describe('a statement', () => {
  it('comes back as it was written, found out or named', async () => {
    await fc.assert(
      fc.asyncProperty(payments, writer, fc.boolean(), async (all, name, isNamed) => {
        const found = await inspect(WRITERS[name](all), isNamed ? { format: name } : {});
        expect(found.problems).toEqual([]);
        expect(read(found)).toEqual(all);
        expect(found.summary).toMatchObject({ complete: true, rowCount: all.length });
      }),
      { numRuns: 80 },
    );
  });

  it('is never complete when its end is cut off', async () => {
    await fc.assert(
      fc.asyncProperty(
        payments,
        writer,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (all, name, share) => {
          const text = WRITERS[name](all);
          // Where an amount stands last, a zero behind its point may go, and nothing is lost.
          const end = name === 'mt940' || name === 'sandbox-bank-csv-1' ? text.length - 6 : text.length;
          const { summary } = await inspect(text.slice(0, Math.floor(end * share)));
          expect(summary.complete).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('has the same rows under another name, and others when anything differs', async () => {
    const all: Payment[] = [{ amountMinor: 1, direction: 'credit', ref: 'ABC', memo: 'ab' }];
    const [first, second] = [await inspect(mt940(all)), await inspect(`${mt940(all)}\n`)];
    expect(second.summary.rowsSha256).toBe(first.summary.rowsSha256);
    expect(second.summary.fileSha256).not.toBe(first.summary.fileSha256);
    const third = await inspect(mt940([{ ...all[0], memo: 'ac' } as Payment]));
    expect(third.summary.rowsSha256).not.toBe(first.summary.rowsSha256);
  });

  it('of any bytes is read without throwing', async () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
      fc
        .constantFrom(
          ':61:',
          '{4:',
          '16,',
          '88,',
          '<Document><BkToCstmrStmt>',
          '交易时间,金额\n',
          '"',
          'PK\x03\x04',
        )
        .map((text) => Buffer.from(text)),
    );
    const damaged = fc
      .tuple(payments, writer, fc.array(fc.tuple(fc.nat(), fc.nat(60), noise), { maxLength: 4 }))
      .map(([all, name, cuts]) =>
        cuts.reduce(
          (bytes, [at, length, put]) => {
            const start = at % (bytes.length + 1);
            return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + length)]);
          },
          Buffer.from(WRITERS[name](all)),
        ),
      );
    const file = fc.oneof(
      noise,
      damaged,
      fc.tuple(noise, noise, noise).map((parts) => Buffer.concat(parts)),
    );
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.option(fc.constantFrom(...FORMATS), { nil: undefined }),
        async (bytes, format) => {
          const { rows, summary } = await inspect(bytes, { format });
          expect(summary.rowCount).toBe(rows.length);
          expect(summary.complete).toBe(!summary.problems.some(({ severity }) => severity === 'error'));
          for (const { amountMinor } of rows)
            expect(Number.isSafeInteger(amountMinor) && amountMinor >= 0).toBe(true);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('of endless lines, quotes or fields is given up in bounded memory', async () => {
    const endless = Buffer.alloc(3 * 1024 ** 2, 'x');
    const cases: [string, string][] = [
      ['交易日期,金额\n', 'line_too_long'],
      [':20:', 'line_too_long'],
      ['01,B,C,260102,', 'line_too_long'],
      ['<Document xmlns="camt.053.001.02">', 'xml_token_too_long'],
    ];
    for (const [start, code] of cases) {
      const { summary } = await inspect(Buffer.concat([Buffer.from(start), endless]));
      expect(summary.problems.map((problem) => problem.code)).toContain(code);
    }
    const { problems } = await inspect(`交易日期,金额\n${'"\n'.repeat(5_001)}`);
    expect(problems).toContainEqual(expect.stringContaining('quote_not_closed'));
  });

  it('that is not there is the caller’s mistake', async () => {
    const { readStatement } = await import('./read-statement.ts');
    await expect(readStatement('no/such/file')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
