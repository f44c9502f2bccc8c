import { createHash } from 'node:crypto';
import { z } from 'zod';
import { addDays, businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaDate, chinaTimestamp } from '../../src/kernel/china-time.ts';
import type { Clock } from '../../src/kernel/clock.ts';
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
import { ACCOUNT_NUMBERS } from './account-number.rules.ts';
import { issueBill, openBooks, type WaterBill, type WaterBooks } from './books.ts';
import { DEMO_CUSTOMERS, seedDemoCustomers } from './demo-customers.ts';
import { type PayMode, pay, queryBills, queryPayment, undo } from './operations.ts';
import { Protocol, type Reply, type WaterKeys, type WaterRequest } from './protocol.ts';
import { CUT_OFF, dailyFile } from './statement.ts';

/** The first serial of customers made by request; those below are the demo's. */
const FIRST_MADE_SERIAL = 500_000;
const DUE_IN_DAYS = 15;
const CLOSED_CODES = { outsideHours: '400001', maintenance: '400002' } as const;

const customerCommand = z.object({
  fault: z.enum(AGENCY_FAULTS).optional(),
  name: z.string().min(1).max(40).optional(),
});
const billCommand = z.object({
  accountNo: z.string(),
  period: z
    .string()
    .regex(/^\d{4}(0[1-9]|1[0-2])$/)
    .optional(),
  usage: z.object({ volumeM3: z.int().nonnegative(), months: z.int().min(1).max(12) }).optional(),
  dueDate: z.iso.date().optional(),
});

/** The water company: its books, its protocol and what it does. */
export class WaterAgency implements AgencySystem<WaterRequest, Reply> {
  readonly name = 'water-agency';
  readonly path = '/gateway';
  readonly conduct: AgencyConduct;
  private readonly books: WaterBooks;
  private readonly protocol: Protocol;
  private readonly merchantId: string;

  private constructor(books: WaterBooks, keys: WaterKeys, clock: Clock) {
    this.books = books;
    this.protocol = new Protocol(keys, clock);
    this.merchantId = keys.merchantId;
    this.conduct = new AgencyConduct(clock, (accountNo) => ACCOUNT_NUMBERS.faultOf(accountNo));
  }

  /** Opens the books in a folder; new ones start with the demo customers. */
  static async open(dataDir: string, keys: WaterKeys, clock: Clock): Promise<WaterAgency> {
    const agency = new WaterAgency(await openBooks(dataDir), keys, clock);
    if (agency.books.isEmpty) seedDemoCustomers(agency.books, agency.conduct.clock.nowMs());
    await agency.books.durable();
    return agency;
  }

  close(): Promise<void> {
    return this.books.close();
  }

  read({ body }: SandboxRequest): { request: WaterRequest; call: ServedCall } | { refusal: AgencyAnswer } {
    const request = this.protocol.read(body);
    if ('refusal' in request) return { refusal: this.protocol.seal({ rtnCode: request.refusal }, request) };
    const isInstruction = request.operation !== 'queryPayment' && request.operation !== 'queryBills';
    return {
      request,
      call: {
        operation: request.operation,
        accountNo: textOf(request, 'AccountNo'),
        reference: isInstruction ? textOf(request, 'OrderNo') : undefined,
      },
    };
  }

  async perform(request: WaterRequest, fault: AgencyFault | null): Promise<Reply> {
    const nowMs = this.conduct.clock.nowMs();
    this.books.settle(nowMs);
    const reply = this.reply(request, fault, nowMs);
    await this.books.durable();
    return reply;
  }

  withUnknownCode(reply: Reply): Reply {
    return { ...reply, rtnCode: '777888' };
  }

  seal(request: WaterRequest, reply: Reply): AgencyAnswer {
    return this.protocol.seal(reply, request);
  }

  forge(answer: AgencyAnswer): AgencyAnswer {
    const body = answer.body.replace(
      /<Sign>(.+)<\/Sign>/,
      (_, sign) => `<Sign>${[...sign].reverse().join('')}</Sign>`,
    );
    return { ...answer, body };
  }

  async reset(): Promise<void> {
    await this.books.clear();
    seedDemoCustomers(this.books, this.conduct.clock.nowMs());
    await this.books.durable();
  }

