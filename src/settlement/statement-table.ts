import { type Cell, csvFile, xlsxFile } from '../infra/files/index.ts';
import { formatMinor, sumMinor } from '../kernel/money.ts';
import type { AgencyStatement, FeeInvoice } from './statement.types.ts';
import { HOLD_WORDS, KIND_WORDS, TOTAL_WORDS } from './statement-words.ts';

const COLUMNS = [
  ['业务日期 Business date'],
  ['类型 Kind'],
  ['编号 Item'],
  ['缴费订单号 Payment'],
  ['代收 Gross', 'grossMinor'],
  ['退款 Refund', 'refundMinor'],
  ['手续费 Fee', 'feeMinor'],
  ['调整 Adjustment', 'adjustmentMinor'],
  ['净额 Net', 'netMinor'],
  ['备注 Note'],
] as const;
const AMOUNTS = COLUMNS.flatMap(([, field]) => (field === undefined ? [] : [field]));

/** A statement as CSV, for spreadsheets: UTF-8 with a mark, and no text becomes a formula. */
export function statementCsv(statement: AgencyStatement): Buffer {
  return csvFile(statementRows(statement));
}

/** A statement as a workbook of one sheet; amounts are numbers in it. */
export function statementXlsx(statement: AgencyStatement): Buffer {
  return xlsxFile('结算单 Statement', statementRows(statement));
}

function statementRows({ settlementId, agencyNames, settlement, summary, lines }: AgencyStatement): Cell[][] {
  const { window, currency, held } = settlement;
  const amount = (minor: number): Cell => ({ decimal: formatMinor(minor, currency) });
  const sums = AMOUNTS.map((field) => amount(sumMinor(lines.map((line) => line[field]))));
  return [
    ['结算单 Settlement statement', settlementId],
    ['机构 Agency', `${agencyNames['zh-CN']} ${agencyNames.en}`],
    ['业务日期 Business dates', `${window.from} – ${window.to}`],
    ['应付日 Due on', window.dueOn],
    ['币种 Currency', currency],
    [],
    ...summary.map(({ total, amountMinor }): Cell[] => [TOTAL_WORDS[total].join(' '), amount(amountMinor)]),
    ...settlement.closing.reserves.map(({ heldOn, releaseOn, amountMinor }): Cell[] => [
      `保证金 Reserve ${heldOn} → ${releaseOn}`,
      amount(amountMinor),
    ]),
    [],
    COLUMNS.map(([name]) => name),
    ...lines.map(({ item, ...parts }): Cell[] => [
      item.businessDate,
      KIND_WORDS[item.kind].join(' '),
      item.itemId,
      item.paymentId ?? '',
      ...AMOUNTS.map((field) => amount(parts[field])),
      item.note ?? '',
    ]),
    ['合计 Total', '', '', '', ...sums, ''],
    ...(held.length === 0 ? [] : [[], ['暂缓结算 Held']]),
    ...held.map(({ item, reason }): Cell[] => [
      item.businessDate,
      KIND_WORDS[item.kind].join(' '),
      item.itemId,
      item.paymentId ?? '',
      amount(item.amountMinor),
      '',
      '',
      '',
      '',
      HOLD_WORDS[reason].join(' '),
    ]),
  ];
}

/** The lines of a fee invoice as CSV: what collecting cost, window by window, and what is still to be paid. */
export function feeInvoiceCsv(invoice: FeeInvoice, currency: string): Buffer {
  const amount = (minor: number): Cell => ({ decimal: formatMinor(minor, currency) });
  const count = (number: number): Cell => ({ decimal: String(number) });
  return csvFile([
    [
      '起 From',
      '止 To',
      '缴费笔数 Payments',
      '退款笔数 Refunds',
      '手续费 Fees',
      '退回手续费 Given up',
      '开票金额 Invoiced',
      '已从付款中扣除 Kept back',
    ],
    ...invoice.lines.map((line): Cell[] => [
      line.from,
      line.to,
      count(line.paymentCount),
      count(line.refundCount),
      amount(line.feesMinor),
      amount(0 - line.feesReturnedMinor),
      amount(line.invoicedMinor),
      amount(line.isKeptBack ? line.invoicedMinor : 0),
    ]),
    [
      '合计 Total',
      '',
      '',
      '',
      amount(invoice.feesMinor),
      amount(0 - invoice.feesReturnedMinor),
      amount(invoice.invoicedMinor),
      amount(invoice.keptBackMinor),
    ],
    ['应付 Due', '', '', '', '', '', amount(invoice.dueMinor), ''],
  ]);
}
