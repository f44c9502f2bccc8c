import { randomBytes } from 'node:crypto';
import { newId } from '../../src/kernel/ids.ts';
import { type Books, DEFAULT_CARD, HOLDS_ACCOUNT, MERCHANT_ACCOUNT } from './books.ts';
import type { BankEntry, CloseReason, Movement, Order, OrderTerms } from './books.types.ts';

/** Most that one order may carry: 500,000 yuan. */
const ORDER_LIMIT_FEN = 50_000_000;

/** What a fault, or the bank's own setting, makes of a debit. */
export interface DebitTwist {
  /** Takes it at once, as if there were a standing agreement. */
  withoutPage?: boolean;
  /** Closes the order with this reason in place of a debit. */
  closeReason?: CloseReason;
  /** Holds the money first and takes it after so long. */
  settleAfterMs?: number;
}

/**
 * Opens an order, once per reference: asked again with the same terms it gives the order as it is now; with other
 * terms it gives `conflict`.
 */
export function openOrder(books: Books, terms: OrderTerms, twist: DebitTwist): Order | 'conflict' {
  const known = findOrder(books, terms.merOrderNo);
  if (known) return sameTerms(known, terms) ? known : 'conflict';
  const nowMs = books.clock.nowMs();
  const order: Order = {
    ...terms,
    bankOrderNo: newId('bo', nowMs, 0),
    cashierToken: randomBytes(16).toString('base64url'),
    status: 'WAIT_CONFIRM',
    closeReason: null,
    createdAtMs: nowMs,
    payerAccountNo: null,
    settleAtMs: null,
    finishedAtMs: null,
    refundedFen: 0,
  };
  const entries: BankEntry[] = [{ type: 'orderOpened', order }];
  const refusal = refusalOf(order, nowMs) ?? twist.closeReason;
  if (refusal) entries.push(closing(order, refusal, nowMs));
  else if (terms.confirmation === 'none' || twist.withoutPage) {
    entries.push(...takingEntries(books, order, DEFAULT_CARD.accountNo, twist));
  }
  books.commit(entries);
  return books.state.orders.get(order.merOrderNo) ?? order;
}

/** An order as it is at this moment: one whose time is over is closed before anybody sees it. */
export function findOrder(books: Books, merOrderNo: string): Order | undefined {
  const order = books.state.orders.get(merOrderNo);
  if (order) closeIfExpired(books, order);
  return order;
}

/** The payer's yes. Does nothing to an order that is no longer waiting. */
export function confirmOrder(books: Books, order: Order, cardAccountNo: string, twist: DebitTwist): void {
  closeIfExpired(books, order);
  if (order.status !== 'WAIT_CONFIRM') return;
  const closeReason = twist.closeReason;
  if (closeReason) books.commit([closing(order, closeReason, books.clock.nowMs())]);
  else books.commit(takingEntries(books, order, cardAccountNo, twist));
}

/** Ends a waiting order by the payer's or the merchant's wish. Does nothing to one no longer waiting. */
export function closeOrder(books: Books, order: Order, reason: CloseReason): void {
  closeIfExpired(books, order);
  if (order.status === 'WAIT_CONFIRM') books.commit([closing(order, reason, books.clock.nowMs())]);
}

/** Takes the money held for an order. */
export function settleOrder(books: Books, order: Order): void {
  if (order.status !== 'PROCESSING' || order.payerAccountNo === null) return;
  books.commit(debitEntries(order, HOLDS_ACCOUNT, order.payerAccountNo, books.clock.nowMs()));
}

/** Closes an order whose confirmation has run out; whether it was this call that did. */
export function closeIfExpired(books: Books, order: Order): boolean {
  const nowMs = books.clock.nowMs();
  if (order.status !== 'WAIT_CONFIRM' || nowMs < order.expireAtMs) return false;
  books.commit([closing(order, 'EXPIRED', nowMs)]);
  return true;
}

function refusalOf(order: Order, nowMs: number): CloseReason | null {
  if (order.amountFen > ORDER_LIMIT_FEN) return 'LIMIT_EXCEEDED';
  return nowMs >= order.expireAtMs ? 'EXPIRED' : null;
}

function takingEntries(books: Books, order: Order, cardAccountNo: string, twist: DebitTwist): BankEntry[] {
  const nowMs = books.clock.nowMs();
  if ((books.state.balances.get(cardAccountNo) ?? 0) < order.amountFen) {
    return [closing(order, 'INSUFFICIENT_FUNDS', nowMs)];
  }
  if (twist.settleAfterMs === undefined) return debitEntries(order, cardAccountNo, cardAccountNo, nowMs);
  const settleAtMs = nowMs + twist.settleAfterMs;
  return [
    { type: 'orderHeld', merOrderNo: order.merOrderNo, payerAccountNo: cardAccountNo, settleAtMs },
    { type: 'moved', movement: movementOf(order, 'hold', cardAccountNo, HOLDS_ACCOUNT, nowMs) },
  ];
}

function debitEntries(
  order: Order,
  fromAccountNo: string,
  payerAccountNo: string,
  atMs: number,
): BankEntry[] {
  return [
    { type: 'orderDebited', merOrderNo: order.merOrderNo, payerAccountNo, atMs },
    { type: 'moved', movement: movementOf(order, 'debit', fromAccountNo, MERCHANT_ACCOUNT, atMs) },
  ];
}

function movementOf(order: Order, kind: 'hold' | 'debit', from: string, to: string, atMs: number): Movement {
  return {
    atMs,
    kind,
    fromAccountNo: from,
    toAccountNo: to,
    amountFen: order.amountFen,
    bankNo: order.bankOrderNo,
    merchantNo: order.merOrderNo,
    merOrderNo: order.merOrderNo,
  };
}

function closing(order: Order, reason: CloseReason, atMs: number): BankEntry {
  return { type: 'orderClosed', merOrderNo: order.merOrderNo, reason, atMs };
}

function sameTerms(order: Order, terms: OrderTerms): boolean {
  return (Object.keys(terms) as (keyof OrderTerms)[]).every((key) => order[key] === terms[key]);
}
