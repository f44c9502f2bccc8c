import type { BusinessDate } from '../kernel/business-date.ts';
import type { CurrencyCode } from '../kernel/money.ts';

/** Whose account money leaves, or comes to. */
export interface PayoutAccount {
  holderName: string;
  bankName: string;
  /** CNAPS code of the branch (大额支付行号): 12 digits. */
  bankCode: string;
  accountNumber: string;
}

/** One transfer to one agency. */
export interface PayoutInstruction {
  /** Ours, unique for ever: the bank and its acknowledgements call it by this. At most 35 characters. */
  instructionId: string;
  creditor: PayoutAccount;
  /** Above zero. */
  amountMinor: number;
  /** What the agency reads on its statement. */
  remittance: string;
}

/** Transfers that go to the bank in one file. The same batch makes the same bytes. */
export interface PayoutBatch {
  /** Ours: a file sent again under it is the same file. At most 35 characters. */
  messageId: string;
  createdAtMs: number;
  executeOn: BusinessDate;
  currency: CurrencyCode;
  debtor: PayoutAccount;
  instructions: readonly PayoutInstruction[];
}

/** A file for the bank, and what two people approve. */
export interface PayoutFile {
  fileName: string;
  content: Buffer;
  /** Of the content, in hexadecimal. */
  sha256: string;
  instructionCount: number;
  totalMinor: number;
  currency: CurrencyCode;
}

/** What a bank says of one instruction. */
export const PAYOUT_STATUSES = ['accepted', 'pending', 'rejected', 'returned'] as const;
/** `accepted`: paid. `rejected`: not paid, and it never will be. `returned`: paid, and sent back (退票). Else `pending`. */
export type PayoutStatus = (typeof PAYOUT_STATUSES)[number];

export interface PayoutAnswer {
  status: PayoutStatus;
  /** The bank's own code: `ACSC`, `RJCT`; null where the file has none for it. */
  code: string | null;
  /** Why, in the bank's own codes and words; null where it gives no reason. */
  reason: string | null;
}

/** An amount as a file has it: a plain decimal, and its currency where the file says it. */
export interface WrittenAmount {
  decimal: string;
  currency: CurrencyCode | null;
}

/** A bank's answer to a file, as it reads, before it is held against what was sent. */
export interface Acknowledgement {
  /** The bank's own id of its answer. */
  acknowledgementId: string;
  /** The file that is answered. */
  messageId: string;
  /** How many instructions, and how much, the answered file had, where the answer says so. */
  declared: { instructionCount: number | null; total: WrittenAmount | null };
  /** For every instruction that is not named; null where the answer says nothing of all. */
  overall: PayoutAnswer | null;
  /** Named in it, in its order. */
  instructions: readonly NamedAnswer[];
}

export interface NamedAnswer extends PayoutAnswer {
  instructionId: string;
  amount: WrittenAmount | null;
}
