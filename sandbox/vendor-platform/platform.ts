import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { businessDateOf } from '../../src/kernel/business-date.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import {
  AGENCY_FAULTS,
  AgencyConduct,
  type AgencyFault,
  monthBefore,
  type ServedCall,
} from '../support/agency-conduct.ts';
import type { AgencyAnswer, AgencySystem } from '../support/agency-server.ts';
import { postingsOf, undoingsOf } from '../support/book-views.ts';
import type { SandboxRequest } from '../support/http-server.ts';
import { accountOf, openBooks, type PlatformBill, type PlatformBooks } from './books.ts';
import { DEMO_CUSTOMERS, issueBill, seedDemoCustomers } from './demo-customers.ts';
import { Messenger } from './messenger.ts';
import {
  CUT_OFF,
  getPayment,
  listTenants,
  type PayMode,
  PROCESSING_MS,
  pay,
  paymentOf,
  queryBills,
  refund,
  refusal,
} from './operations.ts';
import { type PlatformKeys, type PlatformRequest, Protocol, type Reply } from './protocol.ts';
import { NUMBERINGS, TENANTS } from './tenants.ts';

/** The first serial of customers made by request; those below are the demo's. */
const FIRST_MADE_SERIAL = 500_000;
const CLOSED_CODES = { outsideHours: 3001, maintenance: 3002 } as const;
const customerCommand = z.object({
  tenantId: z.string(),
  fault: z.enum(AGENCY_FAULTS).optional(),
  name: z.string().min(1).max(40).optional(),
});
const billCommand = z.object({
  tenantId: z.string(),
  number: z.string(),
  period: z
    .string()
    .regex(/^\d{4}(0[1-9]|1[0-2])$/)
    .optional(),
});
const tenantsCommand = z.object({ keep: z.array(z.string()) });

/** A vendor's platform: its books, its interface and what it does. */
export class VendorPlatform implements AgencySystem<PlatformRequest, Reply> {
  readonly name = 'vendor-platform';
  readonly path = '/rpc';
  readonly conduct: AgencyConduct;
  private readonly books: PlatformBooks;
  private readonly protocol: Protocol;
  private readonly messenger: Messenger;
  private tenants = TENANTS;

  private constructor(books: PlatformBooks, keys: PlatformKeys, webhookUrl: string | null, clock: Clock) {
    this.books = books;
    this.protocol = new Protocol(keys, clock);
    this.messenger = new Messenger(webhookUrl, (id, body) => this.protocol.signatureOf(id, body));
    this.conduct = new AgencyConduct(clock, (account) => {
      const [tenantId = '', number = ''] = account.split('/');
      return NUMBERINGS[tenantId]?.faultOf(number) ?? null;
    });
  }

  /** Opens the books in a folder; new ones start with the demo customers. */
  static async open(
    dataDir: string,
    keys: PlatformKeys,
    webhookUrl: string | null,
    clock: Clock,
  ): Promise<VendorPlatform> {
    const platform = new VendorPlatform(await openBooks(dataDir), keys, webhookUrl, clock);
    if (platform.books.isEmpty) seedDemoCustomers(platform.books, platform.conduct.clock.nowMs());
    await platform.books.durable();
    return platform;
  }

  async close(): Promise<void> {
    await this.messenger.stop();
    await this.books.close();
  }

  read(incoming: SandboxRequest): { request: PlatformRequest; call: ServedCall } | { refusal: AgencyAnswer } {
    const request = this.protocol.read(incoming);
    if ('refusal' in request) return { refusal: this.protocol.seal(refusal(request.refusal), request.id) };
    return { request, call: callOf(request) };
  }

  async perform(request: PlatformRequest, fault: AgencyFault | null): Promise<Reply> {
    const nowMs = this.conduct.clock.nowMs();
    this.books.settle(nowMs);
    const reply = this.reply(request, fault, nowMs);
    await this.books.durable();
    return reply;
  }

  withUnknownCode(): Reply {
    return { error: { code: 7_777 } };
  }

  seal({ id }: PlatformRequest, reply: Reply): AgencyAnswer {
    return this.protocol.seal(reply, id);
  }

