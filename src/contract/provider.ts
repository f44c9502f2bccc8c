import type { z } from 'zod';
import type { Money } from '../kernel/money.ts';
import type { AccountHolder, AccountInputs, BillPayment, LocalText, QueryOutcome } from './bill.ts';
import type { CallContext, InboundRequest, StatementFetch, StatementRequest } from './context.ts';
import type { ManifestInput, ProviderCapability } from './manifest.ts';
import type { Outcome, Reason } from './outcome.ts';
import type { ServiceOperations } from './service.ts';

/** Our side of a posting: `reference` is ours, the idempotency key at the agency, at most 32 characters. */
export interface PostingRequest {
  reference: string;
  agencyCode?: string;
  inputs: AccountInputs;
  /** What the query that the resident saw was called by the agency; absent where nothing is asked before paying. */
  queryReference?: string;
  /** Empty where an account is paid and not a bill. */
  bills: readonly BillPayment[];
  /** What is beyond the bills, to be kept in the account's favour; part of `amount`. */
  credit?: Money;
  /** What was chosen of `plans`. */
  planId?: string;
  amount: Money;
  /** Who pays, when the manifest asks for it: anybody may pay for anybody. Personal data. */
  payer?: Payer;
  /** When the channel took the money, which is the agency's date of payment. */
  debitedAtMs: number;
}

export interface Payer {
  name: string;
}

/** The agency wrote the bills off. */
export interface PostingAccepted {
  agencyReference: string;
  postedAtMs: number;
  /** What the resident still has to do with what was bought; the receipt shows it. */
  fulfilment?: Fulfilment;
}
export type PostingOutcome = Outcome<PostingAccepted>;

/** A token to type into a meter, or how to write what was bought onto a card. */
export type Fulfilment =
  | { kind: 'token'; token: string; units?: string }
  | { kind: 'cardWrite'; instruction: LocalText; code?: string };

export type ValidationOutcome =
  | { kind: 'valid'; holder: AccountHolder; queryReference?: string; account?: string }
  | { kind: 'noSuchAccount'; reason: Reason }
  | { kind: 'closedNow'; reason: Reason; opensAtMs?: number }
  | { kind: 'unavailable'; reason: Reason };

/** Something a prepaid account can be topped up with. */
export interface Plan {
  planId: string;
  name: LocalText;
  price: Money;
  description?: LocalText;
}

export type PlansOutcome =
  | {
      kind: 'plans';
      holder: AccountHolder;
      plans: readonly Plan[];
      queryReference?: string;
      account?: string;
    }
  | { kind: 'noSuchAccount'; reason: Reason }
  | { kind: 'closedNow'; reason: Reason; opensAtMs?: number }
  | { kind: 'unavailable'; reason: Reason };

/** Our side of undoing a posting: `reference` names the undoing itself, `originalReference` the posting. */
export interface UndoRequest {
  reference: string;
  originalReference: string;
  agencyCode?: string;
  amount: Money;
}

/** The agency owes nothing for the posting any more: the money may go back. */
export interface UndoAccepted {
  agencyReference: string;
  undoneAtMs: number;
}
export type UndoOutcome = Outcome<UndoAccepted>;

/**
 * An agency as a connection that carries many lists it: a manifest without what is ours to say, its id and the ways to it.
 * The listing is the same, whenever it is asked for, as long as nothing about the agency has changed.
 */
export type AgencyListing = Omit<
  ManifestInput,
  'id' | 'connection' | 'agencyCode' | 'costPpm' | 'otherRoutes'
> & { agencyCode: string };

export type ListingOutcome =
  | { kind: 'agencies'; agencies: readonly AgencyListing[] }
  | { kind: 'unavailable'; reason: Reason };

/** What the agency tells us unasked; `authentic` has been checked before it is returned. */
export type ProviderEvent =
  | { kind: 'posting'; eventId: string; reference: string; outcome: PostingOutcome }
  | { kind: 'ignored' }
  | { kind: 'notAuthentic' };

/** The operations about bills. A provider has those that its manifests declare. */
export interface BillOperations<Settings> {
  validateAccount(
    context: CallContext<Settings>,
    request: { agencyCode?: string; inputs: AccountInputs },
  ): Promise<ValidationOutcome>;
  queryBills(
    context: CallContext<Settings>,
    request: { agencyCode?: string; inputs: AccountInputs },
  ): Promise<QueryOutcome>;
  plans(
    context: CallContext<Settings>,
    request: { agencyCode?: string; inputs: AccountInputs },
  ): Promise<PlansOutcome>;
  /** Once per reference, however often it is called. */
  pay(context: CallContext<Settings>, request: PostingRequest): Promise<PostingOutcome>;
  /** `notAttempted` means that the agency has never seen the reference. */
  queryPayment(
    context: CallContext<Settings>,
    request: { reference: string; agencyCode?: string },
  ): Promise<PostingOutcome>;
  /** Undoes a posting before the agency's cut-off (冲正). Once per reference: called again, it tells what became of it. */
  reverse(context: CallContext<Settings>, request: UndoRequest): Promise<UndoOutcome>;
  /** Undoes a posting after the agency's cut-off (退款). Once per reference, as `reverse`. */
  refund(context: CallContext<Settings>, request: UndoRequest): Promise<UndoOutcome>;
  fetchStatement(context: CallContext<Settings>, request: StatementRequest): Promise<StatementFetch>;
  /**
   * Takes in the files of bills that the agency has laid out, each once; what is returned is the report on them. `emptyDay`: there
   * were none.
   */
  importBills(
    context: CallContext<Settings>,
    request: { agencyCode?: string; businessDate: string },
  ): Promise<StatementFetch>;
  /** Lays out a file of what was paid, whole or not at all; told again, it stays one file. */
  exportAdvice(
    context: CallContext<Settings>,
    request: { agencyCode?: string; businessDate: string; fileName: string; content: Uint8Array },
  ): Promise<Outcome<{ agencyReference: string }>>;
  parseWebhook(context: CallContext<Settings>, request: InboundRequest): Promise<ProviderEvent>;
  /** All that the connection carries: what is missing is carried no more. A part of the list is no answer. */
  listAgencies(context: CallContext<Settings>): Promise<ListingOutcome>;
}

export interface Provider<Settings = unknown> {
  /** The folder's name, and the connection's `provider`. */
  kind: string;
  /** Checks a connection's settings and secrets. */
  settings: z.ZodType<Settings>;
  operations: Partial<BillOperations<Settings> & ServiceOperations<Settings>>;
}

/** Declares a provider. An identity function that checks the types and freezes the result. */
export function defineProvider<Settings>(provider: Provider<Settings>): Readonly<Provider<Settings>> {
  return Object.freeze(provider);
}

/** Capabilities that a manifest declares and a provider lacks: must be empty. `slots` stands for five operations. */
export function missingCapabilities(
  provider: Pick<Provider, 'operations'>,
  declared: readonly ProviderCapability[],
): ProviderCapability[] {
  return declared.filter((capability) => provider.operations[capability] === undefined);
}
