import { z } from 'zod';
import { businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { type Clock, systemClock } from '../../src/kernel/clock.ts';
import { readFixed, writeFixed } from '../../src/kernel/fixed-width.ts';
import { AgencyBooks } from '../support/agency-books.ts';
import { AGENCY_FAULTS, AgencyConduct, type AgencyFault, monthBefore } from '../support/agency-conduct.ts';
import { type Posting, postingsOf, undoingsOf } from '../support/book-views.ts';
import { addMonth, addParticipant, DEMO_PARTICIPANTS, seedDemoParticipants } from './demo-participants.ts';
import { faultOfPerson, identityNumber } from './identity-numbers.rules.ts';
import { type BureauChannel, type BureauOperation, type BureauReply, LAYOUTS } from './messages.ts';
import { type BureauBooks, type PayMode, pay, queryDue, queryPayment, reverse } from './operations.ts';
import { CUT_OFF, dailyFile } from './statement.ts';

/** The first serial of participants made by request; those below are the demo's. */
const FIRST_MADE_SERIAL = 20_000;
const PAY_MODES: Partial<Record<AgencyFault, PayMode>> = { refuse: 'refuse', pendingThenPosted: 'process' };
const requests = {
  customer: z.object({ fault: z.enum(AGENCY_FAULTS).optional(), name: z.string().min(1).max(20).optional() }),
  bill: z.object({
    accountNo: z.string(),
    month: z
      .string()
      .regex(/^\d{4}(0[1-9]|1[0-2])$/)
      .optional(),
  }),
};

/** The social security bureau: its books, its clock, its hours and its faults. Knows nothing of sockets. */
export class SocialSecurityBureau {
  readonly conduct: AgencyConduct;
  private readonly books: BureauBooks;

  private constructor(books: BureauBooks, clock: Clock) {
    this.books = books;
    this.conduct = new AgencyConduct(clock, faultOfPerson);
  }

  /** Opens the books in a folder; new ones start with the demo participants. */
  static async open(dataDir: string, clock: Clock = systemClock): Promise<SocialSecurityBureau> {
    const bureau = new SocialSecurityBureau(await AgencyBooks.open(dataDir), clock);
    if (bureau.books.isEmpty) seedDemoParticipants(bureau.books, bureau.conduct.clock.nowMs());
    await bureau.books.durable();
    return bureau;
  }

  close(): Promise<void> {
    return this.books.close();
  }

  /** Carries out an operation; resolves when what it tells of is on disk. `fault` bends how it is done. */
  async perform(
    operation: BureauOperation,
    body: Uint8Array,
    channel: BureauChannel,
    fault: AgencyFault | null,
  ): Promise<BureauReply> {
    this.books.settle(this.conduct.clock.nowMs());
    const reply = this.reply(operation, body, channel, fault);
    await this.books.durable();
    return reply;
  }

  /** Everything as at first start, but for its conduct. */
  async reset(): Promise<void> {
    await this.books.clear();
    seedDemoParticipants(this.books, this.conduct.clock.nowMs());
    await this.books.durable();
  }

  /** What `POST /control/<command>` does besides what every agency's control does. */
  readonly commands = {
    customers: (body: unknown) => this.addCustomer(requests.customer.parse(body)),
    bills: (body: unknown) => this.issueBill(requests.bill.parse(body)),
  };

  /** What `GET /control/<list>` tells. */
  readonly lists = {
    customers: () => DEMO_PARTICIPANTS.map(({ monthsDue: _monthsDue, ...participant }) => participant),
    postings: (query: URLSearchParams) => this.postings(query.get('date') ?? undefined),
  };

  /** A new participant, who owes nothing yet. */
  async addCustomer(
    request: { fault?: AgencyFault | null; name?: string } = {},
  ): Promise<{ accountNo: string; name: string }> {
    const accountNo = identityNumber(FIRST_MADE_SERIAL + this.books.customerCount, request.fault ?? null);
    const name = request.name ?? '周小红';
    addParticipant(this.books, accountNo, name);
    await this.books.durable();
    return { accountNo, name };
  }

  /** One more month to pay for: unless told otherwise the one that lies before all the others. */
  async issueBill(request: { accountNo: string; month?: string }): Promise<{ billNo: string } | null> {
    const { accountNo } = request;
    if (!this.books.customer(accountNo)) return null;
    const monthsAgo = this.books.billsOf(accountNo).length;
    const month = request.month ?? monthBefore(this.conduct.clock.nowMs(), monthsAgo);
    const bill = addMonth(this.books, accountNo, month);
    await this.books.durable();
    return bill;
  }

  /** What was posted, reversed since or not, oldest first; optionally on one business date. */
  postings(businessDate?: string): Posting[] {
    this.books.settle(this.conduct.clock.nowMs());
    const all = postingsOf(this.books, (atMs) => businessDateOf(atMs, CUT_OFF));
    return businessDate ? all.filter((posting) => posting.businessDate === businessDate) : all;
  }

  /** What was reversed. */
  reversals(): { reference: string; originalReference: string; amountMinor: number }[] {
    return undoingsOf(this.books);
  }

  private reply(
    operation: BureauOperation,
    body: Uint8Array,
    channel: BureauChannel,
    fault: AgencyFault | null,
  ): BureauReply {
    const nowMs = this.conduct.clock.nowMs();
    const isRefused = fault === 'refuse';
    if (operation === 'dailyFile') return this.dailyFile(body, channel);
    if (operation === 'queryPayment') {
      return isRefused ? { returnCode: '2007' } : queryPayment(this.books, body);
    }
    const closed = this.conduct.closure(fault);
    if (closed) {
      const returnCode = closed.why === 'maintenance' ? '3002' : '3001';
      return { returnCode, body: writeFixed(LAYOUTS.moment, { time: chinaTimestamp(closed.opensAtMs) }) };
    }
    if (operation === 'queryBills') return isRefused ? { returnCode: '2007' } : queryDue(this.books, body);
    const reply =
      operation === 'pay'
        ? pay(this.books, nowMs, body, (fault && PAY_MODES[fault]) ?? 'post')
        : reverse(this.books, nowMs, body, isRefused);
    return fault === 'duplicate' ? { ...reply, returnCode: '2004' } : reply;
  }

  private dailyFile(body: Uint8Array, { channelId }: BureauChannel): BureauReply {
    const day = /^(\d{4})(\d\d)(\d\d)$/.exec(readFixed(LAYOUTS.dailyFile, body)?.date ?? '');
    const date = day?.slice(1).join('-') ?? '';
    if (Number.isNaN(Date.parse(date))) return { returnCode: '9004' };
    const file = dailyFile(this.books, this.conduct.clock.nowMs(), date, channelId);
    if (file.kind === 'noPayments') return { returnCode: '4002' };
    if (file.kind === 'notYet') {
      return {
        returnCode: '4001',
        body: writeFixed(LAYOUTS.moment, { time: chinaTimestamp(file.availableAtMs) }),
      };
    }
    const head = writeFixed(LAYOUTS.file, { fileName: file.fileName, size: file.content.length });
    return { returnCode: '0000', body: Buffer.concat([head, file.content]) };
  }
}
