import fc from 'fast-check';
import { encode } from 'iconv-lite';
import { answersTo, nextPayoutStatus } from './acknowledgements.rules.ts';
import { readBankCsvAnswer } from './bank-csv-answer.ts';
import { readPain002 } from './pain002.ts';
import { PAYOUT_STATUSES, type PayoutBatch } from './payouts.types.ts';

const account = {
  holderName: '广州供电局有限公司',
  bankName: '中国工商银行',
  bankCode: '102581000013',
  accountNumber: '3602',
};
const BATCH: PayoutBatch = {
  messageId: 'PO-1',
  createdAtMs: 0,
  executeOn: '2026-11-19',
  currency: 'CNY',
  debtor: account,
  instructions: [
    { instructionId: 'STL-1', creditor: account, amountMinor: 12_345, remittance: '结算' },
    { instructionId: 'STL-2', creditor: account, amountMinor: 10, remittance: '结算' },
  ],
};

interface Report {
  original?: string;
  group?: string;
  block?: string;
  transactions?: string;
}

function pain002({ original = 'PO-1', group = '', block = '', transactions = '' }: Report): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
    <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
      <GrpHdr><MsgId>BANK-7</MsgId><CreDtTm>2026-11-19T09:00:00</CreDtTm></GrpHdr>
      <OrgnlGrpInfAndSts><OrgnlMsgId>${original}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>${group}</OrgnlGrpInfAndSts>
      <OrgnlPmtInfAndSts><OrgnlPmtInfId>PO-1</OrgnlPmtInfId>${block}${transactions}</OrgnlPmtInfAndSts>
    </CstmrPmtStsRpt></Document>`);
}

function transaction(instructionId: string, status: string, more = ''): string {
  return `<TxInfAndSts><OrgnlInstrId>${instructionId}</OrgnlInstrId><OrgnlEndToEndId>${instructionId}</OrgnlEndToEndId><TxSts>${status}</TxSts>${more}</TxInfAndSts>`;
}

const statuses = (report: Report) =>
  answersTo(BATCH, readPain002(pain002(report))).map(({ answer }) => answer.status);
const mismatch = (why: string) =>
  expect.objectContaining({ code: 'acknowledgement_mismatch', params: { why } });

describe('a pain.002', () => {
  it('tells each instruction apart, with codes and reasons', () => {
    const reason =
      '<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>账户已销户</AddtlInf></StsRsnInf><OrgnlTxRef><Amt><InstdAmt Ccy="CNY">0.10</InstdAmt></Amt></OrgnlTxRef>';
    const report = readPain002(
      pain002({
        group: '<OrgnlNbOfTxs>2</OrgnlNbOfTxs><OrgnlCtrlSum>123.55</OrgnlCtrlSum><GrpSts>PART</GrpSts>',
        transactions: transaction('STL-1', 'ACSC') + transaction('STL-2', 'RJCT', reason),
      }),
    );
    expect(report.acknowledgementId).toBe('BANK-7');
    expect(answersTo(BATCH, report)).toEqual([
      { instructionId: 'STL-1', answer: { status: 'accepted', code: 'ACSC', reason: null } },
      { instructionId: 'STL-2', answer: { status: 'rejected', code: 'RJCT', reason: 'AC04 账户已销户' } },
    ]);
  });

  it.each([
    ['ACSC', 'accepted'],
    ['ACCC', 'accepted'],
    ['RJCT', 'rejected'],
    ['CANC', 'rejected'],
    ['ACTC', 'pending'],
    ['ACCP', 'pending'],
    ['ACSP', 'pending'],
    ['PDNG', 'pending'],
    ['RCVD', 'pending'],
    ['XXXX', 'pending'],
  ])('takes %s for %s', (code, status) => {
    expect(statuses({ transactions: transaction('STL-1', code) })).toEqual([status, 'pending']);
  });

  it('means all that it does not name by the status of the payment information, or of the group', () => {
    expect(statuses({ group: '<GrpSts>RJCT</GrpSts>' })).toEqual(['rejected', 'rejected']);
    expect(statuses({ group: '<GrpSts>ACSP</GrpSts>', block: '<PmtInfSts>ACSC</PmtInfSts>' })).toEqual([
      'accepted',
      'accepted',
    ]);
    expect(statuses({ group: '<GrpSts>RJCT</GrpSts>', transactions: transaction('STL-2', 'PDNG') })).toEqual([
      'rejected',
      'pending',
    ]);
    expect(statuses({ group: '<GrpSts>PART</GrpSts>' })).toEqual(['pending', 'pending']);
    expect(statuses({})).toEqual(['pending', 'pending']);
  });

  it.each([
    ['messageId', { original: 'PO-2' }],
    ['instructionCount', { group: '<OrgnlNbOfTxs>3</OrgnlNbOfTxs>' }],
    ['total', { group: '<OrgnlCtrlSum>123.56</OrgnlCtrlSum>' }],
    ['instructionId', { transactions: transaction('STL-9', 'ACSC') }],
    ['instructionTwice', { transactions: transaction('STL-1', 'ACSC') + transaction('STL-1', 'RJCT') }],
    [
      'amount',
      {
        transactions: transaction(
          'STL-1',
          'ACSC',
          '<OrgnlTxRef><Amt><InstdAmt Ccy="CNY">123.46</InstdAmt></Amt></OrgnlTxRef>',
        ),
      },
    ],
    [
      'amount',
      {
        transactions: transaction(
          'STL-1',
          'ACSC',
          '<OrgnlTxRef><Amt><InstdAmt Ccy="USD">123.45</InstdAmt></Amt></OrgnlTxRef>',
        ),
      },
    ],
  ])('is not taken where the %s does not fit', (why, report) => {
    const original = 'original' in report ? { OrgnlPmtInfId: 'PO-2' } : null;
    const content = original
      ? Buffer.from(pain002(report).toString().replace('<OrgnlPmtInfId>PO-1<', '<OrgnlPmtInfId>PO-2<'))
      : pain002(report);
    expect(() => answersTo(BATCH, readPain002(content))).toThrow(mismatch(why));
  });

  it.each([
    ['not_pain002', Buffer.from('<Document/>')],
    ['not_pain002', pain002({ original: '' })],
    ['other_payment_information', pain002({ original: 'PO-2' })],
    ['statuses_differ', pain002({ group: '<GrpSts>ACSC</GrpSts><GrpSts>RJCT</GrpSts>' })],
    ['instruction_unnamed', pain002({ transactions: transaction('', 'ACSC') })],
    ['count_unreadable', pain002({ group: '<OrgnlNbOfTxs>two</OrgnlNbOfTxs>' })],
    ['xml_doctype', Buffer.from('<!DOCTYPE x [<!ENTITY a "b">]><Document/>')],
    ['xml_malformed', pain002({}).subarray(0, 300)],
    ['xml_malformed', Buffer.from('')],
  ])('is refused with %s', (code, content) => {
    expect(() => readPain002(content)).toThrow(expect.objectContaining({ code }));
  });
});

const CSV = [
  'H,civicpay-payout-answer-1,BANK-8,PO-1,2,123.55',
  'D,STL-1,123.45,CNY,ACCEPTED,0000,',
  'D,STL-2,0.10,CNY,RETURNED,R01,"账号, 户名不符"',
  'T,2',
  '',
].join('\r\n');

describe('a bank’s answer as CSV', () => {
  it.each([
    ['UTF-8', Buffer.from(CSV)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${CSV}`)],
    ['GB18030', encode(CSV, 'gb18030')],
  ])('tells each instruction apart, in %s', (_, content) => {
    expect(answersTo(BATCH, readBankCsvAnswer(content))).toEqual([
      { instructionId: 'STL-1', answer: { status: 'accepted', code: '0000', reason: null } },
      { instructionId: 'STL-2', answer: { status: 'returned', code: 'R01', reason: '账号, 户名不符' } },
    ]);
  });

  it('leaves what it does not know, or does not name, pending', () => {
    const other = CSV.replace('ACCEPTED', 'OK')
      .replace(/D,STL-2.*\r\n/, '')
      .replace('T,2', 'T,1');
    expect(answersTo(BATCH, readBankCsvAnswer(Buffer.from(other)))).toMatchObject([
      { answer: { status: 'pending', code: '0000' } },
      { answer: { status: 'pending', code: null } },
    ]);
  });

  it.each([
    ['counts_differ', CSV.replace('T,2', 'T,3')],
    ['file_cut_short', 'H,civicpay-payout-answer-1,BANK-8,PO-1,2,123.55\r\n'],
    ['file_cut_short', ''],
    ['record_unexpected', CSV.replace('T,2\r\n', '')],
    ['record_unexpected', CSV.replace(',CNY,ACCEPTED', ',ACCEPTED')],
    ['version_unknown', CSV.replace('answer-1', 'answer-2')],
    ['count_unreadable', CSV.replace('PO-1,2,', 'PO-1,x,')],
    ['quote_not_closed', CSV.replace('不符"', '不符')],
  ])('is refused with %s', (code, text) => {
    expect(() => readBankCsvAnswer(Buffer.from(text))).toThrow(expect.objectContaining({ code }));
  });

  it('is not taken where a sum or an amount is another', () => {
    const answer = (text: string) => () => answersTo(BATCH, readBankCsvAnswer(Buffer.from(text)));
    expect(answer(CSV.replace('123.55', '123.54'))).toThrow(mismatch('total'));
    expect(answer(CSV.replace('123.45', '123.44'))).toThrow(mismatch('amount'));
  });
});

describe('what an instruction is after another answer', () => {
  it('goes on to an end, from which only a person leads', () => {
    expect(nextPayoutStatus('pending', 'accepted')).toBe('accepted');
    expect(nextPayoutStatus('accepted', 'returned')).toBe('returned');
    expect(nextPayoutStatus('accepted', 'rejected')).toBe('returned');
    expect(nextPayoutStatus('rejected', 'accepted')).toBe('contradiction');
    expect(nextPayoutStatus('returned', 'accepted')).toBe('contradiction');
  });

  it('is not changed by an answer that comes again, or by one that says nothing yet', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PAYOUT_STATUSES), fc.constantFrom(...PAYOUT_STATUSES), (now, said) => {
        const next = nextPayoutStatus(now, said);
        expect(nextPayoutStatus(now, 'pending')).toBe(now);
        if (next !== 'contradiction') expect(nextPayoutStatus(next, said)).toBe(next);
      }),
    );
  });
});