  forge(answer: AgencyAnswer): AgencyAnswer {
    const headers = { ...answer.headers, 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` };
    return { ...answer, headers };
  }

  async reset(): Promise<void> {
    await this.books.clear();
    this.tenants = TENANTS;
    seedDemoCustomers(this.books, this.conduct.clock.nowMs());
    await this.books.durable();
  }

  readonly lists = {
    postings: () => this.postings(),
    undoings: () => this.undoings(),
    customers: () =>
      DEMO_CUSTOMERS.map(({ tenantId, number, name, about, fault }) => ({
        tenantId,
        number,
        name,
        about,
        fault,
      })),
  };

  readonly commands = {
    customers: (body: unknown) => this.addCustomer(customerCommand.parse(body)),
    bills: (body: unknown) => this.issueBill(billCommand.parse(body)),
    tenants: async (body: unknown) => this.keepTenants(tenantsCommand.parse(body).keep),
  };

  /** A new customer of a tenant, without bills; null when there is no such tenant. */
  async addCustomer({
    tenantId,
    fault,
    name,
  }: z.output<typeof customerCommand>): Promise<{ number: string } | null> {
    const serial = FIRST_MADE_SERIAL + this.books.customerCount;
    const number = NUMBERINGS[tenantId]?.numberOf(serial, fault ?? null);
    if (number === undefined) return null;
    this.books.addCustomer({ accountNo: accountOf(tenantId, number), name: name ?? '区小红' });
    await this.books.durable();
    return { number };
  }

  /** A new bill of the month just ended, unless told otherwise; null when there is no such customer. */
  async issueBill({ tenantId, number, period }: z.output<typeof billCommand>): Promise<PlatformBill | null> {
    if (!this.books.customer(accountOf(tenantId, number))) return null;
    const nowMs = this.conduct.clock.nowMs();
    const bill = issueBill(this.books, { tenantId, number, period: period ?? monthBefore(nowMs, 1) }, nowMs);
    await this.books.durable();
    return bill;
  }

  /** Has only these of its first tenants. */
  keepTenants(tenantIds: readonly string[]): { tenants: number } {
    this.tenants = TENANTS.filter(({ tenantId }) => tenantIds.includes(tenantId));
    return { tenants: this.tenants.length };
  }

  /** What was posted, oldest first, refunded since or not. */
  postings() {
    this.books.settle(this.conduct.clock.nowMs());
    return postingsOf(this.books, (atMs) => businessDateOf(atMs, CUT_OFF));
  }

  undoings() {
    return undoingsOf(this.books);
  }

  /** The message about a payment, as it is sent when the payment is finished; null while it is not. */
  messageOf(
    reference: string,
    ageSeconds = 0,
  ): { headers: Readonly<Record<string, string>>; body: string } | null {
    const body = this.bodyOf(reference);
    return body === null
      ? null
      : { headers: this.protocol.signatureOf(randomUUID(), body, ageSeconds), body };
  }

  private bodyOf(reference: string): string | null {
    this.books.settle(this.conduct.clock.nowMs());
    const payment = this.books.payment(reference);
    if (!payment || payment.state === 'processing') return null;
    return JSON.stringify({ type: 'payment.finished', data: paymentOf(payment) });
  }

  private reply({ operation, id, params }: PlatformRequest, fault: AgencyFault | null, nowMs: number): Reply {
    const platform = { books: this.books, tenants: this.tenants };
    const isInstruction = operation === 'pay' || operation === 'refund';
    if (fault === 'refuse' && !isInstruction) return refusal(2007);
    if (operation === 'listAgencies') return listTenants(this.tenants, etagOf(this.tenants), params);
    if (operation === 'queryPayment') return getPayment(platform, params);
    const closed = this.conduct.closure(fault);
    if (closed) {
      return refusal(CLOSED_CODES[closed.why], { opensAt: new Date(closed.opensAtMs).toISOString() });
    }
    if (operation === 'queryBills') return queryBills(platform, params, id);
    if (operation === 'refund') return refund(platform, nowMs, params, fault === 'refuse');
    const modes: Partial<Record<AgencyFault, PayMode>> = { refuse: 'refuse', pendingThenPosted: 'process' };
    const reply = pay(platform, nowMs, params, (fault && modes[fault]) ?? 'post');
    if (fault === 'pendingThenPosted' && 'result' in reply) this.tellWhenFinished(params);
    return fault === 'duplicate' ? refusal(2004) : reply;
  }

  private tellWhenFinished(params: unknown): void {
    const { reference } = params as { reference: string };
    this.messenger.tellAfter(PROCESSING_MS, async () => {
      const body = this.bodyOf(reference);
      await this.books.durable();
      return body;
    });
  }
}

function callOf({ operation, params }: PlatformRequest): ServedCall {
  const about = z
    .object({
      tenantId: z.string(),
      fields: z.record(z.string(), z.string()),
      reference: z.string().optional(),
    })
    .safeParse(params);
  if (!about.success) return { operation };
  const { tenantId, fields, reference } = about.data;
  const accountField = TENANTS.find((tenant) => tenant.tenantId === tenantId)?.accountField ?? '';
  return { operation, accountNo: accountOf(tenantId, fields[accountField] ?? ''), reference };
}

function etagOf(tenants: typeof TENANTS): string {
  return createHash('sha256').update(JSON.stringify(tenants)).digest('hex').slice(0, 16);
}
