import { createHash } from 'node:crypto';
import { type DoneBy, recordAudit } from '../accounts/index.ts';
import { isUniqueViolation, transact } from '../infra/db/index.ts';
import { businessDateOf } from '../kernel/business-date.ts';
import { DomainError } from '../kernel/errors.ts';
import { formatMinor, safeSum, sumMinor } from '../kernel/money.ts';
import {
  type AccountOfMonth,
  type ClosedMonth,
  type ExportedEntry,
  entriesOfMonth,
  findClosedMonth,
  firstMonth,
  insertClosedMonth,
  lastDateOf,
  listClosedMonths,
  type Month,
  type MonthSpan,
  previousMonth,
  sumsOfAccounts,
} from './months.repo.ts';
import { HOUSE_DATES } from './payout-batches.service.ts';
import { personOf, type SettlementDeps } from './settlement.deps.ts';

/** No transaction lasts as long: what is being written while a month is closed is of the next one, and not of none or both. */
const CLOSING_LAG_MS = 300_000;

const JOURNAL_COLUMNS = [
  'month',
  'businessDate',
  'bookedAt',
  'journalId',
  'kind',
  'subject',
  'line',
  'account',
  'currency',
  'debit',
  'credit',
];

/** The books of a month: balances of all accounts, their sheets, every journal; and closing it. */
export class Months {
  private readonly deps: SettlementDeps;

  constructor(deps: SettlementDeps) {
    this.deps = deps;
  }

  /** Closed months, newest first. */
  closed(): Promise<ClosedMonth[]> {
    return listClosedMonths(this.deps.db);
  }

  /** Every account with what it had at the beginning, its debits, its credits, and what it has at the end. */
  async accounts(month: Month): Promise<{ closed: ClosedMonth | null; accounts: readonly AccountOfMonth[] }> {
    const closed = await findClosedMonth(this.deps.db, month);
    return { closed, accounts: closed?.accounts ?? (await this.accountsOf(await this.spanOf(month))) };
  }

  /** Every journal as CSV, a piece at a time; totals by currency at the end. */
  async *journalsCsv(month: Month): AsyncGenerator<string> {
    yield* journalLines(this.deps.db, await this.spanOf(month));
  }

  /** One account as CSV: opening, each entry with the balance after it, closing. */
  async *accountCsv(month: Month, accountCode: string): AsyncGenerator<string> {
    const span = await this.spanOf(month);
    const { accounts } = await this.accounts(month);
    const balances = new Map(
      accounts
        .filter((account) => account.accountCode === accountCode)
        .map((account) => [account.currency, account.openingMinor]),
    );
    const standing = (label: string) =>
      [...balances].map(([currency, minor]) =>
        line([month, label, '', '', '', '', accountCode, currency, '', '', formatMinor(minor, currency)]),
      );
    yield line([...JOURNAL_COLUMNS.filter((name) => name !== 'line'), 'balance']);
    yield standing('opening').join('');
    for await (const entries of entriesOfMonth(this.deps.db, span, accountCode)) {
      yield entries
        .map((entry) => {
          const movedMinor = entry.debitMinor - entry.creditMinor;
          const afterMinor = safeSum(balances.get(entry.currency) ?? 0, movedMinor);
          balances.set(entry.currency, afterMinor);
          const cells = cellsOf(month, entry).filter((_, index) => JOURNAL_COLUMNS[index] !== 'line');
          return line([...cells, formatMinor(afterMinor, entry.currency)]);
        })
        .join('');
    }
    yield standing('closing').join('');
  }

