import { create as createQrCode } from 'qrcode';
import { beginPdf, type Pdf } from '../infra/pdf/index.ts';
import { formatMinor, type Money } from '../kernel/money.ts';
import type { Receipt } from './receipt.types.ts';

/** A5, in points of 1/72 inch. */
const PAGE = { width: 419.53, height: 595.28, margin: 36 };
const RIGHT = PAGE.width - PAGE.margin;
const BOTTOM = PAGE.height - PAGE.margin;
const LABEL_WIDTH = 142;
/** Three rows and a note, which stay together. */
const CLOSING_HEIGHT = 88;
const QR_SIZE = 96;
const GUTTER = 16;
/** Beside the QR code. */
const HEADING_WIDTH = RIGHT - PAGE.margin - QR_SIZE - GUTTER;

const SMALL = 7.5;
const BODY = 9.5;
const INK = '#1a1d21';
const QUIET = '#5b6470';
const RULE = '#d5dae0';

/** A receipt as a PDF (A5, Chinese and English), the same bytes for the same receipt. Its text can be selected. */
export async function renderReceiptPdf(receipt: Receipt): Promise<Uint8Array> {
  const { pdf, bytes } = await beginPdf({
    size: [PAGE.width, PAGE.height],
    margin: PAGE.margin,
    title: `缴费回执 Payment receipt ${receipt.receiptId}`,
    createdAtMs: receipt.postedAtMs,
  });
  heading(pdf, receipt);
  facts(pdf, receipt);
  bills(pdf, receipt);
  fulfilment(pdf, receipt.fulfilment);
  closing(pdf, receipt);
  pdf.end();
  return bytes;
}

/** What was paid to whom on the left, the code to check it by on the right. */
function heading(pdf: Pdf, { agency, total, verifyUrl }: Receipt): void {
  const top = PAGE.margin;
  const left = RIGHT - QR_SIZE;
  qrCode(pdf, verifyUrl, left, top);
  const caption = { width: QR_SIZE, align: 'center' } as const;
  write(pdf, '扫码验证真伪', { size: SMALL, at: [left, top + QR_SIZE + 4], ...caption });
  write(pdf, 'Scan to verify', { size: SMALL, color: QUIET, ...caption });
  const end = pdf.y;

  const width = HEADING_WIDTH;
  write(pdf, '缴费回执', { size: 16, at: [PAGE.margin, top - 5], width });
  write(pdf, 'Payment receipt', { size: SMALL, color: QUIET, width });
  pdf.y += 8;
  write(pdf, agency.manifest.names['zh-CN'], { size: 11, width });
  write(pdf, agency.manifest.names.en, { size: SMALL, color: QUIET, width });
  pdf.y += 6;
  write(pdf, shownMoney(total), { size: 22, width });
  write(pdf, '已扣款并销账  Paid and posted', { size: SMALL, color: QUIET, width });
  pdf.y = Math.max(pdf.y, end);
  rule(pdf);
}

function facts(pdf: Pdf, receipt: Receipt): void {
  const { timeZone } = receipt.agency.manifest.serviceHours;
  const { holder, channel, payer, planName } = receipt;
  row(pdf, '户号', 'Account', receipt.maskedAccount);
  if (holder?.maskedName) row(pdf, '户名', 'Name', holder.maskedName);
  if (holder?.maskedAddress) row(pdf, '地址', 'Address', holder.maskedAddress);
  if (planName) row(pdf, '套餐', 'Plan', planName['zh-CN']);
  if (payer) row(pdf, '缴费人', 'Paid by', payer.name);
  row(pdf, '扣款时间', 'Debited', shownTime(receipt.debitedAtMs, timeZone));
  row(pdf, '销账时间', 'Posted', shownTime(receipt.postedAtMs, timeZone));
  row(pdf, '支付渠道', 'Paid through', `${channel.names['zh-CN']}  ${channel.names.en}`);
  row(pdf, '渠道流水号', 'Channel reference', channel.reference);
  row(pdf, '缴费单位流水号', 'Agency reference', receipt.agencyReference);
  rule(pdf);
}

