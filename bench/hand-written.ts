import { randomBytes } from 'node:crypto';
import { type Connection, createConnection } from 'mysql2/promise';
import { newId, randomShardHint } from '../src/kernel/ids.ts';
import { BILL_MINOR, CHANNEL_CONNECTION, PROVIDER_CONNECTION } from './support/instant-plug-ins.ts';

/**
 * What a payment comes to when somebody writes its rows by hand: one loop on one connection, no service, no queue, no
 * sealing (ready-made text as long as the sealed one), no calls, a few statements a step. The same rows in the same
 * tables, three commits for each batch.
 */
export class HandWritten {
  private readonly connection: Connection;
  private readonly sealed: SealedTexts;
  private readonly agencyId = 'instant-agency-0';

  private constructor(connection: Connection, sealed: SealedTexts) {
    this.connection = connection;
    this.sealed = sealed;
  }

  static async open(databaseUrl: string, sealed: SealedTexts): Promise<HandWritten> {
    const connection = await createConnection({ uri: databaseUrl, charset: 'utf8mb4' });
    await connection.query('set session transaction isolation level read committed');
    await connection.query('set names utf8mb4 collate utf8mb4_bin');
    return new HandWritten(connection, sealed);
  }

  async close(): Promise<void> {
    await this.connection.end();
  }

  /** Writes so many payments from created to posted, `batchSize` at a time. */
  async run(count: number, batchSize: number): Promise<void> {
    for (let done = 0; done < count; done += batchSize) {
      const nowMs = Date.now();
      const ids = Array.from({ length: Math.min(batchSize, count - done) }, () =>
        newId('pay', nowMs, randomShardHint()),
      );
      await this.inTransaction(() => this.create(ids, nowMs));
      await this.inTransaction(() => this.debit(ids, Date.now()));
      await this.inTransaction(() => this.post(ids, Date.now()));
    }
  }

  private async inTransaction(work: () => Promise<void>): Promise<void> {
    await this.connection.query('begin');
    await work();
    await this.connection.query('commit');
  }

  private async create(ids: readonly string[], nowMs: number): Promise<void> {
    await this.insert(
      'bill_claims (bill_key, payment_id)',
      ids.map((id) => [randomBytes(32).toString('base64url'), id]),
    );
    await this.insert(
      `payments (payment_id, resident_id, command_key, agency_id, manifest_version, connection_id, channel_id, status,
        version, currency, amount_minor, sealed_details, masked_account, bills, created_at_ms, expires_at_ms,
        refund_round, promised_by_ms, updated_at_ms)`,
      ids.map((id) => [
        id,
        newId('res', nowMs, randomShardHint()),
        randomBytes(32).toString('base64url'),
        this.agencyId,
        1,
        PROVIDER_CONNECTION,
        CHANNEL_CONNECTION,
        'created',
        1,
        'CNY',
        BILL_MINOR,
        this.sealed.details,
        '****0011',
        this.sealed.bills,
        nowMs,
        nowMs + 900_000,
        0,
        nowMs + 902_000,
        nowMs,
      ]),
    );
    await this.step(ids, 1, 'created', nowMs);
    await this.insert(
      'tasks (task_id, topic, state, attempts, due_at_ms, sweep_at_ms, claimed_until_ms, created_at_ms)',
      ids.map((id) => [id, 'payments', 'ready', 0, nowMs, nowMs + 5_000, 0, nowMs]),
    );
  }

  private async debit(ids: readonly string[], nowMs: number): Promise<void> {
    await this.claim(ids, nowMs);
    await this.change(
      ids,
      { debited_minor: BILL_MINOR, debited_at_ms: nowMs, promised_by_ms: nowMs + 7_200_000 },
      'channel_reference',
      { status: 'debited', version: 2, updated_at_ms: nowMs },
    );
    await this.step(ids, 2, 'debited', nowMs);
    await this.journal(ids, 'debit', [`channel_clearing/${CHANNEL_CONNECTION}`, 'funds_in_transit'], nowMs);
    await this.connection.query(
      `update tasks set attempts = 0, due_at_ms = ?, sweep_at_ms = ?, claim_token = null, claimed_until_ms = 0
        where task_id in (?)`,
      [nowMs, nowMs + 5_000, ids],
    );
    await this.evidence(ids, CHANNEL_CONNECTION, 'debit', this.sealed.debitRequest, nowMs);
  }

