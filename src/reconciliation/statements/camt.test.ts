import { inspect, movements } from '../../../test/support/statements.ts';

interface EntryOptions {
  amount?: string;
  indicator?: string;
  extra?: string;
  status?: string;
  details?: string;
}

function entry({
  amount = '1.00',
  indicator = 'CRDT',
  extra = '',
  status = 'BOOK',
  details = '',
}: EntryOptions = {}) {
  return `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${indicator}</CdtDbtInd>${extra}<Sts>${status}</Sts><BookgDt><Dt>2026-01-02</Dt></BookgDt><ValDt><DtTm>2026-01-03T23:59:59+08:00</DtTm></ValDt>${details}</Ntry>`;
}

function balance(code: string, amount: string) {
  return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-02</Dt></Dt></Bal>`;
}

function camt(content: string, { version = '02', closing = '10.00', head = '<?xml version="1.0"?>' } = {}) {
  return `${head}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.${version}"><BkToCstmrStmt><Stmt><Id>S</Id><Acct><Id><IBAN>NL1</IBAN></Id></Acct>${balance('OPBD', '10.00')}${balance('CLBD', closing)}${content}</Stmt></BkToCstmrStmt></Document>`;
}

describe('camt', () => {
  it.each(['01', '02', '04', '08', '11', '13'])('reads version %s', async (version) => {
    const status = Number(version) >= 8 ? '<Cd>BOOK</Cd>' : 'BOOK';
    const { rows, summary } = await inspect(camt(entry({ status }), { version, closing: '11.00' }));
    expect(rows[0]).toMatchObject({ bookedOn: '2026-01-02', valueOn: '2026-01-03', amountMinor: 100 });
    expect(summary).toMatchObject({ format: 'camt.053', variant: `camt.053.001.${version}`, complete: true });
    expect(summary.totals[0]).toMatchObject({ account: 'NL1', statementId: 'S', balanceProof: 'proved' });
  });

  it('reads the first version, which names and nests otherwise', async () => {
    const first = camt(entry({ details: '<TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs></TxDtls>' }), {
      version: '01',
      closing: '11.00',
    })
      .replaceAll('BkToCstmrStmt', 'BkToCstmrStmtV01')
      .replaceAll(/<\/?CdOrPrtry>/g, '')
      .replace('<IBAN>NL1</IBAN>', '<PrtryAcct><Id>CH1</Id></PrtryAcct>');
    const { rows, problems, summary } = await inspect(first);
    expect({ problems, ref: rows[0]?.ref }).toEqual({ problems: [], ref: 'E1' });
    expect(summary.totals[0]).toMatchObject({ account: 'CH1', balanceProof: 'proved' });
  });

  it('keeps an entry as it was, wherever the file is cut into pieces', async () => {
    const padding = `<!--${'x'.repeat(262_100)}-->`;
    const raws = [];
    for (const shift of [0, 1, 7, 40, 90, 300]) {
      const { rows } = await inspect(
        camt(`<!--${'y'.repeat(shift)}-->${padding}${entry()}`, { closing: '11.00' }),
      );
      raws.push(rows[0]?.raw);
    }
    expect(new Set(raws)).toEqual(new Set([entry()]));
  });

  it('takes the direction of a reversal as it stands', async () => {
    const found = await inspect(
      camt(entry({ indicator: 'DBIT', extra: '<RvslInd>true</RvslInd>' }), { closing: '9.00' }),
    );
    expect(movements(found)).toEqual(['-100 EUR']);
    expect(found).toMatchObject({ rows: [{ isReversal: true }], summary: { complete: true } });
  });

  it('shows what is only announced, and leaves it out of the balance', async () => {
    const { rows, summary } = await inspect(camt(entry({ status: 'PDNG' })));
    expect(rows[0]?.isBooked).toBe(false);
    expect(summary).toMatchObject({ complete: true, totals: [{ creditCount: 0, notBookedCount: 1 }] });
  });

  it('makes one row of a batch booking, with its payments inside', async () => {
    const payment = (id: string, amount: string) =>
      `<TxDtls><Refs><EndToEndId>${id}</EndToEndId></Refs><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>N ${id}</Nm></Pty></Dbtr></RltdPties></TxDtls>`;
    const details = `<NtryDtls><Btch><PmtInfId>B1</PmtInfId></Btch>${payment('A', '0.40')}${payment('B', '0.60')}</NtryDtls>`;
    const { rows } = await inspect(camt(entry({ details }), { closing: '11.00' }));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      ref: 'B1',
      counterparty: null,
      details: [
        { ref: 'A', amountMinor: 40, counterparty: 'N A' },
        { ref: 'B', amountMinor: 60, counterparty: 'N B' },
      ],
    });
  });

  it('reads a prefix, an envelope, character data and entities of XML itself', async () => {
    const inner = camt(
      entry({
        details:
          '<NtryDtls><TxDtls><RmtInf><Ustrd>a &amp; <![CDATA[<b>]]></Ustrd></RmtInf></TxDtls></NtryDtls>',
      }),
      { closing: '11.00', head: '' },
    );
    const prefixed = inner
      .replace(/<(\/?)([A-Z])/g, '<$1n:$2')
      .replace('xmlns=', 'xmlns:n=')
      .replace('<n:Ntry>', '<n:Ntry><x:Amt xmlns:x="other">5</x:Amt>');
    const { rows, problems } = await inspect(
      `\n<env:Envelope xmlns:env="e"><Document2/>${prefixed}</env:Envelope>`,
    );
    expect(problems).toEqual([]);
    expect(rows[0]).toMatchObject({ line: 2, amountMinor: 100, memo: 'a & <b>' });
  });

  it('is held to its summary', async () => {
    const summed = (sum: string) =>
      camt(
        `<TxsSummry><TtlNtries><NbOfNtries>1</NbOfNtries></TtlNtries><TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>${sum}</Sum></TtlCdtNtries></TxsSummry>${entry()}`,
        { closing: '11.00' },
      );
    expect((await inspect(summed('1.00000'))).problems).toEqual([]);
    expect((await inspect(summed('1.01'))).problems).toEqual(['error total_differs 1']);
  });

  it.each([
    ['no amount', entry().replace(/<Amt.*?<\/Amt>/, ''), 'error element_missing 1'],
    ['no direction', entry({ indicator: 'UP' }), 'error direction_unreadable 1'],
    ['an unknown status', entry({ status: 'DONE' }), 'error status_unreadable 1'],
    ['an amount finer than a cent', entry({ amount: '1.00001' }), 'error amount_finer_than_minor_unit 1'],
    ['a negative amount', entry({ amount: '-1.00' }), 'error amount_unreadable 1'],
    ['an impossible day', entry().replace('2026-01-02', '2026-02-30'), 'error date_unreadable 1'],
    ['a broken tag', '<Ntry><Amt>', 'error xml_malformed 1'],
    ['an unknown entity', '<AddtlStmtInf>&lol;</AddtlStmtInf>', 'error xml_malformed 1'],
    ['depth', '<a>'.repeat(100), 'error xml_too_deep 1'],
    ['a text without end', `<a>${'x'.repeat(1_400_000)}</a>`, 'error xml_token_too_long 1'],
  ])('refuses %s', async (_, content, problem) => {
    const { problems, summary } = await inspect(camt(content));
    expect(problems).toContain(problem);
    expect(summary.complete).toBe(false);
  });

  it('refuses a DOCTYPE, however short, before anything of it is used', async () => {
    const bomb = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>';
    const { problems, rows } = await inspect(camt(entry(), { head: `<?xml version="1.0"?>${bomb}` }));
    expect(problems).toEqual(['error xml_doctype 1']);
    expect(rows).toEqual([]);
  });

  it('needs a statement, an account, and a closing balance', async () => {
    const none = camt('').replace(/<Stmt>.*<\/Stmt>/, '');
    expect((await inspect(none)).problems).toEqual(['error element_missing 1']);
    const bare = camt('')
      .replace(/<Acct>.*<\/Acct>/, '')
      .replace(/<Bal>.*<\/Bal>/, '');
    expect((await inspect(bare)).problems).toEqual([
      'error element_missing 1',
      'warning balance_missing 1',
      'error balance_missing 1',
    ]);
  });

  it('takes interim balances for those of a page', async () => {
    const page = (closing: string) =>
      camt(`${balance('ITBD', '10.00')}${balance('ITBD', '10.50')}${balance('ITBD', closing)}${entry()}`)
        .replace(balance('OPBD', '10.00'), '')
        .replace(balance('CLBD', '10.00'), '');
    const { problems, summary } = await inspect(page('11.00'));
    expect(problems).toEqual([]);
    expect(summary.balances.map(({ kind }) => kind)).toEqual(['openingPage', 'interim', 'closingPage']);
    expect((await inspect(page('12.00'))).problems).toEqual(['error balance_differs 1']);
  });
});
