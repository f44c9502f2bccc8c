import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { Books } from './books.ts';
import type { OrderTerms } from './books.types.ts';
import { closeIfExpired, closeOrder, confirmOrder, openOrder, settleOrder } from './orders.ts';
import { openRefund, settleRefund } from './refunds.ts';

const names = ['a', 'b', 'c'] as const;
const name = fc.constantFrom(...names);
const amountFen = fc.integer({ min: 1, max: 1000 });

/** Anything that anybody may do to the bank, in any order. */
const step = fc.oneof(
  fc.record({ do: fc.constant('open' as const), name, amountFen, page: fc.boolean() }),
  fc.record({ do: fc.constant('confirm' as const), name, later: fc.boolean(), poor: fc.boolean() }),
  fc.record({ do: fc.constant('cancel' as const), name }),
  fc.record({ do: fc.constant('settle' as const), name }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 600 }) }),
  fc.record({ do: fc.constant('refund' as const), name, refund: name, amountFen, later: fc.boolean() }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class World {
  nowMs = 1_000;
  readonly books: Books;

  private constructor(books: Books) {
    this.books = books;
  }

  static async open(dataDir: string): Promise<World> {
    let world: World | undefined;
    const books = await Books.open(dataDir, { nowMs: () => world?.nowMs ?? 1_000 });
    world = new World(books);
    return world;
  }

  take(one: Step): void {
    const { books } = this;
    if (one.do === 'wait') this.nowMs += one.ms;
    else if (one.do === 'open') openOrder(books, this.terms(one.name, one.amountFen, one.page), {});
    else if (one.do === 'refund') {
      const terms = { merRefundNo: one.refund, merOrderNo: one.name, amountFen: one.amountFen, subject: 's' };
      openRefund(books, terms, one.later ? { settleAfterMs: 100 } : {});
    } else {
      const order = books.state.orders.get(one.name);
      if (!order) return;
      if (one.do === 'cancel') closeOrder(books, order, 'CANCELLED_BY_PAYER');
      else if (one.do === 'settle') {
        settleOrder(books, order);
        for (const refund of books.state.unfinishedRefunds) settleRefund(books, refund);
      } else {
        confirmOrder(
          books,
          order,
          one.poor ? 'card-0001' : 'card-6688',
          one.later ? { settleAfterMs: 100 } : {},
        );
      }
    }
  }

  private terms(merOrderNo: string, fen: number, page: boolean): OrderTerms {
    return {
      merOrderNo,
      amountFen: fen,
      subject: 's',
      expireAtMs: this.nowMs + 1_000,
      returnUrl: 'https://merchant.example/',
      notifyUrl: 'https://merchant.example/',
      confirmation: page ? 'page' : 'none',
    };
  }
}

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'books-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

it('whatever happens, the books balance, nothing is debited twice or refunded beyond its debit, and a replay gives the same', async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const folder = path.join(dataDir, String(++runs));
      const world = await World.open(folder);
      const { books } = world;
      for (const one of steps) {
        world.take(one);
        checkBooks(books);
      }
      for (const order of books.state.orders.values()) closeIfExpired(books, order);
      await books.close();
      const again = await Books.open(folder, { nowMs: () => world.nowMs });
      expect(again.state).toEqual(books.state);
      await again.close();
    }),
    { numRuns: 60 },
  );
});

function checkBooks({ state }: Books): void {
  expect([...state.balances.values()].reduce((sum, fen) => sum + fen, 0)).toBe(0);
  for (const order of state.orders.values()) {
    const moved = (kind: string) =>
      state.movements.filter(
        (movement) => movement.kind === kind && movement.merOrderNo === order.merOrderNo,
      );
    const debits = moved('debit').map((movement) => movement.amountFen);
    expect(debits).toEqual(order.status === 'DEBITED' ? [order.amountFen] : []);
    const refunded = moved('refund').reduce((sum, movement) => sum + movement.amountFen, 0);
    expect(refunded).toBeLessThanOrEqual(order.refundedFen);
    expect(order.refundedFen).toBeLessThanOrEqual(order.status === 'DEBITED' ? order.amountFen : 0);
  }
  const held = [...state.orders.values()].filter(({ status }) => status === 'PROCESSING');
  expect(state.balances.get('holds') ?? 0).toBe(held.reduce((sum, order) => sum + order.amountFen, 0));
}
