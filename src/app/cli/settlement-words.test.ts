import type { PayoutBatchRecord } from '../../settlement/index.ts';
import { answerText, monthText, payoutText, preparedText, roundLines } from './settlement-words.ts';

const BATCH: PayoutBatchRecord = {
  ...{ batchId: 'pob_1', messageId: 'pob-1', bankId: 'a-bank', format: 'pain001', currency: 'CNY' },
  ...{ executeOn: '2026-11-24', instructionCount: 2, totalMinor: 149_655, sha256: 'ab12', state: 'waiting' },
  ...{ madeBy: 'stf_1', madeAtMs: 0, endedBy: null, endedAtMs: null, reason: null, approvals: [] },
  statuses: { pending: 2 },
};
const APPROVAL = { sha256: 'ab12', approvedBy: 'stf_2', approvedAtMs: 0 };

describe('what settlement says on the command line', () => {
  it('names the next step of a file of payouts', () => {
    expect(payoutText(BATCH)).toContain(
      'pob_1  waiting    2 payouts (2 pending), 1496.55 CNY; 0 approvals; SHA-256 ab12',
    );
    expect(payoutText(BATCH)).toContain(
      '2 more of finance approve it: civicpay settlement payout approve pob_1 --sha256 ab12',
    );
    const approved = { ...BATCH, approvals: [APPROVAL, { ...APPROVAL, approvedBy: 'stf_3' }] };
    expect(payoutText(approved)).toContain('civicpay settlement payout send pob_1');
    expect(payoutText({ ...approved, state: 'sent' }).split('\n')).toHaveLength(1);
    const missing = { agencyId: 'water', settlementId: 'stl_1', why: 'accountMissing' as const };
    expect(preparedText({ batch: BATCH, notPayable: [missing] })).toMatch(
      /not in it: water, stl_1: it has no account to be paid to$/,
    );
  });

  it('tells what an answer has changed', () => {
    const returned = { instructionId: 'pin_1', before: 'accepted', after: 'returned', code: 'AC04' } as const;
    const text = (changes: Parameters<typeof answerText>[0]['changes'], isRepeated = false) =>
      answerText({ acknowledgementId: 'ack_1', batch: BATCH, isRepeated, changes });
    expect(text([returned])).toBe('pob_1  pin_1  accepted → returned (AC04)');
    expect(text([{ ...returned, after: 'contradiction' }])).toContain('stays accepted');
    expect(text([])).toBe('pob_1: the answer changes nothing');
    expect(text([returned], true)).toBe('pob_1: this answer was taken in before');
  });

  it('says in words why an agency is not settled', () => {
    const outcome = { kind: 'blocked', code: 'agency_sends_no_statement', params: {} } as const;
    expect(roundLines({ agencyId: 'school', settled: [], outcome })).toEqual([
      expect.stringMatching(
        /^blocked school: This agency sends no statements \[agency_sends_no_statement\]\. ./,
      ),
    ]);
  });

  it('adds a month up', () => {
    const account = (accountCode: string, debitMinor: number, creditMinor: number) => ({
      ...{ accountCode, currency: 'CNY', openingMinor: 0, debitMinor, creditMinor },
      closingMinor: debitMinor - creditMinor,
    });
    const accounts = [account('channel_clearing/bank', 500, 0), account('agency_payable/water', 0, 500)];
    const lines = monthText('2026-11', { closed: null, accounts }).split('\n');
    expect(lines[0]).toBe('2026-11 is open');
    expect(lines.at(-1)).toMatch(/^all +CNY +0\.00 +5\.00 +5\.00 +0\.00$/);
  });
});
