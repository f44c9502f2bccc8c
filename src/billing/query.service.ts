import {
  type Agency,
  canonicalInputs,
  checkTakesOrders,
  isOpen,
  maskedAccountOf,
  opensAtMs,
  type Route,
  readInputs,
} from '../agencies/index.ts';
import type { AccountInputs, Bill, Manifest } from '../contract/index.ts';
import { businessDateEndMs } from '../kernel/business-date.ts';
import { DomainError } from '../kernel/errors.ts';
import { newId, shardHintOf } from '../kernel/ids.ts';
import { RecentValues } from '../kernel/recent-values.ts';
import { type AccountAnswer, askAgency } from './account-answers.ts';
import type { BillingDeps } from './billing.deps.ts';
import type { BillQuery } from './billing.types.ts';
import { type BillClaim, findClaims } from './claim.repo.ts';
import { findBillQuery, insertBillQuery } from './query.repo.ts';

/** How long an agency's answer is good for looking at; a payment always asks again. */
const CACHE_MS = 10_000;
const CACHE_ENTRIES = 10_000;
/** What a payment is made of is at most so old: who orders at the same moment shares one answer. */
const FRESH_MS = 1_000;
/** How long after a query a payment may refer to it. */
const QUERY_VALID_MS = 15 * 60_000;

/** How long a look at a query may be behind what is being paid of it by now. */
const LOOK_KEPT_MS = 2_000;

/** What an agency said, when, and over which route: a payment of it takes the same. */
export interface RoutedAnswer {
  outcome: AccountAnswer;
  route: Route;
}

interface CachedAnswer extends RoutedAnswer {
  answeredAtMs: number;
  /** The query id each resident was given for this answer, so that looking twice does not store it twice. */
  queryIds: Map<string, string>;
}

/** A bill with the payment that is paying it right now, if one is. */
export interface QueriedBill extends Bill {
  inFlightPaymentId: string | null;
}
export type QueriedBills = Omit<BillQuery, 'bills'> & { bills: readonly QueriedBill[] };

/** Asks agencies what is owed. Identical questions in flight are asked once; answers are kept for a few seconds. */
export class BillQueries {
  private readonly deps: BillingDeps;
  private readonly answers: RecentValues<CachedAnswer>;
  /** By resident and query id. */
  private readonly looks: RecentValues<QueriedBills | null>;

  constructor(deps: BillingDeps) {
    this.deps = deps;
    this.answers = new RecentValues((key) => this.ask(key), deps.clock, CACHE_MS, CACHE_ENTRIES);
    this.looks = new RecentValues((key) => this.load(key), deps.clock, LOOK_KEPT_MS, CACHE_ENTRIES);
  }

  /**
   * What a resident owes on an account. `rawInputs` as typed; wrong ones throw `inputs_invalid` with field pointers,
   * an agency that does not exist `agency_not_found`, one that takes no payments from this resident `agency_suspended`,
   * `agency_retired` or `agency_not_open_to_you`.
   */
  async query(residentId: string, agencyId: string, rawInputs: AccountInputs): Promise<QueriedBills> {
    const agency = await this.takingAgency(residentId, agencyId);
    const inputs = readInputs(agency.manifest.inputs, rawInputs);
    const nowMs = this.deps.clock.nowMs();
    const hours = agency.manifest.serviceHours;
    if (!isOpen(hours, nowMs)) {
      const reason = { code: 'outside_service_hours', source: 'civicpay' } as const;
      const outcome = { kind: 'closedNow', reason, opensAtMs: opensAtMs(hours, nowMs) ?? undefined } as const;
      return {
        ...this.describe(agency, inputs, { outcome, route: this.deps.agencies.chooseRoute(agency) }, nowMs),
        bills: [],
      };
    }
    const key = answerKey(agencyId, inputs);
    let answer = await this.answers.get(key);
    let claims = await this.claimsOf(agency, nameIn(inputs, answer), billsOf(answer.outcome));
    if (isOutdated(answer, claims)) {
      this.answers.forget(key);
      answer = await this.answers.get(key);
      claims = await this.claimsOf(agency, nameIn(inputs, answer), billsOf(answer.outcome));
    }
    const query = this.describe(agency, inputs, answer, answer.answeredAtMs);
    if (!canBePaid(agency.manifest, answer.outcome)) return { ...query, bills: [] };
    return this.withClaims(agency, await this.keep(residentId, agency, query, answer), claims);
  }

