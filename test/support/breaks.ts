import { randomBytes } from 'node:crypto';
import type { DoneBy } from '../../src/accounts/index.ts';
import type { Billing, PaymentStanding, PostingReview } from '../../src/billing/index.ts';
import type { Logger } from '../../src/contract/index.ts';
import type { Vault } from '../../src/infra/crypto/index.ts';
import { type Db, transact } from '../../src/infra/db/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { type JournalDraft, postJournals } from '../../src/ledger/index.ts';
import {
  type BreakClass,
  type BreaksModule,
  createBreaks,
  type StatementSource,
  sourceSettingsSchema,
} from '../../src/reconciliation/index.ts';
import { createTestVault } from './accounts.ts';
import type { City } from './city.ts';
import { TestClock } from './test-clock.ts';

/** What stands in for the other side: what each payment's channel or agency says when it is asked. */
export interface SaidOfPayments {
  debits: Map<string, Partial<PaymentStanding>>;
  postings: Map<string, PostingReview>;
  asked: string[];
}

/** A row of a break to be made: positive is collected. */
export interface RowToMake {
  side: 'ours' | 'theirs';
  amountMinor: number;
  ref?: string;
  paymentId?: string;
  status?: 'final' | 'pending' | 'failed';
  currency?: string;
}

export const FINANCE = [newId('stf', 0, 1), newId('stf', 0, 2), newId('stf', 0, 3)] as const;

/** Breaks of one channel and one agency, found by no run but put there, with what their run would have booked. */
export class BreakDesk {
  readonly db: Db;
  readonly clock: TestClock;
  readonly vault: Vault;
  readonly log: Logger = { debug() {}, info() {}, warn() {}, error() {} };
  readonly said: SaidOfPayments = { debits: new Map(), postings: new Map(), asked: [] };
  readonly ordered: { refundId: string; amountMinor: number }[] = [];
  readonly refundStates = new Map<string, 'refunding' | 'refunded' | 'refundBlocked'>();
  readonly module: BreaksModule;
  readonly sources = new Map<string, StatementSource>();
  private rowNo = 0;

  /** With `billing` the real one is asked, else what `said` says. */
  constructor(db: Db, { billing, vault, clock }: Partial<Pick<City, 'billing' | 'vault' | 'clock'>> = {}) {
    this.db = db;
    this.vault = vault ?? createTestVault();
    this.clock = clock ?? new TestClock(Date.parse('2026-11-20T17:00:00Z'));
    this.module = createBreaks({
      db,
      vault: this.vault,
      clock: this.clock,
      log: this.log,
      sources: {
        get: async (sourceId) => {
          const source = this.sources.get(sourceId);
          if (!source) throw new Error(`no source ${sourceId}`);
          return source;
        },
      },
      agenciesOf: async () => ['power'],
      financeStaff: async () =>
        FINANCE.map((staffId) => ({
          staffId,
          email: `${staffId}@example.cn`,
          displayName: staffId,
          roles: ['finance'],
          agencyId: null,
          createdAtMs: 0,
          disabledAtMs: null,
        })),
      billing: billing ?? this.billing(),
    });
  }

  by(person: string = FINANCE[0]): DoneBy {
    return { actor: { kind: 'staff', id: person }, traceId: 'trace', addressIndex: null };
  }

  async addSource(role: 'channel' | 'agency', settings: object = {}): Promise<string> {
    const sourceId = `${role}-${randomBytes(6).toString('hex')}`;
    const cutOff = { timeZone: 'Asia/Shanghai', cutOff: '00:00' };
    const source: StatementSource = {
      sourceId,
      role,
      currency: 'CNY',
      cutOff,
      beganOn: '2026-11-01',
      settings: sourceSettingsSchema.parse(settings),
    };
    this.sources.set(sourceId, source);
    await this.db('statement_sources').insert({
      source_id: sourceId,
      role,
      currency: 'CNY',
      time_zone: cutOff.timeZone,
      cut_off: cutOff.cutOff,
      began_on: '2026-11-01',
      settings: JSON.stringify(source.settings),
      updated_at_ms: this.clock.nowMs(),
    });
    return sourceId;
  }

  /** A batch that is claimed, to write under. */
  async addBatch(sourceId: string, businessDate = '2026-11-20') {
    await this.db('reconciliation_batches').insert({
      source_id: sourceId,
      business_date: businessDate,
      phase: 'resolve',
      state: 'running',
      fence: 1,
      claimed_until_ms: this.clock.nowMs() + 60_000,
      due_at_ms: 0,
      attempts: 0,
      progress: '{}',
      updated_at_ms: this.clock.nowMs(),
    });
    return { sourceId, businessDate, token: 1 };
  }

  /** A payment's id, with the little of a payment that breaks look at. */
  async addPayment(): Promise<string> {
    const paymentId = newId('pay', this.clock.nowMs(), 0);
    const columns = await this.db('payments').columnInfo();
    const row = Object.fromEntries(
      Object.entries(columns).flatMap(([name, { nullable, type }]) =>
        nullable ? [] : [[name, /int/.test(type) ? 0 : name.slice(0, 3)]],
      ),
    );
    await this.db('payments').insert({ ...row, payment_id: paymentId, agency_id: 'power' });
    return paymentId;
  }

