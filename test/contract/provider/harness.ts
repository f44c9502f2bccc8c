import type {
  AccountInputs,
  Bill,
  BillOperations,
  BillStore,
  CallContext,
  Fulfilment,
  InboundRequest,
  Logger,
  Manifest,
  PostingOutcome,
  PostingRequest,
  Provider,
  ProviderCapability,
  QueryOutcome,
} from '../../../src/contract/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { newId } from '../../../src/kernel/ids.ts';
import { addMoney, money } from '../../../src/kernel/money.ts';

/** What the agency wrote down as posted. */
export interface BookedPosting {
  reference: string;
  amountMinor: number;
  /** Empty where an account was paid and not a bill. */
  billIds: readonly string[];
  businessDate: string;
  /** What it gave the resident to use, where it gives something: the outcome must carry the same. */
  fulfilment?: Fulfilment;
}

/** What the agency wrote down as undone. */
export interface BookedUndoing {
  /** Of the undoing itself. */
  reference: string;
  originalReference: string;
  amountMinor: number;
}

/** An account made for one test. */
export interface ContractAccount {
  inputs: AccountInputs;
  /** Texts that may never appear in a reason or a log: the account number, the full name, the street. */
  personalData: readonly string[];
  /** What to pay where no query and no plan states an amount; without it, the least that the amount rule allows. */
  amountMinor?: number;
}

/** Where an agency that sends files lays them out, and finds ours. */
export interface BillFolder {
  /** A file with one bill of the account; `unfinished` is not yet to be read. */
  layOutBills(account: ContractAccount, kind: 'good' | 'unreadable' | 'unfinished'): Promise<void>;
  /** What was laid out for the agency. */
  laidOut(): Promise<readonly { fileName: string; content: Uint8Array }[]>;
}

/** What a fault may strike: whatever a manifest of the provider declares. */
export type ContractOperation = ProviderCapability;

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
  /** For agencies whose books we keep: those books, in the state that the sandbox is in. */
  billStore?: BillStore;
  /** For providers that declare `importBills` or `exportAdvice`. */
  folder?: BillFolder;
  /** The agency's own time. */
  nowMs(): number;
  /** Where nothing is ever due, since an account or a plan is paid, each but `unknown` is one that can be paid for. */
  account(kind: 'oneDue' | 'severalDue' | 'nothingDue' | 'unknown'): Promise<ContractAccount>;
  /** The next call of the operation meets the fault. */
  fault(fault: ContractFault, operation: ContractOperation): Promise<void>;
  /** Outside service hours, until `heal`. */
  close(): Promise<void>;
  /** Refuses connections, until `heal`. */
  goDown(): Promise<void>;
  /** Open, reachable and without faults again. The suite does it after each test. */
  heal(): Promise<void>;
  /** Lets what is pending be posted. */
  settle(): Promise<void>;
  /** What was posted, undone since or not. */
  books(): Promise<readonly BookedPosting[]>;
  /** For providers that declare `reverse` or `refund`. */
  undoings?(): Promise<readonly BookedUndoing[]>;
  /** Lets days go by until the files of all dates in the books are ready, and the cut-off of each is past. */
  endDays(): Promise<void>;
  /** Reads a file as the agency documents it; what was undone is in it as a minus, or not at all. */
  readStatement(content: Uint8Array): readonly { reference: string; amountMinor: number }[];
  /** For files that no reader of reconciliation knows: their declared layout (docs/statements.md). */
  statementLayout?: unknown;
  /** For providers that declare `parseWebhook`: what the agency sends when a posting is finished, as if so long ago. */
  webhook?(posting: { reference: string }, ageSeconds?: number): Promise<InboundRequest>;
  stop(): Promise<void>;
}

export interface ProviderUnderTest<Settings> {
  name: string;
  provider: Provider<Settings>;
  manifest: Manifest;
  /** Further manifests over the same provider, proven by runs of their own: together they declare all that it has. */
  otherManifests?: readonly Manifest[];
  start(): Promise<ProviderSandbox<Settings>>;
}