  /**
   * What this resident saw, with what is being paid of it now or was a moment ago; the agency is not asked. Throws
   * `query_not_found`, also for another's, and `query_expired`.
   */
  async look(residentId: string, queryId: string): Promise<QueriedBills> {
    const seen = await this.looks.get(lookKey(residentId, queryId));
    if (!seen || seen.validUntilMs === null) throw new DomainError('notFound', 'query_not_found');
    if (seen.validUntilMs <= this.deps.clock.nowMs()) throw new DomainError('gone', 'query_expired');
    return seen;
  }

  /** What is owed this instant, for a payment about to be made of bills with these claims. */
  async askAgain(
    agency: Agency,
    inputs: AccountInputs,
    claims: ReadonlyMap<string, BillClaim>,
  ): Promise<RoutedAnswer> {
    const key = answerKey(agency.agencyId, inputs);
    const answer = await this.answers.get(key, FRESH_MS);
    if (!isOutdated(answer, claims)) return answer;
    this.answers.forget(key);
    return this.answers.get(key);
  }

  /** A payment makes what was answered before worthless. */
  forget(residentId: string, { queryId, agencyId, inputs }: BillQuery): void {
    this.answers.forget(answerKey(agencyId, inputs));
    this.looks.forget(lookKey(residentId, queryId ?? ''));
  }

  /** What this resident saw, or `query_not_found` / `query_expired`. */
  async recall(residentId: string, queryId: string): Promise<BillQuery & { validUntilMs: number }> {
    const query = await findBillQuery(this.deps.db, this.deps.vault, residentId, queryId);
    if (!query || query.validUntilMs === null) throw new DomainError('notFound', 'query_not_found');
    if (query.validUntilMs <= this.deps.clock.nowMs()) throw new DomainError('gone', 'query_expired');
    return { ...query, validUntilMs: query.validUntilMs };
  }

  /** The agency, when it takes new payments from this resident. */
  async takingAgency(residentId: string, agencyId: string): Promise<Agency> {
    const agency = await this.agency(agencyId);
    checkTakesOrders(agency, { residentId });
    return agency;
  }

  private async agency(agencyId: string): Promise<Agency> {
    const agency = await this.deps.agencies.getAgency(agencyId);
    if (!agency) throw new DomainError('notFound', 'agency_not_found');
    return agency;
  }

  /** Names one bill of one account without telling which: what two payments of it have in common. */
  billKey(agency: Agency, of: AccountName, billId: string): string {
    const text = `${agency.agencyId} ${accountName(of)} ${billId}`;
    return this.deps.vault.blindIndex(text, 'bill_claims.bill_key');
  }

  /** Names an account without telling which. */
  accountKey(agency: Agency, of: AccountName): string {
    return this.deps.vault.blindIndex(`${agency.agencyId} ${accountName(of)}`, 'payments.account_key');
  }

  private async load(key: string): Promise<QueriedBills | null> {
    const [residentId = '', queryId = ''] = key.split(' ');
    const query = await findBillQuery(this.deps.db, this.deps.vault, residentId, queryId);
    if (!query) return null;
    const agency = await this.agency(query.agencyId);
    const claims = await this.claimsOf(agency, query, query.bills);
    return this.withClaims(agency, query, claims);
  }

  private withClaims(agency: Agency, query: BillQuery, claims: ReadonlyMap<string, BillClaim>): QueriedBills {
    const bills = query.bills.map((bill) => {
      const claim = claims.get(this.billKey(agency, query, bill.billId));
      return { ...bill, inFlightPaymentId: claim && claim.releasedAtMs === null ? claim.paymentId : null };
    });
    return { ...query, bills };
  }

  private async ask(key: string): Promise<CachedAnswer> {
    const { agencyId, inputs } = JSON.parse(key) as { agencyId: string; inputs: AccountInputs };
    const agency = await this.agency(agencyId);
    const route = this.deps.agencies.chooseRoute(agency);
    const outcome = await askAgency(this.deps, agency, route, inputs);
    // Not having an answer is nothing worth keeping: whoever asks next asks the agency.
    if (outcome.kind === 'unavailable' || outcome.kind === 'closedNow')
      queueMicrotask(() => this.answers.forget(key));
    return { outcome, route, answeredAtMs: this.deps.clock.nowMs(), queryIds: new Map() };
  }

