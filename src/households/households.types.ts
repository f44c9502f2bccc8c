import type { AccountHolder, AccountInputs } from '../contract/index.ts';

/** An account at an agency that a resident keeps at hand. */
export interface SavedAccount {
  savedAccountId: string;
  residentId: string;
  agencyId: string;
  /** What the resident typed to find the account; personal data. */
  inputs: AccountInputs;
  /** For showing: `****1234`. */
  maskedAccount: string;
  /** What the resident calls it, such as 爸妈家; empty when they gave no name. */
  label: string;
  /** As the agency told it, masked, when the account was added; null when it could not be asked then. */
  holder: AccountHolder | null;
  createdAtMs: number;
}

/** An account to keep; `inputs` as typed. */
export interface NewAccount {
  agencyId: string;
  inputs: AccountInputs;
  label?: string;
}
