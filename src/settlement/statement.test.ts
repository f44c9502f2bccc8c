import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { readSpreadsheet, splitQuoted, type TableRecord } from '../infra/files/index.ts';
import { parseMinor, sumMinor } from '../kernel/money.ts';
import { NOTHING_OWED, settleWindow } from './netting.rules.ts';
import { ITEM_KINDS, type SettlementItem, type SettlementTerms } from './settlement.types.ts';
import { statementPdf } from './statement.pdf.ts';
import { agencyStatement, feeInvoice } from './statement.rules.ts';
import { feeInvoiceCsv, statementCsv, statementXlsx } from './statement-table.ts';

const TERMS: SettlementTerms = {
  agencyId: 'guangzhou-power',
  currency: 'CNY',
  cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' },
  cycle: { kind: 'daily' },
  payoutAfterDays: 1,
  basis: 'net',
  minimumPayoutMinor: 0,
  reserve: { ratePpm: 10_000, heldDays: 30 },
};
const WINDOW = { from: '2026-11-18', to: '2026-11-18', dueOn: '2026-11-19' };
const about = {
  settlementId: 'STL-1',
  agencyNames: { 'zh-CN': '广州供电局', en: 'Guangzhou Power' },
  madeAtMs: Date.parse('2026-11-19T01:00:00Z'),
};
const item = (itemId: string, amountMinor: number, more: Partial<SettlementItem> = {}): SettlementItem => ({
  itemId,
  kind: 'payment',
  paymentId: itemId,
  businessDate: '2026-11-18',
  amountMinor,
  feeMinor: 0,
  state: 'reconciled',
  note: null,
  ...more,
});
const ITEMS = [
  item('pay_a', 10_000, { feeMinor: 38 }),
  item('pay_b', 5_000, { feeMinor: 19 }),
  item('rfd_b', 5_000, { kind: 'refund', paymentId: 'pay_b', feeMinor: 19 }),
  item('adj_1', -700, { kind: 'adjustment', paymentId: null, note: '=HYPERLINK("x"),更正' }),
  item('pay_c', 900, { state: 'disputed' }),
];
const settle = (items: SettlementItem[], terms: Partial<SettlementTerms> = {}) =>
  settleWindow({ ...TERMS, ...terms }, WINDOW, { ...NOTHING_OWED, carriedMinor: -100 }, items);
const STATEMENT = agencyStatement(settle(ITEMS), about);

const anyItems = fc
  .array(fc.tuple(fc.constantFrom(...ITEM_KINDS), fc.nat({ max: 1_000_000 }), fc.nat({ max: 900 })))
  .map((drafts) =>
    drafts.map(([kind, amountMinor, feeMinor], index) => {
      const isOfPayment = kind === 'payment' || kind === 'refund';
      return item(`i${index}`, amountMinor, { kind, feeMinor: isOfPayment ? feeMinor : 0 });
    }),
  );

function csvRecords(csv: Buffer): string[][] {
  expect(csv.subarray(0, 3).toString('hex')).toBe('efbbbf');
  const lines = csv.subarray(3).toString('utf8').trimEnd().split('\r\n');
  return lines.map((line) => splitQuoted(line, ',') ?? []);
}