  private claimsOf(agency: Agency, of: AccountName, bills: readonly Bill[]): Promise<Map<string, BillClaim>> {
    return findClaims(
      this.deps.db,
      bills.map((bill) => this.billKey(agency, of, bill.billId)),
    );
  }

  private async keep(
    residentId: string,
    agency: Agency,
    described: BillQuery,
    answer: CachedAnswer,
  ): Promise<BillQuery> {
    const known = answer.queryIds.get(residentId);
    const query = {
      ...described,
      queryId: known ?? newId('qry', answer.answeredAtMs, shardHintOf(residentId)),
      validUntilMs: validUntilMs(agency.manifest, answer.answeredAtMs),
    };
    if (!known) {
      await insertBillQuery(this.deps.db, this.deps.vault, residentId, query);
      answer.queryIds.set(residentId, query.queryId);
    }
    return query;
  }

  private describe(
    agency: Agency,
    inputs: AccountInputs,
    { outcome, route }: RoutedAnswer,
    queriedAtMs: number,
  ): BillQuery {
    return {
      queryId: null,
      outcome: outcome.kind,
      agencyId: agency.agencyId,
      connectionId: route.connectionId,
      agencyCode: route.agencyCode ?? null,
      inputs,
      maskedAccount: maskedAccountOf(agency.manifest.inputs, inputs),
      queriedAtMs,
      validUntilMs: null,
      holder: ('holder' in outcome ? outcome.holder : null) ?? null,
      bills: billsOf(outcome),
      plans: outcome.kind === 'plans' ? outcome.plans : [],
      queryReference: ('queryReference' in outcome ? outcome.queryReference : null) ?? null,
      account: accountIn(outcome),
      nextBillOn: (outcome.kind === 'nothingDue' ? outcome.nextBillOn : null) ?? null,
      opensAtMs: (outcome.kind === 'closedNow' ? outcome.opensAtMs : null) ?? null,
      reason: 'reason' in outcome ? outcome.reason : null,
    };
  }
}

/** What names an account: the agency's own number of it, or else what was typed to find it. */
type AccountName = Pick<BillQuery, 'inputs' | 'account'>;
const accountName = ({ inputs, account }: AccountName) => account ?? canonicalInputs(inputs);
const accountIn = (outcome: AccountAnswer) => ('account' in outcome ? outcome.account : null) ?? null;
const nameIn = (inputs: AccountInputs, { outcome }: RoutedAnswer) => ({
  inputs,
  account: accountIn(outcome),
});

/** Whether a payment may refer to an answer: where nothing is due, only if the agency takes money in advance. */
function canBePaid(manifest: Manifest, outcome: AccountAnswer): boolean {
  if (outcome.kind === 'nothingDue') return manifest.acceptsAdvance;
  return outcome.kind === 'due' || outcome.kind === 'payable' || outcome.kind === 'plans';
}

/** Some minutes and, where the agency's answers hold for a day, its cut-off at the latest. */
function validUntilMs({ isQueryForSameDay, serviceHours, cutOff }: Manifest, answeredAtMs: number): number {
  const untilMs = answeredAtMs + QUERY_VALID_MS;
  if (!isQueryForSameDay) return untilMs;
  return Math.min(untilMs, businessDateEndMs(answeredAtMs, { timeZone: serviceHours.timeZone, cutOff }));
}

const billsOf = (outcome: AccountAnswer) => (outcome.kind === 'due' ? outcome.bills : []);

const lookKey = (residentId: string, queryId: string) => `${residentId} ${queryId}`;

/** The key of the cache is the question itself; it stays in memory. */
function answerKey(agencyId: string, inputs: AccountInputs): string {
  return JSON.stringify({ agencyId, inputs: JSON.parse(canonicalInputs(inputs)) });
}

/** The answer says due, and a payment has been posted since: another process may have done that. */
function isOutdated(answer: CachedAnswer, claims: ReadonlyMap<string, BillClaim>): boolean {
  return [...claims.values()].some(
    (claim) =>
      claim.releasedAs === 'posted' &&
      claim.releasedAtMs !== null &&
      claim.releasedAtMs >= answer.answeredAtMs,
  );
}
