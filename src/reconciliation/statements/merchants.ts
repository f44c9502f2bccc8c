import { readPrintedAmount, type TableRecord } from '../../infra/files/index.ts';
import type { StatementCollector } from './collector.ts';
import { totalDiffers } from './gates.ts';
import type { DeclaredTotals, Direction } from './statement.types.ts';
import {
  type Columns,
  headerName,
  type RowCells,
  type TableKind,
  type TableReader,
} from './table-columns.ts';
import { directionWord } from './table-words.ts';

/** The bill of transactions that WeChat Pay makes for a merchant: every value behind a back-tick, totals below. */
export const WECHAT_TRADES: TableKind = {
  format: 'wechat-pay',
  variant: 'wechat-merchant-trades',
  columns: {
    date: ['交易时间'],
    bankRef: ['微信订单号'],
    ref: ['商户订单号'],
    counterparty: ['用户标识'],
    state: ['交易状态'],
    currency: ['货币种类'],
    orderAmount: ['订单金额', '总金额'],
    settledAmount: ['应结订单金额', '总金额'],
    refundBankRef: ['微信退款单号'],
    refundRef: ['商户退款单号'],
    refundAskedAmount: ['申请退款金额', '退款金额'],
    refundAmount: ['退款金额'],
    refundState: ['退款状态'],
    refundedAt: ['退款成功时间'],
    memo: ['商品名称'],
  },
  required: ['date', 'bankRef', 'ref', 'state', ['orderAmount', 'settledAmount']],
  reader: (out) => new TradesReader(out),
};

/** WeChat Pay's bill of what came to and left the merchant's account. */
export const WECHAT_FUNDS: TableKind = {
  format: 'wechat-pay',
  variant: 'wechat-merchant-funds',
  columns: {
    date: ['记账时间'],
    bankRef: ['资金流水单号'],
    ref: ['业务凭证号', '微信支付业务单号'],
    otherRef: ['微信支付业务单号'],
    direction: ['收支类型'],
    amount: ['收支金额'],
    balance: ['账户结余'],
    memo: ['业务名称'],
    note: ['备注'],
  },
  required: ['date', 'direction', 'amount', 'bankRef'],
  reader: (out) => new FundsReader(out),
};

/** Alipay's 账务明细 (what moved on the merchant's account) and 业务明细 (what was sold). */
export const ALIPAY_MERCHANT: TableKind = {
  format: 'alipay',
  variant: 'alipay-merchant',
  columns: {
    date: ['发生时间', '入账时间', '完成时间'],
    bankRef: ['账务流水号', '支付宝流水号', '支付宝交易号'],
    ref: ['商户订单号'],
    income: ['收入金额', '收入'],
    expense: ['支出金额', '支出'],
    amount: ['订单金额'],
    balance: ['账户余额'],
    counterparty: ['对方名称', '对方账号', '对方账户'],
    memo: ['商品名称', '业务类型'],
    note: ['备注'],
    kind: ['业务类型', '账务类型'],
    refundRef: ['退款批次号/请求号', '退款批次号', '退款请求号'],
  },
  required: ['date', 'bankRef', 'ref', ['income', 'amount'], 'kind'],
  reader: (out, columns) => new FundsReader(out, columns),
};

type Counted = Record<'count' | 'creditMinor' | 'debitMinor', number>;

class TradesReader implements TableReader {
  private readonly out: StatementCollector;
  private readonly counted: Counted = { count: 0, creditMinor: 0, debitMinor: 0 };
  private totalNames: readonly string[] | null = null;
  private hasTotals = false;

  constructor(out: StatementCollector) {
    this.out = out;
  }

  row(cells: RowCells): void {
    const { out } = this;
    const state = cells.text('state') ?? '';
    const isRefund = state === 'REFUND' || state === 'REVOKED' || state === '转入退款';
    const currency = cells.text('currency') ?? 'CNY';
    this.counted.count += 1;
    if (!isRefund && state !== 'SUCCESS' && state !== '支付成功') {
      out.error(
        'status_unreadable',
        cells.line,
        `交易状态 “${state}” is neither SUCCESS, REFUND nor REVOKED`,
      );
      return;
    }
    const roles = isRefund ? ['refundAskedAmount', 'refundAmount'] : ['orderAmount', 'settledAmount'];
    const role = roles.find((each) => cells.text(each) !== null);
    const amountMinor = role === undefined ? undefined : cells.amount(role, currency, out);
    if (amountMinor === undefined) out.error('amount_unreadable', cells.line, 'the row has no amount');
    if (amountMinor === undefined || amountMinor === null) return;
    const direction: Direction = isRefund ? 'debit' : 'credit';
    this.counted[`${direction}Minor`] += Math.abs(amountMinor);
    // A bill of refunds alone gives the time of the payment first.
    const bookedOn = cells.date(isRefund && cells.text('refundedAt') ? 'refundedAt' : 'date', out);
    out.row({
      line: cells.line,
      ref: isRefund ? cells.text('refundRef', 'ref') : cells.text('ref'),
      bankRef: isRefund ? cells.text('refundBankRef', 'bankRef') : cells.text('bankRef'),
      amountMinor: Math.abs(amountMinor),
      currency,
      direction,
      isReversal: isRefund,
      // A refund that is still under way has moved nothing yet.
      isBooked: !(isRefund && /PROCESSING|FAIL|CHANGE/.test(cells.text('refundState') ?? '')),
      bookedOn,
      valueOn: bookedOn,
      counterparty: cells.label('counterparty'),
      memo: cells.label('memo'),
      raw: cells.raw,
    });
  }

