import path from 'node:path';
import type { Clock } from '../../src/kernel/clock.ts';
import { Journal } from '../support/journal.ts';
import type { BankEntry, BankState, Movement } from './books.types.ts';

/** Where customers' opening deposits came from. */
const VAULT_ACCOUNT = 'vault';
/** Money held for orders that are confirmed and not yet taken. */
export const HOLDS_ACCOUNT = 'holds';
export const MERCHANT_ACCOUNT = 'merchant';

/** Cards that residents may pay with on the page; made up. The second is there to run out of money. */
export const CARDS = [
  { accountNo: 'card-6688', tail: '6688', openingFen: 10_000_000_000_000 },
  { accountNo: 'card-0001', tail: '0001', openingFen: 1 },
] as const;
export const DEFAULT_CARD = CARDS[0];

/**
 * The bank's books: everything in memory, every change in a journal on disk. A change counts at once, for those who
 * come next; it may be told to anybody only after `durable()`.
 */
export class Books {
  readonly clock: Clock;
  state: BankState = emptyState();
  /** Told of each change once it counts; not of what is replayed. */
  onCommit: (entries: readonly BankEntry[]) => void = () => {};
  private readonly journal: Journal<BankEntry[]>;

  private constructor(journal: Journal<BankEntry[]>, clock: Clock) {
    this.journal = journal;
    this.clock = clock;
  }

  /** Opens the books kept in a folder, making them when there are none. */
  static async open(dataDir: string, clock: Clock): Promise<Books> {
    const { journal, entries } = await Journal.open<BankEntry[]>(path.join(dataDir, 'bank.jsonl'));
    const books = new Books(journal, clock);
    for (const entry of entries.flat()) apply(books.state, entry);
    if (entries.length === 0) books.commit(openingEntries(clock.nowMs()));
    await books.durable();
    return books;
  }

  /** All entries of a change, together or not at all. */
  commit(entries: BankEntry[]): void {
    for (const entry of entries) apply(this.state, entry);
    // Not awaited here: whoever answers awaits `durable()`. A failing disk ends the process.
    void this.journal.append(entries);
    this.onCommit(entries);
  }

  durable(): Promise<void> {
    return this.journal.durable();
  }

  async reset(): Promise<void> {
    await this.journal.clear();
    this.state = emptyState();
    this.commit(openingEntries(this.clock.nowMs()));
    await this.durable();
  }

  close(): Promise<void> {
    return this.journal.close();
  }
}

function emptyState(): BankState {
  return {
    orders: new Map(),
    refunds: new Map(),
    notifications: new Map(),
    movements: [],
    balances: new Map(),
    ordersByToken: new Map(),
    unfinishedOrders: new Set(),
    unfinishedRefunds: new Set(),
  };
}

function openingEntries(atMs: number): BankEntry[] {
  return CARDS.map(({ accountNo, openingFen }) => ({
    type: 'moved',
    movement: {
      atMs,
      kind: 'opening',
      fromAccountNo: VAULT_ACCOUNT,
      toAccountNo: accountNo,
      amountFen: openingFen,
      bankNo: '',
      merchantNo: '',
      merOrderNo: '',
    },
  }));
}

/** Applies one entry; the same when it happens and when it is replayed. */
function apply(state: BankState, entry: BankEntry): void {
  switch (entry.type) {
    case 'orderOpened': {
      // A copy: entries are what was written, orders live on.
      const order = { ...entry.order };
      state.orders.set(order.merOrderNo, order);
      state.ordersByToken.set(order.cashierToken, order);
      if (order.status === 'WAIT_CONFIRM') state.unfinishedOrders.add(order);
      return;
    }
    case 'orderHeld': {
      const order = existing(state.orders, entry.merOrderNo);
      Object.assign(order, {
        status: 'PROCESSING',
        payerAccountNo: entry.payerAccountNo,
        settleAtMs: entry.settleAtMs,
      });
      return;
    }
    case 'orderDebited': {
      const order = existing(state.orders, entry.merOrderNo);
      Object.assign(order, {
        status: 'DEBITED',
        payerAccountNo: entry.payerAccountNo,
        finishedAtMs: entry.atMs,
      });
      state.unfinishedOrders.delete(order);
      return;
    }
    case 'orderClosed': {
      const order = existing(state.orders, entry.merOrderNo);
      Object.assign(order, { status: 'CLOSED', closeReason: entry.reason, finishedAtMs: entry.atMs });
      state.unfinishedOrders.delete(order);
      return;
    }
    case 'refundOpened': {
      const refund = { ...entry.refund };
      state.refunds.set(refund.merRefundNo, refund);
      if (refund.status !== 'PROCESSING') return;
      state.unfinishedRefunds.add(refund);
      existing(state.orders, refund.merOrderNo).refundedFen += refund.amountFen;
      return;
    }
    case 'refundSettled': {
      const refund = existing(state.refunds, entry.merRefundNo);
      Object.assign(refund, { status: 'REFUNDED', finishedAtMs: entry.atMs });
      state.unfinishedRefunds.delete(refund);
      return;
    }
    case 'moved':
      applyMovement(state, entry.movement);
      return;
    case 'notificationQueued':
      state.notifications.set(entry.notification.webhookId, { ...entry.notification });
      return;
    case 'notificationEnded':
      existing(state.notifications, entry.webhookId).state = entry.state;
      return;
  }
}

function applyMovement(state: BankState, movement: Movement): void {
  state.movements.push(movement);
  const { fromAccountNo, toAccountNo, amountFen } = movement;
  state.balances.set(fromAccountNo, (state.balances.get(fromAccountNo) ?? 0) - amountFen);
  state.balances.set(toAccountNo, (state.balances.get(toAccountNo) ?? 0) + amountFen);
}

function existing<T>(map: Map<string, T>, key: string): T {
  const value = map.get(key);
  if (!value) throw new Error('the journal names something that it never opened');
  return value;
}