  readonly lists = {
    postings: () => this.postings(),
    undoings: () => this.undoings(),
    customers: () => DEMO_CUSTOMERS.map(({ accountNo, about, fault }) => ({ accountNo, about, fault })),
  };

  readonly commands = {
    customers: (body: unknown) => this.addCustomer(customerCommand.parse(body)),
    bills: (body: unknown) => this.issueBill(billCommand.parse(body)),
  };

  /** A new customer, without bills. */
  async addCustomer({ fault, name }: z.output<typeof customerCommand> = {}): Promise<{ accountNo: string }> {
    const accountNo = ACCOUNT_NUMBERS.numberOf(FIRST_MADE_SERIAL + this.books.customerCount, fault ?? null);
    this.books.addCustomer({
      accountNo,
      name: name ?? '周小红',
      district: '广州市海珠区',
      street: '新港西路135号601房',
    });
    await this.books.durable();
    return { accountNo };
  }

  /** A new bill: unless told otherwise of the two months just ended, due in 15 days, for a usage that follows from the account. */
  async issueBill(request: z.output<typeof billCommand>): Promise<WaterBill | null> {
    const { accountNo } = request;
    if (!this.books.customer(accountNo)) return null;
    const nowMs = this.conduct.clock.nowMs();
    const draw = seededDraws(Number(accountNo) + this.books.billsOf(accountNo).length);
    const bill = issueBill(this.books, {
      accountNo,
      period: request.period ?? monthBefore(nowMs, 1),
      usage: request.usage ?? { volumeM3: 20 + Math.floor(draw() * 60), months: 2 },
      dueDate: request.dueDate ?? addDays(chinaDate(nowMs), DUE_IN_DAYS),
    });
    await this.books.durable();
    return bill;
  }

  /** What was posted, oldest first, undone since or not. */
  postings(): Posting[] {
    this.books.settle(this.conduct.clock.nowMs());
    return postingsOf(this.books, (atMs) => businessDateOf(atMs, CUT_OFF));
  }

  undoings() {
    return undoingsOf(this.books);
  }

  private reply({ operation, body }: WaterRequest, fault: AgencyFault | null, nowMs: number): Reply {
    const { books } = this;
    if (operation === 'fetchStatement') return this.statement(body, nowMs);
    if (operation === 'queryPayment') {
      return fault === 'refuse' ? { rtnCode: '200007' } : queryPayment(books, body);
    }
    const closed = this.conduct.closure(fault);
    if (closed)
      return { rtnCode: CLOSED_CODES[closed.why], body: { OpenTime: chinaTimestamp(closed.opensAtMs) } };
    if (operation === 'queryBills') {
      return fault === 'refuse' ? { rtnCode: '200007' } : queryBills(books, nowMs, body);
    }
    if (operation !== 'pay') {
      return undo(books, nowMs, body, { way: operation, isRefused: fault === 'refuse' });
    }
    const modes: Partial<Record<AgencyFault, PayMode>> = { refuse: 'refuse', pendingThenPosted: 'process' };
    const reply = pay(books, nowMs, body, (fault && modes[fault]) ?? 'post');
    return fault === 'duplicate' ? { ...reply, rtnCode: '200004' } : reply;
  }

  private statement(body: unknown, nowMs: number): Reply {
    const day = z.object({ AcctDate: z.tuple([z.string().regex(/^\d{8}$/)]) }).safeParse(body);
    const date = day.success ? day.data.AcctDate[0].replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3') : '';
    if (!day.success || Number.isNaN(Date.parse(date))) return { rtnCode: '900004' };
    const file = dailyFile(this.books, nowMs, date, this.merchantId);
    if (file.kind === 'nothing') return { rtnCode: '500002' };
    if (file.kind === 'notYet')
      return { rtnCode: '500001', body: { AvailTime: chinaTimestamp(file.availableAtMs) } };
    const content = Buffer.from(file.content);
    return {
      rtnCode: '000000',
      body: {
        FileName: file.fileName,
        Digest: createHash('sha256').update(content).digest('hex'),
        Content: content.toString('base64'),
      },
    };
  }
}

function textOf({ body }: WaterRequest, name: string): string | undefined {
  const [text] = typeof body === 'string' ? [] : (body[name] ?? []);
  return typeof text === 'string' ? text : undefined;
}
