import type { StatementCollector } from './collector.ts';
import { totalDiffers } from './gates.ts';
import type { DeclaredTotals, Direction } from './statement.types.ts';
import type { RowCells, TableKind, TableReader } from './table-columns.ts';
import { directionWord } from './table-words.ts';

/** Which way a row moved money; `none` when it moved nothing; null when the row does not tell. */
type Movement = Direction | 'none' | null;

/** `strict`: the house's totals are those of its rows; otherwise its own notes say that they may differ. */
interface Wallet {
  movement: (cells: RowCells) => Movement;
  hasStrictTotals: boolean;
}

/** What people export of their own wallet, columns of 2020 to 2025. */
export const ALIPAY_PERSONAL: TableKind = {
  format: 'alipay',
  variant: 'alipay-personal',
  columns: {
    date: ['付款时间', '交易时间', '交易创建时间'],
    created: ['交易时间', '交易创建时间'],
    category: ['交易分类', '类型'],
    counterparty: ['交易对方'],
    memo: ['商品说明', '商品名称'],
    direction: ['收/支'],
    amount: ['金额'],
    method: ['收/付款方式'],
    status: ['交易状态'],
    fundState: ['资金状态'],
    bankRef: ['交易订单号', '交易号'],
    ref: ['商家订单号', '商户订单号'],
    note: ['备注'],
  },
  required: ['created', 'direction', 'amount', 'status', 'bankRef', 'counterparty'],
  reader: (out) => new WalletReader(out, { movement: alipayMovement, hasStrictTotals: false }),
};

/** CSV until 2024, a spreadsheet since. */
export const WECHAT_PERSONAL: TableKind = {
  format: 'wechat-pay',
  variant: 'wechat-personal',
  columns: {
    date: ['交易时间'],
    created: ['交易时间'],
    category: ['交易类型'],
    counterparty: ['交易对方'],
    memo: ['商品'],
    direction: ['收/支'],
    amount: ['金额'],
    method: ['支付方式'],
    status: ['当前状态'],
    bankRef: ['交易单号'],
    ref: ['商户单号'],
    note: ['备注'],
  },
  required: ['created', 'direction', 'amount', 'status', 'bankRef', 'category'],
  reader: (out) => new WalletReader(out, { movement: wechatMovement, hasStrictTotals: true }),
};

class WalletReader implements TableReader {
  private readonly out: StatementCollector;
  private readonly wallet: Wallet;
  /** By what the column 收/支 says: the house's totals leave neutral rows out, ours do not. */
  private readonly counted = { count: 0, creditCount: 0, creditMinor: 0, debitCount: 0, debitMinor: 0 };

  constructor(out: StatementCollector, wallet: Wallet) {
    this.out = out;
    this.wallet = wallet;
  }

  row(cells: RowCells): void {
    const { out } = this;
    const amountMinor = cells.amount('amount', 'CNY', out);
    this.counted.count += 1;
    if (amountMinor === undefined) out.error('amount_unreadable', cells.line, 'the row has no amount');
    if (amountMinor === undefined || amountMinor === null) return;
    const said = directionWord(cells.text('direction'));
    if (said) {
      this.counted[`${said}Count`] += 1;
      this.counted[`${said}Minor`] += amountMinor;
    }
    const movement = this.wallet.movement(cells);
    if (movement === 'none') return;
    if (movement === null) {
      const what = cells.joined('category', 'status') ?? '';
      out.error(
        'direction_unreadable',
        cells.line,
        `neither income nor expense, and “${what}” does not tell`,
      );
      return;
    }
    const bookedOn = cells.date('date', out) ?? cells.date('created', out);
    if (!bookedOn) out.error('date_missing', cells.line, 'the row has no date');
    out.row({
      line: cells.line,
      ref: cells.text('ref'),
      bankRef: cells.text('bankRef'),
      amountMinor: Math.abs(amountMinor),
      currency: 'CNY',
      direction: amountMinor < 0 ? opposite(movement) : movement,
      isReversal: /退款/.test(cells.text('category') ?? '') || cells.text('status') === '退款成功',
      bookedOn,
      valueOn: bookedOn,
      counterparty: cells.label('counterparty'),
      memo: cells.joined('memo', 'note') ?? cells.text('category'),
      raw: cells.raw,
    });
  }

