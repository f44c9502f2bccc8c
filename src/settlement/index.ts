import { Months } from './months.service.ts';
import { PayoutAnswers } from './payout-answers.service.ts';
import { PayoutBatches } from './payout-batches.service.ts';
import type { SettlementDeps } from './settlement.deps.ts';
import { Settlements } from './settlements.service.ts';
import { SettlementTermsBook } from './terms.service.ts';

export { answersTo } from './acknowledgements.rules.ts';
export { bankCsvFile } from './bank-csv.ts';
export { readBankCsvAnswer } from './bank-csv-answer.ts';
export type { ClosedMonth } from './months.repo.ts';
export { settleWindows } from './netting.rules.ts';
export { pain001File } from './pain001.ts';
export { readPain002 } from './pain002.ts';
export type { AnswerRecord } from './payout-answers.repo.ts';
export {
  BATCH_STATES,
  type InstructionRecord,
  PAYOUT_FORMATS,
  type PayoutBatchRecord,
} from './payout-batches.repo.ts';
export { APPROVALS_NEEDED } from './payout-batches.service.ts';
export type { Acknowledgement, PayoutAccount, PayoutBatch } from './payouts.types.ts';
export { settlementThatDiffers } from './proof.ts';
export type {
  Adjustment,
  ReconciledItem,
  SettlementDeps,
} from './settlement.deps.ts';
export {
  ITEM_KINDS,
  ITEM_STATES,
  type Settlement,
  type SettlementItem,
} from './settlement.types.ts';
export { PAYOUT_STATES, type SettlementRecord } from './settlements.repo.ts';
export type { RoundOutcome } from './settlements.service.ts';
export { statementPdf } from './statement.pdf.ts';
export { agencyStatement, feeInvoice } from './statement.rules.ts';
export type { AgencyStatement } from './statement.types.ts';
export { feeInvoiceCsv, statementCsv, statementXlsx } from './statement-table.ts';
export { TERMS_STATES, type TermsRecord } from './terms.repo.ts';
export { type AgreedTerms, agreedTermsSchema } from './terms.schema.ts';

/** Everything about paying agencies: terms, settlements, payouts, the bank's answers, the books of a month. */
export interface SettlementOffice {
  terms: SettlementTermsBook;
  settlements: Settlements;
  payouts: PayoutBatches;
  answers: PayoutAnswers;
  months: Months;
}

export function createSettlement(deps: SettlementDeps): SettlementOffice {
  return {
    terms: new SettlementTermsBook(deps),
    settlements: new Settlements(deps),
    payouts: new PayoutBatches(deps),
    answers: new PayoutAnswers(deps),
    months: new Months(deps),
  };
}
