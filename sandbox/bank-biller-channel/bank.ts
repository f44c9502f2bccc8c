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
import type { SandboxRequest } from '../support/http-server.ts';
import { BILLERS, type Biller, NUMBERINGS } from './billers.ts';
import { accountOf, type ChannelBill, type ChannelBooks, issueBill, openBooks } from './books.ts';
import { DEMO_CUSTOMERS, itemsFor, seedDemoCustomers } from './demo-customers.ts';
import { type ChannelKeys, type ChannelRequest, Messages, type Reply } from './messages.ts';
import { listBillers, lookUp, type PayMode, pay, queryOrder } from './operations.ts';
import { CUT_OFF, dailyFile } from './statement.ts';

/** An order that was carried out, for tests that compare books. */
export interface Posting {
  reference: string;
  billerId: string;
  amountMinor: number;
  billIds: string[];
  businessDate: string;
}

/** The first serial of customers made by request; those below are the demo's. */
const FIRST_MADE_SERIAL = 50_000;
const DUE_IN_DAYS = 15;
const CLOSED_CODES = { outsideHours: 'OUTSIDE_HOURS', maintenance: 'MAINTENANCE' } as const;
const LOOK_UPS = { queryBills: 'QUERY', validateAccount: 'VERIFY', plans: 'PACKAGE' } as const;

const customerCommand = z.object({
  billerId: z.string(),
  fault: z.enum(AGENCY_FAULTS).optional(),
  name: z.string().min(1).max(40).optional(),
});
const billCommand = z.object({
  billerId: z.string(),
  number: z.string(),
  month: z
    .string()
    .regex(/^\d{4}(0[1-9]|1[0-2])$/)
    .optional(),
});
const billersCommand = z.object({
  restore: z.boolean().default(false),
  remove: z.array(z.string()).default([]),
  change: z
    .array(
      z.object({ billerId: z.string(), nameZh: z.string().optional(), orderLimitFen: z.int().optional() }),
    )
    .default([]),
});

/** A bank that carries billers: its books, its interface and what it does. */
export class BillerBank implements AgencySystem<ChannelRequest, Reply> {
  readonly name = 'bank-biller-channel';
  readonly path = '/cloudpay/v2';
  readonly conduct: AgencyConduct;
  private readonly books: ChannelBooks;
  private readonly messages: Messages;
  private readonly partnerId: string;
  private billers = BILLERS;

  private constructor(books: ChannelBooks, keys: ChannelKeys, clock: Clock) {
    this.books = books;
    this.messages = new Messages(keys, clock);
    this.partnerId = keys.partnerId;
    this.conduct = new AgencyConduct(clock, (account) => {
      const [billerId = '', number = ''] = account.split('/');
      return NUMBERINGS[billerId]?.faultOf(number) ?? null;
    });
  }

  /** Opens the books in a folder; new ones start with the demo customers. */
  static async open(dataDir: string, keys: ChannelKeys, clock: Clock): Promise<BillerBank> {
    const bank = new BillerBank(await openBooks(dataDir), keys, clock);
    if (bank.books.isEmpty) seedDemoCustomers(bank.books, bank.conduct.clock.nowMs());
    await bank.books.durable();
    return bank;
  }

  close(): Promise<void> {
    return this.books.close();
  }

  read({ body }: SandboxRequest): { request: ChannelRequest; call: ServedCall } | { refusal: AgencyAnswer } {
    const request = this.messages.read(body);
    if ('refusal' in request) return { refusal: this.messages.seal({ code: request.refusal }, request) };
    return { request, call: this.callOf(request) };
  }

  async perform(request: ChannelRequest, fault: AgencyFault | null): Promise<Reply> {
    const nowMs = this.conduct.clock.nowMs();
    this.books.settle(nowMs);
    const reply = this.reply(request, fault, nowMs);
    await this.books.durable();
    return reply;
  }

  withUnknownCode(reply: Reply): Reply {
    return { ...reply, code: 'TRY_HARDER' };
  }

  seal(request: ChannelRequest, reply: Reply): AgencyAnswer {
    return this.messages.seal(reply, request);
  }

  forge(answer: AgencyAnswer): AgencyAnswer {
    const [header, payload, signature = ''] = answer.body.split('.');
    return { ...answer, body: `${header}.${payload}.${[...signature].reverse().join('')}` };
  }

  async reset(): Promise<void> {
    await this.books.clear();
    this.billers = BILLERS;
    seedDemoCustomers(this.books, this.conduct.clock.nowMs());
    await this.books.durable();
  }

  readonly lists = {
    postings: () => this.postings(),
    billers: () => this.billers,
    customers: () =>
      DEMO_CUSTOMERS.map(({ billerId, number, about, fault }) => ({ billerId, number, about, fault })),
  };

  readonly commands = {
    customers: (body: unknown) => this.addCustomer(customerCommand.parse(body)),
    bills: (body: unknown) => this.issueBill(billCommand.parse(body)),
    billers: async (body: unknown) => this.changeBillers(billersCommand.parse(body)),
  };

