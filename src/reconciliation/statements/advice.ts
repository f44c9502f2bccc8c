import { readPrintedAmount, type TableRecord } from '../../infra/files/index.ts';
import type { StatementCollector } from './collector.ts';
import type { Columns, RowCells, TableKind, TableReader } from './table-columns.ts';

/**
 * The payment advice that file billers get (docs/file-billers.md), CSV or XLSX: a line for each bill, of what was undone below
 * zero, and the sum in the last line. The columns that name an account are the biller's own.
 */
export const ADVICE: TableKind = {
  format: 'civicpay-advice',
  variant: 'civicpay-advice',
  columns: {
    agency: ['缴费单位'],
    date: ['账务日期'],
    way: ['类型'],
    billId: ['账单号'],
    period: ['账期'],
    amount: ['金额'],
    currency: ['币种'],
    at: ['时间'],
    ref: ['平台流水号'],
  },
  required: ['agency', 'date', 'way', 'billId', 'amount', 'currency', 'ref'],
  reader: (out, columns) => new AdviceReader(out, columns),
};

/** Whether a line says that something was undone. */
const WAYS: Readonly<Record<string, boolean>> = { 缴费: false, 冲正: true, 退款: true };

class AdviceReader implements TableReader {
  private readonly out: StatementCollector;
  private readonly columns: Columns;
  private hasSum = false;

  constructor(out: StatementCollector, columns: Columns) {
    this.out = out;
    this.columns = columns;
  }

  row(cells: RowCells): void {
    const { out } = this;
    const { line, raw } = cells;
    if (this.hasSum) {
      out.error('text_unexpected', line, 'a line behind the sum');
      return;
    }
    const isReversal = WAYS[cells.text('way') ?? ''];
    const currency = cells.text('currency') ?? '';
    const amountMinor = cells.amount('amount', currency, out);
    if (amountMinor === null) return;
    if (isReversal === undefined || amountMinor === undefined || amountMinor < 0 !== isReversal) {
      out.error('direction_unreadable', line, '类型 and the sign of 金额 do not go together');
      return;
    }
    const bookedOn = cells.date('date', out);
    const ref = cells.text('ref');
    out.row({
      line,
      ref,
      // What was undone goes by the reference of the payment.
      originalRef: isReversal ? ref : null,
      isReversal,
      amountMinor: Math.abs(amountMinor),
      currency,
      direction: isReversal ? 'debit' : 'credit',
      bookedOn,
      valueOn: cells.date('at', out) ?? bookedOn,
      counterparty: cells.label('agency'),
      memo: cells.joined('billId', 'period'),
      raw,
    });
  }

  isTrailer({ line }: TableRecord, plain: readonly string[]): boolean {
    if (plain[0] !== '合计') return false;
    const { out } = this;
    if (this.hasSum) out.error('text_unexpected', line, 'a second sum');
    this.hasSum = true;
    const textOf = (role: string) => plain[this.columns.indexOf(role) ?? -1] ?? '';
    const count = /^(\d{1,9})\s*笔$/.exec(textOf('way'))?.[1];
    const reading = readPrintedAmount(textOf('amount'), textOf('currency') || null);
    const netMinor = out.amount(reading, textOf('amount'), line, 'total');
    if (count === undefined) out.error('total_unreadable', line, 'the sum does not say of how many lines');
    else if (netMinor !== null) out.declare({ line, count: Number(count), netMinor });
    return true;
  }

  end(_: unknown, lastLine: number): void {
    if (!this.hasSum) this.out.error('file_cut_short', lastLine, 'the last line, 合计, is missing');
    this.out.endStatement();
  }
}