/** Calls the provider as the platform does; logs and reasons go to `said`, for the check of personal data. */
export class Caller<Settings> {
  private readonly said: string[];
  private readonly operations: Provider<Settings>['operations'];
  private readonly context: CallContext<Settings>;
  private readonly agencyCode: string | undefined;

  constructor(
    { provider, manifest }: Pick<ProviderUnderTest<Settings>, 'provider' | 'manifest'>,
    settings: Settings,
    clients: Pick<CallContext<Settings>, 'http' | 'tcp' | 'billStore'>,
    said: string[],
  ) {
    this.said = said;
    this.agencyCode = manifest.agencyCode;
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
    const outcome = await run(this.context, { agencyCode: this.agencyCode, ...request });
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

/** A reference that nobody has used. */
export function newReference(nowMs: number): string {
  return newId('pst', nowMs, 0);
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
    reference: newReference(nowMs),
    inputs: account.inputs,
    queryReference: query.queryReference,
    bills: bills.map(({ billId, amountDue }) => ({ billId, amount: amountDue })),
    amount: addMoney(first, ...rest),
    debitedAtMs: nowMs,
  };
}

/** A posting request that the agency must accept, made as the manifest says a payment begins; under a new reference. */
export async function payable<S>(
  caller: Caller<S>,
  manifest: Manifest,
  account: ContractAccount,
  nowMs: number,
): Promise<PostingRequest> {
  if (manifest.queryKind === 'fetch') {
    return { ...postingOf(account, await due(caller, account), nowMs), ...payerOf(manifest) };
  }
  const request: PostingRequest = {
    reference: newReference(nowMs),
    inputs: account.inputs,
    bills: [],
    amount: money(account.amountMinor ?? leastAmountMinor(manifest), manifest.currency),
    ...payerOf(manifest),
    debitedAtMs: nowMs,
  };
  if (manifest.queryKind === 'direct') return request;
  if (manifest.queryKind === 'plan') {
    const { inputs } = account;
    const offered = await caller.call('plans', { inputs });
    if (offered.kind !== 'plans') throw new Error(`expected plans, got ${JSON.stringify(offered)}`);
    const { plans, queryReference } = offered;
    const [plan] = plans;
    if (!plan) throw new Error('no plans');
    return {
      ...request,
      planId: plan.planId,
      amount: plan.price,
      ...(queryReference ? { queryReference } : {}),
    };
  }
  const validated = await caller.call('validateAccount', { inputs: account.inputs });
  if (validated.kind !== 'valid') throw new Error(`expected an account, got ${JSON.stringify(validated)}`);
  const { queryReference } = validated;
  return { ...request, ...(queryReference ? { queryReference } : {}) };
}

function payerOf({ payer }: Manifest): Pick<PostingRequest, 'payer'> {
  return payer === 'named' ? { payer: { name: '付款人' } } : {};
}

/** The least that may be paid where the resident chooses the amount. */
function leastAmountMinor({ amountRule, amountPresetsMinor }: Manifest): number {
  if ('minimumMinor' in amountRule) return amountRule.minimumMinor;
  return amountRule.kind === 'multipleOf' ? amountRule.stepMinor : (amountPresetsMinor[0] ?? 100);
}

/** Amounts that break the amount rule by as little as can be, where `rightMinor` keeps it. */
export function wrongAmountsMinor({ amountRule, queryKind }: Manifest, rightMinor: number): number[] {
  const isStated = queryKind === 'fetch' || queryKind === 'plan';
  const wrong = {
    exact: () => (isStated ? [rightMinor - 1, rightMinor + 1] : []),
    atLeast: () => (isStated ? [rightMinor - 1] : []),
    atMost: ({ minimumMinor = 0 }) => [...(isStated ? [rightMinor + 1] : []), minimumMinor - 1],
    any: ({ minimumMinor = 0 }) => [minimumMinor - 1],
    range: ({ minimumMinor = 0, maximumMinor = 0 }) => [minimumMinor - 1, maximumMinor + 1],
    multipleOf: () => [rightMinor + 1],
  } satisfies Record<
    typeof amountRule.kind,
    (rule: { minimumMinor?: number; maximumMinor?: number }) => number[]
  >;
  return wrong[amountRule.kind](amountRule as { minimumMinor?: number }).filter((minor) => minor > 0);
}
