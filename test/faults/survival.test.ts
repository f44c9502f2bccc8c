import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { Notification } from '../../sandbox/bank/books.types.ts';
import { describeOnBothStacks } from '../support/stacks.ts';
import { auditBooks } from './books.ts';
import { clearFaults } from './fault-rules.ts';
import { groundOf } from './ground.ts';
import { orderOf, Payers, seeBill } from './payers.ts';
import { paymentState } from './payment-state.ts';
import { Door, type Person } from './people.ts';
import { emptyQueueStore } from './queue-store.ts';
import { comeToRest } from './rest.ts';
import { CHANNEL_ID, type Ground, World } from './world.ts';

const TEST_TIMEOUT_MS = 600_000;
const PAYERS = 6;
/** A transaction that asks for a second connection hangs with this one. */
const SMALLEST_POOL = 2;

describeOnBothStacks('with the smallest pool', (stack) => {
  let ground: Ground;
  let world: World;
  let door: Door;
  const payers: Payers[] = [];
  beforeAll(async () => {
    ground = groundOf(stack(), 3);
    world = await World.start(ground, SMALLEST_POOL);
    door = new Door(world);
  }, TEST_TIMEOUT_MS);
  afterAll(() => world.stop());
  afterEach(async () => {
    await clearFaults(world);
    const stillOpen = await comeToRest(world);
    const { violations } = await auditBooks(
      world,
      payers.flatMap(({ orders }) => orders),
    );
    expect([...stillOpen, ...violations, ...payers.flatMap(({ wrongAnswers }) => wrongAnswers)]).toEqual([]);
  }, TEST_TIMEOUT_MS);

  /** Lets residents pay while `work` goes on. */
  async function whilePaying(work: (paying: Payers) => Promise<void>): Promise<Payers> {
    const paying = new Payers(world);
    payers.push(paying);
    const people = await Promise.all(Array.from({ length: PAYERS }, () => door.resident()));
    paying.start(people, 1);
    try {
      await work(paying);
    } finally {
      await paying.stop();
    }
    return paying;
  }

  it(
    'all work is done though the queue’s store is emptied again and again',
    async () => {
      let emptied = 0;
      const { orders } = await whilePaying(async (paying) => {
        while (paying.orders.length < 15) {
          await emptyQueueStore(world, ground);
          emptied++;
          await sleep(100);
        }
      });
      expect(emptied).toBeGreaterThan(5);
      expect(orders.length).toBeGreaterThanOrEqual(15);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'a hundred identical requests at once make one payment',
    async () => {
      const person = await door.resident();
      const { call, order } = await someOrder(person);
      const answers = await Promise.all(Array.from({ length: 100 }, () => person.send(call)));
      const made = answers.filter(({ status }) => status === 201);
      const others = answers.filter(({ status }) => status !== 201);
      expect(made.length).toBeGreaterThan(0);
      expect(others.filter(({ body }) => body.code !== 'idempotency_in_flight')).toEqual([]);
      for (const { body } of made) order.paymentIds.add(body.paymentId);
      expect(order.paymentIds.size).toBe(1);
      const again = await person.send(call);
      expect(again).toMatchObject({ status: 201, text: made[0]?.text });
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'a hundred requests for one bill, each with a key of its own, make one payment',
    async () => {
      const person = await door.resident();
      const { call, order } = await someOrder(person);
      const answers = await Promise.all(
        Array.from({ length: 100 }, () =>
          person.send({ ...call, headers: { 'idempotency-key': randomUUID() } }),
        ),
      );
      const made = answers.filter(({ status }) => status === 201);
      const others = answers.filter(({ status }) => status !== 201);
      expect(made).toHaveLength(1);
      expect(others.filter(({ body }) => body.code !== 'bill_payment_in_flight')).toEqual([]);
      order.paymentIds.add(made[0]?.body.paymentId);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'every webhook delivered three times in any order changes nothing',
    async () => {
      await world.bank.arm({ operation: 'notify', fault: 'outOfOrder', share: 0.5, seed: 1 });
      // While payments are on their way, each message comes thrice from us beside once from the bank …
      await whilePaying(async (paying) => {
        while (paying.orders.length < 12) await deliverThrice(await notificationsOf(world));
      });
      await clearFaults(world);
      expect(await comeToRest(world)).toEqual([]);
      const all = await notificationsOf(world);
      expect(all.length).toBeGreaterThan(12);
      // … what the bank withheld came this way first; now all is known, and nothing may change any more.
      await deliverThrice(all);
      const before = await paymentState(world.db);
      await deliverThrice(all);
      expect(await paymentState(world.db)).toEqual(before);
    },
    TEST_TIMEOUT_MS,
  );

  /** An order that is ready to be sent, of a new bill. */
  async function someOrder(person: Person) {
    const accountNumber = await world.power.customerWithBill(null);
    const query = await seeBill(person, accountNumber);
    const order = {
      accountNumber,
      idempotencyKey: randomUUID(),
      paymentIds: new Set<string>(),
      refusedAs: null,
    };
    const kept = new Payers(world);
    kept.orders.push(order);
    payers.push(kept);
    return { order, call: orderOf(query, order.idempotencyKey) };
  }

  /** As the bank does, but three times each and all mixed. */
  async function deliverThrice(notifications: readonly Notification[]): Promise<void> {
    const webhook = new Webhook(world.webhookSecret);
    const deliveries = [...notifications, ...notifications, ...notifications].sort(() => Math.random() - 0.5);
    const statuses = await Promise.all(
      deliveries.map(async ({ webhookId, body }) => {
        const sentAt = new Date();
        const response = await fetch(`${world.server.url}/v1/webhooks/channels/${CHANNEL_ID}`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'webhook-id': webhookId,
            'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
            'webhook-signature': webhook.sign(webhookId, sentAt, body),
          },
          body,
        });
        await response.arrayBuffer();
        return response.status;
      }),
    );
    // 503 asks for another delivery: somebody else was writing the same payment, again and again.
    expect(statuses.filter((status) => status !== 204 && status !== 503)).toEqual([]);
  }
});

/** What the bank would have us know, whether or not it has told us. */
async function notificationsOf({ bank }: World): Promise<Notification[]> {
  return (await bank.bankBooks()).notifications;
}
