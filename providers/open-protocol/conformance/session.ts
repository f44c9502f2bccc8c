import type { AccountInputs, Manifest } from '../../../src/contract/index.ts';
import { businessDateOf } from '../../../src/kernel/business-date.ts';
import type { ProtocolPath } from '../client.ts';
import { billsAreSound } from '../map.ts';
import {
  billsAnswerSchema,
  type PaymentAnswer,
  type PaymentRequest,
  paymentAnswerSchema,
  plansAnswerSchema,
  undoAnswerSchema,
  validationAnswerSchema,
} from '../wire.ts';
import { type ConformanceTarget, Mismatch, type TestAccounts } from './conformance.types.ts';
import { newReference, Probe, type Reply } from './probe.ts';
import { readStatementRows, type StatementRow } from './statement-rows.ts';

type Account = TestAccounts['due'][number];
type Schema<T> = { safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error } };

/** A payment that can be made now, and the account that it is for. */
export interface Payable {
  account: Account;
  request: PaymentRequest;
}

/** More than a client keeps connections idle to one place while the kit runs. */
const MAX_ATTEMPTS = 20;

/** One run of the kit against one agency: what it may pay, and what it has paid so far. */
export class Session {
  readonly manifest: Manifest;
  readonly accounts: TestAccounts;
  readonly probe: Probe;
  readonly restart: (() => Promise<void>) | undefined;
  /** What the statement has to say in the end: accepted, and not reversed, by reference. */
  readonly posted = new Map<string, PaymentRequest>();
  readonly refunded = new Map<string, PaymentRequest>();
  /** References that may not be in the statement. */
  readonly notPosted = new Set<string>();
  /** Business dates that the run has touched. */
  private readonly dates = new Set<string>();
  private readonly free: Account[];
  /** What the check under way has taken, and paid. */
  private lent: Account[] = [];
  private paidInCheck: PaymentRequest[] = [];

  constructor(target: ConformanceTarget) {
    this.manifest = target.manifest;
    this.accounts = target.accounts;
    this.probe = new Probe(target);
    this.restart = target.restart;
    this.free = [...target.accounts.due];
  }

  has(capability: Manifest['capabilities'][number]): boolean {
    return this.manifest.capabilities.includes(capability);
  }

  /** A request about an account, as the agency is addressed. */
  about(inputs: AccountInputs): { agencyCode?: string; inputs: AccountInputs } {
    const { agencyCode } = this.manifest;
    return { ...(agencyCode === undefined ? {} : { agencyCode }), inputs };
  }

  addressed<T extends object>(request: T): T & { agencyCode?: string } {
    const { agencyCode } = this.manifest;
    return { ...request, ...(agencyCode === undefined ? {} : { agencyCode }) };
  }

  async bills(inputs: AccountInputs) {
    const answer = parsed(await this.probe.ask('/bills/query', this.about(inputs)), billsAnswerSchema);
    if (answer.outcome === 'due' && !billsAreSound(answer.bills)) {
      throw new Mismatch('bills whose lines do not add up, or with ids or currencies that do not fit');
    }
    return answer;
  }

  async validation(inputs: AccountInputs) {
    return parsed(await this.probe.ask('/accounts/validate', this.about(inputs)), validationAnswerSchema);
  }

  async plans(inputs: AccountInputs) {
    return parsed(await this.probe.ask('/plans/query', this.about(inputs)), plansAnswerSchema);
  }

  /** The path and the first word of the answer by which this agency's payments begin; null when nothing is asked. */
  question(): { path: ProtocolPath; found: string } | null {
    switch (this.manifest.queryKind) {
      case 'fetch':
        return { path: '/bills/query', found: 'due' };
      case 'validate':
        return { path: '/accounts/validate', found: 'valid' };
      case 'plan':
        return { path: '/plans/query', found: 'plans' };
      default:
        return null;
    }
  }

