import { accountsProblems } from './problems/accounts.ts';
import { agenciesProblems } from './problems/agencies.ts';
import { agencyWebhooksProblems } from './problems/agency-webhooks.ts';
import { batchesProblems } from './problems/batches.ts';
import { billFilesProblems } from './problems/bill-files.ts';
import { billingProblems } from './problems/billing.ts';
import { breaksProblems } from './problems/breaks.ts';
import { catalogueProblems } from './problems/catalogue.ts';
import { disputesProblems } from './problems/disputes.ts';
import { frameProblems } from './problems/frame.ts';
import { householdsProblems } from './problems/households.ts';
import { onboardingProblems } from './problems/onboarding.ts';
import { receiptsProblems } from './problems/receipts.ts';
import { runsProblems } from './problems/runs.ts';
import { settlementProblems } from './problems/settlement.ts';
import { statementsProblems } from './problems/statements.ts';

/** The languages that texts for people come in; the first is the default. */
export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What is said about one problem code; `{name}` in a text is filled from the error's `params`. */
export interface ProblemEntry {
  /** When it differs from the status of the error's kind. */
  status?: number;
  /** Whether the very same request may succeed later; by default when the kind is `tooMany` or `unavailable`. */
  retryable?: boolean;
  /** `[title, detail]`: what happened, and what to do next. */
  'zh-CN': readonly [title: string, detail: string];
  en: readonly [title: string, detail: string];
}

export type ProblemCatalogue = Readonly<Record<string, ProblemEntry>>;

/** Every stable problem code of the API. Each module keeps its own in `problems/<module>.ts`. */
export const PROBLEMS: ProblemCatalogue = {
  ...frameProblems,
  ...accountsProblems,
  ...agenciesProblems,
  ...agencyWebhooksProblems,
  ...batchesProblems,
  ...billFilesProblems,
  ...billingProblems,
  ...breaksProblems,
  ...catalogueProblems,
  ...disputesProblems,
  ...householdsProblems,
  ...onboardingProblems,
  ...receiptsProblems,
  ...runsProblems,
  ...settlementProblems,
  ...statementsProblems,
};
