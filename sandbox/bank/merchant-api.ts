import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Clock } from '../../src/kernel/clock.ts';
import { parseMinor } from '../../src/kernel/money.ts';
import { type SandboxRequest, send, untilGone, waitMs } from '../support/http-server.ts';
import type { Books } from './books.ts';
import type { Fault, Faults, Operation } from './faults.ts';
import { closeOrder, type DebitTwist, findOrder, openOrder } from './orders.ts';
import { openRefund } from './refunds.ts';
import {
  answerText,
  isSignature,
  NonceMemory,
  requestText,
  SIGNATURE_WINDOW_SECONDS,
  sign,
} from './signature.ts';
import { dailyFile } from './statement.ts';
import { beijingTime, orderView, refundView } from './views.ts';

export interface MerchantApiOptions {
  books: Books;
  faults: Faults;
  baseUrl: string;
  merchantId: string;
  merchantKey: string;
  /** Whether every debit is taken without the payer's confirmation: for measuring. */
  autoConfirm(): boolean;
  /** For signatures: not moved with the bank's own clock. */
  wallClock: Clock;
}

const reference = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/);
const amount = z
  .string()
  .regex(/^\d{1,10}\.\d{2}$/)
  .transform((text) => parseMinor(text, 'CNY'))
  .refine((amountFen) => amountFen > 0);
const subject = z.string().min(1).max(128);
const webUrl = z.url({ protocol: /^https?$/ }).max(2000);

const orderBody = z.object({
  merOrderNo: reference,
  amount,
  currency: z.literal('CNY'),
  subject,
  expireTime: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  returnUrl: webUrl,
  notifyUrl: webUrl,
  confirmation: z.enum(['page', 'none']),
});
const orderKey = z.object({ merOrderNo: reference });
const refundBody = z.object({
  merRefundNo: reference,
  merOrderNo: reference,
  amount,
  currency: z.literal('CNY'),
  subject,
});
const refundKey = z.object({ merRefundNo: reference });
const statementBody = z.object({ date: z.iso.date() });

interface Answer {
  status: number;
  contentType: string;
  body: string;
}

/** What a call is about, found before it is done, so that a fault may strike first. */
interface Call {
  operation: Operation;
  reference: string;
  amountFen?: number;
  perform(fault: Fault | null, delayMs: number): Answer;
}

/** The signed JSON interface for the merchant: POST only, one merchant. */
export class MerchantApi {
  private readonly options: MerchantApiOptions;
  private readonly nonces = new NonceMemory();

  constructor(options: MerchantApiOptions) {
    this.options = options;
  }

  async handle(request: SandboxRequest, response: ServerResponse): Promise<void> {
    const refusal = this.authenticate(request);
    if (refusal) return this.reply(request, response, refused(401, refusal));
    const call = this.callOf(request);
    if ('status' in call) return this.reply(request, response, call);

    const strike = this.options.faults.strike(call.operation, call.reference, call.amountFen);
    const fault = strike?.fault ?? null;
    if (fault === 'down') return request.drop();
    if (fault === 'timeoutBefore') return untilGone(request.signal);
    if (strike && fault === 'slow') await waitMs(strike.delayMs, request.signal);
    const answer = call.perform(fault, strike?.delayMs ?? 0);
    await this.options.books.durable();
    if (fault === 'timeoutAfter') return untilGone(request.signal);
    if (fault === 'nonsense')
      return this.reply(request, response, { ...answer, body: '<html>系统繁忙</html>' });
    if (fault === 'badSignature')
      return this.reply(request, response, answer, `${this.options.merchantKey}!`);
    this.reply(request, response, answer);
  }

  /** Null for a request that the merchant made, just now, and once. */
  private authenticate(request: SandboxRequest): string | null {
    const header = (name: string) => request.headers[`x-bank-${name}`] ?? '';
    const timestamp = header('timestamp');
    const nonce = header('nonce');
    if (header('merchant') !== this.options.merchantId) return 'MERCHANT_UNKNOWN';
    const text = requestText(request.method, request.path, timestamp, nonce, request.body);
    if (!isSignature(this.options.merchantKey, text, header('signature'))) return 'SIGNATURE_INVALID';
    // The time everybody goes by, whatever the bank's own clock is set to.
    const nowSeconds = Math.floor(this.options.wallClock.nowMs() / 1000);
    const inWindow = Math.abs(nowSeconds - Number(timestamp)) <= SIGNATURE_WINDOW_SECONDS;
    if (!/^\d{10}$/.test(timestamp) || !inWindow) return 'TIMESTAMP_OUT_OF_RANGE';
    if (!/^[\w-]{16,64}$/.test(nonce) || !this.nonces.take(nonce, nowSeconds)) return 'NONCE_REPLAYED';
    return null;
  }

  private callOf({ method, path, body }: SandboxRequest): Call | Answer {
    const text = body.toString('utf8');
    switch (`${method} ${path}`) {
      case 'POST /merchant/v1/orders':
        return parsed(orderBody, text, (terms) => this.debit(terms));
      case 'POST /merchant/v1/orders/query':
        return parsed(orderKey, text, ({ merOrderNo }) => this.queryDebit(merOrderNo));
      case 'POST /merchant/v1/orders/close':
        return parsed(orderKey, text, ({ merOrderNo }) => this.close(merOrderNo));
      case 'POST /merchant/v1/refunds':
        return parsed(refundBody, text, (terms) => this.refund(terms));
      case 'POST /merchant/v1/refunds/query':
        return parsed(refundKey, text, ({ merRefundNo }) => this.queryRefund(merRefundNo));
      case 'POST /merchant/v1/statements':
        return parsed(statementBody, text, ({ date }) => this.statement(date));
      default:
        return refused(404, 'NO_SUCH_OPERATION');
    }
  }