function bills(pdf: Pdf, receipt: Receipt): void {
  for (const { period, billId, amount } of receipt.bills) {
    row(pdf, '账单', 'Bill', `${period}  ${billId}`, shownMoney(amount));
  }
  if (receipt.credit) row(pdf, '预存余额', 'Kept as credit', '', shownMoney(receipt.credit));
  if (receipt.fee.amountMinor > 0) {
    row(pdf, '缴费金额', 'Amount', '', shownMoney(receipt.amount));
    row(pdf, '手续费', 'Fee', '', shownMoney(receipt.fee));
  }
  row(pdf, '合计', 'Total', '', shownMoney(receipt.total));
  rule(pdf);
}

/** What the resident still has to do with what was bought. */
function fulfilment(pdf: Pdf, bought: Receipt['fulfilment']): void {
  if (!bought) return;
  if (bought.kind === 'token') {
    row(pdf, '充值码', 'Token', inGroups(bought.token));
    if (bought.units) row(pdf, '数量', 'Units', bought.units);
  } else {
    row(pdf, '写卡', 'Card', `${bought.instruction['zh-CN']}  ${bought.instruction.en}`);
    if (bought.code) row(pdf, '写卡码', 'Card code', bought.code);
  }
  rule(pdf);
}

/** As meters show it and people type it: four at a time. */
function inGroups(token: string): string {
  return (
    token
      .replace(/\s/g, '')
      .match(/.{1,4}/gu)
      ?.join(' ') ?? token
  );
}

function closing(pdf: Pdf, receipt: Receipt): void {
  makeRoom(pdf, CLOSING_HEIGHT);
  row(pdf, '回执编号', 'Receipt', receipt.receiptId);
  row(pdf, '验证码', 'Verification code', receipt.verificationCode);
  row(pdf, '缴费订单号', 'Payment', receipt.paymentId);
  const width = RIGHT - PAGE.margin;
  pdf.y += 10;
  write(pdf, '本回执不是发票；如需发票，请联系缴费单位。', { size: SMALL, color: QUIET, width });
  write(pdf, 'This is not a tax invoice; ask the agency for one.', { size: SMALL, color: QUIET, width });
}

/** A label in both languages, what it says, which may take several lines, and perhaps an amount at the right edge. */
function row(pdf: Pdf, chinese: string, english: string, value: string, amount = ''): void {
  const left = PAGE.margin + LABEL_WIDTH;
  const amountWidth = amount ? 90 : 0;
  const width = RIGHT - left - amountWidth;
  const height = pdf.fontSize(BODY).heightOfString(value || amount, { width });
  makeRoom(pdf, height);
  const top = pdf.y;
  write(pdf, chinese, { size: BODY, at: [PAGE.margin, top] });
  const besideChinese = PAGE.margin + pdf.fontSize(BODY).widthOfString(chinese) + 5;
  // Lower by as much as the smaller letters are shorter, so that both stand on one line.
  write(pdf, english, { size: SMALL, color: QUIET, at: [besideChinese, top + (BODY - SMALL) * 1.16] });
  if (value) write(pdf, value, { size: BODY, at: [left, top], width });
  if (amount) {
    write(pdf, amount, { size: BODY, at: [RIGHT - amountWidth, top], width: amountWidth, align: 'right' });
  }
  pdf.x = PAGE.margin;
  pdf.y = top + height + 3;
}

interface Writing {
  size: number;
  color?: string;
  /** Where it begins; below what was written last, when absent. */
  at?: readonly [left: number, top: number];
  width?: number;
  align?: 'right' | 'center';
}

function write(pdf: Pdf, text: string, { size, color = INK, at, ...options }: Writing): void {
  const [left, top] = at ?? [pdf.x, pdf.y];
  pdf
    .fontSize(size)
    .fillColor(color)
    .text(text, left, top, { lineBreak: options.width !== undefined, ...options });
}

function rule(pdf: Pdf): void {
  makeRoom(pdf, 16);
  const y = pdf.y + 7;
  pdf.moveTo(PAGE.margin, y).lineTo(RIGHT, y).lineWidth(0.5).stroke(RULE);
  pdf.x = PAGE.margin;
  pdf.y = y + 8;
}

/** Begins a new page when less than `height` is left on this one. */
function makeRoom(pdf: Pdf, height: number): void {
  if (pdf.y + height > BOTTOM) pdf.addPage();
}

/** Drawn as squares, so that it prints sharp at any size; the margin that readers need is the paper around it. */
function qrCode(pdf: Pdf, text: string, left: number, top: number): void {
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
