import { randomBytes } from 'node:crypto';
import { type Agencies, createAgencies } from '../../src/agencies/index.ts';
import { createBilling, PAYMENT_TOPIC, type Payment } from '../../src/billing/index.ts';
import { type OrderDraft, writeOrders } from '../../src/billing/order.repo.ts';
import type { Logger } from '../../src/contract/index.ts';
import { createVault, type Vault } from '../../src/infra/crypto/index.ts';
import { type Db, GroupCommit, openDb } from '../../src/infra/db/index.ts';
import { createLogger } from '../../src/infra/log/index.ts';
import { QueueFactory } from '../../src/infra/queue/index.ts';
import { Sweeper, TaskSender, TaskWorker } from '../../src/jobs/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId, randomShardHint, shardHintOf } from '../../src/kernel/ids.ts';
import { balancesThatDiffer, trialBalance } from '../../src/ledger/index.ts';
import { noBillStore } from '../../test/support/no-bill-store.ts';
import { NOTHING_SPECIAL } from '../../test/support/some-payment.ts';
import {
  BILL_MINOR,
  CHANNEL_CONNECTION,
  HANGING_CONNECTION,
  hangingProvider,
  instantChannel,
  instantHttpClient,
  instantManifest,
  instantProvider,
  noTcpClient,
  PROVIDER_CONNECTION,
  payAtOnce,
} from './instant-plug-ins.ts';

const LIMITS = { concurrency: 1_000, ratePerSecond: 10_000 };
const HANGING_LIMITS = { concurrency: 20, ratePerSecond: 1_000 };
const HANGING_TIMEOUT_MS = 5_000;
const LOOK_EVERY_MS = 10;

/**
 * civicpay's billing as its worker runs it, on a database and a Redis, with an agency and a bank that answer at once:
 * orders are committed by the write path of `PaymentOrders`, carried on by the real task worker over BullMQ.
 */
export class InstantCity {
  readonly db: Db;
  readonly agencies: Agencies;
  private readonly log: Logger;
  private readonly vault: Vault;
  private readonly agencyIds: readonly string[];
  private readonly connectionCount: number;
  private readonly sender: TaskSender;
  private readonly sweeper: Sweeper;
  private readonly worker: TaskWorker;
  private readonly orders: GroupCommit<OrderDraft, boolean>;
  /** Payments that the agency was told of: when their task has been worked on, they are posted. */
  private readonly toldAgency = new Set<string>();
  private readonly whenPosted = new Map<string, () => void>();

  private constructor(databaseUrl: string, redisUrl: string, agencyCount: number, connectionCount: number) {
    this.connectionCount = connectionCount;
    this.db = openDb({ url: databaseUrl });
    this.log = createLogger({ level: 'warn', service: 'bench' });
    this.vault = createVault({
      current: 'k',
      keys: { k: randomBytes(32).toString('base64') },
      indexKey: randomBytes(32).toString('base64'),
    });
    const foundation = { db: this.db, vault: this.vault, clock: systemClock, log: this.log };
    const providers = [this.noticingProvider(), hangingProvider(HANGING_TIMEOUT_MS)];
    const plugIns = { providers, channels: [instantChannel] };
    this.agencies = createAgencies({
      ...foundation,
      plugIns,
      httpClient: instantHttpClient,
      tcpClient: noTcpClient,
      billStoreOf: noBillStore,
    });
    this.agencyIds = Array.from({ length: agencyCount }, (_, index) => `instant-agency-${index}`);
    const prefix = `{bench-${randomBytes(6).toString('hex')}}`;
    const queues = new QueueFactory({ kind: 'redis', url: redisUrl, prefix }, (error) =>
      this.log.warn('the queue reports an error', { error }),
    );
    this.sender = new TaskSender(queues, [PAYMENT_TOPIC], this.log);
    const sendTasks = (taskIds: readonly string[]) => this.sender.send(PAYMENT_TOPIC, taskIds);
    const { advances } = createBilling({
      ...foundation,
      agencies: this.agencies,
      publicUrl: 'http://pay.example',
      sendTasks,
    });
    this.orders = new GroupCommit(
      this.db,
      (tx, drafts) => writeOrders(tx, this.vault, drafts, systemClock.nowMs()),
      { afterCommit: (drafts) => sendTasks(drafts.map((draft) => draft.payment.paymentId)) },
    );
    this.worker = new TaskWorker({ ...foundation, queues }, PAYMENT_TOPIC, async (tasks) => {
      const results = await advances.run(tasks);
      for (const { taskId } of tasks) if (this.toldAgency.delete(taskId)) this.whenPosted.get(taskId)?.();
      return results;
    });
    this.sweeper = new Sweeper(this.db, systemClock, this.log, this.sender);
  }