  private debit(terms: z.output<typeof orderBody>): Call {
    const { books, baseUrl, autoConfirm } = this.options;
    const { amount: amountFen, expireTime: expireAtMs, currency: _, ...rest } = terms;
    return {
      operation: 'debit',
      reference: terms.merOrderNo,
      amountFen,
      perform: (fault, delayMs) => {
        const twist = { ...debitTwist(fault, delayMs), withoutPage: autoConfirm() };
        const order = openOrder(books, { ...rest, amountFen, expireAtMs }, twist);
        return order === 'conflict' ? refused(200, 'ORDER_CONFLICT') : done(orderView(order, baseUrl), fault);
      },
    };
  }

  private queryDebit(merOrderNo: string): Call {
    const { books, baseUrl } = this.options;
    return {
      operation: 'queryDebit',
      reference: merOrderNo,
      amountFen: books.state.orders.get(merOrderNo)?.amountFen,
      perform: (fault) => {
        const order = findOrder(books, merOrderNo);
        return order ? done(orderView(order, baseUrl), fault) : refused(200, 'ORDER_NOT_FOUND');
      },
    };
  }

  private close(merOrderNo: string): Call {
    const { books, baseUrl } = this.options;
    return {
      operation: 'close',
      reference: merOrderNo,
      perform: () => {
        const order = findOrder(books, merOrderNo);
        if (!order) return refused(200, 'ORDER_NOT_FOUND');
        closeOrder(books, order, 'CLOSED_BY_MERCHANT');
        return done(orderView(order, baseUrl), null);
      },
    };
  }

  private refund(terms: z.output<typeof refundBody>): Call {
    const { amount: amountFen, currency: _, ...rest } = terms;
    return {
      operation: 'refund',
      reference: terms.merRefundNo,
      amountFen,
      perform: (fault, delayMs) => {
        const refund = openRefund(
          this.options.books,
          { ...rest, amountFen },
          {
            ...(fault === 'refuse' && { refuseReason: 'REFUSED_BY_POLICY' }),
            ...(fault === 'settleLater' && { settleAfterMs: delayMs }),
          },
        );
        return refund === 'conflict' ? refused(200, 'REFUND_CONFLICT') : done(refundView(refund), fault);
      },
    };
  }

  private queryRefund(merRefundNo: string): Call {
    const { books } = this.options;
    return {
      operation: 'queryRefund',
      reference: merRefundNo,
      amountFen: books.state.refunds.get(merRefundNo)?.amountFen,
      perform: (fault) => {
        const refund = books.state.refunds.get(merRefundNo);
        return refund ? done(refundView(refund), fault) : refused(200, 'REFUND_NOT_FOUND');
      },
    };
  }

  private statement(date: string): Call {
    const { books, merchantId } = this.options;
    return {
      operation: 'statement',
      reference: date,
      perform: () => {
        const file = dailyFile(books.state.movements, merchantId, date, books.clock.nowMs());
        if (file.kind === 'noTransactions') return refused(200, 'NO_TRANSACTIONS');
        if (file.kind === 'ready')
          return { status: 200, contentType: 'text/csv; charset=utf-8', body: file.content };
        return json(200, {
          code: 'FILE_NOT_READY',
          data: { availableTime: beijingTime(file.availableAtMs) },
        });
      },
    };
  }

  private reply(
    request: SandboxRequest,
    response: ServerResponse,
    { status, contentType, body }: Answer,
    key = this.options.merchantKey,
  ): void {
    const timestamp = String(Math.floor(this.options.wallClock.nowMs() / 1000));
    const signature = sign(key, answerText(status, timestamp, request.headers['x-bank-nonce'] ?? '', body));
    send(response, status, contentType, body, {
      'x-bank-timestamp': timestamp,
      'x-bank-signature': signature,
    });
  }
}

/** What a fault makes of taking the money. */
export function debitTwist(fault: Fault | null, delayMs: number): DebitTwist {
  if (fault === 'refuse') return { closeReason: 'REFUSED_BY_POLICY' };
  if (fault === 'insufficientFunds') return { closeReason: 'INSUFFICIENT_FUNDS' };
  return fault === 'settleLater' ? { settleAfterMs: delayMs } : {};
}

function parsed<T>(schema: z.ZodType<T>, text: string, use: (value: T) => Call): Call | Answer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused(400, 'REQUEST_INVALID');
  }
  const result = schema.safeParse(value);
  if (result.success) return use(result.data);
  return json(400, {
    code: 'REQUEST_INVALID',
    fields: result.error.issues.map(({ path }) => path.join('.')),
  });
}

function done(data: { status: string }, fault: Fault | null): Answer {
  return json(200, { code: 'OK', data: fault === 'unknownStatus' ? { ...data, status: 'IN_REVIEW' } : data });
}

function refused(status: number, code: string): Answer {
  return json(status, { code });
}

function json(status: number, body: unknown): Answer {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}
