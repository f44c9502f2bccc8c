import type { z } from 'zod';
import type {
  AgencyStatement,
  AnswerRecord,
  ClosedMonth,
  InstructionRecord,
  PayoutAccount,
  PayoutBatchRecord,
  RoundOutcome,
  SettlementItem,
  SettlementRecord,
  TermsRecord,
} from '../settlement/index.ts';
import { APPROVALS_NEEDED } from '../settlement/index.ts';
import { problemTexts } from './problem.ts';
import type { Language } from './problem-catalogue.ts';
import { instantOf, instantOrNull } from './schemas.ts';
import type * as schemas from './settlements.schemas.ts';

/** What a page shows of a long list; files have all. */
const ITEMS_SHOWN = 200;

export function settlementOf(record: SettlementRecord): z.input<typeof schemas.settlementSchema> {
  const { settlementId, agencyId, currency, basis, window, totals, itemCount, heldCount } = record;
  return {
    settlementId,
    agencyId,
    currency,
    basis,
    window,
    totals,
    reserves: [...record.closing.reserves],
    itemCount,
    heldCount,
    payoutState: record.payout.state,
    batchId: record.payout.batchId,
    createdAt: instantOf(record.createdAtMs),
  };
}

export function settlementDetailOf(record: SettlementRecord, { lines, settlement }: AgencyStatement) {
  return {
    ...settlementOf(record),
    items: lines.slice(0, ITEMS_SHOWN).map(({ item, netMinor }) => ({ ...itemOf(item), netMinor })),
    held: settlement.held.slice(0, ITEMS_SHOWN).map(({ item, reason }) => ({ ...itemOf(item), reason })),
  };
}

function itemOf({ state: _, ...item }: SettlementItem) {
  return item;
}

export function roundOf(
  round: { agencyId: string; settled: readonly SettlementRecord[]; outcome: RoundOutcome },
  language: Language,
) {
  const { agencyId, settled, outcome } = round;
  return {
    agencyId,
    settlementIds: settled.map(({ settlementId }) => settlementId),
    outcome: outcome.kind,
    window: 'window' in outcome ? outcome.window : null,
    waitsFor: outcome.kind === 'waiting' ? outcome.waitsFor : [],
    problem:
      outcome.kind === 'blocked'
        ? { code: outcome.code, ...problemTexts(outcome.code, outcome.params, language) }
        : null,
  };
}

export function termsOf({ proposedAtMs, decidedAtMs, ...record }: TermsRecord) {
  return { ...record, proposedAt: instantOf(proposedAtMs), decidedAt: instantOrNull(decidedAtMs) };
}

export function payoutBatchOf(record: PayoutBatchRecord): z.input<typeof schemas.payoutBatchSchema> {
  const { bankId: _, currency, totalMinor, madeAtMs, endedAtMs, approvals, ...rest } = record;
  return {
    ...rest,
    total: { amountMinor: totalMinor, currency },
    approvals: approvals.map(({ approvedBy, approvedAtMs }) => ({
      approvedBy,
      approvedAt: instantOf(approvedAtMs),
    })),
    approvalsNeeded: APPROVALS_NEEDED,
    statuses: record.statuses as Record<string, number>,
    madeAt: instantOf(madeAtMs),
    endedAt: instantOrNull(endedAtMs),
  };
}

export function payoutDetailOf(
  record: PayoutBatchRecord,
  instructions: readonly (InstructionRecord & { creditor: PayoutAccount })[],
  answers: readonly AnswerRecord[],
): z.input<typeof schemas.payoutDetailSchema> {
  return {
    ...payoutBatchOf(record),
    instructions: instructions.map(
      ({ instructionId, settlementId, agencyId, amountMinor, creditor, ...said }) => ({
        instructionId,
        settlementId,
        agencyId,
        amount: { amountMinor, currency: record.currency },
        maskedHolderName: `${[...creditor.holderName][0] ?? ''}***`,
        bankName: creditor.bankName,
        maskedAccountNumber: `****${creditor.accountNumber.slice(-4)}`,
        status: said.status,
        answer: said.answer,
        contradiction: said.contradiction,
      }),
    ),
    answers: answers.map(({ receivedAtMs, changes, ...answer }) => ({
      ...answer,
      changes: [...changes],
      receivedAt: instantOf(receivedAtMs),
    })),
  };
}

export function closingOf({ month, asOfMs, journalCount, sha256, closedBy, closedAtMs }: ClosedMonth) {
  return {
    month,
    asOf: instantOf(asOfMs),
    journalCount,
    sha256,
    closedBy,
    closedAt: instantOf(closedAtMs),
  };
}
