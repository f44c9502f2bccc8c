import { createHash } from 'node:crypto';
import { z } from 'zod';
import { addDays, businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaDate, chinaTimestamp } from '../../src/kernel/china-time.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { BookedPayment } from '../support/agency-books.ts';
import {
  AGENCY_FAULTS,
  AgencyConduct,
  type AgencyFault,
  monthBefore,
  type ServedCall,
} from '../support/agency-conduct.ts';
import type { AgencyAnswer, AgencySystem } from '../support/agency-server.ts';
import { type Posting, postingsOf, undoingsOf } from '../support/book-views.ts';
import { seededDraws } from '../support/fault-plan.ts';
import type { SandboxRequest } from '../support/http-server.ts';
import { PIPELINE_NUMBERS, PREPAID_NUMBERS } from './account-number.rules.ts';
import { type GasBill, type GasBooks, issueBill, openBooks } from './books.ts';
import { DEMO_CUSTOMERS, seedDemoCustomers } from './demo-customers.ts';
import { type PayMode, pay, queryBills, queryPayment, queryPlans, undo } from './operations.ts';
import { type GasKeys, type GasRequest, Protocol, type Reply } from './protocol.ts';
import { CUT_OFF, dailyFile } from './statement.ts';

/** The first serial of customers made by request; those below are the demo's. */
const FIRST_MADE_SERIAL = 5_000_000;
const DUE_IN_DAYS = 15;
const CLOSED_CODES = { outsideHours: '50301', maintenance: '50302' } as const;
/** What nobody does twice by asking twice: the fault of an account strikes it each time. */
const QUESTIONS: readonly GasRequest['operation'][] = ['queryBills', 'plans', 'queryPayment'];

const customerCommand = z.object({
  fault: z.enum(AGENCY_FAULTS).optional(),
  name: z.string().min(1).max(40).optional(),
  meter: z.enum(['pipeline', 'card', 'token']).default('pipeline'),
});
const billCommand = z.object({
  accountNo: z.string(),
  period: z
    .string()
    .regex(/^\d{4}(0[1-9]|1[0-2])$/)
    .optional(),
  volumeM3: z.int().positive().optional(),
  dueDate: z.iso.date().optional(),
});

/** The gas company: its books, its protocol and what it does. */
export class GasAgency implements AgencySystem<GasRequest, Reply> {
  readonly name = 'gas-agency';
  readonly path = '/gateway.do';
  readonly conduct: AgencyConduct;
  private readonly books: GasBooks;
  private readonly protocol: Protocol;
  private readonly appId: string;

  private constructor(books: GasBooks, keys: GasKeys, clock: Clock) {
    this.books = books;
    this.protocol = new Protocol(keys, clock);
    this.appId = keys.appId;
    this.conduct = new AgencyConduct(
      clock,
      (accountNo) => PIPELINE_NUMBERS.faultOf(accountNo) ?? PREPAID_NUMBERS.faultOf(accountNo),
    );
  }

  /** Opens the books in a folder; new ones start with the demo customers. */
  static async open(dataDir: string, keys: GasKeys, clock: Clock): Promise<GasAgency> {
    const agency = new GasAgency(await openBooks(dataDir), keys, clock);
    if (agency.books.isEmpty) seedDemoCustomers(agency.books, agency.conduct.clock.nowMs());
    await agency.books.durable();
    return agency;
  }

  close(): Promise<void> {
    return this.books.close();
  }

  read({ body }: SandboxRequest): { request: GasRequest; call: ServedCall } | { refusal: AgencyAnswer } {
    const request = this.protocol.read(body);
    if ('refusal' in request) {
      return { refusal: this.protocol.seal({ code: request.refusal }, request.nonce) };
    }
    const { operation } = request;
    const reference = QUESTIONS.includes(operation) ? undefined : textOf(request, 'order_no');
    return { request, call: { operation, accountNo: textOf(request, 'account_no'), reference } };
  }

  async perform(request: GasRequest, fault: AgencyFault | null): Promise<Reply> {
    const nowMs = this.conduct.clock.nowMs();
    this.books.settle(nowMs);
    const reply = this.reply(request, fault, nowMs);
    await this.books.durable();
    return reply;
  }

  withUnknownCode(reply: Reply): Reply {
    return { ...reply, code: '77888' };
  }

  seal({ nonce }: GasRequest, reply: Reply): AgencyAnswer {
    return this.protocol.seal(reply, nonce);
  }

  forge(answer: AgencyAnswer): AgencyAnswer {
    const fields = new URLSearchParams(answer.body);
    fields.set('sign', [...(fields.get('sign') ?? '')].reverse().join(''));
    return { ...answer, body: fields.toString() };
  }

