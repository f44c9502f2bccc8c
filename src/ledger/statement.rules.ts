import type { BusinessDate } from '../kernel/business-date.ts';
import { sumMinor } from '../kernel/money.ts';
import { agencyPayable, bank, channelClearing, credited, withoutNothing } from './ledger.rules.ts';
import type { EntryDraft, JournalDraft, JournalKind, LedgerAccount } from './ledger.types.ts';

/** 挂账: what a channel's or an agency's statement says otherwise than our books, until it is explained. */
export const suspense = (sourceId: string): LedgerAccount => ({
  code: `suspense/${sourceId}`,
  class: 'liability',
});

/** What came out different within the tolerance of a fee. */
export const feeDifferences: LedgerAccount = { code: 'fee_differences', class: 'expense' };

/** What channels kept back, as their statements say. */
export const channelFeeExpense: LedgerAccount = { code: 'channel_fee_expense', class: 'expense' };

/** What a connection that carries many agencies says is an agency's, without us knowing whose. */
export const agencyUnassigned = (sourceId: string): LedgerAccount => ({
  code: `agency_unassigned/${sourceId}`,
  class: 'liability',
});

interface StatementMove {
  /** The run. */
  subjectId: string;
  sourceId: string;
  currency: string;
  businessDate: BusinessDate;
  /** Theirs less ours, of what stays unexplained, and of matches that differ by a fee. */
  suspenseMinor: number;
  feeDifferenceMinor: number;
}

/** A channel's statement: what it says has arrived takes the place of what we expected. Null when nothing moves. */
export function channelStatementJournal(
  move: StatementMove & { oursMinor: number; theirsMinor: number; statedFeesMinor: number },
): JournalDraft | null {
  return statement(move, [
    credited(bank(move.sourceId), -sumMinor([move.theirsMinor, -move.statedFeesMinor])),
    credited(channelFeeExpense, -move.statedFeesMinor),
    credited(channelClearing(move.sourceId), move.oursMinor),
    credited(suspense(move.sourceId), move.suspenseMinor),
    credited(feeDifferences, move.feeDifferenceMinor),
  ]);
}

/**
 * An agency's file: what it says is owed to it takes the place of what we say, as far as they differ. `byAgency` is theirs less ours of
 * each agency; the empty id stands for the agency that nobody knows. Null when nothing moves.
 */
export function agencyStatementJournal(
  move: StatementMove & { byAgency: ReadonlyMap<string, number> },
): JournalDraft | null {
  const owed = [...move.byAgency].map(([agencyId, minor]) =>
    credited(agencyId === '' ? agencyUnassigned(move.sourceId) : agencyPayable(agencyId), minor),
  );
  return statement(move, [
    ...owed,
    credited(suspense(move.sourceId), -move.suspenseMinor),
    credited(feeDifferences, -move.feeDifferenceMinor),
  ]);
}

/** The same the other way round, for a subject that has none of this kind yet: how a journal is corrected. Law 6. */
export function mirrored(journal: JournalDraft, kind: JournalKind): JournalDraft {
  return {
    ...journal,
    kind,
    entries: journal.entries.map(({ account, debitMinor, creditMinor }) => ({
      account,
      debitMinor: creditMinor,
      creditMinor: debitMinor,
    })),
  };
}

function statement(move: StatementMove, entries: readonly EntryDraft[]): JournalDraft | null {
  const { subjectId, currency, businessDate } = move;
  const lines = withoutNothing(entries);
  return lines.length === 0 ? null : { kind: 'statement', subjectId, currency, businessDate, entries: lines };
}
