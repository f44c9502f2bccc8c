import path from 'node:path';
import { Journal } from './journal.ts';

/** What a merchant told the agency to post, under the merchant's own reference; there is one for ever. */
export interface BookedPayment {
  reference: string;
  agencyReference: string;
  accountNo: string;
  /** The agency's date of payment: when the merchant took the money. */
  paidAtMs: number;
  amountFen: number;
  /** What of it went to which bill; empty where something was bought. */
  details: readonly { billNo: string; amountFen: number }[];
  /** What was bought, and what was handed over for it. */
  purchase?: { planId: string; volumeDm3: number; handedOver: string };
  state: 'posted' | 'processing' | 'refused';
  /** The agency's code for why it was refused. */
  refusedCode: string | null;
  /** When it was posted, or will be. */
  postedAtMs: number | null;
}

/** What a merchant told the agency to undo: 冲正 on the day of the posting, 退款 after it. */
export interface BookedUndoing {
  reference: string;
  agencyReference: string;
  originalReference: string;
  way: 'reverse' | 'refund';
  amountFen: number;
  refusedCode: string | null;
  undoneAtMs: number;
}

export type UndoRefusal =
  | 'noSuchPayment'
  | 'amountDiffers'
  | 'alreadyUndone'
  | 'dayIsOver'
  | 'dayIsNotOver'
  | 'handedOver';

type Entry<Customer, Bill> =
  | { kind: 'customer'; customer: Customer }
  | { kind: 'bill'; bill: Bill }
  | { kind: 'payment'; payment: BookedPayment }
  | { kind: 'undoing'; undoing: BookedUndoing };

/**
 * An agency's own books: customers, bills, payments and what was undone of them. Held in memory, journalled to disk; whoever
 * tells of something written here waits for `durable()` first.
 */
export class AgencyBooks<
  Customer extends { accountNo: string },
  Bill extends { billNo: string; accountNo: string },
