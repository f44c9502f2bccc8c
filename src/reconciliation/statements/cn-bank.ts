import type { StatementCollector } from './collector.ts';
import { RunningBalance } from './running-balance.ts';
import type { DeclaredTotals } from './statement.types.ts';
import type { Columns, RowCells, TableKind, TableReader } from './table-columns.ts';
import { directionWord } from './table-words.ts';

/**
 * What Chinese banks let their customers export, by the names of the columns: Bank of China, China Merchants Bank, ICBC, CCB,
 * ABC and those that write like them, for people and for companies.
 */
export const CN_BANK: TableKind = {
  format: 'cn-bank',
  variant: 'cn-bank',
  columns: {
    date: [
      '记账日期',
      '记账日',
      '入账日期',
      '交易日期',
      '交易日',
      '日期',
      '发生日期',
      '交易时间',
      '记账时间',
    ],
    valueDate: ['起息日', '起息日期', '交易日期', '交易日'],
    amount: ['交易金额', '金额', '发生额', '记账金额', '交易额'],
    credit: [
      '收入',
      '收入金额',
      '贷方',
      '贷方金额',
      '贷方发生额',
      '存入',
      '存入金额',
      '转入金额',
      '转入',
      '贷',
      '贷方(收入)',
      '收入(贷方)',
      '收入/贷方',
      '收款金额',
      '记账金额(收入)',
      '交易金额(收入)',
      '贷方发生额/元(收入)',
      '贷方发生额(收入)',
    ],
    debit: [
      '支出',
      '支出金额',
      '借方',
      '借方金额',
      '借方发生额',
      '取出',
      '支取金额',
      '转出金额',
      '转出',
      '借',
      '借方(支出)',
      '支出(借方)',
      '支出/借方',
      '付款金额',
      '记账金额(支出)',
      '交易金额(支出)',
      '借方发生额/元(支取)',
      '借方发生额(支取)',
    ],
    direction: [
      '收/支',
      '收支',
      '借贷标志',
      '借贷',
      '借/贷',
      '借贷方向',
      '收支方向',
      '收支类型',
      '交易方向',
      '收付标志',
      '借贷状态',
      '借贷标记',
      '借贷别',
      '收支标志',
      '资金流向',
    ],
    balance: ['余额', '账户余额', '联机余额', '本次余额', '交易后余额', '可用余额'],
    currency: ['记账币种', '币别', '货币', '币种', '交易币种', '交易货币', '货币代号'],
    counterparty: [
      '对方账户名',
      '对方户名',
      '对方名称',
      '对手信息',
      '对方账户名称',
      '收(付)方名称',
      '收/付方名称',
      '对方单位名称',
      '交易对手名称',
      '交易对方',
      '对方单位',
      '对方账号与户名',
    ],
    memo: [
      '附言',
      '摘要',
      '交易摘要',
      '用途',
      '交易用途',
      '客户摘要',
      '备注',
      '交易备注',
      '交易附言',
      '交易地点/附言',
    ],
    purpose: ['用途', '交易用途', '客户摘要', '备注', '交易备注'],
    name: ['交易名称', '交易类型', '业务摘要', '业务类型', '业务名称'],
    ref: ['企业业务编号', '商户订单号', '业务参考号', '业务编号', '客户业务编号', '企业流水号'],
    bankRef: [
      '交易流水号',
      '流水号',
      '核心流水号',
      '账户明细编号-交易流水号',
      '银行流水号',
      '交易编号',
      '日志号',
      '回单编号',
      '凭证号',
      '凭证号码',
    ],
  },
  required: ['date', ['amount', 'credit', 'debit']],
  reader: (out, columns) => new BankReader(out, columns),
};

const CURRENCIES: Readonly<Record<string, string>> = {
  人民币: 'CNY',
  人民币元: 'CNY',
  RMB: 'CNY',
  '01': 'CNY',
  '156': 'CNY',
  美元: 'USD',
  欧元: 'EUR',
  港币: 'HKD',
  港元: 'HKD',
  日元: 'JPY',
  日圆: 'JPY',
  英镑: 'GBP',
  澳大利亚元: 'AUD',
  加拿大元: 'CAD',
  新加坡元: 'SGD',
  瑞士法郎: 'CHF',
  澳门元: 'MOP',
  新西兰元: 'NZD',
};

