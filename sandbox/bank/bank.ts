import type { Clock } from '../../src/kernel/clock.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { type SandboxHandler, sendJson, startSandboxServer } from '../support/http-server.ts';
import { SandboxClock } from '../support/sandbox-clock.ts';
import { Books } from './books.ts';
import { Cashier } from './cashier.ts';
import { type BankControl, ControlApi, createControl } from './control.ts';
import { Faults } from './faults.ts';
import { MerchantApi } from './merchant-api.ts';
import { Notifier } from './notifier.ts';
import { closeIfExpired, settleOrder } from './orders.ts';
import { settleRefund } from './refunds.ts';

export interface BankOptions {
  /** 0 is any free one. */
  port: number;
  /** Where the books are kept. */
  dataDir: string;
  merchantId: string;
  /** Shared with the merchant: signs calls and their answers. */
  merchantKey: string;
  /** `whsec_` and base64: signs notifications. */
  webhookSecret: string;
  controlToken: string;
  /** Real time, for signatures and as the base of the bank's own clock. */
  clock?: Clock;
}

export interface RunningBank {
  url: string;
  control: BankControl;
  stop(): Promise<void>;
}

/** How often the bank looks for orders whose time has come. */
const TICK_MS = 1_000;

/** Starts the bank: one server for the merchant, the payers' pages and control. */
export async function startBank(options: BankOptions): Promise<RunningBank> {
  const wallClock = options.clock ?? systemClock;
  const clock = new SandboxClock(wallClock);
  const books = await Books.open(options.dataDir, clock);
  const faults = new Faults();
  const settings = { autoConfirm: false };
  // The server knows its address only once it listens; nothing is served before all of it is there.
  let handle: SandboxHandler = async (_, response) => sendJson(response, 503, { error: 'starting' });
  const server = await startSandboxServer(options.port, (request, response) => handle(request, response));
  const baseUrl = server.url;
  const notifier = new Notifier({ books, faults, webhookSecret: options.webhookSecret, baseUrl });
  const tick = () => doWhatIsDue(books);
  const control = createControl({ books, faults, clock, notifier, server, settings, tick });
  const { merchantId, merchantKey } = options;
  const autoConfirm = () => settings.autoConfirm;
  const merchantApi = new MerchantApi({
    books,
    faults,
    baseUrl,
    merchantId,
    merchantKey,
    autoConfirm,
    wallClock,
  });
  const cashier = new Cashier(books, faults);
  const controlApi = new ControlApi(control, options.controlToken);
  handle = async (request, response) => {
    if (request.path.startsWith('/merchant/')) return merchantApi.handle(request, response);
    if (request.path.startsWith('/cashier/')) return cashier.handle(request, response);
    if (request.path.startsWith('/control/')) return controlApi.handle(request, response);
    if (request.path === '/health') return sendJson(response, 200, { status: 'UP' });
    sendJson(response, 404, { error: 'no such page' });
  };
  const ticker = setInterval(tick, TICK_MS);
  return {
    url: server.url,
    control,
    async stop() {
      clearInterval(ticker);
      await server.stop();
      await notifier.stop();
      await books.close();
    },
  };
}

/** Closes orders whose confirmation has run out, and takes or gives back money whose time has come. */
function doWhatIsDue(books: Books): void {
  const nowMs = books.clock.nowMs();
  for (const order of books.state.unfinishedOrders) {
    if (order.settleAtMs !== null && order.settleAtMs <= nowMs) settleOrder(books, order);
    else closeIfExpired(books, order);
  }
  for (const refund of books.state.unfinishedRefunds) {
    if (refund.settleAtMs !== null && refund.settleAtMs <= nowMs) settleRefund(books, refund);
  }
}