  /** Agencies are dealt out among the connections; one more connection, with one agency, never answers in time. */
  static async start(
    databaseUrl: string,
    redisUrl: string,
    agencyCount: number,
    connectionCount = 1,
  ): Promise<InstantCity> {
    const city = new InstantCity(databaseUrl, redisUrl, agencyCount, connectionCount);
    const connection = { settings: {}, limits: LIMITS };
    for (let index = 0; index < connectionCount; index++) {
      const connectionId = city.connectionIdOf(index);
      await city.agencies.putConnection({
        ...connection,
        connectionId,
        plug: 'provider',
        kind: instantProvider.kind,
      });
    }
    await city.agencies.putConnection({
      settings: {},
      limits: HANGING_LIMITS,
      connectionId: HANGING_CONNECTION,
      plug: 'provider',
      kind: HANGING_CONNECTION,
    });
    await city.agencies.putConnection({
      ...connection,
      connectionId: CHANNEL_CONNECTION,
      plug: 'channel',
      kind: instantChannel.kind,
    });
    for (const [index, agencyId] of city.agencyIds.entries()) {
      await city.agencies.publishManifest(instantManifest(agencyId, city.connectionIdOf(index)));
    }
    await city.agencies.publishManifest(instantManifest(HANGING_CONNECTION, HANGING_CONNECTION));
    city.worker.start();
    city.sweeper.start();
    return city;
  }

  /**
   * Carries so many payments from the order to the posting, never more than `inFlight` at once; resolves with how
   * long each took, in milliseconds.
   */
  async carry(count: number, inFlight: number): Promise<number[]> {
    const durationsMs: number[] = [];
    let ordered = 0;
    const resident = async () => {
      while (ordered < count) durationsMs.push(await this.carryOne(ordered++));
    };
    await Promise.all(Array.from({ length: inFlight }, resident));
    return durationsMs;
  }

  /**
   * Carries so many payments of the agencies that answer, never more than `inFlight` at once, and orders so many evenly among them of
   * the one that hangs; resolves when the former are posted.
   */
  async carryBeside(count: number, hangingCount: number, inFlight: number): Promise<void> {
    const firstId = newId('pay', systemClock.nowMs(), 0).slice(0, -14);
    const every = hangingCount > 0 ? Math.floor(count / hangingCount) : Number.POSITIVE_INFINITY;
    for (let [ordered, posted] = [0, 0]; posted < count; ) {
      const orders: Promise<unknown>[] = [];
      for (; ordered < Math.min(count, posted + inFlight); ordered++) {
        const agencyIndex = ordered % this.agencyIds.length;
        orders.push(this.order(this.agencyIds[agencyIndex] ?? '', this.connectionIdOf(agencyIndex)));
        if ((ordered + 1) % every === 0) orders.push(this.order(HANGING_CONNECTION, HANGING_CONNECTION));
      }
      await Promise.all(orders);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      const rows = this.db('payments').where('payment_id', '>=', firstId).andWhere('status', 'posted');
      posted = Number((await rows.count({ payments: '*' }))[0]?.payments);
    }
  }

