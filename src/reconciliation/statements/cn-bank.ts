import { readPrintedAmount, type TableRecord } from '../../infra/files/index.ts';
import { formatMinor } from '../../kernel/money.ts';
import { BANK_COLUMNS, currencyOf } from './cn-bank.columns.ts';
import { BankSigns } from './cn-bank.signs.ts';
import { excerpt, type StatementCollector } from './collector.ts';
import { RunningBalance } from './running-balance.ts';
import type { DeclaredTotals } from './statement.types.ts';
import type { Columns, RowCells, TableKind, TableReader } from './table-columns.ts';

/**
 * What Chinese banks let their customers export, by the names of the columns: Bank of China, China Merchants Bank, ICBC, CCB,
 * ABC and those that write like them, for people and for companies, of accounts and of cards.
 */
export const CN_BANK: TableKind = {
  format: 'cn-bank',
  variant: 'cn-bank',
  columns: BANK_COLUMNS,
  required: ['date', ['amount', 'bookedAmount', 'bookedMoney', 'credit', 'debit']],
  reader: (out, columns) => new BankReader(out, columns),
};

class BankReader implements TableReader {
  private readonly out: StatementCollector;
  private readonly columns: Columns;
  private readonly running: RunningBalance;
  private readonly signs: BankSigns;
  private readonly sums: ColumnSums;

  constructor(out: StatementCollector, columns: Columns) {
    this.out = out;
    this.columns = columns;
    this.running = new RunningBalance(out);
    this.signs = new BankSigns(columns, out);
    this.sums = new ColumnSums(columns, out);
  }

  row(cells: RowCells): void {
    const { out } = this;
    if (isBalanceOnly(cells)) return;
    const { text, currency } = this.bookedMoney(cells);
    if (!/^[A-Z]{3}$/.test(currency)) {
      out.error('currency_unreadable', cells.line, `“${currency.slice(0, 20)}” is no currency that is known`);
      return;
    }
    const signedMinor = this.signedAmount(cells, text, currency);
    const balanceMinor = cells.amount('balance', currency, out);
    if (signedMinor === null) return;
    const bookedOn = cells.date('date', out);
    if (!bookedOn && cells.text('date') === null)
      out.error('date_missing', cells.line, 'the row has no date');
    if (typeof balanceMinor === 'number') {
      this.running.add({ signedMinor, balanceMinor, currency, on: bookedOn, line: cells.line });
    } else this.running.miss();
    out.row({
      line: cells.line,
      ref: cells.text('ref'),
      bankRef: cells.text('bankRef'),
      amountMinor: Math.abs(signedMinor),
      currency,
      direction: signedMinor < 0 ? 'debit' : 'credit',
      isReversal: this.signs.isTakenBack || /冲正|冲账|抹账/.test(cells.joined('name', 'memo') ?? ''),
      bookedOn,
      valueOn: cells.date('valueDate', out) ?? bookedOn,
      counterparty: cells.label('counterparty') ?? cells.label(signedMinor < 0 ? 'payee' : 'payer'),
      memo: cells.joined('memo', 'purpose') ?? cells.text('name'),
      raw: cells.raw,
    });
  }

  isTrailer({ line }: TableRecord, plain: readonly string[]): boolean {
    return this.sums.takeTotals(plain, line);
  }

  end(declared: DeclaredTotals | null, lastLine: number): void {
    if (declared) this.out.declare(declared);
    const hasSums = this.sums.compare();
    const balances = this.running.end();
    if (this.signs.isUnsigned && (balances === 'broken' || this.signs.isSaidElsewhere)) {
      this.out.error(
        'direction_unreadable',
        lastLine,
        'no amount has a sign, and the column that says credit or debit is none of those known here',
      );
    } else if (balances !== 'proved' && !declared && !hasSums) {
      this.out.warn('totals_missing', lastLine, 'neither totals nor balances prove that the file is whole');
    }
    this.out.endStatement();
  }

