import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import { create as createQrCode } from 'qrcode';
import { formatMinor, type Money } from '../kernel/money.ts';
import type { Receipt } from './receipt.types.ts';

/** A5, in points of 1/72 inch. */
const PAGE = { width: 419.53, height: 595.28, margin: 36 };
const CONTENT_WIDTH = PAGE.width - 2 * PAGE.margin;
const LABEL_WIDTH = 118;
const VALUE_LEFT = PAGE.margin + LABEL_WIDTH;
const VALUE_WIDTH = CONTENT_WIDTH - LABEL_WIDTH;
const QR_SIZE = 92;
const FOOTER_HEIGHT = QR_SIZE + 44;
const INK = '#1a1d21';
const QUIET = '#5b6470';
const RULE = '#d5dae0';

/** Carries every character of GB 18030's common sets: a name with a rare character must not come out as a box. */
const FONT = '@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf';
let font: Buffer | undefined;

/** A receipt as a PDF (A5, Chinese and English), the same bytes for the same receipt. Its text can be selected. */
export async function renderReceiptPdf(receipt: Receipt): Promise<Uint8Array> {
  font ??= readFileSync(createRequire(import.meta.url).resolve(FONT));
  const pdf = new PDFDocument({
    size: [PAGE.width, PAGE.height],
    // The pages are broken here, not where a text happens to reach the edge.
    margins: { top: PAGE.margin, left: PAGE.margin, right: PAGE.margin, bottom: 0 },
    lang: 'zh-CN',
    displayTitle: true,
    info: {
      Title: `缴费回执 Payment receipt ${receipt.receiptId}`,
      Creator: 'civicpay',
      // pdfkit would take the time of day, and derive the file's id from it.
      CreationDate: new Date(receipt.postedAtMs),
    },
  });
  const bytes = collect(pdf);
  pdf.registerFont('text', font).font('text').fillColor(INK);
  heading(pdf, receipt);
  facts(pdf, receipt);
  bills(pdf, receipt);
  footer(pdf, receipt);
  pdf.end();
  return bytes;
}

function heading(pdf: PDFKit.PDFDocument, { agency, amount }: Receipt): void {
  pdf.fontSize(17).text('缴费回执', PAGE.margin, PAGE.margin);
  pdf.fontSize(8.5).fillColor(QUIET).text('Payment receipt');
  pdf.moveDown(1);
  pdf.fontSize(12).fillColor(INK).text(agency.manifest.names['zh-CN'], { width: CONTENT_WIDTH });
  pdf.fontSize(8.5).fillColor(QUIET).text(agency.manifest.names.en, { width: CONTENT_WIDTH });
  pdf.moveDown(0.8);
  pdf.fontSize(24).fillColor(INK).text(shownMoney(amount));
  pdf.fontSize(8.5).fillColor(QUIET).text('已缴清并销账  Paid and posted');
  rule(pdf);
}

function facts(pdf: PDFKit.PDFDocument, receipt: Receipt): void {
  const { timeZone } = receipt.agency.manifest.serviceHours;
  const { holder, channel } = receipt;
  row(pdf, '户号', 'Account', receipt.maskedAccount);
  if (holder?.maskedName) row(pdf, '户名', 'Name', holder.maskedName);
  if (holder?.maskedAddress) row(pdf, '地址', 'Address', holder.maskedAddress);
  row(pdf, '扣款时间', 'Debited', shownTime(receipt.debitedAtMs, timeZone));
  row(pdf, '销账时间', 'Posted', shownTime(receipt.postedAtMs, timeZone));
  row(pdf, '支付渠道', 'Paid through', `${channel.names['zh-CN']}  ${channel.names.en}`);
  row(pdf, '渠道流水号', 'Channel reference', channel.reference);
  row(pdf, '缴费单位流水号', 'Agency reference', receipt.agencyReference);
  row(pdf, '缴费订单号', 'Payment', receipt.paymentId);
  rule(pdf);
}

function bills(pdf: PDFKit.PDFDocument, receipt: Receipt): void {
  for (const { period, billId, amount } of receipt.bills) {
    row(pdf, `账单 ${period}`, `Bill ${billId}`, shownMoney(amount), 'right');
  }
  row(pdf, '合计', 'Total', shownMoney(receipt.amount), 'right');
}

