import type {
  AccountInputs,
  Bill,
  BillOperations,
  CallContext,
  Logger,
  Manifest,
  PostingOutcome,
  PostingRequest,
  Provider,
  QueryOutcome,
} from '../../../src/contract/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { newId } from '../../../src/kernel/ids.ts';
import { addMoney } from '../../../src/kernel/money.ts';

/** What the agency wrote down as posted. */
export interface BookedPosting {
  reference: string;
  amountMinor: number;
  billIds: readonly string[];
  businessDate: string;
}

/** An account made for one test. */
export interface ContractAccount {
  inputs: AccountInputs;
  /** Texts that may never appear in a reason or a log: the account number, the full name, the street. */
  personalData: readonly string[];
}

export type ContractFault =
  | 'timeoutBeforePosting'
  | 'timeoutAfterPosting'
  | 'refuse'
  | 'badJson'
  | 'wrongSignature'
  | 'unknownCode'
  | 'duplicate'
  | 'pendingThenPosted';

/**
 * The agency's side of the suite, started afresh for each group of tests: a real server that can be put in each state
 * and whose books can be read. Its time-outs are short (`settings`), so that nothing waits long.
 */
export interface ProviderSandbox<Settings> {
  settings: Settings;
  /** The agency's own time. */
  nowMs(): number;
  account(kind: 'oneDue' | 'severalDue' | 'nothingDue' | 'unknown'): Promise<ContractAccount>;
  /** The next call of the operation meets the fault. */
  fault(
    fault: ContractFault,
    operation: 'queryBills' | 'pay' | 'queryPayment' | 'fetchStatement',
  ): Promise<void>;
  /** Outside service hours, until `heal`. */
  close(): Promise<void>;
  /** Refuses connections, until `heal`. */
  goDown(): Promise<void>;
  /** Open, reachable and without faults again. The suite does it after each test. */
  heal(): Promise<void>;
  /** Lets what is pending be posted. */
  settle(): Promise<void>;
  books(): Promise<readonly BookedPosting[]>;
  /** Lets days go by until the files of all dates in the books are ready. */
  endDays(): Promise<void>;
  /** Reads a file as the agency documents it. */
  readStatement(content: Uint8Array): readonly { reference: string; amountMinor: number }[];
  stop(): Promise<void>;
}

export interface ProviderUnderTest<Settings> {
  name: string;
  provider: Provider<Settings>;
  manifest: Manifest;
  start(): Promise<ProviderSandbox<Settings>>;
}

/** Calls the provider as the platform does; logs and reasons go to `said`, for the check of personal data. */
export class Caller<Settings> {
  private readonly said: string[];
  private readonly operations: Provider<Settings>['operations'];
  private readonly context: CallContext<Settings>;

  constructor(
    provider: Provider<Settings>,
    settings: Settings,
    clients: Pick<CallContext<Settings>, 'http' | 'tcp'>,
    said: string[],
  ) {
    this.said = said;
    const keep = (message: string, fields?: Readonly<Record<string, unknown>>) => {
      said.push(JSON.stringify({ message, fields }));
    };
    const log: Logger = { debug: keep, info: keep, warn: keep, error: keep };
    this.operations = provider.operations;
    this.context = { settings, ...clients, clock: systemClock, log };
  }

  async call<Name extends keyof BillOperations<Settings>>(
    name: Name,
    request: Parameters<BillOperations<Settings>[Name]>[1],
  ): Promise<Awaited<ReturnType<BillOperations<Settings>[Name]>>> {
    const operation = this.operations[name];
    if (!operation) throw new Error(`the provider has no ${name}`);
    const run = operation as (context: CallContext<Settings>, request: unknown) => Promise<unknown>;
    const outcome = await run(this.context, request);
    if (typeof outcome === 'object' && outcome !== null && 'reason' in outcome) {
      this.said.push(JSON.stringify(outcome.reason));
    }
    return outcome as Awaited<ReturnType<BillOperations<Settings>[Name]>>;
  }

  query({ inputs }: ContractAccount): Promise<QueryOutcome> {
    return this.call('queryBills', { inputs });
  }

  pay(request: PostingRequest): Promise<PostingOutcome> {
    return this.call('pay', request);
  }

  ask(reference: string): Promise<PostingOutcome> {
    return this.call('queryPayment', { reference });
  }
}

export type Due = Extract<QueryOutcome, { kind: 'due' }>;

/** The bills of an account that has some; fails the test otherwise. */
export async function due<S>(caller: Caller<S>, account: ContractAccount): Promise<Due> {
  const outcome = await caller.query(account);
  if (outcome.kind !== 'due') throw new Error(`expected bills, got ${JSON.stringify(outcome)}`);
  return outcome;
}

/** A posting request for bills, under a new reference. */
export function postingOf(
  account: ContractAccount,
  query: Due,
  nowMs: number,
  bills: readonly Bill[] = query.bills,
): PostingRequest {
  const [first, ...rest] = bills.map(({ amountDue }) => amountDue);
  if (!first) throw new Error('no bills');
  return {
    reference: newId('pst', nowMs, 0),
    inputs: account.inputs,
    queryReference: query.queryReference,
    bills: bills.map(({ billId, amountDue }) => ({ billId, amount: amountDue })),
    amount: addMoney(first, ...rest),
    debitedAtMs: nowMs,
  };
}