> {
  private readonly journal: Journal<Entry<Customer, Bill>>;
  private readonly customersByNo = new Map<string, Customer>();
  private readonly billsByNo = new Map<string, Bill>();
  private readonly billsByAccount = new Map<string, Bill[]>();
  private readonly paymentsByReference = new Map<string, BookedPayment>();
  /** References of the payments towards a bill, and of those about an account. */
  private readonly referencesByBill = new Map<string, Set<string>>();
  private readonly referencesByAccount = new Map<string, Set<string>>();
  private readonly processing = new Set<string>();
  private readonly undoingsByReference = new Map<string, BookedUndoing>();
  private readonly undone = new Set<string>();

  private constructor(journal: Journal<Entry<Customer, Bill>>) {
    this.journal = journal;
  }

  static async open<C extends { accountNo: string }, B extends { billNo: string; accountNo: string }>(
    dataDir: string,
  ): Promise<AgencyBooks<C, B>> {
    const { journal, entries } = await Journal.open<Entry<C, B>>(path.join(dataDir, 'books.jsonl'));
    const books = new AgencyBooks<C, B>(journal);
    for (const entry of entries) books.apply(entry);
    return books;
  }

  get isEmpty(): boolean {
    return this.customersByNo.size === 0;
  }

  customer(accountNo: string): Customer | undefined {
    return this.customersByNo.get(accountNo);
  }

  get customerCount(): number {
    return this.customersByNo.size;
  }

  bill(billNo: string): Bill | undefined {
    return this.billsByNo.get(billNo);
  }

  /** In the order in which they were issued. */
  billsOf(accountNo: string): readonly Bill[] {
    return this.billsByAccount.get(accountNo) ?? [];
  }

  payment(reference: string): BookedPayment | undefined {
    return this.paymentsByReference.get(reference);
  }

  payments(): BookedPayment[] {
    return [...this.paymentsByReference.values()];
  }

  /** What has been taken towards a bill and not undone, oldest first. */
  paidTowards(billNo: string): { paidAtMs: number; amountFen: number }[] {
    return [...(this.referencesByBill.get(billNo) ?? [])]
      .flatMap((reference) => this.standing(reference))
      .flatMap(({ paidAtMs, details }) =>
        details
          .filter((detail) => detail.billNo === billNo)
          .map(({ amountFen }) => ({ paidAtMs, amountFen })),
      )
      .sort((a, b) => a.paidAtMs - b.paidAtMs);
  }

  /** What an account bought since a moment, in cubic decimetres. */
  boughtSinceDm3(accountNo: string, sinceMs: number): number {
    return [...(this.referencesByAccount.get(accountNo) ?? [])]
      .flatMap((reference) => this.standing(reference))
      .filter(({ paidAtMs }) => paidAtMs >= sinceMs)
      .reduce((total, { purchase }) => total + (purchase?.volumeDm3 ?? 0), 0);
  }

  undoing(reference: string): BookedUndoing | undefined {
    return this.undoingsByReference.get(reference);
  }

  undoings(): BookedUndoing[] {
    return [...this.undoingsByReference.values()];
  }

  /** Why a payment can't be undone so, or null when it can; `dateOf` tells the agency's business date of a moment. */
  whyNotUndone(
    request: Pick<BookedUndoing, 'originalReference' | 'way' | 'amountFen'>,
    nowMs: number,
    dateOf: (atMs: number) => string,
  ): UndoRefusal | null {
    const payment = this.paymentsByReference.get(request.originalReference);
    if (payment?.state !== 'posted' || payment.postedAtMs === null) return 'noSuchPayment';
    if (this.undone.has(payment.reference)) return 'alreadyUndone';
    if (payment.amountFen !== request.amountFen) return 'amountDiffers';
    if (payment.purchase) return 'handedOver';
    const isSameDay = dateOf(payment.postedAtMs) === dateOf(nowMs);
    if (request.way === 'reverse') return isSameDay ? null : 'dayIsOver';
    return isSameDay ? 'dayIsNotOver' : null;
  }

  addCustomer(customer: Customer): void {
    this.write({ kind: 'customer', customer });
  }

  addBill(make: (billNo: string) => Bill): Bill {
    const bill = make(`B${String(this.billsByNo.size + 1).padStart(11, '0')}`);
    this.write({ kind: 'bill', bill });
    return bill;
  }

  /** Writes a payment down; a posted or processing one counts towards its bills. */
  addPayment(payment: Omit<BookedPayment, 'agencyReference'>): BookedPayment {
    const agencyReference = `P${String(this.paymentsByReference.size + 1).padStart(12, '0')}`;
    const whole = { ...payment, agencyReference };
    this.write({ kind: 'payment', payment: whole });
    return whole;
  }

  /** Writes down that a payment was undone, or why not. */
  addUndoing(undoing: Omit<BookedUndoing, 'agencyReference'>): BookedUndoing {
    const agencyReference = `U${String(this.undoingsByReference.size + 1).padStart(12, '0')}`;
    const whole = { ...undoing, agencyReference };
    this.write({ kind: 'undoing', undoing: whole });
    return whole;
  }

  /** Posts what was taken in and has come due. */
  settle(nowMs: number): void {
    for (const reference of this.processing) {
      const payment = this.paymentsByReference.get(reference);
      if (payment && payment.postedAtMs !== null && payment.postedAtMs <= nowMs) {
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
    for (const held of [
      this.customersByNo,
      this.billsByNo,
      this.billsByAccount,
      this.paymentsByReference,
      this.referencesByBill,
      this.referencesByAccount,
      this.processing,
      this.undoingsByReference,
      this.undone,
    ]) {
      held.clear();
    }
  }

  close(): Promise<void> {
    return this.journal.close();
  }

  /** The payment under a reference, unless it was refused or undone. */
  private standing(reference: string): BookedPayment[] {
    const payment = this.paymentsByReference.get(reference);
    return payment && payment.state !== 'refused' && !this.undone.has(reference) ? [payment] : [];
  }

  private write(entry: Entry<Customer, Bill>): void {
    this.apply(entry);
    void this.journal.append(entry);
  }

  private apply(entry: Entry<Customer, Bill>): void {
    if (entry.kind === 'customer') this.customersByNo.set(entry.customer.accountNo, entry.customer);
    else if (entry.kind === 'payment') this.applyPayment(entry.payment);
    else if (entry.kind === 'bill') {
      const { bill } = entry;
      this.billsByNo.set(bill.billNo, bill);
      this.billsByAccount.set(bill.accountNo, [...this.billsOf(bill.accountNo), bill]);
    } else {
      const { undoing } = entry;
      this.undoingsByReference.set(undoing.reference, undoing);
      if (undoing.refusedCode === null) this.undone.add(undoing.originalReference);
    }
  }

  private applyPayment(payment: BookedPayment): void {
    const { reference, accountNo, details, state } = payment;
    this.paymentsByReference.set(reference, payment);
    if (state === 'processing') this.processing.add(reference);
    else this.processing.delete(reference);
    addTo(this.referencesByAccount, accountNo, reference);
    for (const { billNo } of details) addTo(this.referencesByBill, billNo, reference);
  }
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values) values.add(value);
  else map.set(key, new Set([value]));
}
