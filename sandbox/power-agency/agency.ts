import { addDays, businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaDate, chinaTimestamp } from '../../src/kernel/china-time.ts';
import { type Clock, systemClock } from '../../src/kernel/clock.ts';
import { FaultPlan, type FaultRule, type Strike, seededDraws } from '../support/fault-plan.ts';
import { SandboxClock } from '../support/sandbox-clock.ts';
import { ALWAYS_OPEN, type Closure, closure, type ServiceHours } from '../support/service-hours.ts';
import { accountNumber, type Fault, faultOfAccount } from './account-number.rules.ts';
import { Books, type Receivable } from './books.ts';
import { monthBefore, seedDemoCustomers } from './demo-customers.ts';
import { type PayMode, pay, queryArrears, queryPayment } from './operations.ts';
import type { Reply } from './protocol.ts';
import { CUT_OFF, type DailyFile, dailyFile } from './statement.ts';
import type { Usage } from './tariff.rules.ts';

export type AgencyOperation = 'queryArrears' | 'pay' | 'queryPayment' | 'dailyFile' | 'health';

/** A payment in the agency's books, for tests that compare books. */
export interface Posting {
  reference: string;
  agencyReference: string;
  consNo: string;
  amountMinor: number;
  billIds: string[];
  businessDate: string;
}

/** The first serial of customers made by request; those below are the demo's. */
const FIRST_MADE_SERIAL = 50_000_000;
const DUE_IN_DAYS = 15;
const CLOSED_CODES = { outsideHours: '3001', maintenance: '3002' } as const;

/** The power company: its books, its clock, its hours and its faults. Knows nothing of HTTP. */
export class PowerAgency {
  readonly clock: SandboxClock;
  private readonly books: Books;
  private readonly faults = new FaultPlan<Fault>();
  private hours: ServiceHours = ALWAYS_OPEN;
  /** References whose first attempt an account's fault has struck: the second one goes well. */
  private readonly struckReferences = new Set<string>();

  private constructor(books: Books, clock: Clock) {
    this.books = books;
    this.clock = new SandboxClock(clock);
  }

  /** Opens the books in a folder; new ones start with the demo customers. */
  static async open(dataDir: string, clock: Clock = systemClock): Promise<PowerAgency> {
    const agency = new PowerAgency(await Books.open(dataDir), clock);
    if (agency.books.isEmpty) seedDemoCustomers(agency.books, agency.clock.nowMs());
    await agency.books.durable();
    return agency;
  }

  close(): Promise<void> {
    return this.books.close();
  }

  /** What strikes a call: the control's plan first, then the account's own fault. */
  strike(operation: AgencyOperation, body: unknown): Strike<Fault> | null {
    return this.faults.strike(operation) ?? this.accountFault(operation, body);
  }

  /** Carries out an operation; resolves when what it tells of is on disk. `fault` bends how it is done. */
  async perform(
    operation: 'queryArrears' | 'pay' | 'queryPayment',
    body: unknown,
    fault: Fault | null,
  ): Promise<Reply> {
    const nowMs = this.clock.nowMs();
    this.books.settle(nowMs);
    const reply = this.reply(operation, body, fault, nowMs);
    await this.books.durable();
    return reply;
  }

  /** The file of a business date `YYYY-MM-DD`. */
  async dailyFile(date: string, appId: string): Promise<DailyFile> {
    this.books.settle(this.clock.nowMs());
    await this.books.durable();
    return dailyFile(this.books, this.clock.nowMs(), date, appId);
  }

