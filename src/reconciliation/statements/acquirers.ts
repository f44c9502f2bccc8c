import type { StatementCollector } from './collector.ts';
import type { DeclaredTotals, Direction } from './statement.types.ts';
import type { RowCells, TableKind, TableReader } from './table-columns.ts';

/**
 * What those who acquire card and code payments for merchants (银联商务, 通联, 拉卡拉 and the like) let them export: a row for each
 * payment at a terminal, before the fee, and what is done by the type of the transaction.
 */
export const ACQUIRER: TableKind = {
  format: 'acquirer',
  variant: 'acquirer',
  columns: {
    date: ['清算日期', '结算日期', '入账日期', '交易日期', '交易时间', '日期'],
    tradedOn: ['交易日期', '交易时间', '清算日期'],
    kind: ['交易类型', '交易类别', '交易名称', '业务类型'],
    terminal: ['终端号', '终端编号', '商户号', '商户编号', '商户代码', '门店名称', '商户名称'],
    amount: ['交易金额', '交易金额(元)', '订单金额', '交易本金', '金额'],
    fee: ['手续费', '商户手续费', '交易手续费', '手续费金额'],
    net: ['清算金额', '结算金额', '入账金额'],
    batch: ['结算批次号', '清算批次号', '批次号'],
    currency: ['币种', '交易币种'],
    status: ['交易状态', '状态', '交易结果'],
    ref: ['商户订单号', '外部订单号', '商户单号', '订单号', '商户流水号', '商户交易订单号'],
    originalRef: ['原商户订单号', '原订单号', '原外部订单号'],
    bankRef: ['检索参考号', '参考号', '系统参考号', '交易参考号', '平台流水号', '交易流水号', '流水号'],
    counterparty: ['卡号', '交易卡号', '付款账号', '支付账号'],
    memo: ['备注', '交易备注', '支付方式', '交易渠道'],
  },
  required: ['date', 'kind', 'amount', 'terminal', ['fee', 'net']],
  reader: (out) => new AcquirerReader(out),
};

class AcquirerReader implements TableReader {
  private readonly out: StatementCollector;

  constructor(out: StatementCollector) {
    this.out = out;
  }

  row(cells: RowCells): void {
    const { out } = this;
    const status = cells.text('status') ?? '';
    if (/失败|关闭|未支付|待支付|拒绝/.test(status)) return;
    const currency = /^[A-Z]{3}$/.test(cells.text('currency') ?? '') ? (cells.text('currency') ?? '') : 'CNY';
    const amountMinor = cells.amount('amount', currency, out);
    if (amountMinor === undefined) out.error('amount_unreadable', cells.line, 'the row has no amount');
    if (amountMinor === undefined || amountMinor === null) return;
    const feeMinor = cells.amount('fee', currency, out);
    if (feeMinor === null) return;
    const kind = cells.text('kind') ?? '';
    const direction = directionOf(kind, amountMinor);
    if (!direction) {
      out.error('direction_unreadable', cells.line, `“${kind}” is neither a payment nor what takes one back`);
      return;
    }
    const bookedOn = cells.date('date', out);
    if (!bookedOn) out.error('date_missing', cells.line, 'the row has no date');
    out.row({
      line: cells.line,
      ref: cells.text('ref'),
      bankRef: cells.text('bankRef'),
      originalRef: direction === 'debit' ? cells.text('originalRef') : null,
      amountMinor: Math.abs(amountMinor),
      currency,
      feeMinor: Math.abs(feeMinor ?? 0),
      batch: cells.text('batch'),
      direction,
      isReversal: direction === 'debit',
      bookedOn,
      valueOn: cells.date('tradedOn', out) ?? bookedOn,
      counterparty: cells.label('counterparty'),
      memo: cells.joined('kind', 'memo'),
      raw: cells.raw,
    });
  }

  end(declared: DeclaredTotals | null, lastLine: number): void {
    if (declared) this.out.declare(declared);
    else this.out.warn('totals_missing', lastLine, 'no totals prove that the file is whole');
    this.out.endStatement();
  }
}

/** What takes back is written with a minus by some, and without by others: its type says it in both. Null for an unknown type. */
function directionOf(kind: string, amountMinor: number): Direction | null {
  const isTakenBack = /退|撤销|冲正|撤单/.test(kind);
  // What takes back a refund pays it after all.
  if (isTakenBack && /(退货|退款).*(撤销|冲正)/.test(kind)) return amountMinor < 0 ? null : 'credit';
  if (isTakenBack) return 'debit';
  if (/消费|支付|付款|收款|扫码|预授权完成|充值|缴费|代收|交易/.test(kind))
    return amountMinor < 0 ? 'debit' : 'credit';
  return null;
}
