import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../src/kernel/clock.ts';

/** What can be made to happen to the next call of a path. `before` the agency has done anything, or after it. */
export type StubFault =
  | 'silentBefore'
  | 'silentAfter'
  | 'refuse'
  | 'garbage'
  | 'wrongSignature'
  | 'unknownCode'
  | 'duplicate'
  | 'processing';

interface StubBill {
  billId: string;
  amountFen: number;
  /** Of the payment that has it, or is to have it. */
  paidBy: string | null;
}

interface StubPayment {
  reference: string;
  serial: string;
  amountFen: number;
  state: 'POSTED' | 'PROCESSING' | 'REFUSED';
  refusal?: string;
  billIds: string[];
  postedAtMs: number;
}

type Reply = { code: string; data?: object };
/** As JSON gives it: what is missing or odd is refused by what comes after. */
type Body = { [name: string]: string } & {
  bills: { billId: string; amountFen: number }[];
  amountFen: number;
};

const DAY_MS = 86_400_000;
const CHINA_MS = 8 * 3_600_000;
/** The date in China. */
const dateOf = (atMs: number) => new Date(atMs + CHINA_MS).toISOString().slice(0, 10);
const instantOf = (atMs: number) => new Date(atMs).toISOString();

/** The agency's side, in memory: what the tests run against until there is a test system of the agency's own. */
export class StubAgency {
  readonly payments = new Map<string, StubPayment>();
  isClosed = false;
  private readonly clock: Clock;
  private readonly secret: string;
  private readonly accounts = new Map<string, StubBill[]>();
  private readonly faults = new Map<string, StubFault>();
  private readonly server = createServer((request, response) => void this.answer(request, response));
  private port = 0;