  isTrailer({ line }: TableRecord, plain: readonly string[]): boolean {
    if (plain[0]?.startsWith('总交易单数')) {
      this.totalNames = plain.map(headerName);
      return true;
    }
    if (!this.totalNames || this.hasTotals) return false;
    this.hasTotals = true;
    const at = (...names: string[]) => {
      const index = names.map((name) => this.totalNames?.indexOf(name) ?? -1).find((found) => found !== -1);
      const text = index === undefined ? undefined : plain[index];
      return text === undefined ? null : this.out.amount(readPrintedAmount(text, 'CNY'), text, line, 'total');
    };
    const declared: DeclaredTotals = { line, count: Number(plain[0]) };
    const creditMinor = at('订单总金额', '总交易额', '应结订单总金额');
    const debitMinor = at('申请退款总金额', '退款总金额', '总退款金额');
    if (creditMinor !== null) declared.creditMinor = creditMinor;
    if (debitMinor !== null) declared.debitMinor = debitMinor;
    this.out.declare(declared);
    for (const key of ['count', 'creditMinor', 'debitMinor'] as const) {
      const [said, counted] = [declared[key], this.counted[key]];
      if (said === undefined || said === counted) continue;
      this.out.error('total_differs', line, totalDiffers(key, said, counted, 'CNY'));
    }
    return true;
  }

  end(_: DeclaredTotals | null, lastLine: number): void {
    if (!this.hasTotals) this.out.error('file_cut_short', lastLine, 'the totals below the rows are missing');
    this.out.endStatement({ checkDeclared: false });
  }
}

class FundsReader implements TableReader {
  private readonly out: StatementCollector;
  /** Columns of a bill whose totals stand in notes (Alipay); WeChat Pay's stand in a table below. */
  private readonly columns: Columns | null;
  private totalNames: readonly string[] | null = null;
  private declared: DeclaredTotals | null = null;
  private hasEnd = false;

  constructor(out: StatementCollector, columns: Columns | null = null) {
    this.out = out;
    this.columns = columns;
  }

  row(cells: RowCells): void {
    const { out } = this;
    const signedMinor = this.columns ? alipayAmount(cells, out) : wechatAmount(cells, out);
    if (signedMinor === null) return;
    const bookedOn = cells.date('date', out);
    const isRefund = /退款/.test(cells.joined('kind', 'memo') ?? '');
    out.row({
      line: cells.line,
      ref: (isRefund && cells.text('refundRef')) || cells.text('ref', 'otherRef'),
      bankRef: cells.text('bankRef'),
      amountMinor: Math.abs(signedMinor),
      currency: 'CNY',
      direction: signedMinor < 0 ? 'debit' : 'credit',
      isReversal: isRefund,
      bookedOn,
      valueOn: bookedOn,
      counterparty: cells.label('counterparty'),
      memo: cells.joined('memo', 'note'),
      raw: cells.raw,
    });
  }

  isTrailer({ raw, line }: TableRecord, plain: readonly string[]): boolean {
    if (/^#?-+\s*(账务|业务)?(明细|汇总)?列表结束/.test(raw)) this.hasEnd = true;
    if (plain[0] === '资金流水总笔数') {
      this.totalNames = plain.map(headerName);
      return true;
    }
    if (!this.totalNames || this.declared) return false;
    const at = (name: string) => plain[this.totalNames?.indexOf(name) ?? -1] ?? '';
    const fen = (name: string) =>
      this.out.amount(readPrintedAmount(at(name), 'CNY'), at(name), line, name) ?? Number.NaN;
    this.declared = {
      line,
      count: Number(at('资金流水总笔数')),
      creditCount: Number(at('收入笔数')),
      creditMinor: fen('收入金额'),
      debitCount: Number(at('支出笔数')),
      debitMinor: fen('支出金额'),
    };
    return true;
  }

  end(noted: DeclaredTotals | null, lastLine: number): void {
    const declared = this.declared ?? noted;
    if (declared) this.out.declare(declared);
    else if (!this.columns)
      this.out.error('file_cut_short', lastLine, 'the totals below the rows are missing');
    else if (!this.hasEnd)
      this.out.error('file_cut_short', lastLine, 'neither an end of the list nor totals are in the file');
    this.out.endStatement();
  }
}

function wechatAmount(cells: RowCells, out: StatementCollector): number | null {
  const direction = directionWord(cells.text('direction'));
  const amountMinor = cells.amount('amount', 'CNY', out);
  if (amountMinor === undefined || !direction) {
    out.error('direction_unreadable', cells.line, 'the row lacks 收支类型 or 收支金额');
    return null;
  }
  return amountMinor === null ? null : direction === 'debit' ? 0 - amountMinor : amountMinor;
}

/** 收入金额 and 支出金额 (written with or without its minus), or the signed 订单金额. */
function alipayAmount(cells: RowCells, out: StatementCollector): number | null {
  const incomeMinor = cells.amount('income', 'CNY', out);
  const expenseMinor = cells.amount('expense', 'CNY', out);
  const orderMinor = cells.amount('amount', 'CNY', out);
  if (incomeMinor === null || expenseMinor === null || orderMinor === null) return null;
  if (incomeMinor === undefined && expenseMinor === undefined && orderMinor === undefined) {
    out.error('amount_unreadable', cells.line, 'the row has no amount');
    return null;
  }
  if (incomeMinor === undefined && expenseMinor === undefined) return orderMinor ?? null;
  return (incomeMinor ?? 0) - Math.abs(expenseMinor ?? 0);
}