  /** A new customer of a biller, without bills; null when there is no such biller. */
  async addCustomer({
    billerId,
    fault,
    name,
  }: z.output<typeof customerCommand>): Promise<{ number: string } | null> {
    const number = NUMBERINGS[billerId]?.numberOf(
      FIRST_MADE_SERIAL + this.books.customerCount,
      fault ?? null,
    );
    if (number === undefined) return null;
    this.books.addCustomer({
      accountNo: accountOf(billerId, number),
      name: name ?? '区小红',
      district: '广州市越秀区',
    });
    await this.books.durable();
    return { number };
  }

  /** A customer under a number that the biller gave them: so that one agency's customers can be reached in two ways. */
  async adoptCustomer(billerId: string, number: string): Promise<void> {
    this.books.addCustomer({
      accountNo: accountOf(billerId, number),
      name: '区小红',
      district: '广州市越秀区',
    });
    await this.books.durable();
  }

  /** A new bill of the month just ended, unless told otherwise; null when there is no such customer. */
  async issueBill({ billerId, number, month }: z.output<typeof billCommand>): Promise<ChannelBill | null> {
    const accountNo = accountOf(billerId, number);
    if (!this.books.customer(accountNo)) return null;
    const nowMs = this.conduct.clock.nowMs();
    const bill = issueBill(this.books, {
      accountNo,
      month: month ?? monthBefore(nowMs, 1),
      dueDate: addDays(chinaDate(nowMs), DUE_IN_DAYS),
      items: itemsFor(billerId, Number(number.slice(-4)) + this.books.billsOf(accountNo).length),
    });
    await this.books.durable();
    return bill;
  }

  /** Carries some billers no more, and others under other terms; with `restore`, first those of the start again. */
  changeBillers({ restore, remove, change }: z.input<typeof billersCommand>): { billers: number } {
    const changed = new Map(change?.map((terms) => [terms.billerId, terms]));
    this.billers = (restore ? BILLERS : this.billers)
      .filter(({ billerId }) => !remove?.includes(billerId))
      .map((biller) => ({ ...biller, ...changed.get(biller.billerId) }));
    return { billers: this.billers.length };
  }

  /** What was carried out, oldest first. */
  postings(): Posting[] {
    this.books.settle(this.conduct.clock.nowMs());
    return this.books.payments().flatMap(({ state, postedAtMs, ...payment }): Posting[] => {
      if (state !== 'posted' || postedAtMs === null) return [];
      const { reference, accountNo, amountFen, details } = payment;
      return [
        {
          reference,
          billerId: accountNo.split('/')[0] ?? '',
          amountMinor: amountFen,
          billIds: details.map(({ billNo }) => billNo),
          businessDate: businessDateOf(postedAtMs, CUT_OFF),
        },
      ];
    });
  }

  private callOf({ operation, body }: ChannelRequest): ServedCall {
    const about = z
      .object({
        billerId: z.string(),
        fields: z.record(z.string(), z.string()),
        orderNo: z.string().optional(),
      })
      .safeParse(body);
    if (!about.success) return { operation };
    const { billerId, fields, orderNo } = about.data;
    const [number = ''] = Object.values(fields);
    return { operation, accountNo: accountOf(billerId, number), reference: orderNo };
  }

  private reply({ operation, body }: ChannelRequest, fault: AgencyFault | null, nowMs: number): Reply {
    const bank = { books: this.books, billers: this.billers };
    if (operation === 'fetchStatement') return this.statement(body, nowMs);
    if (fault === 'refuse' && operation !== 'pay') return { code: 'REFUSED_BY_BILLER' };
    if (operation === 'listAgencies') return listBillers(this.billers, versionOf(this.billers), body);
    if (operation === 'queryPayment') return queryOrder(bank, body);
    const closed = this.conduct.closure(fault);
    if (closed)
      return { code: CLOSED_CODES[closed.why], data: { openTime: chinaTimestamp(closed.opensAtMs) } };
    if (operation !== 'pay') return lookUp(bank, LOOK_UPS[operation], body);
    const modes: Partial<Record<AgencyFault, PayMode>> = { refuse: 'refuse', pendingThenPosted: 'process' };
    const reply = pay(bank, nowMs, body, (fault && modes[fault]) ?? 'post');
    return fault === 'duplicate' ? { ...reply, code: 'ORDER_REPEATED' } : reply;
  }

  private statement(body: unknown, nowMs: number): Reply {
    const request = z.object({ date: z.iso.date() }).safeParse(body);
    if (!request.success) return { code: 'BAD_MESSAGE' };
    const file = dailyFile(this.books, nowMs, request.data.date, this.partnerId);
    if (file.kind === 'nothing') return { code: 'NO_TRANSACTIONS' };
    if (file.kind === 'notYet')
      return { code: 'FILE_NOT_READY', data: { availableTime: chinaTimestamp(file.availableAtMs) } };
    const content = Buffer.from(file.content).toString('base64');
    return { code: 'SUCCESS', data: { fileName: file.fileName, content } };
  }
}

function versionOf(billers: readonly Biller[]): string {
  return createHash('sha256').update(JSON.stringify(billers)).digest('hex').slice(0, 16);
}