  addFault(rule: FaultRule<Fault>): { seed: number } {
    return this.faults.add(rule);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  setServiceHours(hours: ServiceHours): void {
    this.hours = hours;
  }

  /** Everything as at first start. */
  async reset(): Promise<void> {
    this.faults.clear();
    this.struckReferences.clear();
    this.hours = ALWAYS_OPEN;
    this.clock.reset();
    await this.books.clear();
    seedDemoCustomers(this.books, this.clock.nowMs());
    await this.books.durable();
  }

  /** A new customer, without bills. */
  async addCustomer(request: { fault?: Fault | null; name?: string } = {}): Promise<{ consNo: string }> {
    const consNo = accountNumber(FIRST_MADE_SERIAL + this.books.allCustomers().length, request.fault ?? null);
    const name = request.name ?? '周小红';
    this.books.addCustomer({
      consNo,
      name,
      district: '广州市海珠区',
      street: '新港西路135号601房',
      tariff: 'tiered',
    });
    await this.books.durable();
    return { consNo };
  }

  /**
   * A new bill. Unless told otherwise it is of the month just ended, due in 15 days, for a usage that follows from
   * the account and how many bills it has had.
   */
  async issueBill(request: {
    consNo: string;
    month?: string;
    usage?: Usage;
    dueDate?: string;
  }): Promise<Receivable | null> {
    const customer = this.books.customer(request.consNo);
    if (!customer) return null;
    const today = chinaDate(this.clock.nowMs());
    const receivable = this.books.addReceivable({
      consNo: request.consNo,
      month: request.month ?? monthBefore(today, 1),
      usage: request.usage ?? this.usualUsage(request.consNo, customer.tariff),
      dueDate: request.dueDate ?? addDays(today, DUE_IN_DAYS),
    });
    await this.books.durable();
    return receivable;
  }

  /** What was posted, oldest first, optionally on one business date. */
  postings(businessDate?: string): Posting[] {
    this.books.settle(this.clock.nowMs());
    const all = this.books.allPayments().flatMap((payment): Posting[] => {
      if (payment.state !== 'posted' || payment.postedAtMs === null) return [];
      return [
        {
          reference: payment.merOrderNo,
          agencyReference: payment.chrgNo,
          consNo: payment.consNo,
          amountMinor: payment.amountFen,
          billIds: payment.details.map(({ rcvblNo }) => rcvblNo),
          businessDate: businessDateOf(payment.postedAtMs, CUT_OFF),
        },
      ];
    });
    return businessDate ? all.filter((posting) => posting.businessDate === businessDate) : all;
  }

  /** Loses a payment, as a restore of an older backup does: whoever asks for it is told that there never was one. */
  async losePayment(reference: string): Promise<void> {
    this.books.losePayment(reference);
    await this.books.durable();
  }

  private usualUsage(consNo: string, tariff: Usage['tariff']): Usage {
    const draw = seededDraws(Number(consNo.slice(4)) + this.books.receivablesOf(consNo).length);
    const kwh = (from: number, to: number) => from + Math.floor(draw() * (to - from));
    if (tariff === 'tiered') return { tariff, kwh: kwh(110, 480) };
    return { tariff, peakKwh: kwh(40, 160), flatKwh: kwh(60, 200), valleyKwh: kwh(60, 240) };
  }

  private reply(
    operation: 'queryArrears' | 'pay' | 'queryPayment',
    body: unknown,
    fault: Fault | null,
    nowMs: number,
  ): Reply {
    if (operation === 'queryPayment')
      return fault === 'refuse' ? { rtnCode: '2007' } : queryPayment(this.books, body);
    const closed = fault === 'closed' ? maintenanceUntil(nowMs) : closure(this.hours, nowMs);
    if (closed)
      return { rtnCode: CLOSED_CODES[closed.why], data: { openTime: chinaTimestamp(closed.opensAtMs) } };
    if (operation === 'queryArrears') {
      return fault === 'refuse' ? { rtnCode: '2007' } : queryArrears(this.books, nowMs, body);
    }
    const modes: Partial<Record<Fault, PayMode>> = { refuse: 'refuse', pendingThenPosted: 'process' };
    const reply = pay(this.books, nowMs, body, (fault && modes[fault]) ?? 'post');
    return fault === 'duplicate' ? { ...reply, rtnCode: '2004' } : reply;
  }

  private accountFault(operation: AgencyOperation, body: unknown): Strike<Fault> | null {
    const { consNo, merOrderNo } = (body ?? {}) as { consNo?: unknown; merOrderNo?: unknown };
    const fault = typeof consNo === 'string' ? faultOfAccount(consNo) : null;
    if (!fault) return null;
    if (fault === 'slow' || fault === 'closed' || fault === 'reset') return { fault };
    if (operation !== 'pay') return null;
    if (fault === 'refuse' || fault === 'pendingThenPosted') return { fault };
    if (this.struckReferences.has(String(merOrderNo))) return null;
    this.struckReferences.add(String(merOrderNo));
    return { fault };
  }
}

function maintenanceUntil(nowMs: number): Closure {
  return { why: 'maintenance', opensAtMs: nowMs + 2 * 3_600_000 };
}
