import { FaultPlan, type FaultRule, type Strike } from '../support/fault-plan.ts';

export const OPERATIONS = [
  'debit',
  'queryDebit',
  'confirm',
  'close',
  'refund',
  'queryRefund',
  'statement',
  'notify',
] as const;
export type Operation = (typeof OPERATIONS)[number];

export const FAULTS = [
  'slow', // answers after `delayMs`
  'timeoutBefore', // never answers, and does nothing
  'timeoutAfter', // does it, and never answers
  'down', // cuts the connection, and does nothing
  'refuse', // a definite no, kept under the reference
  'insufficientFunds', // a definite no, kept under the reference
  'settleLater', // takes it in, and carries it out after `delayMs`
  'nonsense', // does it, and answers with something that is not JSON
  'badSignature', // does it, and signs the answer wrongly
  'unknownStatus', // does it, and answers with a status that the manual does not list
  'late', // notifies after `delayMs`
  'duplicated', // notifies twice
  'outOfOrder', // notifies of the end first, and then of the beginning
  'never', // does not notify
] as const;
export type Fault = (typeof FAULTS)[number];

const ANSWER_FAULTS = ['slow', 'timeoutBefore', 'timeoutAfter', 'down', 'nonsense', 'badSignature'] as const;

/** What can go wrong where. */
export const FAULTS_OF: Readonly<Record<Operation, readonly Fault[]>> = {
  debit: [...ANSWER_FAULTS, 'unknownStatus', 'refuse', 'insufficientFunds', 'settleLater'],
  queryDebit: [...ANSWER_FAULTS, 'unknownStatus'],
  confirm: ['refuse', 'insufficientFunds', 'settleLater'],
  close: ANSWER_FAULTS,
  refund: [...ANSWER_FAULTS, 'unknownStatus', 'refuse', 'settleLater'],
  queryRefund: [...ANSWER_FAULTS, 'unknownStatus'],
  statement: ANSWER_FAULTS,
  notify: ['late', 'duplicated', 'outOfOrder', 'never'],
};

/**
 * Amounts, in fen, that bring a fault with them, so that anybody can see one without the control token. Each
 * strikes the first such call for a reference. Exact amounts that no bill comes to by chance.
 */
export const FAULTS_BY_AMOUNT: ReadonlyMap<number, readonly [Operation, Fault]> = new Map([
  [888_801, ['debit', 'slow']],
  [888_802, ['debit', 'timeoutBefore']],
  [888_803, ['debit', 'timeoutAfter']],
  [888_804, ['debit', 'refuse']],
  [888_805, ['debit', 'nonsense']],
  [888_806, ['debit', 'badSignature']],
  [888_807, ['debit', 'down']],
  [888_808, ['debit', 'unknownStatus']],
  [888_811, ['confirm', 'insufficientFunds']],
  [888_812, ['confirm', 'settleLater']],
  [888_813, ['confirm', 'refuse']],
  [888_821, ['notify', 'late']],
  [888_822, ['notify', 'duplicated']],
  [888_823, ['notify', 'outOfOrder']],
  [888_824, ['notify', 'never']],
  [888_831, ['refund', 'timeoutBefore']],
  [888_832, ['refund', 'timeoutAfter']],
  [888_833, ['refund', 'refuse']],
  [888_834, ['refund', 'settleLater']],
  [888_841, ['queryDebit', 'timeoutBefore']],
]);

const DEFAULT_DELAY_MS = 3_000;

/** Decides which calls go wrong, and how. */
export class Faults {
  private readonly plan = new FaultPlan<Fault>();
  /** Operation and reference of those that their amount has already struck. */
  private readonly struckByAmount = new Set<string>();

  add(rule: FaultRule<Fault>): { seed: number } {
    return this.plan.add(rule);
  }

  clear(): void {
    this.plan.clear();
    this.struckByAmount.clear();
  }

  /** The fault of a call about `reference`, whose amount is `amountFen` when that is known. */
  strike(
    operation: Operation,
    reference: string,
    amountFen: number | undefined,
  ): Required<Strike<Fault>> | null {
    const strike = this.plan.strike(operation) ?? this.strikeByAmount(operation, reference, amountFen);
    return strike && { fault: strike.fault, delayMs: strike.delayMs ?? DEFAULT_DELAY_MS };
  }

  private strikeByAmount(operation: Operation, reference: string, amountFen = 0): Strike<Fault> | null {
    const found = FAULTS_BY_AMOUNT.get(amountFen);
    const key = `${operation}:${reference}`;
    if (found?.[0] !== operation || this.struckByAmount.has(key)) return null;
    this.struckByAmount.add(key);
    return { fault: found[1] };
  }
}
