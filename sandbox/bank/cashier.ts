import type { ServerResponse } from 'node:http';
import { type SandboxRequest, send } from '../support/http-server.ts';
import { type Books, CARDS, DEFAULT_CARD } from './books.ts';
import type { Order } from './books.types.ts';
import { cashierPage, type Language, notFoundPage } from './cashier-page.ts';
import type { Faults } from './faults.ts';
import { debitTwist } from './merchant-api.ts';
import { closeIfExpired, closeOrder, confirmOrder } from './orders.ts';

/**
 * The page on which the payer confirms: plain HTML forms. Whoever holds the address may confirm, as if signed in at the
 * bank; a real bank would ask for the payer's password here.
 */
export class Cashier {
  private readonly books: Books;
  private readonly faults: Faults;

  constructor(books: Books, faults: Faults) {
    this.books = books;
    this.faults = faults;
  }

  /** Answers `/cashier/{token}` and, for POST, `/cashier/{token}/confirm` and `/cashier/{token}/cancel`. */
  async handle(request: SandboxRequest, response: ServerResponse): Promise<void> {
    const [, , token = '', action] = request.path.split('/');
    const order = this.books.state.ordersByToken.get(token);
    const language = languageOf(request);
    if (!order) return html(response, 404, notFoundPage(language));
    closeIfExpired(this.books, order);
    if (request.method === 'GET' && action === undefined) {
      await this.books.durable();
      return this.show(response, order, language);
    }
    if (request.method !== 'POST') return html(response, 404, notFoundPage(language));
    const late = order.status !== 'WAIT_CONFIRM';
    if (action === 'confirm') this.confirm(order, new URLSearchParams(request.body.toString('utf8')));
    else if (action === 'cancel') closeOrder(this.books, order, 'CANCELLED_BY_PAYER');
    else return html(response, 404, notFoundPage(language));
    await this.books.durable();
    // Too late: the page says what had already become of it. A second press of the same button is not too late.
    if (late && order.closeReason === 'EXPIRED') return this.show(response, order, language);
    response.writeHead(303, { location: order.returnUrl, 'cache-control': 'no-store' }).end();
  }

  private confirm(order: Order, form: URLSearchParams): void {
    if (order.status !== 'WAIT_CONFIRM') return;
    const card = CARDS.find(({ accountNo }) => accountNo === form.get('card')) ?? DEFAULT_CARD;
    const strike = this.faults.strike('confirm', order.merOrderNo, order.amountFen);
    confirmOrder(this.books, order, card.accountNo, debitTwist(strike?.fault ?? null, strike?.delayMs ?? 0));
  }

  private show(response: ServerResponse, order: Order, language: Language): void {
    const page = cashierPage(order, { language, nowMs: this.books.clock.nowMs() });
    html(response, order.closeReason === 'EXPIRED' ? 410 : 200, page, new URL(order.returnUrl).origin);
  }
}

/** Chinese unless English is asked for, by the address or by the browser. */
function languageOf(request: SandboxRequest): Language {
  const wanted = request.query.get('lang') ?? request.headers['accept-language'] ?? '';
  const first = wanted.split(',').find((part) => /^\s*(zh|en)\b/i.test(part)) ?? 'zh';
  return /^\s*en/i.test(first) ? 'en' : 'zh-CN';
}

function html(response: ServerResponse, status: number, page: string, returnOrigin = ''): void {
  send(response, status, 'text/html; charset=utf-8', page, {
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // Browsers hold a form's redirect to `form-action` too, so the way back must be in it.
    'content-security-policy': [
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      `form-action 'self' ${returnOrigin}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
  });
}
