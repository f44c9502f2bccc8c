import { type Db, type Tx, toInt } from '../infra/db/index.ts';
import { addDays, type BusinessDate } from '../kernel/business-date.ts';
import { newId } from '../kernel/ids.ts';

/** `YYYY-MM`. */
export type Month = string;

/** One account in one month; the balance is debits less credits. */
export interface AccountOfMonth {
  accountCode: string;
  currency: string;
  openingMinor: number;
  debitMinor: number;
  creditMinor: number;
  closingMinor: number;
}

export interface ClosedMonth {
  month: Month;
  /** Journals of up to this moment are in it. */
  asOfMs: number;
  journalCount: number;
  accounts: readonly AccountOfMonth[];
  /** Of the journals as they are exported. */
  sha256: string;
  closedBy: string;
  closedAtMs: number;
}

/**
 * Which journals are of a month: those of its dates, and those of earlier dates that were booked once the month before was
 * closed; neither any more after its own closing.
 */
export interface MonthSpan {
  month: Month;
  from: BusinessDate;
  to: BusinessDate;
  /** When the month before was closed; null where it is open, and keeps its own. */
  previousAsOfMs: number | null;
  asOfMs: number;
}

/** One line of a journal, as it is exported. */
export interface ExportedEntry {
  journalId: string;
  kind: string;
  subjectId: string;
  businessDate: BusinessDate;
  createdAtMs: number;
  lineNo: number;
  accountCode: string;
  currency: string;
  debitMinor: number;
  creditMinor: number;
}

/** A journal is written at most so long before its business date begins anywhere. */
const DATES_AHEAD = 2;
const JOURNALS_PER_PAGE = 1_000;

export const previousMonth = (month: Month): Month => addDays(`${month}-01`, -1).slice(0, 7);
export const lastDateOf = (month: Month): BusinessDate =>
  addDays(`${addDays(`${month}-01`, 31).slice(0, 7)}-01`, -1);

export async function findClosedMonth(db: Db | Tx, month: Month): Promise<ClosedMonth | null> {
  const row = await db('closed_months').where({ month }).first();
  return row ? closedOf(row) : null;
}

/** Newest first. */
export async function listClosedMonths(db: Db): Promise<ClosedMonth[]> {
  return (await db('closed_months').orderBy('month', 'desc').limit(600)).map(closedOf);
}

/** Fails on a second closing of a month. */
export async function insertClosedMonth(tx: Tx, closed: ClosedMonth): Promise<void> {
  await tx('closed_months').insert({
    month: closed.month,
    as_of_ms: closed.asOfMs,
    journal_count: closed.journalCount,
    totals: JSON.stringify(closed.accounts),
    sha256: closed.sha256,
    closed_by: closed.closedBy,
    closed_at_ms: closed.closedAtMs,
  });
}

/** The first month that anything is booked in; null where nothing is. */
export async function firstMonth(db: Db): Promise<Month | null> {
  const row = await db('journals').min({ date: 'business_date' }).first();
  return row?.date ? String(row.date).slice(0, 7) : null;
}

/** Debits and credits of each account, of the journals of a month or, for its opening, of all before. */
export async function sumsOfAccounts(
  db: Db,
  span: MonthSpan,
  which: 'month' | 'before',
): Promise<Omit<AccountOfMonth, 'openingMinor' | 'closingMinor'>[]> {
  const rows = await ofSpan(db, span, which)
    .join('entries as e', 'e.journal_id', 'j.journal_id')
    .groupBy('e.account_code', 'e.currency')
    .orderBy(['e.account_code', 'e.currency'])
    .select('e.account_code', 'e.currency')
    .sum({ debit: 'e.debit_minor', credit: 'e.credit_minor' });
  return (rows as unknown as Record<string, unknown>[]).map((row) => ({
    accountCode: String(row.account_code),
    currency: String(row.currency),
    debitMinor: toInt(row.debit),
    creditMinor: toInt(row.credit),
  }));
}

/** The entries of a month's journals, in the order they were written, some at a time; of one account, or of all. */
export async function* entriesOfMonth(
  db: Db,
  span: MonthSpan,
  accountCode: string | null,
): AsyncGenerator<ExportedEntry[]> {
  let afterId = '';
  for (;;) {
    const journals = await ofSpan(db, span, 'month')
      .where('j.journal_id', '>', afterId)
      .orderBy('j.journal_id')
      .limit(JOURNALS_PER_PAGE)
      .select('j.journal_id');
    const ids = (journals as { journal_id: string }[]).map((row) => row.journal_id);
    if (ids.length === 0) return;
    const query = db('entries as e')
      .join('journals as j', 'j.journal_id', 'e.journal_id')
      .whereIn('e.journal_id', ids)
      .orderBy(['e.journal_id', 'e.line_no'])
      .select('e.*', 'j.kind', 'j.subject_id', 'j.business_date', 'j.created_at_ms');
    if (accountCode !== null) query.where('e.account_code', accountCode);
    yield (await query).map(entryOf);
    afterId = ids.at(-1) ?? afterId;
  }
}

function ofSpan(db: Db, { from, to, previousAsOfMs, asOfMs }: MonthSpan, which: 'month' | 'before') {
  const query = db('journals as j').where('j.created_at_ms', '<=', asOfMs);
  if (which === 'before') {
    query.where('j.business_date', '<', from);
    if (previousAsOfMs !== null) query.where('j.created_at_ms', '<=', previousAsOfMs);
    return query;
  }
  // Ids sort by time: what was written long before the month is not looked at.
  const firstMs = Date.parse(`${addDays(from, -DATES_AHEAD)}T00:00:00Z`);
  query.where('j.journal_id', '>=', newId('jrn', firstMs, 0).slice(0, 'jrn_'.length + 10));
  return query.where((dates) => {
    dates.whereBetween('j.business_date', [from, to]);
    if (previousAsOfMs === null) return;
    dates.orWhere((late) => {
      late.where('j.business_date', '<', from).where('j.created_at_ms', '>', previousAsOfMs);
    });
  });
}

type Row = Record<string, unknown>;

function closedOf(row: Row): ClosedMonth {
  return {
    month: String(row.month),
    asOfMs: toInt(row.as_of_ms),
    journalCount: toInt(row.journal_count),
    accounts: JSON.parse(String(row.totals)) as AccountOfMonth[],
    sha256: String(row.sha256),
    closedBy: String(row.closed_by),
    closedAtMs: toInt(row.closed_at_ms),
  };
}

function entryOf(row: Row): ExportedEntry {
  return {
    journalId: String(row.journal_id),
    kind: String(row.kind),
    subjectId: String(row.subject_id),
    businessDate: String(row.business_date),
    createdAtMs: toInt(row.created_at_ms),
    lineNo: toInt(row.line_no),
    accountCode: String(row.account_code),
    currency: String(row.currency),
    debitMinor: toInt(row.debit_minor),
    creditMinor: toInt(row.credit_minor),
  };
}