  /** Something to pay, asked for as the manifest says; throws Mismatch when no test account has anything. */
  async payable(): Promise<Payable> {
    const account = this.free.shift();
    if (!account)
      throw new Mismatch('no test account is left that has something to pay: give more under "due"');
    // Where nothing is used up, the account serves again at once.
    const isUsedUp = this.manifest.queryKind !== 'validate' && this.manifest.queryKind !== 'plan';
    (isUsedUp ? this.lent : this.free).push(account);
    const debitedAt = new Date(this.probe.nowMs()).toISOString();
    const payer = this.manifest.payer === 'named' ? { payer: { name: '测试' } } : {};
    const common = { ...this.about(account.inputs), reference: newReference(), ...payer, debitedAt };
    return { account, request: { ...common, ...(await this.whatToPay(account)) } };
  }

  private async whatToPay(account: Account) {
    const { currency, queryKind } = this.manifest;
    const chosen = { amountMinor: account.amountMinor ?? leastAmountMinor(this.manifest), currency };
    if (queryKind === 'fetch') return this.billsToPay(account);
    if (queryKind === 'plan') {
      const answer = await this.plans(account.inputs);
      const plan = answer.outcome === 'plans' ? answer.plans[0] : undefined;
      if (answer.outcome !== 'plans' || !plan) throw new Mismatch(`no plans, but ${answer.outcome}`);
      const { planId, price } = plan;
      return { bills: [], planId, amount: price, ...queryReferenceOf(answer) };
    }
    if (queryKind !== 'validate') return { bills: [], amount: chosen };
    const answer = await this.validation(account.inputs);
    if (answer.outcome !== 'valid') throw new Mismatch(`the account is not valid, but ${answer.outcome}`);
    return { bills: [], amount: chosen, ...queryReferenceOf(answer) };
  }

  private async billsToPay({ inputs }: Account) {
    const answer = await this.bills(inputs);
    if (answer.outcome !== 'due')
      throw new Mismatch(`a test account of "due" has no bills, but ${answer.outcome}`);
    const sorted = [...answer.bills].sort((a, b) => (a.period < b.period ? -1 : 1));
    const taken = this.manifest.billShape === 'all' ? sorted : sorted.slice(0, 1);
    const totalMinor = taken.reduce((total, { amountDue }) => total + amountDue.amountMinor, 0);
    return {
      bills: taken.map(({ billId, amountDue }) => ({ billId, amount: amountDue })),
      amount: { amountMinor: totalMinor, currency: this.manifest.currency },
      ...queryReferenceOf(answer),
    };
  }

  async pay(request: PaymentRequest): Promise<PaymentAnswer> {
    return this.noted(request, parsed(await this.probe.ask('/payments', request), paymentAnswerSchema));
  }

  /** Remembers what an answer to a payment means for the statement. */
  noted(request: PaymentRequest, answer: PaymentAnswer): PaymentAnswer {
    this.dates.add(this.today());
    if (answer.outcome === 'accepted') {
      this.posted.set(request.reference, request);
      this.paidInCheck.push(request);
      const { amount, reference } = answer;
      if (reference !== request.reference) throw new Mismatch('accepted under another reference');
      if (amount.amountMinor !== request.amount.amountMinor || amount.currency !== request.amount.currency) {
        throw new Mismatch(`accepted ${amount.amountMinor} ${amount.currency} instead of what was asked`);
      }
    }
    return answer;
  }

  async mustPay(request: PaymentRequest): Promise<PaymentAnswer & { outcome: 'accepted' }> {
    const answer = await this.pay(request);
    if (answer.outcome !== 'accepted')
      throw new Mismatch(`the payment was not accepted, but ${said(answer)}`);
    return answer;
  }

  async query(reference: string): Promise<PaymentAnswer> {
    const reply = await this.probe.ask('/payments/query', this.addressed({ reference }));
    return parsed(reply, paymentAnswerSchema);
  }

