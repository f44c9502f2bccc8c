import fc from 'fast-check';
import { assertBalanced } from './ledger.rules.ts';
import type { JournalDraft } from './ledger.types.ts';
import { agencyStatementJournal, channelStatementJournal, mirrored } from './statement.rules.ts';

const move = { subjectId: 'run_1', sourceId: 'bank', currency: 'CNY', businessDate: '2026-11-21' };
const minor = fc.integer({ min: -1e12, max: 1e12 });

function sides(journal: JournalDraft | null) {
  return journal?.entries.map((entry) => [entry.account.code, entry.debitMinor, entry.creditMinor]);
}

describe('the journal of a statement', () => {
  it('moves what a channel says has arrived to the bank, and what nobody can explain to suspense', () => {
    const journal = channelStatementJournal({
      ...move,
      theirsMinor: 1_000,
      statedFeesMinor: 6,
      oursMinor: 990,
      suspenseMinor: 11,
      feeDifferenceMinor: -1,
    });
    expect(sides(journal)).toEqual([
      ['bank/bank', 994, 0],
      ['channel_fee_expense', 6, 0],
      ['channel_clearing/bank', 0, 990],
      ['suspense/bank', 0, 11],
      ['fee_differences', 1, 0],
    ]);
  });

  it('moves only what differs where an agency says it', () => {
    const byAgency = new Map([
      ['water', 100],
      ['', -30],
    ]);
    const journal = agencyStatementJournal({ ...move, byAgency, suspenseMinor: 71, feeDifferenceMinor: -1 });
    expect(sides(journal)).toEqual([
      ['agency_payable/water', 0, 100],
      ['agency_unassigned/bank', 30, 0],
      ['suspense/bank', 71, 0],
      ['fee_differences', 0, 1],
    ]);
  });

  it('is none where nothing moves', () => {
    const nothing = { ...move, suspenseMinor: 0, feeDifferenceMinor: 0 };
    expect(
      channelStatementJournal({ ...nothing, theirsMinor: 0, statedFeesMinor: 0, oursMinor: 0 }),
    ).toBeNull();
    expect(agencyStatementJournal({ ...nothing, byAgency: new Map([['water', 0]]) })).toBeNull();
  });

  it('balances, and so does what takes it back', () => {
    fc.assert(
      fc.property(
        minor,
        minor,
        minor,
        minor,
        (oursMinor, suspenseMinor, feeDifferenceMinor, statedFeesMinor) => {
          const theirsMinor = oursMinor + suspenseMinor + feeDifferenceMinor;
          const differences = { ...move, suspenseMinor, feeDifferenceMinor };
          const drafts = [
            channelStatementJournal({ ...differences, oursMinor, theirsMinor, statedFeesMinor }),
            agencyStatementJournal({
              ...differences,
              byAgency: new Map([
                ['water', oursMinor],
                ['gas', suspenseMinor + feeDifferenceMinor - oursMinor],
              ]),
            }),
          ];
          for (const draft of drafts) {
            if (!draft) continue;
            expect(() => assertBalanced(draft)).not.toThrow();
            expect(() => assertBalanced(mirrored(draft, 'statementReversed'))).not.toThrow();
            expect(mirrored(mirrored(draft, 'statementReversed'), 'statement')).toEqual(draft);
          }
        },
      ),
    );
  });
});