  end(declared: DeclaredTotals | null, lastLine: number): void {
    if (declared) {
      this.out.declare(declared);
      this.compare(declared);
    } else
      this.out.warn(
        'totals_missing',
        lastLine,
        'the file says nothing of its totals: nothing proves it whole',
      );
    this.out.endStatement({ checkDeclared: false });
  }

  private compare(declared: DeclaredTotals): void {
    for (const key of Object.keys(this.counted) as (keyof typeof this.counted)[]) {
      const [said, counted] = [declared[key], this.counted[key]];
      if (said === undefined || said === counted) continue;
      const message = totalDiffers(key, said, counted, 'CNY');
      if (key === 'count' || this.wallet.hasStrictTotals)
        this.out.error('total_differs', declared.line, message);
      else this.out.warn('total_differs', declared.line, message);
    }
  }
}

function opposite(direction: Direction): Direction {
  return direction === 'credit' ? 'debit' : 'credit';
}

/** The first rule that fits says which way; the text is category, goods, status and note of the row. */
function byRules(rules: readonly (readonly [RegExp, Direction])[], text: string): Direction | null {
  return rules.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** Rows that Alipay counts as neither income nor expense (不计收支), from the wallet's side. */
const ALIPAY_NEUTRAL: readonly (readonly [RegExp, Direction])[] = [
  [/退款/, 'credit'],
  [/还款/, 'debit'],
  [/收益|放款|借款|利息/, 'credit'],
  [/卖出|赎回|转出至余额宝/, 'credit'],
  [/买入|申购|定投/, 'debit'],
  [/提现|转出到|转出至|转出-/, 'debit'],
  [/充值|转入/, 'credit'],
];

/**
 * 交易关闭 under 不计收支 is an order that was never paid; under 支出 the money went, and a row of its own brings it back.
 */
function alipayMovement(cells: RowCells): Movement {
  const fundState = cells.text('fundState');
  if (fundState) return directionWord(fundState) ?? byRules(ALIPAY_NEUTRAL, neutralText(cells));
  const said = directionWord(cells.text('direction'));
  if (said) return said;
  const status = cells.text('status') ?? '';
  if (/关闭|失败|等待付款|待付款/.test(status)) return 'none';
  return byRules(ALIPAY_NEUTRAL, neutralText(cells));
}

/**
 * Neutral rows of WeChat Pay, from the side of all that the wallet holds; between its two purses (零钱, 零钱通) from the side of
 * 零钱.
 */
const WECHAT_NEUTRAL: readonly (readonly [RegExp, Direction])[] = [
  [/退款|退还/, 'credit'],
  [/转入零钱通-来自零钱(?!通)/, 'debit'],
  [/零钱通转出-到零钱(?!通)/, 'credit'],
  [/零钱通转出/, 'debit'],
  [/转入零钱通/, 'credit'],
  [/零钱提现|信用卡还款|购买理财通|分付还款|还款/, 'debit'],
  [/零钱充值|理财通.*(赎回|转出|卖出)|赎回/, 'credit'],
];

function wechatMovement(cells: RowCells): Movement {
  const said = directionWord(cells.text('direction'));
  if (said) return said;
  if (/失败|已关闭|未支付/.test(cells.text('status') ?? '')) return 'none';
  return byRules(WECHAT_NEUTRAL, cells.text('category') ?? '');
}

function neutralText(cells: RowCells): string {
  return cells.joined('category', 'memo', 'status', 'note') ?? '';
}
