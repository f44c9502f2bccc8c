import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BillFileSetupInput, createBillFiles, createBillStore } from '../../src/bill-files/index.ts';
import { postingsOf, undoingsOf } from '../../src/bill-files/postings.repo.ts';
import {
  type BillStore,
  manifestSchema,
  type PostingRequest,
  type Reason,
  type UndoRequest,
} from '../../src/contract/index.ts';
import { createVault } from '../../src/infra/crypto/index.ts';
import { type Db, openDb } from '../../src/infra/db/index.ts';
import { addDays } from '../../src/kernel/business-date.ts';
import { parseMinor } from '../../src/kernel/money.ts';
import type {
  BillFolder,
  ContractAccount,
  ContractFault,
  ContractOperation,
  ProviderSandbox,
} from '../../test/contract/provider/harness.ts';
import { providerContract } from '../../test/contract/provider.contract.ts';
import { describeOnBothStacks, type Stack } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import fileBiller from './index.ts';
import type { Settings } from './settings.ts';

const NAME = '司徒文轩';
const HEADING = '客户编号,业主姓名,账单号,账期,物业服务费,公摊水电,停车费,应缴金额,缴费期限';
const read = (file: string) => readFileSync(path.join(import.meta.dirname, file), 'utf8');
const manifest = manifestSchema.parse(JSON.parse(read('manifests/guangzhou-property.json')));
const SETUP: BillFileSetupInput = JSON.parse(read('setups/guangzhou-property.json'));
const AGENCY = manifest.id;
const log = { debug() {}, info() {}, warn() {}, error() {} };
const KEY = () => randomBytes(32).toString('base64');
const vault = createVault({ current: 'k', keys: { k: KEY() }, indexKey: KEY() });
/** Postings stay for ever: each group of tests has a year of its own. */
let year = 2030;
const NO_ANSWER: Reason = { code: 'no_answer', source: 'civicpay' };

/** A property manager with a spreadsheet: real books on a real database, and a folder. */
class PropertyManager implements ProviderSandbox<Settings> {
  readonly settings: Settings;
  readonly billStore: BillStore;
  readonly folder: BillFolder;
  private readonly firstDate = `${year++}-01-15`;
  private readonly clock = new TestClock(Date.parse(`${this.firstDate}T12:00:00+08:00`));
  private readonly dir = mkdtempSync(path.join(tmpdir(), 'file-biller-'));
  private readonly db: Db;
  /** To a port where nobody listens. */
  private readonly deadDb: Db;
  private readonly files: ReturnType<typeof createBillFiles>;
  private faults: { fault: ContractFault; operation: ContractOperation }[] = [];
  private waiting: PostingRequest[] = [];
  private isDown = false;
  private count = 0;

  constructor({ db, databaseUrl }: Stack) {
    this.db = db;
    this.deadDb = openDb({ url: Object.assign(new URL(databaseUrl), { port: '1' }).href, poolMax: 1 });
    const deps = { db, vault, clock: this.clock, log };
    const getAgency = async () => ({ agencyId: AGENCY, manifest, manifestVersion: 1 }) as never;
    this.files = createBillFiles({ ...deps, agencies: { getAgency } });
    const alive = createBillStore(deps)(manifest.connection);
    const dead = createBillStore({ ...deps, db: this.deadDb })(manifest.connection);
    this.billStore = this.faulty(() => (this.isDown ? dead : alive));
    this.settings = { folder: this.dir };
    this.folder = {
      layOutBills: async (account, kind) => this.layOutBills(account, kind),
      laidOut: async () => {
        const out = path.join(this.dir, AGENCY, 'out');
        return readdirSync(out).map((fileName) => ({
          fileName,
          content: readFileSync(path.join(out, fileName)),
        }));
      },
    };
  }

  static async start(stack: Stack): Promise<PropertyManager> {
    for (const table of ['bill_books', 'bill_revisions', 'filed_bills', 'filed_payments_of_bills']) {
      await stack.db(table).delete();
    }
    const manager = new PropertyManager(stack);
    await manager.files.setUp(AGENCY, SETUP);
    return manager;
  }

  nowMs = () => this.clock.nowMs();

  async account(kind: 'oneDue' | 'severalDue' | 'nothingDue' | 'unknown'): Promise<ContractAccount> {
    this.count += 1;
    const customerNumber = `WY${20_000_000 + this.count}`;
    const known = { inputs: { customerNumber }, personalData: [customerNumber, NAME] };
    const bill = (period: string, amount: string) =>
      `${customerNumber},${NAME},B${period},${period},,,,${amount},`;
    const lines = {
      oneDue: [bill('2025-12', '286.50')],
      severalDue: [bill('2025-10', '286.50'), bill('2025-11', '286.50'), bill('2025-12', '301.07')],
      nothingDue: [bill('2025-12', '0')],
      unknown: [],
    }[kind];
    if (lines.length === 0) return known;
    const file = path.join(this.dir, `${this.count}.csv`);
    writeFileSync(file, [HEADING, ...lines].join('\n'));
    const request = { agencyId: AGENCY, path: file, fileName: 'bills.csv', importedBy: null };
    expect(await this.files.importFile(request)).toMatchObject({ kind: 'imported' });
    return known;
  }

  async fault(fault: ContractFault, operation: ContractOperation): Promise<void> {
    this.faults.push({ fault, operation });
  }

  async close(): Promise<void> {
    await this.files.setUp(AGENCY, { ...SETUP, isOpen: false });
  }