/** How to check the receipt: at the foot of the last page, whole. */
function footer(pdf: PDFKit.PDFDocument, receipt: Receipt): void {
  makeRoom(pdf, FOOTER_HEIGHT);
  const top = PAGE.height - PAGE.margin - FOOTER_HEIGHT + 12;
  qrCode(pdf, receipt.verifyUrl, PAGE.margin, top);
  const left = PAGE.margin + QR_SIZE + 16;
  const width = CONTENT_WIDTH - QR_SIZE - 16;
  pdf
    .fontSize(10)
    .fillColor(INK)
    .text('扫码验证此回执', left, top + 2, { width });
  pdf.fontSize(8).fillColor(QUIET).text('Scan to check that this receipt is genuine', { width });
  pdf.moveDown(0.6);
  labelled(pdf, '回执编号 Receipt', receipt.receiptId, width);
  labelled(pdf, '验证码 Verification code', receipt.verificationCode, width);
  pdf.fontSize(7).fillColor(QUIET);
  pdf.text('本回执不是发票；如需发票，请联系缴费单位。', PAGE.margin, top + QR_SIZE + 8, {
    width: CONTENT_WIDTH,
  });
  pdf.text('This is not a tax invoice; ask the agency for one.', { width: CONTENT_WIDTH });
}

function labelled(pdf: PDFKit.PDFDocument, label: string, value: string, width: number): void {
  pdf.fontSize(7).fillColor(QUIET).text(label, { width });
  pdf.fontSize(9).fillColor(INK).text(value, { width });
}

/** A label in both languages and its value, which may take several lines. */
function row(
  pdf: PDFKit.PDFDocument,
  chinese: string,
  english: string,
  value: string,
  align: 'left' | 'right' = 'left',
): void {
  const labelWidth = LABEL_WIDTH - 8;
  pdf.fontSize(7);
  const englishHeight = pdf.heightOfString(english, { width: labelWidth });
  pdf.fontSize(9);
  const chineseHeight = pdf.heightOfString(chinese, { width: labelWidth });
  const height = Math.max(chineseHeight + englishHeight, pdf.heightOfString(value, { width: VALUE_WIDTH }));
  makeRoom(pdf, height);
  const top = pdf.y;
  pdf.fillColor(INK).text(chinese, PAGE.margin, top, { width: labelWidth });
  pdf.fontSize(7).fillColor(QUIET).text(english, { width: labelWidth });
  pdf.fontSize(9).fillColor(INK).text(value, VALUE_LEFT, top, { width: VALUE_WIDTH, align });
  pdf.x = PAGE.margin;
  pdf.y = top + height + 2;
}

function rule(pdf: PDFKit.PDFDocument): void {
  const y = pdf.y + 6;
  pdf
    .moveTo(PAGE.margin, y)
    .lineTo(PAGE.width - PAGE.margin, y)
    .lineWidth(0.5)
    .stroke(RULE);
  pdf.x = PAGE.margin;
  pdf.y = y + 8;
}

/** Begins a new page when less than `height` is left on this one. */
function makeRoom(pdf: PDFKit.PDFDocument, height: number): void {
  if (pdf.y + height > PAGE.height - PAGE.margin) pdf.addPage();
}

/** Drawn as squares, so that it prints sharp at any size; the margin that readers need is the paper around it. */
function qrCode(pdf: PDFKit.PDFDocument, text: string, left: number, top: number): void {
  const { modules } = createQrCode(text, { errorCorrectionLevel: 'M' });
  const side = QR_SIZE / modules.size;
  for (let y = 0; y < modules.size; y++) {
    for (let x = 0; x < modules.size; x++) {
      if (modules.get(y, x)) pdf.rect(left + x * side, top + y * side, side, side);
    }
  }
  pdf.fill(INK);
}

function shownMoney({ amountMinor, currency }: Money): string {
  // As text, because a decimal number would go through a float.
  const decimal = formatMinor(amountMinor, currency) as `${number}`;
  return new Intl.NumberFormat('zh-CN', { style: 'currency', currency }).format(decimal);
}

/** `2025-10-03 14:23:05 GMT+8`: the agency's own clock. */
function shownTime(atMs: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'shortOffset',
  });
  const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const { year, month, day, hour, minute, second, timeZoneName } = parts;
  return `${year}-${month}-${day} ${hour}:${minute}:${second} ${timeZoneName}`;
}

function collect(pdf: PDFKit.PDFDocument): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
  });
}