  /** The one amount of a row, if it has one, and the currency: what was booked goes before what was paid abroad. */
  private bookedMoney(cells: RowCells): { text: string | null; currency: string } {
    const { columns } = this;
    if (columns.has('bookedMoney')) {
      const [, code, amount] = /^([A-Z]{3})?\s*(.*)$/.exec(cells.text('bookedMoney') ?? '') ?? [];
      return { text: amount || null, currency: currencyOf(code ?? null) };
    }
    const isBooked = columns.has('bookedAmount') || !columns.has('amount');
    const words = isBooked ? ['bookedCurrency', 'currency'] : ['currency', 'bookedCurrency'];
    // Beside an amount of its own, a currency that is not the booked one is that of the other amount.
    if (columns.has('bookedAmount') && columns.has('amount')) words.splice(1);
    const text = cells.text(columns.has('bookedAmount') ? 'bookedAmount' : 'amount');
    return { text, currency: currencyOf(cells.text(...words)) };
  }

  /** From a column for each side, a column with words, or the sign. Null after saying what is wrong. */
  private signedAmount(cells: RowCells, text: string | null, currency: string): number | null {
    const { out, sums, signs } = this;
    const creditMinor = cells.amount('credit', currency, out);
    const debitMinor = cells.amount('debit', currency, out);
    const amountMinor = text === null ? undefined : readAmount(text, currency, cells.line, out);
    if (creditMinor === null || debitMinor === null || amountMinor === null) return null;
    if (creditMinor !== undefined || debitMinor !== undefined) {
      sums.add(creditMinor ?? 0, debitMinor ?? 0, currency);
      return signs.ofSides(creditMinor, debitMinor, cells.line);
    }
    if (amountMinor === undefined) {
      out.error('amount_unreadable', cells.line, 'the row has no amount');
      return null;
    }
    return this.columns.has('bookedMoney')
      ? signs.ofWords(amountMinor, cells)
      : signs.ofAmount(amountMinor, cells);
  }
}

function readAmount(text: string, currency: string, line: number, out: StatementCollector): number | null {
  return out.amount(readPrintedAmount(text, currency), text, line);
}

/** Lines of sums that are those of all rows, and not of a page, a day or a month. */
const TOTAL = /^(人民币)?(本期|总)?(合计|总计)(金额|数)?:?$/;

/** What the columns of credits and of debits come to, held to the line of totals below them. */
class ColumnSums {
  private readonly columns: Columns;
  private readonly out: StatementCollector;
  private readonly counted = { credit: 0, debit: 0 };
  private readonly currencies = new Set<string>();
  private totals: { line: number; cells: readonly string[] }[] = [];

  constructor(columns: Columns, out: StatementCollector) {
    this.columns = columns;
    this.out = out;
  }

  add(creditMinor: number, debitMinor: number, currency: string): void {
    this.counted.credit += creditMinor;
    this.counted.debit += debitMinor;
    this.currencies.add(currency);
  }

  /** Whether a line is that of the totals. */
  takeTotals(plain: readonly string[], line: number): boolean {
    const isTotal = TOTAL.test(plain.find((cell) => cell !== '')?.replace(/\s/g, '') ?? '');
    // More than two are those of days or months.
    if (isTotal && this.totals.length < 2) this.totals.push({ line, cells: plain });
    return isTotal;
  }

  /** False where nothing could be compared. */
  compare(): boolean {
    const [total, another] = this.totals;
    const [currency = 'CNY', otherCurrency] = this.currencies;
    if (!total || another || otherCurrency) return false;
    let hasCompared = false;
    for (const side of ['credit', 'debit'] as const) {
      const text = total.cells[this.columns.indexOf(side) ?? -1] ?? '';
      const saidMinor = text === '' ? null : readPrintedAmount(text, currency);
      // Some write a number of rows there.
      if (typeof saidMinor !== 'number') continue;
      hasCompared = true;
      if (Math.abs(saidMinor) === Math.abs(this.counted[side])) continue;
      const counted = formatMinor(this.counted[side], currency);
      const message = `${side}s: the file says ${excerpt(text)}, its rows come to ${counted}`;
      this.out.error('total_differs', total.line, message);
    }
    return hasCompared;
  }
}

/** `期初余额`, `承前页`: a line between rows that moves nothing. */
function isBalanceOnly(cells: RowCells): boolean {
  const amounts = ['amount', 'bookedAmount', 'credit', 'debit'];
  if (amounts.some((role) => !/^[0.]*$/.test(cells.text(role) ?? ''))) return false;
  return /^(期初|期末|上期|上年|上月|上日|昨日|本日|日终|承前).{0,4}$/.test(
    cells.text('memo', 'name', 'purpose') ?? '',
  );
}
