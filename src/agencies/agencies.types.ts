import type {
  BillOperations,
  Channel,
  ChannelOperations,
  Exchange,
  LocalText,
  Manifest,
  Provider,
} from '../contract/index.ts';

export type { Exchange } from '../contract/index.ts';

/** One version of an agency's manifest; it never changes. */
export interface AgencyVersion {
  agencyId: string;
  manifest: Manifest;
  manifestVersion: number;
  /** The connection that carries it. */
  connectionId: string;
}

/** An agency as it is now: the version in effect, whether it takes payments, and whose. */
export interface Agency extends AgencyVersion {
  /** Only `live` ones take new payments and are listed; payments under way go on in any. */
  status: 'live' | 'suspended' | 'retired';
  /** Why it is not live, for residents. */
  statusReason: LocalText | null;
  rollout: Rollout;
}

/** For whom an agency is live; see `admits`. */
export interface Rollout {
  /** GB/T 2260 codes within the manifest's regions; null is all of them. */
  regions: readonly string[] | null;
  /** Of a hundred residents, how many; 100 is everybody. */
  sharePercent: number;
}

/** One provider or channel with its settings and secrets, and how hard it may be driven. */
export interface Connection {
  connectionId: string;
  plug: 'provider' | 'channel';
  /** The provider's or channel's `kind`. */
  kind: string;
  /** Decrypted and checked by the plug-in's own schema. */
  settings: unknown;
  limits: ConnectionLimits;
}

export interface ConnectionLimits {
  /** Calls under way at once, in one process. */
  concurrency: number;
  /** Calls begun a second, in one process. */
  ratePerSecond: number;
}

/** An outcome together with its evidence. */
export interface Called<T> {
  outcome: T;
  exchanges: readonly Exchange[];
}

type OperationName<Operations> = {
  [K in keyof Operations]: Operations[K] extends (...args: never[]) => unknown ? K : never;
}[keyof Operations];
type RequestOf<F> = F extends (context: never, request: infer R) => unknown ? R : never;
type ResultOf<F> = F extends (...args: never[]) => Promise<infer R> ? R : never;

export type BillOperationName = OperationName<BillOperations<unknown>>;
export type ChannelOperationName = OperationName<ChannelOperations<unknown>>;

/**
 * The only way to an agency or a channel: finds the connection, holds it to its limits, hands the plug-in its
 * context, and keeps the evidence. Messages that come in are read without regard to the limits. Throws only DomainError
 * `notFound connection_not_found`, also for a message to a plug-in that takes none: a plug-in that throws is logged as
 * the bug it is, and comes out as `fallback`, which the caller gives because only it knows what "unknown" looks like.
 */
export interface Gateway {
  provider<Name extends BillOperationName>(
    connectionId: string,
    operation: Name,
    request: RequestOf<BillOperations<unknown>[Name]>,
    fallback: ResultOf<BillOperations<unknown>[Name]>,
    /** What to answer when our own limits hold the call back: nothing was sent. */
    whenBusy: ResultOf<BillOperations<unknown>[Name]>,
  ): Promise<Called<ResultOf<BillOperations<unknown>[Name]>>>;
  channel<Name extends ChannelOperationName>(
    connectionId: string,
    operation: Name,
    request: RequestOf<ChannelOperations<unknown>[Name]>,
    fallback: ResultOf<ChannelOperations<unknown>[Name]>,
    whenBusy: ResultOf<ChannelOperations<unknown>[Name]>,
  ): Promise<Called<ResultOf<ChannelOperations<unknown>[Name]>>>;
}

/** What the composition root plugs in. */
export interface PlugIns {
  providers: readonly Provider[];
  channels: readonly Channel[];
}

export interface Page<T> {
  items: readonly T[];
  nextCursor: string | null;
}

export interface AgencyFilter {
  region?: string;
  category?: string;
  /** Part of a name, in either language; of Latin words the beginning. */
  search?: string;
  limit: number;
  cursor?: string;
}