  private async post(ids: readonly string[], nowMs: number): Promise<void> {
    await this.claim(ids, nowMs);
    await this.change(ids, { posted_at_ms: nowMs, promised_by_ms: null }, 'agency_reference', {
      status: 'posted',
      version: 3,
      updated_at_ms: nowMs,
    });
    await this.step(ids, 3, 'posted', nowMs);
    await this.journal(ids, 'posting', ['funds_in_transit', `agency_payable/${this.agencyId}`], nowMs);
    await this.connection.query('delete from tasks where task_id in (?)', [ids]);
    await this.connection.query(
      "update bill_claims set released_at_ms = ?, released_as = 'posted' where payment_id in (?)",
      [nowMs, ids],
    );
    await this.evidence(ids, PROVIDER_CONNECTION, 'post', this.sealed.postRequest, nowMs);
  }

  private async claim(ids: readonly string[], nowMs: number): Promise<void> {
    await this.connection.query(
      'update tasks set claim_token = ?, claimed_until_ms = ?, sweep_at_ms = ? where task_id in (?)',
      [newId('clm', nowMs, 0), nowMs + 60_000, nowMs + 60_000, ids],
    );
  }

  /** The other side's reference is each payment's own; everything else is alike in a batch. */
  private async change(
    ids: readonly string[],
    facts: Readonly<Record<string, unknown>>,
    referenceColumn: string,
    stand: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const references = ids.map(() => 'when ? then ?').join(' ');
    await this.connection.query(
      `update payments set ?, ${referenceColumn} = case payment_id ${references} end where payment_id in (?)`,
      [{ ...facts, ...stand }, ...ids.flatMap((id) => [id, `R${id.slice(4)}`]), ids],
    );
  }

  private async step(ids: readonly string[], version: number, status: string, nowMs: number): Promise<void> {
    await this.insert(
      'payment_steps (payment_id, version, status, at_ms)',
      ids.map((id) => [id, version, status, nowMs]),
    );
  }

  private async journal(
    ids: readonly string[],
    kind: string,
    [debited, credited]: readonly [string, string],
    nowMs: number,
  ): Promise<void> {
    const journals = ids.map((id) => [newId('jrn', nowMs, 0), kind, id, '2026-01-01', nowMs]);
    await this.insert('journals (journal_id, kind, subject_id, business_date, created_at_ms)', journals);
    await this.insert(
      'entries (journal_id, line_no, account_code, currency, debit_minor, credit_minor)',
      journals.flatMap(([journalId]) => [
        [journalId, 1, debited, 'CNY', BILL_MINOR, 0],
        [journalId, 2, credited, 'CNY', 0, BILL_MINOR],
      ]),
    );
    const sumMinor = BILL_MINOR * ids.length;
    await this.connection.query('insert ignore into ledger_accounts values ?', [
      [debited, credited].map((account) => [account, 'CNY', 'liability', nowMs]),
    ]);
    await this.connection.query(
      `insert into balances values ? on duplicate key update debit_minor = debit_minor + values(debit_minor),
        credit_minor = credit_minor + values(credit_minor), updated_at_ms = values(updated_at_ms)`,
      [
        [
          [debited, 'CNY', sumMinor, 0, nowMs],
          [credited, 'CNY', 0, sumMinor, nowMs],
        ],
      ],
    );
  }

  private async evidence(
    ids: readonly string[],
    connectionId: string,
    operation: string,
    sealedRequest: string,
    nowMs: number,
  ): Promise<void> {
    const { response, sha256 } = this.sealed;
    await this.insert(
      `exchanges (exchange_id, subject_id, connection_id, operation, at_ms, duration_ms, method, url, http_status,
        result, sealed_request, sealed_response, request_sha256, response_sha256)`,
      ids.map((id) => [
        newId('exc', nowMs, 0),
        id,
        connectionId,
        operation,
        nowMs,
        0,
        'POST',
        'http://instant.example/api',
        200,
        'response',
        sealedRequest,
        response,
        sha256,
        sha256,
      ]),
    );
  }

  private async insert(into: string, rows: readonly (readonly unknown[])[]): Promise<void> {
    await this.connection.query(`insert into ${into} values ?`, [rows]);
  }
}

/** Texts as long as what civicpay seals. */
export interface SealedTexts {
  details: string;
  bills: string;
  debitRequest: string;
  postRequest: string;
  response: string;
  sha256: string;
}