  /** Whether so many payments are posted, to so many billers, with the books balanced. */
  async hasPosted(payments: number, billers: number): Promise<boolean> {
    const [row] = await this.db('payments')
      .where('status', 'posted')
      .count({ payments: '*' })
      .countDistinct({ billers: 'agency_id' });
    const isAll = Number(row?.payments) === payments && Number(row?.billers) === billers;
    const { balanced } = await trialBalance(this.db);
    return isAll && balanced && (await balancesThatDiffer(this.db)).length === 0;
  }

  /** Whether so many payments are debited and not posted, none of them given back: the agency that hangs has said nothing. */
  async hasUnknown(payments: number): Promise<boolean> {
    const statuses: string[] = await this.db('payments')
      .where('agency_id', HANGING_CONNECTION)
      .pluck('status');
    const waiting = statuses.filter((status) => status === 'debited' || status === 'postingUnknown');
    return statuses.length === payments && waiting.length === payments;
  }

  async stop(): Promise<void> {
    await this.sweeper.stop();
    await this.worker.stop();
    await this.sender.close();
    await this.db.destroy();
  }

  private async carryOne(index: number): Promise<number> {
    const startedAtMs = performance.now();
    const agencyIndex = index % this.agencyIds.length;
    const payment = draftPayment(this.agencyIds[agencyIndex] ?? '', this.connectionIdOf(agencyIndex));
    const posted = new Promise<void>((resolve) => this.whenPosted.set(payment.paymentId, resolve));
    await this.submit(payment);
    await posted;
    this.whenPosted.delete(payment.paymentId);
    return performance.now() - startedAtMs;
  }

  private order(agencyId: string, connectionId: string): Promise<unknown> {
    return this.submit(draftPayment(agencyId, connectionId));
  }

  private submit(payment: Payment): Promise<unknown> {
    const text = `${payment.agencyId} ${payment.paymentId}`;
    return this.orders.submit({ payment, billKeys: [this.vault.blindIndex(text, 'bill_claims.bill_key')] });
  }

  private connectionIdOf(agencyIndex: number): string {
    if (this.connectionCount === 1) return PROVIDER_CONNECTION;
    return `${PROVIDER_CONNECTION}-${agencyIndex % this.connectionCount}`;
  }

  /** The instant agency, noticed when it is told of a payment. */
  private noticingProvider(): typeof instantProvider {
    return {
      ...instantProvider,
      operations: {
        ...instantProvider.operations,
        pay: async (context, request) => {
          this.toldAgency.add(request.reference);
          return payAtOnce(context, request);
        },
      },
    };
  }
}

/** An order as `PaymentOrders` makes it of what a resident saw. */
function draftPayment(agencyId: string, connectionId: string): Payment {
  const nowMs = systemClock.nowMs();
  const residentId = newId('res', nowMs, randomShardHint());
  const amount = { amountMinor: BILL_MINOR, currency: 'CNY' };
  return {
    paymentId: newId('pay', nowMs, shardHintOf(residentId)),
    residentId,
    commandKey: randomBytes(32).toString('base64url'),
    agencyId,
    manifestVersion: 1,
    connectionId,
    ...NOTHING_SPECIAL,
    channelId: CHANNEL_CONNECTION,
    status: 'created',
    version: 1,
    amount,
    debitedMinor: null,
    inputs: { accountNumber: '0800000000011' },
    maskedAccount: '****0011',
    holder: { maskedName: '*明', maskedAddress: '广州市****3 号' },
    queryReference: 'Q1',
    bills: [{ billId: '202512', period: '2025-12', amount }],
    confirmUrl: null,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 900_000,
    debitedAtMs: null,
    channelReference: null,
    postedAtMs: null,
    agencyReference: null,
    refundedAtMs: null,
    refundRound: 0,
    promisedByMs: nowMs + 902_000,
    reason: null,
    updatedAtMs: nowMs,
  };
}
