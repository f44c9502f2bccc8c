import path from 'node:path';
import { chinaDate } from '../../src/kernel/china-time.ts';
import { sumMinor } from '../../src/kernel/money.ts';
import { Journal } from '../support/journal.ts';
import { type Charge, chargesOf, lateFeeFen, type Usage } from './tariff.rules.ts';

export interface Customer {
  consNo: string;
  name: string;
  /** As far as the district, which may be shown. */
  district: string;
  /** The rest of the address, which may not. */
  street: string;
  tariff: Usage['tariff'];
}

/** One period's receivable (应收). */
export interface Receivable {
  rcvblNo: string;
  consNo: string;
  /** `YYYYMM` */
  month: string;
  usage: Usage;
  lastReading: number;
  thisReading: number;
  charges: Charge[];
  arrearsFen: number;
  /** `YYYY-MM-DD`, the last day without a late fee. */
  dueDate: string;
}

/** What a merchant told us to post, under the merchant's own reference; there is one for ever. */
export interface Payment {
  merOrderNo: string;
  chrgNo: string;
  consNo: string;
  payTimeMs: number;
  amountFen: number;
  details: { rcvblNo: string; arrearsFen: number; lateFeeFen: number }[];
  state: 'posted' | 'processing' | 'refused';
  /** The agency's code for why it was refused. */
  refusedCode: string | null;
  /** When it was posted, or will be. */
  postedAtMs: number | null;
}

type Entry =
  | { kind: 'customer'; customer: Customer }
  | { kind: 'receivable'; receivable: Receivable }
  | { kind: 'payment'; payment: Payment }
  | { kind: 'lost'; merOrderNo: string };

/**
 * The agency's own books: customers, receivables and payments. Held in memory, journalled to disk; whoever tells of
 * something written here waits for `durable()` first.
 */
export class Books {
  private readonly journal: Journal<Entry>;
  private readonly customers = new Map<string, Customer>();
  private readonly receivables = new Map<string, Receivable>();
  private readonly receivablesByCustomer = new Map<string, Receivable[]>();
  private readonly payments = new Map<string, Payment>();
  private readonly processing = new Set<Payment>();
  /** Receivables that a payment has taken; the value is the merchant's reference. */
  private readonly takenBy = new Map<string, string>();
  /** Counts those that were lost, too: a number is never given twice. */
  private paymentsMade = 0;

  private constructor(journal: Journal<Entry>) {
    this.journal = journal;
  }

  static async open(dataDir: string): Promise<Books> {
    const { journal, entries } = await Journal.open<Entry>(path.join(dataDir, 'books.jsonl'));
    const books = new Books(journal);
    for (const entry of entries) books.apply(entry);
    return books;
  }

  get isEmpty(): boolean {
    return this.customers.size === 0;
  }

  customer(consNo: string): Customer | undefined {
    return this.customers.get(consNo);
  }

  allCustomers(): Customer[] {
    return [...this.customers.values()];
  }

  payment(merOrderNo: string): Payment | undefined {
    return this.payments.get(merOrderNo);
  }

  allPayments(): Payment[] {
    return [...this.payments.values()];
  }

  receivable(rcvblNo: string): Receivable | undefined {
    return this.receivables.get(rcvblNo);
  }

  isTaken(rcvblNo: string): boolean {
    return this.takenBy.has(rcvblNo);
  }

  /** What a customer owes, oldest first. */
  unpaid(consNo: string): Receivable[] {
    return this.receivablesOf(consNo).filter(({ rcvblNo }) => !this.takenBy.has(rcvblNo));
  }

  receivablesOf(consNo: string): readonly Receivable[] {
    return this.receivablesByCustomer.get(consNo) ?? [];
  }

  addCustomer(customer: Customer): void {
    this.write({ kind: 'customer', customer });
  }

