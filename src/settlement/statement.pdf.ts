import { beginPdf, type Pdf } from '../infra/pdf/index.ts';
import { formatMinor, sumMinor } from '../kernel/money.ts';
import type { AgencyStatement } from './statement.types.ts';
import { HOLD_WORDS, KIND_WORDS, TOTAL_WORDS } from './statement-words.ts';

/** A4, in points of 1/72 inch. */
const PAGE = { width: 595.28, height: 841.89, margin: 42 };
const RIGHT = PAGE.width - PAGE.margin;
const BOTTOM = PAGE.height - PAGE.margin;
const SUMMARY_WIDTH = 300;
const ROW_HEIGHT = 13;
const SMALL = 7;
const BODY = 9.5;
/** Nobody reads more on paper, and more would hold up the process that writes it; CSV and XLSX have every line. */
const MAX_LINES = 2_000;
const INK = '#1a1d21';
const QUIET = '#5b6470';
const RULE = '#d5dae0';

/** Left edges of the columns of text, and right edges of those of amounts. */
const TEXTS = [
  [PAGE.margin, 48],
  [PAGE.margin + 50, 58],
  [PAGE.margin + 110, 128],
  [PAGE.margin + 240, 128],
] as const;
const AMOUNTS = [RIGHT - 70, RIGHT] as const;
const AMOUNT_WIDTH = 70;

/** A statement as a PDF (A4, Chinese and English), the same bytes for the same statement. Its text can be selected. */
export async function statementPdf(statement: AgencyStatement): Promise<Uint8Array> {
  const { settlementId, madeAtMs } = statement;
  const { pdf, bytes } = await beginPdf({
    size: [PAGE.width, PAGE.height],
    margin: PAGE.margin,
    title: `结算单 Settlement statement ${settlementId}`,
    createdAtMs: madeAtMs,
  });
  heading(pdf, statement);
  summary(pdf, statement);
  items(pdf, statement);
  held(pdf, statement);
  pdf.end();
  return bytes;
}

function heading(pdf: Pdf, { settlementId, agencyNames, settlement }: AgencyStatement): void {
  const width = RIGHT - PAGE.margin;
  const { from, to, dueOn } = settlement.window;
  pdf.fontSize(16).fillColor(INK).text('结算单', PAGE.margin, PAGE.margin, { width });
  pdf.fontSize(SMALL).fillColor(QUIET).text(`Settlement statement ${settlementId}`, { width });
  pdf.moveDown(1).fontSize(11).fillColor(INK).text(agencyNames['zh-CN'], { width });
  pdf.fontSize(SMALL).fillColor(QUIET).text(agencyNames.en, { width });
  const dates = `业务日期 Business dates  ${from} – ${to}    应付日 Due on  ${dueOn}    ${settlement.currency}`;
  pdf.moveDown(1).fontSize(BODY).fillColor(INK).text(dates, { width });
  rule(pdf);
}

function summary(pdf: Pdf, { summary: lines, settlement }: AgencyStatement): void {
  const row = (label: string, minor: number) => {
    const top = beginRow(pdf, BODY);
    cell(pdf, label, PAGE.margin, top, SUMMARY_WIDTH);
    amount(pdf, formatMinor(minor, settlement.currency), PAGE.margin + SUMMARY_WIDTH, top, 120);
  };
  for (const { total, amountMinor } of lines) row(TOTAL_WORDS[total].join('  '), amountMinor);
  for (const { heldOn, releaseOn, amountMinor } of settlement.closing.reserves) {
    row(`保证金  Reserve ${heldOn} → ${releaseOn}`, amountMinor);
  }
  rule(pdf);
}

function items(pdf: Pdf, { lines, settlement }: AgencyStatement): void {
  columns(pdf, ['业务日期 Date', '类型 Kind', '编号 Item', '缴费订单号 Payment'], ['手续费 Fee', '净额 Net']);
  const shown = (minor: number) => formatMinor(minor, settlement.currency);
  for (const { item, feeMinor, netMinor } of lines.slice(0, MAX_LINES)) {
    const texts = [item.businessDate, KIND_WORDS[item.kind].join(' '), item.itemId, item.paymentId ?? ''];
    columns(pdf, texts, [shown(feeMinor), shown(netMinor)]);
    if (item.note) cell(pdf, item.note, TEXTS[2][0], beginRow(pdf, SMALL, QUIET), RIGHT - TEXTS[2][0]);
  }
  leftOut(pdf, lines.length);
  const sums = (['feeMinor', 'netMinor'] as const).map((field) =>
    shown(sumMinor(lines.map((line) => line[field]))),
  );
  columns(pdf, ['合计 Total'], sums);
}

function held(pdf: Pdf, { settlement }: AgencyStatement): void {
  if (settlement.held.length === 0) return;
  rule(pdf);
  cell(pdf, '暂缓结算  Held, not in the amounts above', PAGE.margin, beginRow(pdf, BODY), SUMMARY_WIDTH);
  for (const { item, reason } of settlement.held.slice(0, MAX_LINES)) {
    const why = HOLD_WORDS[reason].join(' ');
    columns(
      pdf,
      [item.businessDate, KIND_WORDS[item.kind].join(' '), item.itemId, why],
      ['', formatMinor(item.amountMinor, settlement.currency)],
    );
  }
  leftOut(pdf, settlement.held.length);
}

/** Says how many lines stand in the CSV alone. */
function leftOut(pdf: Pdf, count: number): void {
  if (count <= MAX_LINES) return;
  const text = `另有 ${count - MAX_LINES} 笔，见 CSV 或 XLSX。 ${count - MAX_LINES} more are in the CSV and the XLSX.`;
  cell(pdf, text, PAGE.margin, beginRow(pdf, SMALL, QUIET), RIGHT - PAGE.margin);
}

function columns(pdf: Pdf, texts: readonly string[], amounts: readonly string[]): void {
  const top = beginRow(pdf, SMALL);
  for (const [index, [left, width]] of TEXTS.entries()) cell(pdf, texts[index] ?? '', left, top, width);
  for (const [index, right] of AMOUNTS.entries()) amount(pdf, amounts[index] ?? '', right, top, AMOUNT_WIDTH);
}

/** Moves on by a row, to a new page when this one is full; returns where the row begins. */
function beginRow(pdf: Pdf, size: number, color = INK): number {
  if (pdf.y + ROW_HEIGHT > BOTTOM) pdf.addPage();
  const top = pdf.y;
  pdf.fontSize(size).fillColor(color);
  pdf.y = top + ROW_HEIGHT;
  return top;
}

function cell(pdf: Pdf, text: string, left: number, top: number, width: number): void {
  write(pdf, text, left, top, { width });
}

function amount(pdf: Pdf, text: string, right: number, top: number, width: number): void {
  write(pdf, text, right - width, top, { width, align: 'right' });
}

/** On one line: what is too long ends with dots, and stands whole in the CSV. The place in the page stays. */
function write(pdf: Pdf, text: string, left: number, top: number, options: PDFKit.Mixins.TextOptions): void {
  if (text === '') return;
  const next = pdf.y;
  pdf.text(text, left, top, { ...options, height: ROW_HEIGHT, ellipsis: '…' });
  pdf.x = PAGE.margin;
  pdf.y = next;
}

function rule(pdf: Pdf): void {
  const y = pdf.y + 5;
  pdf.moveTo(PAGE.margin, y).lineTo(RIGHT, y).lineWidth(0.5).stroke(RULE);
  pdf.x = PAGE.margin;
  pdf.y = y + 6;
}
