import { randomUUID } from 'node:crypto';
import { seededDraws } from '../../sandbox/support/fault-plan.ts';
import { ACCOUNT_FAULTS } from './fault-rules.ts';
import { insist } from './insist.ts';
import type { Answer, Call, Person } from './people.ts';
import { AGENCY_ID, CHANNEL_ID, type World } from './world.ts';

/** One order: a bill of its own under an Idempotency-Key of its own. */
export interface Order {
  accountNumber: string;
  idempotencyKey: string;
  /** Every payment that an answer to it named: one at most. */
  paymentIds: Set<string>;
  /** The code of the definite refusal it ended in. */
  refusedAs: string | null;
}

const BETWEEN_TRIES_MS = 150;
/** Residents change their minds. */
const CANCELS_SHARE = 0.08;
/** … and press twice. */
const SENDS_TWICE_SHARE = 0.2;
/** A server that dies may take the same order down with it several times over. */
const PATIENCE_MS = 300_000;
const INSISTENCE = { betweenTriesMs: BETWEEN_TRIES_MS, patienceMs: PATIENCE_MS, comeBack: new Set([503]) };

/**
 * Residents who pay one bill after another, each with no more patience or knowledge than a browser: what is not answered is
 * sent again under the same key, until there is an answer.
 */
export class Payers {
  readonly orders: Order[] = [];
  /** What must never be said to anybody. */
  readonly wrongAnswers: string[] = [];
  private readonly insistence = { ...INSISTENCE, wrongAnswers: this.wrongAnswers };
  private readonly world: World;
  private isStopping = false;
  private running: Promise<void>[] = [];

  constructor(world: World) {
    this.world = world;
  }

  start(people: readonly Person[], seed: number): void {
    this.running = people.map((person, index) => this.keepPaying(person, seededDraws(seed + index)));
    // `stop` tells; until then nobody asks.
    for (const running of this.running) running.catch(() => {});
  }

  /** Lets them finish what they have begun. Rejects with what went wrong with any of them. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.running);
  }

  private async keepPaying(person: Person, draw: () => number): Promise<void> {
    while (!this.isStopping) await this.payOneBill(person, draw);
  }

  private async payOneBill(person: Person, draw: () => number): Promise<void> {
    const fault = ACCOUNT_FAULTS[Math.floor(draw() * ACCOUNT_FAULTS.length)] ?? null;
    const accountNumber = await this.world.power.customerWithBill(fault);
    const query = await seeBill(person, accountNumber, this.wrongAnswers);
    const order: Order = {
      accountNumber,
      idempotencyKey: randomUUID(),
      paymentIds: new Set(),
      refusedAs: null,
    };
    this.orders.push(order);
    const sendings = draw() < SENDS_TWICE_SHARE ? 2 : 1;
    const call = orderOf(query, order.idempotencyKey);
    await Promise.all(Array.from({ length: sendings }, () => this.sendOrder(person, order, call)));
    const [paymentId] = order.paymentIds;
    if (paymentId) await this.press(person, paymentId, draw() < CANCELS_SHARE ? 'cancel' : 'confirm');
  }

  private async sendOrder(person: Person, order: Order, call: Call): Promise<void> {
    const { status, body } = await insist(person, call, () => true, this.insistence);
    if (status === 201) order.paymentIds.add(body.paymentId);
    else order.refusedAs = body.code;
  }

  /** Presses a button on the bank's page, as soon as the payment says where that is. */
  private async press(person: Person, paymentId: string, button: 'confirm' | 'cancel'): Promise<void> {
    const path = `/v1/payments/${paymentId}`;
    const { body } = await insist(
      person,
      { path },
      ({ body }) => body.confirmUrl !== null || body.final || body.debitedAt !== null,
      this.insistence,
    );
    if (body.confirmUrl === null) return;
    const response = await fetch(`${body.confirmUrl}/${button}`, { method: 'POST', redirect: 'manual' });
    await response.arrayBuffer();
  }
}

/** Asks for the bills of an account until the power company has answered: on a busy machine it may be late at first. */
export async function seeBill(
  person: Person,
  accountNumber: string,
  wrongAnswers: string[] = [],
): Promise<Answer['body']> {
  const call = {
    method: 'POST',
    path: '/v1/bill-queries',
    body: { agencyId: AGENCY_ID, inputs: { accountNumber } },
  };
  const { body } = await insist(person, call, ({ body }) => body.outcome === 'due', {
    ...INSISTENCE,
    wrongAnswers,
  });
  return body;
}

/** The order of all that a query showed. */
export function orderOf(query: Answer['body'], idempotencyKey: string): Call {
  const bills: { billId: string; amountDue: { amountMinor: number } }[] = query.bills;
  return {
    method: 'POST',
    path: '/v1/payments',
    headers: { 'idempotency-key': idempotencyKey },
    body: {
      queryId: query.queryId,
      billIds: bills.map((bill) => bill.billId),
      amount: {
        amountMinor: bills.reduce((sum, bill) => sum + bill.amountDue.amountMinor, 0),
        currency: 'CNY',
      },
      channelId: CHANNEL_ID,
    },
  };
}