  constructor(options: { clock: Clock; secret: string }) {
    this.clock = options.clock;
    this.secret = options.secret;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens, on the same port as before when it was down. */
  async comeUp(): Promise<void> {
    if (this.server.listening) return;
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Refuses connections, and cuts those that are open. */
  async goDown(): Promise<void> {
    if (!this.server.listening) return;
    await new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
  }

  /** An account with so many bills due; returns its number. */
  addAccount(billCount: number): string {
    const accountNumber = String(10_000_000 + this.accounts.size);
    const bills = Array.from({ length: billCount }, (_, index) => ({
      billId: `B${this.accounts.size}-${index + 1}`,
      amountFen: 12_345 + index,
      paidBy: null,
    }));
    this.accounts.set(accountNumber, bills);
    return accountNumber;
  }

  /** The next call of a path meets the fault. */
  addFault(path: string, fault: StubFault): void {
    this.faults.set(path, fault);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  /** Posts what is being processed. */
  settle(): void {
    for (const payment of this.payments.values()) {
      if (payment.state === 'PROCESSING') payment.state = 'POSTED';
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const path = request.url ?? '';
    const nonce = String(request.headers['x-nonce']);
    const signed = [String(request.headers['x-timestamp']), nonce, path, text];
    if (request.headers['x-signature'] !== this.sign(signed)) {
      response.writeHead(401).end();
      return;
    }
    const fault = this.faults.get(path);
    this.faults.delete(path);
    if (fault === 'silentBefore') return;
    const reply = this.isClosed
      ? { code: 'CLOSED', data: { opensAt: instantOf(this.clock.nowMs() + DAY_MS) } }
      : this.carryOut(path, JSON.parse(text) as Body, fault);
    if (fault === 'silentAfter') return;
    const code = fault === 'unknownCode' ? 'WHAT' : fault === 'duplicate' ? 'DUPLICATE' : reply.code;
    const body = fault === 'garbage' ? '<html>' : JSON.stringify({ ...reply, code });
    const signature = this.sign([fault === 'wrongSignature' ? '' : nonce, body]);
    response.writeHead(200, { 'content-type': 'application/json', 'x-signature': signature }).end(body);
  }

  private carryOut(path: string, body: Body, fault: StubFault | undefined): Reply {
    switch (path) {
      case '/bills':
        return this.bills(body);
      case '/payments':
        return this.pay(body, fault);
      case '/payments/query': {
        const payment = this.payments.get(body.reference ?? '');
        return payment ? stateOf(payment) : { code: 'NO_REFERENCE' };
      }
      case '/statements':
        return this.statement(body.date ?? '');
      default:
        return { code: 'NO_PATH' };
    }
  }

  private bills({ accountNumber = '' }: Body): Reply {
    const account = this.accounts.get(accountNumber);
    if (!account) return { code: 'NO_ACCOUNT' };
    const whose = { holder: '欧阳小敏', address: '示范路 1 号' };
    const due = account.filter(({ paidBy }) => paidBy === null);
    if (due.length === 0) return { code: 'NOTHING_DUE', data: whose };
    const dueDate = dateOf(this.clock.nowMs() + 10 * DAY_MS);
    const bills = due.map(({ billId, amountFen }, index) => {
      return { billId, amountFen, period: `2026-${String(index + 1).padStart(2, '0')}`, dueDate };
    });
    return { code: 'OK', data: { ...whose, queryId: `Q-${accountNumber}`, bills } };
  }

  /** Once per reference, whatever comes under it later. */
  private pay(body: Body, fault: StubFault | undefined): Reply {
    const reference = body.reference ?? '';
    const known = this.payments.get(reference);
    // Another order under the same reference: nothing is done, and what became of the first is there to be asked for.
    if (known) return known.amountFen === body.amountFen ? stateOf(known) : { code: 'DUPLICATE' };
    const account = this.accounts.get(body.accountNumber ?? '') ?? [];
    const bills = body.bills.map(({ billId }) => account.find((bill) => bill.billId === billId));
    const dueFen = bills.reduce((sum, bill) => sum + (bill?.amountFen ?? 0), 0);
    const refusal =
      (fault === 'refuse' && 'REFUSED') ||
      (bills.some((bill) => !bill) && 'NO_BILL') ||
      (bills.some((bill) => bill?.paidBy) && 'ALREADY_PAID') ||
      (dueFen !== body.amountFen && 'WRONG_AMOUNT') ||
      undefined;
    const payment: StubPayment = {
      reference,
      serial: `S${this.payments.size + 1}`,
      amountFen: body.amountFen,
      state: refusal ? 'REFUSED' : fault === 'processing' ? 'PROCESSING' : 'POSTED',
      refusal,
      billIds: body.bills.map(({ billId }) => billId),
      postedAtMs: this.clock.nowMs(),
    };
    this.payments.set(reference, payment);
    if (!refusal) for (const bill of bills) if (bill) bill.paidBy = reference;
    return stateOf(payment);
  }

  /** One line for each payment that was posted on a date: reference and fen. */
  private statement(date: string): Reply {
    const nowMs = this.clock.nowMs();
    if (date >= dateOf(nowMs)) return { code: 'NOT_READY', data: { availableAt: instantOf(nowMs + DAY_MS) } };
    const posted = [...this.payments.values()].filter(
      ({ state, postedAtMs }) => state === 'POSTED' && dateOf(postedAtMs) === date,
    );
    if (posted.length === 0) return { code: 'NOTHING_POSTED' };
    const content = posted.map(({ reference, amountFen }) => `${reference},${amountFen}\n`).join('');
    return { code: 'OK', data: { fileName: `${date}.csv`, content } };
  }

  private sign(lines: readonly string[]): string {
    return createHmac('sha256', this.secret).update(lines.join('\n')).digest('hex');
  }
}

function stateOf({ reference, serial, amountFen, state, refusal, postedAtMs }: StubPayment): Reply {
  const postedAt = state === 'POSTED' ? instantOf(postedAtMs) : undefined;
  return { code: 'OK', data: { reference, serial, amountFen, state, refusal, postedAt } };
}