  /** Puts a break there, with its rows and the journal of what stands in suspense for it. */
  async addBreak(
    sourceId: string,
    found: BreakClass,
    rows: readonly RowToMake[],
    more: { businessDate?: string; dueAtMs?: number; scores?: Record<string, number> } = {},
  ): Promise<string> {
    // Ids sort by time, and breaks are looked at in their order.
    this.clock.advance(1);
    const nowMs = this.clock.nowMs();
    const [breakId, runId] = [newId('brk', nowMs, 0), newId('run', nowMs, 0)];
    const sumOf = (side: string) =>
      rows.filter((row) => row.side === side).reduce((sum, row) => sum + row.amountMinor, 0);
    const inSuspense = rows
      .filter(({ status = 'final', currency = 'CNY' }) => status === 'final' && currency === 'CNY')
      .reduce((sum, row) => sum + (row.side === 'theirs' ? row.amountMinor : -row.amountMinor), 0);
    await transact(this.db, async (tx) => {
      await tx('breaks').insert({
        break_id: breakId,
        source_id: sourceId,
        business_date: more.businessDate ?? '2026-11-20',
        run_id: runId,
        last_run_id: runId,
        class: found,
        rule: 'noCounterpart',
        fingerprint: randomBytes(32).toString('hex'),
        currency: 'CNY',
        amount_minor: Math.max(Math.abs(sumOf('ours')), Math.abs(sumOf('theirs'))),
        difference_minor: sumOf('theirs') - sumOf('ours'),
        scores: JSON.stringify(more.scores ?? {}),
        state: 'open',
        version: 1,
        severity: 'medium',
        opened_at_ms: nowMs,
        due_at_ms: more.dueAtMs ?? nowMs + 2 * 86_400_000,
      });
      await tx('break_rows').insert(
        rows.map((row) => ({
          break_id: breakId,
          statement_id: newId('stm', nowMs, 0),
          row_no: this.rowNo++,
          side: row.side,
          line: 1,
          ref: row.ref ?? row.paymentId ?? null,
          payment_id: row.paymentId ?? null,
          amount_minor: row.amountMinor,
          currency: row.currency ?? 'CNY',
          status: row.status ?? 'final',
          booked_on: more.businessDate ?? '2026-11-20',
          is_active: 1,
        })),
      );
      await postJournals(tx, this.statementJournal(runId, sourceId, inSuspense), nowMs);
    });
    return breakId;
  }

  async state(breakId: string) {
    return this.db('breaks')
      .where('break_id', breakId)
      .first('state', 'how', 'waits_for', 'version', 'owner');
  }

  async balance(accountCode: string): Promise<number> {
    const row = await this.db('balances').where({ account_code: accountCode, currency: 'CNY' }).first();
    return row ? Number(row.credit_minor) - Number(row.debit_minor) : 0;
  }

  private statementJournal(runId: string, sourceId: string, minor: number): JournalDraft[] {
    if (minor === 0) return [];
    const isChannel = this.sources.get(sourceId)?.role === 'channel';
    const line = (code: string, credited: number) => ({
      account: { code, class: 'liability' as const },
      debitMinor: Math.max(0, -credited),
      creditMinor: Math.max(0, credited),
    });
    const entries = isChannel
      ? [line(`bank/${sourceId}`, -minor), line(`suspense/${sourceId}`, minor)]
      : [line('agency_payable/power', minor), line(`suspense/${sourceId}`, -minor)];
    return [{ kind: 'statement', subjectId: runId, currency: 'CNY', businessDate: '2026-11-20', entries }];
  }

  private billing(): Pick<Billing, 'reviews' | 'surplusRefunds'> {
    const { said, ordered, refundStates } = this;
    const standing = async (paymentId: string) => {
      said.asked.push(paymentId);
      return { paymentId, currency: 'CNY', status: 'debitPending', ...said.debits.get(paymentId) };
    };
    const reviews = {
      standings: async () => new Map(),
      askDebit: standing,
      askPosting: standing,
      reviewPosting: async (paymentId: string) => {
        said.asked.push(paymentId);
        return said.postings.get(paymentId) ?? 'unclear';
      },
    };
    const surplusRefunds = {
      order: async (_: unknown, order: { refundId: string; amount: { amountMinor: number } }) => {
        ordered.push({ refundId: order.refundId, amountMinor: order.amount.amountMinor });
      },
      find: async (refundIds: readonly string[]) =>
        new Map(
          refundIds.flatMap((refundId) => {
            const status = refundStates.get(refundId);
            return status ? [[refundId, { refundId, status }] as const] : [];
          }),
        ),
    };
    return { reviews, surplusRefunds } as unknown as Pick<Billing, 'reviews' | 'surplusRefunds'>;
  }
}
