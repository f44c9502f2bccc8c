import { inspect, movements } from '../../../test/support/statements.ts';

/** A statement with these lines between its balances. */
function statement(
  lines: readonly string[],
  opening = 'C260101EUR100,',
  closing = 'C260102EUR100,',
  end = '-\r\n',
): string {
  return [':20:REF', ':25:DE00', ':28C:1/1', `:60F:${opening}`, ...lines, `:62F:${closing}`, end].join(
    '\r\n',
  );
}

describe('MT940', () => {
  it('reads every mark: what is taken back goes the other way, what is expected is not booked', async () => {
    const lines = [
      'C10,NTRFA',
      'D10,NTRFB',
      'RC1,NTRFC',
      'RD1,NTRFD',
      'CR5,NTRFE',
      'DR5,NTRFF',
      'EC7,NTRFG',
      'RCR2,NTRFH',
      'RDR2,NTRFI',
    ];
    const found = await inspect(statement(lines.map((line) => `:61:260102${line}`)));
    expect(movements(found)).toEqual([
      '+1000 EUR',
      '-1000 EUR',
      '-100 EUR',
      '+100 EUR',
      '+500 EUR',
      '-500 EUR',
      '+700 EUR',
      '-200 EUR',
      '+200 EUR',
    ]);
    expect(found.rows.map(({ ref, isReversal, isBooked }) => [ref, isReversal, isBooked]).slice(2)).toEqual([
      ['C', true, true],
      ['D', true, true],
      ['E', false, true],
      ['F', false, true],
      ['G', false, false],
      ['H', true, true],
      ['I', true, true],
    ]);
    expect(found.summary).toMatchObject({
      complete: true,
      totals: [{ balanceProof: 'proved', notBookedCount: 1 }],
    });
  });

  it('keeps the lines, and where they were', async () => {
    const { rows } = await inspect(statement([':61:260102C0,NTRFA//B', 'more', ':86:one', 'two']));
    expect(rows[0]).toMatchObject({
      line: 5,
      ref: 'A',
      bankRef: 'B',
      raw: ':61:260102C0,NTRFA//B\nmore\n:86:one\ntwo',
      memo: 'one two',
    });
  });

  it.each([
    ['1512310101', '2016-01-01', '2015-12-31'],
    ['1601011231', '2015-12-31', '2016-01-01'],
    ['160630', '2016-06-30', '2016-06-30'],
    ['991231', '1999-12-31', '1999-12-31'],
  ])('dates an entry %s: booked %s, value %s', async (dates, bookedOn, valueOn) => {
    const { rows } = await inspect(statement([`:61:${dates}C0,NTRFA`]));
    expect(rows[0]).toMatchObject({ bookedOn, valueOn });
  });

  it('takes 30 February for the last of the month, and no other impossible day for anything', async () => {
    const february = await inspect(statement([':61:2602300301C0,NTRFA']));
    expect(february.rows[0]?.valueOn).toBe('2026-02-28');
    expect(february).toMatchObject({
      problems: ['warning value_date_after_february 5'],
      summary: { complete: true },
    });
    const april = await inspect(statement([':61:2604310430C0,NTRFA']));
    expect(april.rows[0]?.valueOn).toBeNull();
    expect(april).toMatchObject({ problems: ['error date_unreadable 5'], summary: { complete: false } });
  });

  it('reads SWIFT blocks, any number, and misses an end', async () => {
    const body = statement([':61:260102C0,NTRFA'], undefined, undefined, '-}{5:{CHK:0}}');
    const block = `{1:F01BANKDEFFXXXX0000000000}{2:I940BANKDEFFXXXXN}{4:\r\n${body}\r\n`;
    const two = await inspect(block + block);
    expect(two.summary).toMatchObject({ complete: true, totals: [{ statement: 0 }, { statement: 1 }] });
    const cut = await inspect((block + block).slice(0, -20));
    expect(cut.summary.complete).toBe(false);
  });

  it('joins pages, and misses one', async () => {
    const page = (opening: string, closing: string) =>
      `:20:R\n:25:A\n:28C:1/1\n${opening}\n:61:260102C5,NTRFA\n${closing}\n-\n`;
    const first = page(':60F:C260101EUR1,', ':62M:C260102EUR6,');
    const second = page(':60M:C260102EUR6,', ':62F:C260102EUR11,');
    const third = page(':60M:C260102EUR7,', ':62F:C260102EUR12,');
    expect((await inspect(first + second)).problems).toEqual([]);
    expect((await inspect(first)).problems).toEqual(['error page_missing 1']);
    expect((await inspect(first + third)).problems).toEqual(['error page_missing 11']);
  });

  it('holds opening, movements and closing together', async () => {
    const { problems, summary } = await inspect(statement([':61:260102C10,NTRFA']));
    expect(problems).toEqual(['error balance_differs 6']);
    expect(summary.problems[0]?.message).toBe(
      'opening 100.00 + credits 10.00 - debits 0.00 = 110.00, but closing is 100.00',
    );
  });

  it('reads the forms of :86:', async () => {
    const { rows } = await inspect(
      statement([
        ':61:260102C1,NTRFNONREF',
        ':86:166?00GUTSCHRIFT?20EREF+E-1?21SVWZ+Rech',
        'nung 7?32Erika ?33Muster',
        ':61:260102D1,NTRFNONREF',
        ':86:/EREF/E-2//CNTP/NL00/BANKNL2A/J. Jansen///REMI/USTD//Factuur 9/',
        ':61:260102C0,NTRFEREF+',
        ':86:just text',
      ]),
    );
    expect(rows.map(({ ref, counterparty, memo }) => [ref, counterparty, memo])).toEqual([
      ['E-1', 'Erika Muster', 'Rechnung 7'],
      ['E-2', 'J. Jansen', 'Factuur 9/'],
      [null, null, 'just text'],
    ]);
  });

  it('keeps slashes inside names and references, and takes other signs and tags of other banks', async () => {
    const { rows } = await inspect(
      statement([
        ':61:260102C1,NTRFNONREF',
        ':86:/TRTP/SEPA OVERBOEKING/IBAN/NL00/NAME/A. B/C BV/REMI/INV 1/EREF/E-1/2/',
        ':61:260102    DD1,NTRFNONREF',
        ':86:020 020^00PRZELEW^20EREF: E-2 SVWZ: Faktura^32JAN',
        ':61:260102C0,NTRFNONREF',
        ':86:106?20EREF+E-3?21SVWZ+at 16',
        ':26:37 h?32Name',
        ':61:260102C0,NTRFNONREF',
        ':86:100.00 EUR for water',
      ]),
    );
    expect(rows.map(({ ref, counterparty, memo }) => [ref, counterparty, memo])).toEqual([
      ['E-1/2', 'A. B/C BV', 'INV 1'],
      ['E-2', 'JAN', 'Faktura'],
      ['E-3', 'Name', 'at 16:26:37 h'],
      [null, null, '100.00 EUR for water'],
    ]);
  });

  it('reads lines that end with @@, as out of a home banking dialogue', async () => {
    const found = await inspect(statement([':61:260102C0,NTRFA', ':86:one', 'two']).replaceAll('\r\n', '@@'));
    expect(found).toMatchObject({ problems: [], rows: [{ ref: 'A', memo: 'one two' }] });
  });

  it.each([
    ['an amount finer than a cent', ':61:260102C1,234NTRFA', 'error amount_finer_than_minor_unit 5'],
    ['an entry that is none', ':61:nonsense', 'error entry_unreadable 5'],
    ['an amount too large', ':61:260102C999999999999999,99NTRFA', 'error amount_too_large 5'],
  ])('says what is wrong with %s, and where', async (_, line, problem) => {
    const { rows, problems } = await inspect(statement([line]));
    expect(rows).toEqual([]);
    expect(problems).toContain(problem);
  });
});

describe('MT942', () => {
  const report = (sum: string) =>
    `:20:R\n:25:A\n:28C:1/1\n:34F:EURD0,\n:34F:EURC0,\n:13D:2601021200+0100\n:61:260102C1,NTRFA\n:90D:0EUR0,\n:90C:${sum}\n-\n`;

  it('is held to its sums', async () => {
    expect((await inspect(report('1EUR1,'))).summary).toMatchObject({ format: 'mt942', complete: true });
    expect((await inspect(report('2EUR1,'))).problems).toEqual(['error total_differs 9']);
    expect((await inspect(report('1EUR3,'))).problems).toEqual(['error total_differs 9']);
    // The number may be left out.
    expect((await inspect(report('EUR1,'))).problems).toEqual([]);
  });
});
