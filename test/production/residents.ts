import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { insist } from '../faults/insist.ts';
import { type Order, orderOf } from '../faults/payers.ts';
import type { Answer, Call, Person } from '../faults/people.ts';
import type { SandboxControl } from '../faults/sandbox-control.ts';
import { AGENCY_ID } from '../faults/world.ts';

const BETWEEN_TRIES_MS = 100;
const PATIENCE_MS = 90_000;
/** What a balancer says for servers that are gone, and a server for what it stands on. */
const SAYS_COME_BACK = new Set([502, 503]);

/**
 * Residents who pay one bill after another, and who know no more than a browser: what is not answered, or answered with
 * "come back", is sent again under the same key.
 */
export class Residents {
  /** Every order that was begun, with the payments that a 201 has named. */
  readonly orders: Order[] = [];
  /** What nobody should ever be told. */
  readonly wrongAnswers: string[] = [];
  private readonly power: SandboxControl;
  private running: Promise<void>[] = [];
  private isStopping = false;

  constructor(power: SandboxControl) {
    this.power = power;
  }

  start(people: readonly Person[]): void {
    this.running = people.map((person) => this.keepPaying(person));
  }

  /** Resolves when so many more payments have been acknowledged; rejects with what went wrong with any resident. */
  async pay(count: number): Promise<void> {
    const goal = this.acknowledged + count;
    const failed = Promise.all(this.running);
    while (this.acknowledged < goal) await Promise.race([sleep(BETWEEN_TRIES_MS), failed]);
  }

  /** Lets them finish what they have begun. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.running);
  }

  private get acknowledged(): number {
    return this.orders.filter(({ paymentIds }) => paymentIds.size > 0).length;
  }

  private async keepPaying(person: Person): Promise<void> {
    while (!this.isStopping) await this.payOneBill(person);
  }

  private async payOneBill(person: Person): Promise<void> {
    const accountNumber = await this.power.customerWithBill(null);
    const query = { agencyId: AGENCY_ID, inputs: { accountNumber } };
    const { body: seen } = await this.insist(
      person,
      { method: 'POST', path: '/v1/bill-queries', body: query },
      ({ body }) => body.outcome === 'due',
    );
    const order: Order = {
      accountNumber,
      idempotencyKey: randomUUID(),
      paymentIds: new Set(),
      refusedAs: null,
    };
    this.orders.push(order);
    const { status, body } = await this.insist(person, orderOf(seen, order.idempotencyKey));
    if (status !== 201) {
      order.refusedAs = body.code;
      return;
    }
    order.paymentIds.add(body.paymentId);
    const path = `/v1/payments/${body.paymentId}`;
    const { body: payment } = await this.insist(
      person,
      { path },
      (answer) => answer.body.confirmUrl !== null,
    );
    const confirmed = await fetch(`${payment.confirmUrl}/confirm`, { method: 'POST', redirect: 'manual' });
    await confirmed.arrayBuffer();
  }

  private insist(
    person: Person,
    call: Call,
    isGoodEnough: (answer: Answer) => boolean = () => true,
  ): Promise<Answer> {
    return insist(person, call, isGoodEnough, {
      betweenTriesMs: BETWEEN_TRIES_MS,
      patienceMs: PATIENCE_MS,
      comeBack: SAYS_COME_BACK,
      wrongAnswers: this.wrongAnswers,
    });
  }
}