  async reset(): Promise<void> {
    await this.books.clear();
    seedDemoCustomers(this.books, this.conduct.clock.nowMs());
    await this.books.durable();
  }

  readonly lists = {
    postings: () => this.postings(),
    undoings: () => this.undoings(),
    customers: () =>
      DEMO_CUSTOMERS.map(({ accountNo, about, fault, meter }) => ({ accountNo, about, fault, meter })),
  };

  readonly commands = {
    customers: (body: unknown) => this.addCustomer(customerCommand.parse(body)),
    bills: (body: unknown) => this.issueBill(billCommand.parse(body)),
  };

  /** A new customer, without bills; of a pipeline unless told otherwise. */
  async addCustomer(request: z.input<typeof customerCommand> = {}): Promise<{ accountNo: string }> {
    const { fault, name, meter = 'pipeline' } = request;
    const numbers = meter === 'pipeline' ? PIPELINE_NUMBERS : PREPAID_NUMBERS;
    const accountNo = numbers.numberOf(FIRST_MADE_SERIAL + this.books.customerCount, fault ?? null);
    this.books.addCustomer({
      accountNo,
      name: name ?? '周小红',
      district: '广州市海珠区',
      street: '新港西路135号601房',
      meter,
    });
    await this.books.durable();
    return { accountNo };
  }

  /** A new bill: unless told otherwise of the month just ended, due in 15 days, for a usage that follows from the account. */
  async issueBill(request: z.output<typeof billCommand>): Promise<GasBill | null> {
    const { accountNo } = request;
    if (this.books.customer(accountNo)?.meter !== 'pipeline') return null;
    const nowMs = this.conduct.clock.nowMs();
    const draw = seededDraws(Number(accountNo.slice(3)) + this.books.billsOf(accountNo).length);
    const bill = issueBill(this.books, {
      accountNo,
      period: request.period ?? monthBefore(nowMs, 1),
      volumeM3: request.volumeM3 ?? 8 + Math.floor(draw() * 30),
      dueDate: request.dueDate ?? addDays(chinaDate(nowMs), DUE_IN_DAYS),
    });
    await this.books.durable();
    return bill;
  }

  /** What was posted, oldest first, undone since or not; with what was handed over for it. */
  postings(): (Posting & { purchase?: BookedPayment['purchase'] })[] {
    this.books.settle(this.conduct.clock.nowMs());
    return postingsOf(this.books, (atMs) => businessDateOf(atMs, CUT_OFF)).map((posting) => ({
      ...posting,
      purchase: this.books.payment(posting.reference)?.purchase,
    }));
  }

  undoings() {
    return undoingsOf(this.books);
  }

  private reply({ operation, content }: GasRequest, fault: AgencyFault | null, nowMs: number): Reply {
    const { books } = this;
    if (operation === 'fetchStatement') return this.statement(content, nowMs);
    if (operation === 'queryPayment') {
      return fault === 'refuse' ? { code: '40207' } : queryPayment(books, content);
    }
    const closed = this.conduct.closure(fault);
    if (closed)
      return { code: CLOSED_CODES[closed.why], data: { open_time: chinaTimestamp(closed.opensAtMs) } };
    if (operation === 'queryBills' || operation === 'plans') {
      if (fault === 'refuse') return { code: '40207' };
      return (operation === 'plans' ? queryPlans : queryBills)(books, nowMs, content);
    }
    if (operation !== 'pay') {
      return undo(books, nowMs, content, { way: operation, isRefused: fault === 'refuse' });
    }
    const modes: Partial<Record<AgencyFault, PayMode>> = { refuse: 'refuse', pendingThenPosted: 'process' };
    const reply = pay(books, nowMs, content, (fault && modes[fault]) ?? 'post');
    return fault === 'duplicate' ? { ...reply, code: '40204' } : reply;
  }

  private statement(content: unknown, nowMs: number): Reply {
    const day = z.object({ date: z.string().regex(/^\d{8}$/) }).safeParse(content);
    const date = day.success ? day.data.date.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3') : '';
    if (!day.success || Number.isNaN(Date.parse(date))) return { code: '40004' };
    const file = dailyFile(this.books, nowMs, date, this.appId);
    if (file.kind === 'nothing') return { code: '50402' };
    if (file.kind === 'notYet')
      return { code: '50401', data: { avail_time: chinaTimestamp(file.availableAtMs) } };
    const bytes = Buffer.from(file.content);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { code: '10000', data: { file_name: file.fileName, sha256, content: bytes.toString('base64') } };
  }
}

function textOf({ content }: GasRequest, name: string): string | undefined {
  const value = (content as Record<string, unknown> | null)?.[name];
  return typeof value === 'string' ? value : undefined;
}