  /** After a restart the first calls may still go into connections that are dead. */
  async untilAnswering(): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      if (await this.probe.try('/payments/query', this.addressed({ reference: 'cfk_restarted' }))) return;
    }
  }

  async undo(way: 'reverse' | 'refund', request: PaymentRequest, reference = newReference()) {
    const { reference: originalReference, amount } = request;
    const body = this.addressed({ reference, originalReference, amount });
    const answer = parsed(await this.probe.ask(`/payments/${way}`, body), undoAnswerSchema);
    if (answer.outcome === 'accepted') {
      if (answer.reference !== reference || answer.amount.amountMinor !== amount.amountMinor) {
        throw new Mismatch('undone under another reference, or another amount');
      }
      if (way === 'reverse') this.posted.delete(originalReference);
      else this.refunded.set(reference, request);
    }
    return answer;
  }

  /** Ends a check: takes back what it has paid, where the agency can, so that its accounts serve the next one. */
  async settle(): Promise<void> {
    const [lent, paid] = [this.lent, this.paidInCheck];
    [this.lent, this.paidInCheck] = [[], []];
    for (const request of paid) {
      if (this.stands(request) && !(await this.isTakenBack(request))) return;
    }
    this.free.push(...lent);
  }

  private stands({ reference }: PaymentRequest): boolean {
    const isRefunded = [...this.refunded.values()].some((request) => request.reference === reference);
    return this.posted.has(reference) && !isRefunded;
  }

  private async isTakenBack(request: PaymentRequest): Promise<boolean> {
    const way = this.has('reverse') ? 'reverse' : this.has('refund') ? 'refund' : null;
    if (!way) return false;
    try {
      return (await this.undo(way, request)).outcome === 'accepted';
    } catch (error) {
      // A check of its own says what is wrong with undoing.
      if (error instanceof Mismatch) return false;
      throw error;
    }
  }

  /** How often a reference is in the statements of the dates that the run has touched, as posted. */
  async timesPosted(reference: string): Promise<number> {
    const rows = await this.rows();
    return rows.filter((row) => row.kind === 'payment' && row.reference === reference).length;
  }

  /** What the agency has posted so far on the dates of this run. */
  async rows(): Promise<StatementRow[]> {
    this.dates.add(this.today());
    const rows: StatementRow[] = [];
    for (const businessDate of this.dates) {
      const request = { businessDate, interim: true };
      rows.push(...readStatementRows(await this.probe.ask('/statements/query', request)));
    }
    return rows;
  }

  today(): string {
    const { timeZone } = this.manifest.serviceHours;
    return businessDateOf(this.probe.nowMs(), { timeZone, cutOff: this.manifest.cutOff });
  }
}

/** The answer as the schema has it; throws Mismatch with where it is not. */
export function parsed<T>(reply: Reply, schema: Schema<T>): T {
  const result = schema.safeParse(reply.json);
  if (result.success) return result.data;
  const { issues = [] } = result.error as { issues?: { path: PropertyKey[]; code?: string }[] };
  const places = issues
    .slice(0, 3)
    .map(({ path, code }) => `${path.map(String).join('.') || 'answer'} (${code})`);
  throw new Mismatch(`an answer that does not fit the schema at ${places.join(', ')}`);
}

/** An outcome and its reason, without personal data. */
export function said(answer: { outcome: string; reason?: { code: string } | undefined }): string {
  return answer.reason ? `${answer.outcome} (${answer.reason.code})` : answer.outcome;
}

function queryReferenceOf({ queryReference }: { queryReference?: string | undefined }) {
  return queryReference === undefined ? {} : { queryReference };
}

/** The least that may be paid where the payer names the amount. */
function leastAmountMinor({ amountRule, amountPresetsMinor }: Manifest): number {
  if ('minimumMinor' in amountRule) return amountRule.minimumMinor;
  return amountRule.kind === 'multipleOf' ? amountRule.stepMinor : (amountPresetsMinor[0] ?? 100);
}
