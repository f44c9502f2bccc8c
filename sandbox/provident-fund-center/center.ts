import { z } from 'zod';
import { businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import {
  AGENCY_FAULTS,
  AgencyConduct,
  type AgencyFault,
  monthBefore,
  type ServedCall,
} from '../support/agency-conduct.ts';
import type { AgencyAnswer, AgencySystem } from '../support/agency-server.ts';
import { type Posting, postingsOf } from '../support/book-views.ts';
import type { SandboxRequest } from '../support/http-server.ts';
import {
  addInstalment,
  DEPOSIT_NUMBERS,
  type FundBooks,
  faultOf,
  type Instalment,
  LOAN_NUMBERS,
  openBooks,
} from './books.ts';
import { DEMO_CUSTOMERS, seedDemoCustomers } from './demo-customers.ts';
import { type PayMode, pay, queryDeposit, queryLoan, queryOrder } from './operations.ts';
import { type FundKeys, type FundRequest, Protocol, type Reply } from './protocol.ts';
import { CUT_OFF, dailyFile } from './statement.ts';

/** The first serial of customers made by request; those below are the demo's. */
const FIRST_MADE_SERIAL = 50_000;
const PAY_MODES: Partial<Record<AgencyFault, PayMode>> = { refuse: 'refuse', pendingThenPosted: 'process' };

const customerCommand = z.object({
  kind: z.enum(['deposit', 'loan']).default('deposit'),
  fault: z.enum(AGENCY_FAULTS).optional(),
  name: z.string().min(1).max(20).default('周小红'),
});
const billCommand = z.object({
  accountNo: z.string(),
  month: z
    .string()
    .regex(/^\d{4}(0[1-9]|1[0-2])$/)
    .optional(),
  dueDate: z.iso.date().optional(),
});

/** The provident fund center: its books, its protocol and what it does. */
export class ProvidentFundCenter implements AgencySystem<FundRequest, Reply> {
  readonly name = 'provident-fund-center';
  readonly path = '/gjj/gateway';
  readonly conduct: AgencyConduct;
  private readonly books: FundBooks;
  private readonly protocol: Protocol;
  private readonly merchantNo: string;

  private constructor(books: FundBooks, keys: FundKeys, clock: Clock) {
    this.books = books;
    this.protocol = new Protocol(keys, clock);
    this.merchantNo = keys.merchantNo;
    this.conduct = new AgencyConduct(clock, faultOf);
  }

  /** Opens the books in a folder; new ones start with the demo customers. */
  static async open(dataDir: string, keys: FundKeys, clock: Clock): Promise<ProvidentFundCenter> {
    const center = new ProvidentFundCenter(await openBooks(dataDir), keys, clock);
    if (center.books.isEmpty) seedDemoCustomers(center.books, center.conduct.clock.nowMs());
    await center.books.durable();
    return center;
  }

  close(): Promise<void> {
    return this.books.close();
  }

  read({ body }: SandboxRequest): { request: FundRequest; call: ServedCall } | { refusal: AgencyAnswer } {
    const request = this.protocol.read(body);
    if ('refusal' in request) {
      return { refusal: this.protocol.seal({ code: request.refusal }, request.nonce) };
    }
    const { operation, fields } = request;
    const reference = operation === 'pay' ? fields.order_no : undefined;
    return { request, call: { operation, accountNo: fields.account_no, reference } };
  }

  async perform(request: FundRequest, fault: AgencyFault | null): Promise<Reply> {
    const nowMs = this.conduct.clock.nowMs();
    this.books.settle(nowMs);
    const reply = this.reply(request, fault, nowMs);
    await this.books.durable();
    return reply;
  }

  withUnknownCode(reply: Reply): Reply {
    return { ...reply, code: 'E7788' };
  }

  seal({ nonce }: FundRequest, reply: Reply): AgencyAnswer {
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
    customers: () =>
      DEMO_CUSTOMERS.map(({ accountNo, name, about, fault }) => ({ accountNo, name, about, fault })),
  };

  readonly commands = {
    customers: (body: unknown) => this.addCustomer(customerCommand.parse(body)),
    bills: (body: unknown) => this.issueBill(billCommand.parse(body)),
  };

  /** A new account that takes deposits, or a new loan without instalments. */
  async addCustomer(
    request: z.input<typeof customerCommand> = {},
  ): Promise<{ accountNo: string; name: string }> {
    const { kind, fault, name } = customerCommand.parse(request);
    const numbers = kind === 'deposit' ? DEPOSIT_NUMBERS : LOAN_NUMBERS;
    const accountNo = numbers.numberOf(FIRST_MADE_SERIAL + this.books.customerCount, fault ?? null);
    this.books.addCustomer({ accountNo, name, isSealed: false });
    await this.books.durable();
    return { accountNo, name };
  }

  /** The next instalment of a loan: unless told otherwise of this month. */
  async issueBill({ accountNo, month, dueDate }: z.output<typeof billCommand>): Promise<Instalment | null> {
    if (!LOAN_NUMBERS.isNumber(accountNo) || !this.books.customer(accountNo)) return null;
    const thisMonth = monthBefore(this.conduct.clock.nowMs(), 0);
    const instalment = addInstalment(this.books, accountNo, month ?? thisMonth, dueDate);
    await this.books.durable();
    return instalment;
  }

  /** What was posted, oldest first; a deposit is of no bill. */
  postings(): Posting[] {
    this.books.settle(this.conduct.clock.nowMs());
    return postingsOf(this.books, (atMs) => businessDateOf(atMs, CUT_OFF)).map((posting) => ({
      ...posting,
      billIds: posting.billIds.filter((billNo) => this.books.bill(billNo)),
    }));
  }

  private reply(
    { service, operation, fields }: FundRequest,
    fault: AgencyFault | null,
    nowMs: number,
  ): Reply {
    if (operation === 'fetchStatement') return this.dailyFile(fields.date ?? '', nowMs);
    if (operation === 'queryPayment')
      return fault === 'refuse' ? { code: 'E2007' } : queryOrder(this.books, fields);
    const closed = this.conduct.closure(fault);
    if (closed) {
      const code = closed.why === 'maintenance' ? 'E3002' : 'E3001';
      return { code, fields: { open_time: chinaTimestamp(closed.opensAtMs) } };
    }
    if (operation === 'pay') {
      const reply = pay(this.books, nowMs, service, fields, (fault && PAY_MODES[fault]) ?? 'post');
      return fault === 'duplicate' ? { ...reply, code: 'E2004' } : reply;
    }
    if (fault === 'refuse') return { code: 'E2007' };
    return operation === 'queryBills'
      ? queryLoan(this.books, nowMs, fields)
      : queryDeposit(this.books, fields);
  }

  private dailyFile(day: string, nowMs: number): Reply {
    const date = /^(\d{4})(\d\d)(\d\d)$/.exec(day)?.slice(1).join('-') ?? '';
    if (Number.isNaN(Date.parse(date))) return { code: 'E9004' };
    const file = dailyFile(this.books, nowMs, date, this.merchantNo);
    if (file.kind === 'noPayments') return { code: 'E4002' };
    if (file.kind === 'notYet')
      return { code: 'E4001', fields: { avail_time: chinaTimestamp(file.availableAtMs) } };
    const file_content = Buffer.from(file.content).toString('base64');
    return { code: 'S0000', fields: { file_name: file.fileName, file_content } };
  }
}