/** `人民币`, `CNY`, `美元(USD)`, `人民币CNY`; anything else as it stands. */
function currencyOf(word: string | null): string {
  if (word === null) return 'CNY';
  if (Object.hasOwn(CURRENCIES, word)) return CURRENCIES[word] ?? word;
  const [plain = '', code] = /^([^A-Z(/-]*)[(/ -]*([A-Z]{3})?\)?$/i.exec(word)?.slice(1) ?? [word];
  const named = Object.hasOwn(CURRENCIES, plain.trim()) ? CURRENCIES[plain.trim()] : undefined;
  return code && code.toUpperCase() !== 'RMB' ? code.toUpperCase() : (named ?? word.toUpperCase());
}

class BankReader implements TableReader {
  private readonly out: StatementCollector;
  private readonly columns: Columns;
  private readonly running: RunningBalance;
  /** Whether a column says which side an amount is on. */
  private readonly hasSides: boolean;
  private hasNegative = false;
  private hasOtherWords = false;
  /** How the first debit was written: with its minus, or so that a minus takes one back. */
  private debitSign: 1 | -1 | null = null;
  /** Whether the amount of the row moves money the other way than the side says on which it stands. */
  private isTakenBack = false;

  constructor(out: StatementCollector, columns: Columns) {
    this.out = out;
    this.columns = columns;
    this.running = new RunningBalance(out);
    this.hasSides = ['credit', 'debit', 'direction'].some((role) => columns.has(role));
  }

  row(cells: RowCells): void {
    const { out } = this;
    const currency = currencyOf(cells.text('currency'));
    if (isBalanceOnly(cells)) return;
    if (!/^[A-Z]{3}$/.test(currency)) {
      out.error('currency_unreadable', cells.line, `“${currency.slice(0, 20)}” is no currency that is known`);
      return;
    }
    const signedMinor = this.signedAmount(cells, currency);
    const balanceMinor = cells.amount('balance', currency, out);
    if (signedMinor === null) return;
    if (signedMinor < 0) this.hasNegative = true;
    if (!this.hasSides && !this.hasNegative) this.hasOtherWords ||= cells.others.some(isSideWord);
    const bookedOn = cells.date('date', out);
    if (!bookedOn) out.error('date_missing', cells.line, 'the row has no date');
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
      isReversal: this.isTakenBack || /冲正|冲账|抹账/.test(cells.joined('name', 'memo') ?? ''),
      bookedOn,
      valueOn: cells.date('valueDate', out) ?? bookedOn,
      counterparty: cells.label('counterparty'),
      memo: cells.joined('memo', 'purpose') ?? cells.text('name'),
      raw: cells.raw,
    });
  }

  end(declared: DeclaredTotals | null, lastLine: number): void {
    if (declared) this.out.declare(declared);
    const balances = this.running.end();
    const isUnsigned = !this.hasNegative && !this.hasSides;
    if (isUnsigned && (balances === 'broken' || this.hasOtherWords)) {
      this.out.error(
        'direction_unreadable',
        lastLine,
        'no amount has a sign, and the column that says credit or debit is none of those known here',
      );
    } else if (balances !== 'proved' && !declared) {
      this.out.warn('totals_missing', lastLine, 'neither totals nor balances prove that the file is whole');
    }
    this.out.endStatement();
  }

  /** From a column for each side, a column with words, or the sign. Null after saying what is wrong. */
  private signedAmount(cells: RowCells, currency: string): number | null {
    const { out } = this;
    this.isTakenBack = false;
    const creditMinor = cells.amount('credit', currency, out);
    const debitMinor = cells.amount('debit', currency, out);
    const amountMinor = cells.amount('amount', currency, out);
    if (creditMinor === null || debitMinor === null || amountMinor === null) return null;
    if (creditMinor !== undefined || debitMinor !== undefined) {
      // Both sides filled: one of them is a zero, or the row is no single movement.
      if (creditMinor && debitMinor) {
        out.error('direction_unreadable', cells.line, 'both the credit and the debit column hold an amount');
        return null;
      }
      return creditMinor ? this.signedCredit(creditMinor) : this.signedDebit(debitMinor ?? 0, cells.line);
    }
    if (amountMinor === undefined) {
      out.error('amount_unreadable', cells.line, 'the row has no amount');
      return null;
    }
    if (!this.columns.has('direction')) return amountMinor;
    const word = cells.text('direction');
    const direction = directionWord(word);
    if (!direction) {
      out.error('direction_unreadable', cells.line, `“${word ?? ''}” is neither credit nor debit`);
      return null;
    }
    return direction === 'debit' ? this.signedDebit(amountMinor, cells.line) : this.signedCredit(amountMinor);
  }

  private signedCredit(amountMinor: number): number {
    this.isTakenBack = amountMinor < 0;
    return amountMinor;
  }

  /** Some banks write debits with a minus; others only those that are taken back. The first one of a file tells which. */
  private signedDebit(amountMinor: number, line: number): number | null {
    if (amountMinor === 0) return 0;
    const sign = amountMinor < 0 ? -1 : 1;
    this.debitSign ??= sign;
    if (sign === this.debitSign) return 0 - Math.abs(amountMinor);
    this.isTakenBack = sign === -1;
    if (this.isTakenBack) return 0 - amountMinor;
    this.out.error('direction_unreadable', line, 'a debit without a minus, where those before have one');
    return null;
  }
}

/** `期初余额`, `承前页`: a line between rows that moves nothing. */
function isBalanceOnly(cells: RowCells): boolean {
  if (['amount', 'credit', 'debit'].some((role) => !/^[0.]*$/.test(cells.text(role) ?? ''))) return false;
  return /^(期初|期末|上期|上年|上月|上日|昨日|本日|日终|承前).{0,4}$/.test(
    cells.text('memo', 'name', 'purpose') ?? '',
  );
}

function isSideWord(text: string): boolean {
  return /^(收入?|支出?|借方?|贷方?|[DC]|DR|CR)$/i.test(text);
}
