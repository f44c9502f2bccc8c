import { type Db, insertOrAdd, type Tx, toInt } from '../infra/db/index.ts';
import { newId, shardHintOf } from '../kernel/ids.ts';
import { assertBalanced, sumDeltas } from './ledger.rules.ts';
import type {
  AccountBalance,
  JournalDraft,
  JournalKind,
  LedgerAccount,
  TrialBalance,
} from './ledger.types.ts';

/**
 * Writes journals, their entries and the balances' sums in the caller's transaction: four statements, however
 * many journals. Throws on an unbalanced journal, and on a second journal of one kind for a subject.
 */
export async function postJournals(tx: Tx, journals: readonly JournalDraft[], nowMs: number): Promise<void> {
  if (journals.length === 0) return;
  for (const journal of journals) assertBalanced(journal);
  const numbered = journals.map((journal) => ({
    journal,
    journalId: newId('jrn', nowMs, shardHintOf(journal.subjectId)),
  }));
  await tx('journals').insert(
    numbered.map(({ journal, journalId }) => ({
      journal_id: journalId,
      kind: journal.kind,
      subject_id: journal.subjectId,
      business_date: journal.businessDate,
      created_at_ms: nowMs,
    })),
  );
  await tx('entries').insert(
    numbered.flatMap(({ journal, journalId }) =>
      journal.entries.map((entry, index) => ({
        journal_id: journalId,
        line_no: index + 1,
        account_code: entry.account.code,
        currency: journal.currency,
        debit_minor: entry.debitMinor,
        credit_minor: entry.creditMinor,
      })),
    ),
  );
  const deltas = sumDeltas(journals);
  await openAccounts(tx, deltas, nowMs);
  await insertOrAdd(
    tx,
    'balances',
    deltas.map((delta) => ({
      account_code: delta.account.code,
      currency: delta.currency,
      debit_minor: delta.debitMinor,
      credit_minor: delta.creditMinor,
      updated_at_ms: nowMs,
    })),
    ['account_code', 'currency'],
    ['debit_minor', 'credit_minor'],
    ['updated_at_ms'],
  );
}

/** A journal that was written, as it can be mirrored; null where the subject has none of the kind. */
export async function journalOf(
  db: Db | Tx,
  kind: JournalKind,
  subjectId: string,
): Promise<JournalDraft | null> {
  const journal = await db('journals').where({ subject_id: subjectId, kind }).first();
  if (!journal) return null;
  const rows = await db({ e: 'entries' })
    .join({ a: 'ledger_accounts' }, (join) => {
      join.on('a.account_code', 'e.account_code').andOn('a.currency', 'e.currency');
    })
    .where('e.journal_id', journal.journal_id)
    .orderBy('e.line_no')
    .select('e.account_code', 'e.currency', 'e.debit_minor', 'e.credit_minor', 'a.account_class');
  return {
    kind,
    subjectId,
    currency: rows[0]?.currency ?? '',
    businessDate: journal.business_date,
    entries: rows.map((row) => ({
      account: { code: row.account_code, class: row.account_class },
      debitMinor: toInt(row.debit_minor),
      creditMinor: toInt(row.credit_minor),
    })),
  };
}

/** An account opens with its first entry. */
async function openAccounts(
  tx: Tx,
  accounts: readonly { account: LedgerAccount; currency: string }[],
  nowMs: number,
): Promise<void> {
  await tx('ledger_accounts')
    .insert(
      accounts.map(({ account, currency }) => ({
        account_code: account.code,
        currency,
        account_class: account.class,
        created_at_ms: nowMs,
      })),
    )
    .onConflict(['account_code', 'currency'])
    .ignore();
}

/** Both sides of all accounts, by currency, in one statement and so at one instant. */
export async function trialBalance(db: Db | Tx): Promise<TrialBalance> {
  const rows: Record<string, unknown>[] = await db('balances')
    .select('currency')
    .sum({ debit: 'debit_minor', credit: 'credit_minor' })
    .groupBy('currency')
    .orderBy('currency');
  const currencies = rows.map((row) => {
    const debitMinor = BigInt(String(row.debit));
    const creditMinor = BigInt(String(row.credit));
    return {
      currency: String(row.currency),
      debitMinor,
      creditMinor,
      differenceMinor: debitMinor - creditMinor,
    };
  });
  return { balanced: currencies.every((row) => row.differenceMinor === 0n), currencies };
}

/** Balances of all accounts, by code. */
export async function listBalances(db: Db | Tx): Promise<AccountBalance[]> {
  const rows = await db('balances').select().orderBy(['account_code', 'currency']);
  return rows.map((row) => ({
    accountCode: row.account_code,
    currency: row.currency,
    debitMinor: BigInt(row.debit_minor),
    creditMinor: BigInt(row.credit_minor),
  }));
}

/** Accounts whose balance is not the sum of their entries: none, unless something is badly wrong. One instant, full scan. */
export async function balancesThatDiffer(db: Db | Tx): Promise<string[]> {
  const sums = db('entries')
    .select('account_code', 'currency')
    .sum({ debit_minor: 'debit_minor', credit_minor: 'credit_minor' })
    .groupBy('account_code', 'currency');
  const rows = await db
    .select('b.account_code', 'b.currency', { s_account: 's.account_code' })
    .from({ b: 'balances' })
    .leftJoin(sums.as('s'), (join) => {
      join
        .on('s.account_code', 'b.account_code')
        .andOn('s.currency', 'b.currency')
        .andOn('s.debit_minor', 'b.debit_minor')
        .andOn('s.credit_minor', 'b.credit_minor');
    })
    .whereNull('s.account_code');
  return rows.map((row) => `${row.account_code} ${row.currency}`);
}
