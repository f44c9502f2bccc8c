import { money } from '../kernel/money.ts';
import { assertBalanced } from './ledger.rules.ts';
import {
  feesInvoicedJournal,
  payoutPaidJournal,
  payoutReturnedJournal,
  payoutSentJournal,
  payoutVoidedJournal,
} from './payout.rules.ts';

describe('journals of payouts', () => {
  const move = { subjectId: 'PI-1', businessDate: '2026-11-23', agencyId: 'power', bankId: 'icbc' };
  const amount = money(500, 'CNY');

  it.each([
    [payoutSentJournal, 'agency_payable/power', 'payouts_pending/icbc'],
    [payoutPaidJournal, 'payouts_pending/icbc', 'bank/icbc'],
    [payoutVoidedJournal, 'payouts_pending/icbc', 'agency_payable/power'],
    [payoutReturnedJournal, 'bank/icbc', 'agency_payable/power'],
    [feesInvoicedJournal, 'agency_fees_receivable/power', 'agency_payable/power'],
  ])('debit and credit the right accounts (%#)', (journalOf, debited, credited) => {
    const journal = journalOf({ ...move, amount });
    expect(() => assertBalanced(journal)).not.toThrow();
    expect(journal.entries.map((entry) => [entry.account.code, entry.debitMinor, entry.creditMinor])).toEqual(
      [
        [debited, 500, 0],
        [credited, 0, 500],
      ],
    );
  });

  it('turn round where more fees were given up than earned', () => {
    const { entries } = feesInvoicedJournal({ ...move, amount: money(-70, 'CNY') });
    expect(entries.map((entry) => [entry.account.code, entry.debitMinor, entry.creditMinor])).toEqual([
      ['agency_fees_receivable/power', 0, 70],
      ['agency_payable/power', 70, 0],
    ]);
  });
});
