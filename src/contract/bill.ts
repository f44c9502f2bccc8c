import type { Money } from '../kernel/money.ts';
import type { ChargeKind } from './manifest.ts';
import type { Reason } from './outcome.ts';

/** What is owed, as the agency stated it at a moment. */
export interface Bill {
  /** The agency's own id of the bill, unique within the agency and the account. */
  billId: string;
  /** What the bill is for, such as `2026-10`; shown, and sorted by, as text. */
  period: string;
  /** What is to be paid now, everything included. */
  amountDue: Money;
  /** How `amountDue` comes about; the amounts add up to it. */
  lines: readonly BillLine[];
  /** Last day to pay without a late fee, `YYYY-MM-DD` at the agency. */
  dueDate?: string;
  /** Less than this is not taken, where the amount rule allows part of it. */
  minimumDue?: Money;
  /**
   * What it costs early, on time and late, in the order of time; `amountDue` is the one that holds today. Shown before
   * paying, so that a resident knows what waiting costs.
   */
  amountOptions?: readonly AmountOption[];
  /** Meter readings or other facts worth showing. */
  facts?: readonly BillFact[];
}

export interface BillLine {
  /** What sort of charge it is: the pages group and explain by it. */
  kind: ChargeKind;
  label: LocalText;
  amount: Money;
  /** For example `{ quantity: '210', unit: 'kWh', unitPrice: '0.4883' }`: decimal texts, shown and never computed with. */
  quantity?: { quantity: string; unit: string; unitPrice: string };
}

export interface AmountOption {
  kind: 'early' | 'onTime' | 'late';
  amount: Money;
  /** First and last day it holds, `YYYY-MM-DD` at the agency; open where absent. */
  from?: string;
  until?: string;
}

export interface BillFact {
  label: LocalText;
  value: string;
}

/** A text in each language that pages come in; `zh-CN` is always there. */
export interface LocalText {
  'zh-CN': string;
  en: string;
}

/** Who the account belongs to, masked by the agency or the provider before it reaches us. */
export interface AccountHolder {
  maskedName?: string;
  maskedAddress?: string;
}

/** What asking for bills comes to. Four distinct answers, and two ways of not having one. */
export type QueryOutcome =
  | {
      kind: 'due';
      holder: AccountHolder;
      bills: readonly Bill[];
      queryReference: string;
      /**
       * The agency's own number of the account, where inputs may find it in several ways: two ways to the same bill are
       * then known to be one. Personal data.
       */
      account?: string;
    }
  | { kind: 'nothingDue'; holder: AccountHolder; nextBillOn?: string }
  | { kind: 'noSuchAccount'; reason: Reason }
  | { kind: 'closedNow'; reason: Reason; opensAtMs?: number }
  /** No answer, or none that can be believed: asking again is safe. */
  | { kind: 'unavailable'; reason: Reason };

/** What a resident typed, by the names in the manifest's inputs. Personal data. */
export type AccountInputs = Readonly<Record<string, string>>;

/** One bill being paid and how much of it. */
export interface BillPayment {
  billId: string;
  amount: Money;
  /** How the amount is spread over the bill's charges; they add up to it. Absent for a bill that is paid in full. */
  charges?: readonly { kind: ChargeKind; amount: Money }[];
}