  /** Makes the bill of a month from what the meter counted. */
  addReceivable(request: { consNo: string; month: string; usage: Usage; dueDate: string }): Receivable {
    const { consNo, month, usage, dueDate } = request;
    const charges = chargesOf(usage, month);
    const kwh = sumMinor(charges.filter(({ code }) => !code.startsWith('A')).map((charge) => charge.kwh));
    const earlier = this.receivablesOf(consNo);
    const lastReading = earlier.at(-1)?.thisReading ?? 1000 + (Number(consNo.slice(-5)) % 9000);
    const receivable: Receivable = {
      rcvblNo: `R${String(this.receivables.size + 1).padStart(12, '0')}`,
      consNo,
      month,
      usage,
      lastReading,
      thisReading: lastReading + kwh,
      charges,
      arrearsFen: sumMinor(charges.map(({ amountFen }) => amountFen)),
      dueDate,
    };
    this.write({ kind: 'receivable', receivable });
    return receivable;
  }

  /** Writes a payment down; a posted or processing one takes its receivables. */
  addPayment(payment: Omit<Payment, 'chrgNo'>): Payment {
    const chrgNo = `C${String(this.paymentsMade + 1).padStart(12, '0')}`;
    const whole = { ...payment, chrgNo };
    this.write({ kind: 'payment', payment: whole });
    return whole;
  }

  /** Knows nothing of a payment any more, as after a restore of an older backup. Throws RangeError where there is none. */
  losePayment(merOrderNo: string): void {
    if (!this.payments.has(merOrderNo)) throw new RangeError(`there is no payment ${merOrderNo}`);
    this.write({ kind: 'lost', merOrderNo });
  }

  /** Posts what was taken in and has come due. */
  settle(nowMs: number): void {
    for (const payment of this.processing) {
      if (payment.postedAtMs !== null && payment.postedAtMs <= nowMs) {
        this.write({ kind: 'payment', payment: { ...payment, state: 'posted' } });
      }
    }
  }

  /** Resolves when everything written is on disk. */
  durable(): Promise<void> {
    return this.journal.durable();
  }

  /** Forgets everything. */
  async clear(): Promise<void> {
    await this.journal.clear();
    for (const map of [
      this.customers,
      this.receivables,
      this.receivablesByCustomer,
      this.payments,
      this.takenBy,
    ]) {
      map.clear();
    }
    this.processing.clear();
    this.paymentsMade = 0;
  }

  close(): Promise<void> {
    return this.journal.close();
  }

  private write(entry: Entry): void {
    this.apply(entry);
    void this.journal.append(entry);
  }

  private apply(entry: Entry): void {
    if (entry.kind === 'customer') {
      this.customers.set(entry.customer.consNo, entry.customer);
    } else if (entry.kind === 'receivable') {
      const { receivable } = entry;
      this.receivables.set(receivable.rcvblNo, receivable);
      const others = this.receivablesByCustomer.get(receivable.consNo);
      if (others) others.push(receivable);
      else this.receivablesByCustomer.set(receivable.consNo, [receivable]);
    } else if (entry.kind === 'payment') this.applyPayment(entry.payment);
    else this.applyLoss(entry.merOrderNo);
  }

  private applyPayment(payment: Payment): void {
    const earlier = this.payments.get(payment.merOrderNo);
    if (earlier) this.processing.delete(earlier);
    else this.paymentsMade++;
    this.payments.set(payment.merOrderNo, payment);
    if (payment.state === 'refused') return;
    if (payment.state === 'processing') this.processing.add(payment);
    for (const { rcvblNo } of payment.details) this.takenBy.set(rcvblNo, payment.merOrderNo);
  }

  private applyLoss(merOrderNo: string): void {
    const lost = this.payments.get(merOrderNo);
    if (!lost) return;
    this.payments.delete(merOrderNo);
    this.processing.delete(lost);
    for (const { rcvblNo } of lost.details)
      if (this.takenBy.get(rcvblNo) === merOrderNo) this.takenBy.delete(rcvblNo);
  }
}

/** What a receivable comes to when paid at a moment. */
export function amountAt(receivable: Receivable, atMs: number): { arrearsFen: number; lateFeeFen: number } {
  const { arrearsFen, dueDate } = receivable;
  return { arrearsFen, lateFeeFen: lateFeeFen(arrearsFen, dueDate, chinaDate(atMs)) };
}
