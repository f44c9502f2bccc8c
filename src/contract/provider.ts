import type { z } from 'zod';
import type { Money } from '../kernel/money.ts';
import type { AccountHolder, AccountInputs, BillPayment, LocalText, QueryOutcome } from './bill.ts';
import type { CallContext, InboundRequest, StatementFetch } from './context.ts';
import type { ProviderCapability } from './manifest.ts';
import type { Outcome, Reason } from './outcome.ts';
import type { ServiceOperations } from './service.ts';

/** Our side of a posting: `reference` is ours, the idempotency key at the agency, at most 32 characters. */
export interface PostingRequest {
  reference: string;
  agencyCode?: string;
  inputs: AccountInputs;
  /** What the query that the resident saw was called by the agency. */
  queryReference: string;
  bills: readonly BillPayment[];
  amount: Money;
  /** When the channel took the money, which is the agency's date of payment. */
  debitedAtMs: number;
}

/** The agency wrote the bills off. */
export interface PostingAccepted {
  agencyReference: string;
  postedAtMs: number;
}
export type PostingOutcome = Outcome<PostingAccepted>;

export type ValidationOutcome =
  | { kind: 'valid'; holder: AccountHolder }
  | { kind: 'noSuchAccount'; reason: Reason }
  | { kind: 'unavailable'; reason: Reason };

/** Something a prepaid account can be topped up with. */
export interface Plan {
  planId: string;
  name: LocalText;
  price: Money;
}

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
  ): Promise<{ kind: 'plans'; plans: readonly Plan[] } | { kind: 'unavailable'; reason: Reason }>;
  /** Once per reference, however often it is called. */
  pay(context: CallContext<Settings>, request: PostingRequest): Promise<PostingOutcome>;
  /** `notAttempted` means that the agency has never seen the reference. */
  queryPayment(
    context: CallContext<Settings>,
    request: { reference: string; agencyCode?: string },
  ): Promise<PostingOutcome>;
  reverse(
    context: CallContext<Settings>,
    request: { reference: string; originalReference: string; amount: Money },
  ): Promise<Outcome<{ agencyReference: string }>>;
  refund(
    context: CallContext<Settings>,
    request: { reference: string; originalReference: string; amount: Money },
  ): Promise<Outcome<{ agencyReference: string }>>;
  fetchStatement(context: CallContext<Settings>, request: { businessDate: string }): Promise<StatementFetch>;
  importBills(context: CallContext<Settings>, request: { businessDate: string }): Promise<StatementFetch>;
  exportAdvice(
    context: CallContext<Settings>,
    request: { businessDate: string; fileName: string; content: Uint8Array },
  ): Promise<Outcome<{ agencyReference: string }>>;
  parseWebhook(context: CallContext<Settings>, request: InboundRequest): Promise<ProviderEvent>;
  listAgencies(
    context: CallContext<Settings>,
  ): Promise<
    | { kind: 'agencies'; agencies: readonly { agencyCode: string; name: LocalText }[] }
    | { kind: 'unavailable'; reason: Reason }
  >;
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