  /**
   * Closes a month: what it holds does not change any more, and what is booked later belongs to the next one that is open.
   * Refuses with `month_not_over`, `month_closed`, and `month_before_open`: months are closed in their order.
   */
  async close(month: Month, by: DoneBy): Promise<ClosedMonth> {
    const { db, clock } = this.deps;
    const closedAtMs = clock.nowMs();
    const asOfMs = closedAtMs - CLOSING_LAG_MS;
    if (businessDateOf(asOfMs, HOUSE_DATES) <= lastDateOf(month)) {
      throw new DomainError('conflict', 'month_not_over', { params: { month } });
    }
    if (await findClosedMonth(db, month))
      throw new DomainError('conflict', 'month_closed', { params: { month } });
    const before = previousMonth(month);
    const first = await firstMonth(db);
    if (first !== null && first < month && !(await findClosedMonth(db, before))) {
      throw new DomainError('conflict', 'month_before_open', { params: { month: before } });
    }
    const span = { ...(await this.spanOf(month)), asOfMs };
    const hash = createHash('sha256');
    const counted = { journals: 0 };
    for await (const text of journalLines(db, span, counted)) hash.update(text);
    const closed: ClosedMonth = {
      month,
      asOfMs,
      journalCount: counted.journals,
      accounts: await this.accountsOf(span),
      sha256: hash.digest('hex'),
      closedBy: personOf(by),
      closedAtMs,
    };
    const object = { kind: 'month', id: month };
    const detail = { sha256: closed.sha256 };
    const closing = transact(db, async (tx) => {
      await insertClosedMonth(tx, closed);
      await recordAudit(tx, {
        ...by,
        atMs: closedAtMs,
        action: 'month.close',
        object,
        outcome: 'ok',
        detail,
      });
    });
    await closing.catch((error: unknown) => {
      throw isUniqueViolation(error)
        ? new DomainError('conflict', 'month_closed', { params: { month } })
        : error;
    });
    return closed;
  }

  private async spanOf(month: Month): Promise<MonthSpan> {
    const [closed, before] = await Promise.all(
      [month, previousMonth(month)].map((one) => findClosedMonth(this.deps.db, one)),
    );
    return {
      month,
      from: `${month}-01`,
      to: lastDateOf(month),
      previousAsOfMs: before?.asOfMs ?? null,
      asOfMs: closed?.asOfMs ?? this.deps.clock.nowMs(),
    };
  }

  private async accountsOf(span: MonthSpan): Promise<AccountOfMonth[]> {
    const before = await findClosedMonth(this.deps.db, previousMonth(span.month));
    const openings = before
      ? before.accounts.map((account) => ({ ...account, openingMinor: account.closingMinor }))
      : (await sumsOfAccounts(this.deps.db, span, 'before')).map((sums) => ({
          ...sums,
          openingMinor: sumMinor([sums.debitMinor, -sums.creditMinor]),
        }));
    const accounts = new Map<string, AccountOfMonth>();
    for (const { accountCode, currency, openingMinor } of openings) {
      const still = { debitMinor: 0, creditMinor: 0, closingMinor: openingMinor };
      accounts.set(`${accountCode} ${currency}`, { accountCode, currency, openingMinor, ...still });
    }
    for (const sums of await sumsOfAccounts(this.deps.db, span, 'month')) {
      const key = `${sums.accountCode} ${sums.currency}`;
      const openingMinor = accounts.get(key)?.openingMinor ?? 0;
      const closingMinor = sumMinor([openingMinor, sums.debitMinor, -sums.creditMinor]);
      accounts.set(key, { ...sums, openingMinor, closingMinor });
    }
    return [...accounts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, account]) => account);
  }
}

async function* journalLines(
  db: SettlementDeps['db'],
  span: MonthSpan,
  counted = { journals: 0 },
): AsyncGenerator<string> {
  const totals = new Map<string, { debitMinor: number; creditMinor: number }>();
  yield line(JOURNAL_COLUMNS);
  for await (const entries of entriesOfMonth(db, span, null)) {
    counted.journals += new Set(entries.map(({ journalId }) => journalId)).size;
    for (const { currency, debitMinor, creditMinor } of entries) {
      const sum = totals.get(currency);
      totals.set(currency, {
        debitMinor: safeSum(sum?.debitMinor ?? 0, debitMinor),
        creditMinor: safeSum(sum?.creditMinor ?? 0, creditMinor),
      });
    }
    yield entries.map((entry) => line(cellsOf(span.month, entry))).join('');
  }
  for (const [currency, { debitMinor, creditMinor }] of [...totals].sort()) {
    const sums = [formatMinor(debitMinor, currency), formatMinor(creditMinor, currency)];
    yield line([span.month, 'total', '', '', '', '', '', '', currency, ...sums]);
  }
}

function cellsOf(month: Month, entry: ExportedEntry): string[] {
  return [
    month,
    entry.businessDate,
    new Date(entry.createdAtMs).toISOString(),
    entry.journalId,
    entry.kind,
    entry.subjectId,
    String(entry.lineNo),
    entry.accountCode,
    entry.currency,
    entry.debitMinor === 0 ? '' : formatMinor(entry.debitMinor, entry.currency),
    entry.creditMinor === 0 ? '' : formatMinor(entry.creditMinor, entry.currency),
  ];
}

/** Ids, codes, dates and amounts: nothing in them needs quotes. */
const line = (cells: readonly string[]): string => `${cells.join(',')}\r\n`;
