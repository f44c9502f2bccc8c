import { timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { FaultRule } from '../support/fault-plan.ts';
import { type SandboxRequest, type SandboxServer, sendJson } from '../support/http-server.ts';
import type { SandboxClock } from '../support/sandbox-clock.ts';
import type { Books } from './books.ts';
import type { Movement, Notification, Order, Refund } from './books.types.ts';
import { FAULTS, FAULTS_OF, type Fault, type Faults, OPERATIONS } from './faults.ts';
import type { Notifier } from './notifier.ts';

/** The bank's books, for comparing with ours. */
export interface BankBooks {
  balances: Record<string, number>;
  /** Sum over all accounts: always zero. */
  trialBalanceFen: number;
  orders: Order[];
  refunds: Refund[];
  movements: Movement[];
  notifications: Notification[];
}

/** What tests and demos may do to the bank behind its back. */
export interface BankControl {
  /** Arms a fault; throws RangeError for one that the operation does not have. Returns the seed of its draws. */
  addFault(rule: FaultRule<Fault>): { seed: number };
  clearFaults(): void;
  /** Back to the first day: no orders, no faults, real time. */
  reset(): Promise<void>;
  /** Moves the bank's clock on, and does what falls due. */
  advanceClock(byMs: number): void;
  setClock(nowMs: number): void;
  books(): BankBooks;
  /** Takes every debit without a confirmation from now on, or no longer. */
  setAutoConfirm(on: boolean): void;
  /** Sends an order's notifications again; how many there are. */
  redeliver(merOrderNo: string): number;
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
}

export interface ControlParts {
  books: Books;
  faults: Faults;
  clock: SandboxClock;
  notifier: Notifier;
  server: SandboxServer;
  settings: { autoConfirm: boolean };
  /** Does what falls due by the clock. */
  tick(): void;
}

export function createControl({
  books,
  faults,
  clock,
  notifier,
  server,
  settings,
  tick,
}: ControlParts): BankControl {
  return {
    addFault(rule) {
      const possible = OPERATIONS.filter((one) => rule.operation === '*' || rule.operation === one);
      if (!possible.some((operation) => FAULTS_OF[operation].includes(rule.fault))) {
        throw new RangeError(`${rule.operation} has no fault ${rule.fault}`);
      }
      return faults.add(rule);
    },
    clearFaults: () => faults.clear(),
    async reset() {
      faults.clear();
      clock.reset();
      settings.autoConfirm = false;
      await books.reset();
    },
    advanceClock(byMs) {
      clock.advance(byMs);
      tick();
    },
    setClock(nowMs) {
      clock.set(nowMs);
      tick();
    },
    books: () => bankBooks(books),
    setAutoConfirm(on) {
      settings.autoConfirm = on;
    },
    redeliver: (merOrderNo) => notifier.redeliver(merOrderNo),
    goDown: () => server.goDown(),
    comeUp: () => server.comeUp(),
  };
}

function bankBooks({ state }: Books): BankBooks {
  return {
    balances: Object.fromEntries(state.balances),
    trialBalanceFen: [...state.balances.values()].reduce((sum, fen) => sum + fen, 0),
    orders: [...state.orders.values()],
    refunds: [...state.refunds.values()],
    movements: state.movements,
    notifications: [...state.notifications.values()],
  };
}

const faultBody = z.object({
  operation: z.enum([...OPERATIONS, '*']),
  fault: z.enum(FAULTS),
  times: z.int().positive().optional(),
  share: z.number().gt(0).max(1).optional(),
  seed: z.int().nonnegative().optional(),
  delayMs: z.int().nonnegative().max(600_000).optional(),
});
const clockBody = z.union([
  z.object({ advanceMs: z.int().positive() }),
  z.object({ setToMs: z.int().positive() }),
]);

/** The same over HTTP, under `/control`, for who holds the token (header `x-control-token`). */
export class ControlApi {
  private readonly control: BankControl;
  private readonly token: string;

  constructor(control: BankControl, token: string) {
    this.control = control;
    this.token = token;
  }

  async handle(request: SandboxRequest, response: ServerResponse): Promise<void> {
    if (!this.isAllowed(request)) return sendJson(response, 401, { error: 'wrong control token' });
    try {
      const result = await this.perform(`${request.method} ${request.path}`, request.body.toString('utf8'));
      if (result === undefined) sendJson(response, 404, { error: 'no such control' });
      else sendJson(response, 200, result);
    } catch (error) {
      if (!(error instanceof z.ZodError || error instanceof RangeError || error instanceof SyntaxError))
        throw error;
      sendJson(response, 400, { error: error.message });
    }
  }

  private isAllowed(request: SandboxRequest): boolean {
    const given = Buffer.from(request.headers['x-control-token'] ?? '');
    const expected = Buffer.from(this.token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  private async perform(route: string, body: string): Promise<unknown> {
    const { control } = this;
    switch (route) {
      case 'GET /control/books':
        return control.books();
      case 'POST /control/faults':
        return control.addFault(faultBody.parse(JSON.parse(body)));
      case 'DELETE /control/faults':
        control.clearFaults();
        return {};
      case 'POST /control/reset':
        await control.reset();
        return {};
      case 'POST /control/clock': {
        const change = clockBody.parse(JSON.parse(body));
        if ('advanceMs' in change) control.advanceClock(change.advanceMs);
        else control.setClock(change.setToMs);
        return {};
      }
      case 'POST /control/auto-confirm':
        control.setAutoConfirm(z.object({ on: z.boolean() }).parse(JSON.parse(body)).on);
        return {};
      case 'POST /control/redeliver': {
        const { merOrderNo } = z.object({ merOrderNo: z.string() }).parse(JSON.parse(body));
        return { count: control.redeliver(merOrderNo) };
      }
      case 'POST /control/outage': {
        const { forMs } = z.object({ forMs: z.int().positive().max(600_000) }).parse(JSON.parse(body));
        this.outage(forMs);
        return {};
      }
      default:
        return undefined;
    }
  }

  /** Goes down once this answer is out, and comes up by itself: no control can be reached meanwhile. */
  private outage(forMs: number): void {
    setImmediate(() => void this.control.goDown());
    setTimeout(() => void this.control.comeUp(), forMs).unref();
  }
}
