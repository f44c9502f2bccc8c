import type { Agency } from '../agencies/index.ts';
import type { AccountHolder, Fulfilment, LocalText, Payer } from '../contract/index.ts';
import type { Money } from '../kernel/money.ts';
import type { PaidBill } from './billing.types.ts';

/** What anybody who holds the code may know: enough to trust the receipt, nothing about who paid. */
export interface VerifiedReceipt {
  /** `rcp_` and the characters of the payment's id: one receipt a payment, always the same. */
  receiptId: string;
  agency: Agency;
  maskedAccount: string;
  /** What the agency got. */
  amount: Money;
  /** What the resident paid on top; `amount` and `fee` come to `total`, which the channel took. */
  fee: Money;
  total: Money;
  debitedAtMs: number;
  postedAtMs: number;
  /** The agency's own number of the posting. */
  agencyReference: string;
}

/** The proof that a payment was posted, for the resident who paid. */
export interface Receipt extends VerifiedReceipt {
  paymentId: string;
  holder: AccountHolder | null;
  bills: readonly PaidBill[];
  /** Part of the amount that was beyond what was due. */
  credit: Money | null;
  planName: LocalText | null;
  /** What is still to be done with what was bought. */
  fulfilment: Fulfilment | null;
  /** Who paid, where the agency wanted to know. */
  payer: Payer | null;
  channel: { channelId: string; names: LocalText; reference: string };
  /** Ten characters that only we can make for these facts. */
  verificationCode: string;
  /** The page that checks it; carries no personal data. */
  verifyUrl: string;
}