  async goDown(): Promise<void> {
    this.isDown = true;
  }

  async heal(): Promise<void> {
    this.isDown = false;
    this.faults = [];
    await this.files.setUp(AGENCY, SETUP);
  }

  async settle(): Promise<void> {
    for (const request of this.waiting.splice(0)) await this.billStore.post(request);
  }

  async books() {
    const postings = (await this.eachDate((date) => postingsOf(this.db, vault, AGENCY, date))).flat();
    return postings.map(({ reference, amountMinor, businessDate, details }) => ({
      reference,
      amountMinor,
      businessDate,
      billIds: details.bills.map(({ billId }) => billId),
    }));
  }

  async undoings() {
    const undoings = (await this.eachDate((date) => undoingsOf(this.db, vault, AGENCY, date))).flat();
    return undoings.map(({ undoing: { reference, originalReference }, posting: { amountMinor } }) => ({
      reference,
      originalReference,
      amountMinor,
    }));
  }

  async endDays(): Promise<void> {
    this.clock.advance(3 * 86_400_000);
  }

  readStatement(content: Uint8Array): { reference: string; amountMinor: number }[] {
    const [heading = [], ...lines] = Buffer.from(content)
      .toString('utf8')
      .trim()
      .split('\r\n')
      .map((line) => line.split(','));
    const [reference, amount, way] = ['平台流水号', '金额', '类型'].map((name) => heading.indexOf(name));
    const sums = new Map<string, { reference: string; amountMinor: number }>();
    for (const cells of lines.slice(0, -1)) {
      const key = `${cells[reference ?? 0]} ${cells[way ?? 0]}`;
      const sum = sums.get(key) ?? { reference: cells[reference ?? 0] ?? '', amountMinor: 0 };
      sum.amountMinor += parseMinor(cells[amount ?? 0] ?? '', 'CNY');
      sums.set(key, sum);
    }
    return [...sums.values()];
  }

  async stop(): Promise<void> {
    await this.deadDb.destroy();
    rmSync(this.dir, { recursive: true });
  }

  private layOutBills({ inputs }: ContractAccount, kind: 'good' | 'unreadable' | 'unfinished'): void {
    this.count += 1;
    const inbox = path.join(this.dir, AGENCY, 'in');
    mkdirSync(inbox, { recursive: true });
    const file = path.join(inbox, `${this.count}.csv${kind === 'unfinished' ? '.part' : ''}`);
    const bill = `${inputs.customerNumber},${NAME},LATER,2026-01,,,,99.90,`;
    writeFileSync(file, kind === 'unreadable' ? '%PDF-1.7' : `${HEADING}\n${bill}\n`);
    const longAgo = new Date('2026-01-01');
    utimesSync(file, longAgo, longAgo);
  }

  private async eachDate<T>(of: (date: string) => Promise<T>): Promise<T[]> {
    const found: T[] = [];
    const last = addDays(new Date(this.clock.nowMs()).toISOString().slice(0, 10), 1);
    for (let date = this.firstDate; date <= last; date = addDays(date, 1)) found.push(await of(date));
    return found;
  }

  /** The books, as they look when the way to the database breaks, or when the agency takes its time. */
  private faulty(store: () => BillStore): BillStore {
    const take = (operation: ContractOperation) => {
      const at = this.faults.findIndex((each) => each.operation === operation);
      return at === -1 ? null : (this.faults.splice(at, 1)[0]?.fault ?? null);
    };
    const told = async <R extends PostingRequest | UndoRequest>(
      operation: ContractOperation,
      request: R,
      tell: (request: R) => Promise<unknown>,
    ): Promise<never> => {
      const fault = take(operation);
      const { amountMinor, currency } = request.amount;
      // More than was asked for: a definite no of the books.
      if (fault === 'refuse') request = { ...request, amount: { amountMinor: amountMinor + 1, currency } };
      if (fault === 'timeoutBeforePosting') return { kind: 'unknown', reason: NO_ANSWER } as never;
      if (fault === 'pendingThenPosted') {
        this.waiting.push(request as PostingRequest);
        return { kind: 'pending' } as never;
      }
      const outcome = await tell(request);
      if (fault === 'duplicate') return { kind: 'duplicate' } as never;
      return (
        fault === null || fault === 'refuse' ? outcome : { kind: 'unknown', reason: NO_ANSWER }
      ) as never;
    };
    const asked = async <T>(operation: ContractOperation, kind: string, ask: () => Promise<T>): Promise<T> =>
      take(operation) === null ? ask() : ({ kind, reason: NO_ANSWER } as never);
    return {
      findBills: (request) => asked('queryBills', 'unavailable', () => store().findBills(request)),
      post: (request) => told('pay', request, (asTold) => store().post(asTold)),
      findPosting: async ({ reference }) =>
        this.waiting.some((request) => request.reference === reference)
          ? { kind: 'pending' }
          : asked('queryPayment', 'unknown', () => store().findPosting({ reference })),
      reverse: (request) => told('reverse', request, (asTold) => store().reverse(asTold)),
      refund: (request) => told('refund', request, (asTold) => store().refund(asTold)),
      advice: (request) => asked('fetchStatement', 'unavailable', () => store().advice(request)),
      importFile: (request) => store().importFile(request),
    };
  }
}

describeOnBothStacks('books that we keep', (stack) => {
  providerContract({
    name: 'file-biller',
    provider: fileBiller,
    manifest,
    start: () => PropertyManager.start(stack()),
  });
});
