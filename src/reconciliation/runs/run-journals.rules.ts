import { agencyStatementJournal, channelStatementJournal, type JournalDraft } from '../../ledger/index.ts';
import { paymentIdOf } from './publish.rules.ts';
import type { WorkResult, WorkSetup } from './work.types.ts';

/**
 * The payments that a run's journal is about, whose agency is debited or credited; by id, with whether a row of the batch's own sheet
 * is about it.
 */
export function paymentsToAssign(setup: WorkSetup, result: WorkResult): Map<string, boolean> {
  const payments = new Map<string, boolean>();
  if (setup.role === 'channel' || setup.theirsId === null) return payments;
  for (const { references, isInSheet = false } of partsOf(result)) {
    const paymentId = paymentIdOf(references);
    if (paymentId !== null) payments.set(paymentId, isInSheet || payments.get(paymentId) === true);
  }
  return payments;
}

/**
 * The journal of a run, or null where nothing moves: no file, or nothing that differs. `agencyOf` gives the agency of a payment, and of
 * null the one whom it concerns when no payment is known.
 */
export function journalOfRun(
  runId: string,
  setup: WorkSetup,
  result: WorkResult,
  agencyOf: (paymentId: string | null) => string,
): JournalDraft | null {
  if (setup.theirsId === null) return null;
  const { sourceId, currency, businessDate } = setup;
  const { suspenseMinor, feeDifferenceMinor, ...sums } = result.totals;
  const move = { subjectId: runId, sourceId, currency, businessDate, suspenseMinor, feeDifferenceMinor };
  if (setup.role === 'channel') return channelStatementJournal({ ...move, ...sums });
  const byAgency = new Map<string, number>();
  for (const { references, minor } of partsOf(result)) {
    const agencyId = agencyOf(paymentIdOf(references));
    byAgency.set(agencyId, (byAgency.get(agencyId) ?? 0) + minor);
  }
  return agencyStatementJournal({ ...move, byAgency });
}

/** Everything in which an agency's file differs from our books, with what says whose it is. */
function* partsOf({ breaks, taken, totals }: WorkResult): Generator<DifferingPart> {
  for (const { rows, suspenseMinor } of breaks)
    yield {
      references: rows.flatMap(({ row }) => [row.ref, row.originalRef]),
      minor: suspenseMinor,
      isInSheet: rows.some(({ side, breakId }) => side === 'ours' && breakId === undefined),
    };
  for (const { references, suspenseMinor } of taken) yield { references, minor: -suspenseMinor };
  for (const { references, differenceMinor } of totals.differing)
    yield { references, minor: differenceMinor };
}

interface DifferingPart {
  references: readonly (string | null)[];
  minor: number;
  isInSheet?: boolean;
}