describe('a statement for an agency', () => {
  it('goes from opening to closing', () => {
    expect(STATEMENT.summary).toEqual([
      { total: 'carriedInMinor', amountMinor: -100 },
      { total: 'grossMinor', amountMinor: 15_000 },
      { total: 'refundsMinor', amountMinor: -5_000 },
      { total: 'feesMinor', amountMinor: -57 },
      { total: 'feesReturnedMinor', amountMinor: 19 },
      { total: 'adjustmentsMinor', amountMinor: -700 },
      { total: 'payoutsReturnedMinor', amountMinor: 0 },
      { total: 'reserveReleasedMinor', amountMinor: 0 },
      { total: 'reserveHeldMinor', amountMinor: -150 },
      { total: 'netMinor', amountMinor: 9_112 },
      { total: 'payoutMinor', amountMinor: -9_012 },
      { total: 'carriedOutMinor', amountMinor: 0 },
    ]);
  });

  it('adds up, whatever was settled: opening and net are payout and closing, and lines are the totals', () => {
    fc.assert(
      fc.property(anyItems, fc.constantFrom('net' as const, 'gross' as const), (items, basis) => {
        const { summary, lines, settlement } = agencyStatement(settle(items, { basis }), about);
        const shown = Object.fromEntries(summary.map(({ total, amountMinor }) => [total, amountMinor]));
        const { carriedInMinor = 0, netMinor = 0, payoutMinor = 0, carriedOutMinor = 0, ...parts } = shown;
        expect(sumMinor(Object.values(parts))).toBe(netMinor);
        expect(sumMinor([carriedInMinor, netMinor, payoutMinor])).toBe(carriedOutMinor);
        const { totals } = settlement;
        const reserveMinor = totals.reserveReleasedMinor - totals.reserveHeldMinor;
        expect(sumMinor(lines.map((line) => line.netMinor)) + reserveMinor).toBe(netMinor);
        expect(sumMinor(lines.map((line) => line.grossMinor))).toBe(totals.grossMinor);
        expect(lines.map((line) => line.item)).toEqual(settlement.settled);
      }),
    );
  });

  it('ties each line to its payment as CSV, says what is held, and makes no formula of a note', () => {
    const records = csvRecords(statementCsv(STATEMENT));
    const heading = records.findIndex(([first]) => first === '业务日期 Business date');
    expect(records.slice(heading + 1)).toEqual([
      [
        '2026-11-18',
        '调整 Adjustment',
        'adj_1',
        '',
        '0.00',
        '0.00',
        '0.00',
        '-7.00',
        '-7.00',
        `'=HYPERLINK("x"),更正`,
      ],
      ['2026-11-18', '缴费 Payment', 'pay_a', 'pay_a', '100.00', '0.00', '-0.38', '0.00', '99.62', ''],
      ['2026-11-18', '缴费 Payment', 'pay_b', 'pay_b', '50.00', '0.00', '-0.19', '0.00', '49.81', ''],
      ['2026-11-18', '退款 Refund', 'rfd_b', 'pay_b', '0.00', '-50.00', '0.19', '0.00', '-49.81', ''],
      ['合计 Total', '', '', '', '150.00', '-50.00', '-0.38', '-7.00', '92.62', ''],
      [''],
      ['暂缓结算 Held'],
      ['2026-11-18', '缴费 Payment', 'pay_c', 'pay_c', '9.00', '', '', '', '', '争议中 disputed'],
    ]);
    expect(records).toContainEqual(['本期付款 Payout', '-90.12']);
    expect(records).toContainEqual(['保证金 Reserve 2026-11-18 → 2026-12-18', '1.50']);
  });

  it('says the same as XLSX', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'civicpay-settlement-'));
    try {
      const file = path.join(folder, 'statement.xlsx');
      writeFileSync(file, statementXlsx(STATEMENT));
      const rows: TableRecord[] = [];
      const fail = (code: string) => {
        throw new Error(code);
      };
      await readSpreadsheet(
        file,
        'xlsx',
        { error: fail, warn: fail },
        { record: (row) => rows.push(row) },
        async () => {},
      );
      const texts = rows.map(({ cells }) => (cells.length === 0 ? [''] : cells));
      const fromCsv = csvRecords(statementCsv(STATEMENT)).map((row) =>
        row.map((cell) => cell.replace(/^'=/, '=')),
      );
      expect(texts.map((row) => row.join('|'))).toEqual(fromCsv.map((row) => row.join('|')));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('comes as a PDF: the same bytes each time, long ones on several pages', async () => {
    const pdf = await statementPdf(STATEMENT);
    expect(Buffer.compare(pdf, await statementPdf(STATEMENT))).toBe(0);
    expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-');
    const many = Array.from({ length: 200 }, (_, index) => item(`pay_${index}`, 100 + index));
    const pagesOf = (bytes: Uint8Array) =>
      Buffer.from(bytes)
        .toString('latin1')
        .match(/\/Type \/Page\b/g)?.length;
    expect(pagesOf(pdf)).toBe(1);
    expect(pagesOf(await statementPdf(agencyStatement(settle(many), about)))).toBe(4);
    const tooMany = Array.from({ length: 2_500 }, (_, index) => item(`pay_${index}`, 100));
    // 2,000 lines and the summary; the other 500 are in the CSV.
    expect(pagesOf(await statementPdf(agencyStatement(settle(tooMany), about)))).toBe(35);
    expect(csvRecords(statementCsv(agencyStatement(settle(tooMany), about))).length).toBeGreaterThan(2_500);
  });
});

describe('a fee invoice', () => {
  it('is of the fees kept back on net terms, and of those to be paid on gross terms', () => {
    const net = feeInvoice([settle(ITEMS), settle([])]);
    expect(net).toEqual({
      lines: [
        {
          from: '2026-11-18',
          to: '2026-11-18',
          paymentCount: 2,
          refundCount: 1,
          feesMinor: 57,
          feesReturnedMinor: 19,
          invoicedMinor: 38,
          isKeptBack: true,
          itemIds: ['pay_a', 'pay_b', 'rfd_b'],
        },
      ],
      feesMinor: 57,
      feesReturnedMinor: 19,
      invoicedMinor: 38,
      keptBackMinor: 38,
      dueMinor: 0,
    });
    expect(feeInvoice([settle(ITEMS, { basis: 'gross' })])).toMatchObject({ keptBackMinor: 0, dueMinor: 38 });
  });

  it('invoices what was kept back, to the fen, over any windows', () => {
    fc.assert(
      fc.property(fc.array(anyItems, { maxLength: 4 }), (windows) => {
        const settlements = windows.map((items) => settle(items));
        const keptMinor = settlements.map(({ totals }) => totals.feesMinor - totals.feesReturnedMinor);
        expect(feeInvoice(settlements)).toMatchObject({ keptBackMinor: sumMinor(keptMinor), dueMinor: 0 });
      }),
    );
  });

  it('adds up as CSV', () => {
    const records = csvRecords(feeInvoiceCsv(feeInvoice([settle(ITEMS), settle(ITEMS)]), 'CNY'));
    const invoiced = records.slice(1, 3).map((row) => parseMinor(row[6] ?? '', 'CNY'));
    expect(sumMinor(invoiced)).toBe(76);
    expect(records[3]).toEqual(['合计 Total', '', '', '', '1.14', '-0.38', '0.76', '0.76']);
    expect(records[4]).toEqual(['应付 Due', '', '', '', '', '', '0.00', '']);
  });
});
