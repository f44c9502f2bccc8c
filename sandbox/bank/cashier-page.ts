import { CARDS } from './books.ts';
import type { Order } from './books.types.ts';
import { yuan } from './views.ts';

export type Language = 'zh-CN' | 'en';

const TEXTS = {
  'zh-CN': {
    bank: '沙盒银行',
    notice: '演示环境：不会扣除真实资金',
    title: '确认支付',
    payee: '收款方',
    merchant: '市民缴费',
    item: '项目',
    orderNo: '订单号',
    deadline: '请于以下时间前完成',
    minutesLeft: (minutes: number) => `（还剩约 ${minutes} 分钟）`,
    card: '付款账户',
    cardName: (tail: string) => `储蓄卡（尾号 ${tail}）`,
    poorCard: '余额不足的示例卡',
    confirm: '确认支付',
    cancel: '取消支付',
    back: '返回商户',
    other: 'English',
    PROCESSING: ['银行正在处理', '款项已冻结，稍后完成扣款。您可以返回商户查看进度，请勿重复支付。'],
    DEBITED: ['支付成功', '款项已支付。请返回商户查看缴费结果。'],
    CANCELLED_BY_PAYER: ['已取消支付', '没有扣款。如需缴费，请返回商户重新发起。'],
    EXPIRED: ['支付已超时', '未在规定时间内确认，订单已关闭，没有扣款。请返回商户重新发起。'],
    CLOSED_BY_MERCHANT: ['订单已关闭', '商户已关闭此订单，没有扣款。'],
    INSUFFICIENT_FUNDS: ['余额不足', '没有扣款。请返回商户重新发起，并选择另一张卡。'],
    LIMIT_EXCEEDED: ['超过单笔限额', '没有扣款。请返回商户减少金额后重试。'],
    REFUSED_BY_POLICY: ['银行未受理', '没有扣款。请返回商户换一种支付方式。'],
    notFound: ['找不到此订单', '链接不完整或已失效。请返回商户重新发起支付。'],
  },
  en: {
    bank: 'Sandbox Bank',
    notice: 'Demonstration: no real money is taken',
    title: 'Confirm payment',
    payee: 'Paid to',
    merchant: 'CivicPay',
    item: 'For',
    orderNo: 'Order number',
    deadline: 'Please finish by',
    minutesLeft: (minutes: number) => ` (about ${minutes} min left)`,
    card: 'Pay from',
    cardName: (tail: string) => `Debit card ending ${tail}`,
    poorCard: 'an example without enough money',
    confirm: 'Confirm payment',
    cancel: 'Cancel payment',
    back: 'Back to the merchant',
    other: '简体中文',
    PROCESSING: [
      'The bank is working on it',
      'The money is held and will be taken shortly. Go back to see the progress; do not pay again.',
    ],
    DEBITED: ['Payment made', 'The money has been taken. Go back to see what became of your bill.'],
    CANCELLED_BY_PAYER: ['Payment cancelled', 'Nothing was taken. Go back to the merchant to start again.'],
    EXPIRED: [
      'Out of time',
      'It was not confirmed in time, so the order is closed. Nothing was taken. Go back to the merchant to start again.',
    ],
    CLOSED_BY_MERCHANT: ['Order closed', 'The merchant has closed this order. Nothing was taken.'],
    INSUFFICIENT_FUNDS: ['Not enough money', 'Nothing was taken. Go back to start again with another card.'],
    LIMIT_EXCEEDED: ['Above the limit', 'Nothing was taken. Go back and try a smaller amount.'],
    REFUSED_BY_POLICY: [
      'Not accepted by the bank',
      'Nothing was taken. Go back and choose another way to pay.',
    ],
    notFound: [
      'No such order',
      'The link is incomplete or no longer valid. Go back to the merchant to start again.',
    ],
  },
} as const;

/** The page of an order: two buttons while it waits, afterwards what became of it and the way back. */
export function cashierPage(
  order: Order,
  { language, nowMs }: { language: Language; nowMs: number },
): string {
  const text = TEXTS[language];
  if (order.status !== 'WAIT_CONFIRM') {
    const [title, words] = text[order.closeReason ?? (order.status === 'DEBITED' ? 'DEBITED' : 'PROCESSING')];
    return layout(
      language,
      title,
      `<p class="amount">${money(order)}</p><p>${words}</p>
      <p><a class="button" href="${escapeHtml(order.returnUrl)}">${text.back}</a></p>`,
    );
  }
  const minutes = Math.max(1, Math.ceil((order.expireAtMs - nowMs) / 60_000));
  const path = `/cashier/${order.cashierToken}`;
  const query = `?lang=${language}`;
  return layout(
    language,
    text.title,
    `<p class="amount">${money(order)}</p>
    <dl>
      <dt>${text.payee}</dt><dd>${text.merchant}</dd>
      <dt>${text.item}</dt><dd>${escapeHtml(order.subject)}</dd>
      <dt>${text.orderNo}</dt><dd>${escapeHtml(order.merOrderNo)}</dd>
      <dt>${text.deadline}</dt><dd>${deadline(order.expireAtMs)}${text.minutesLeft(minutes)}</dd>
    </dl>
    <form method="post" action="${path}/confirm${query}">
      <fieldset><legend>${text.card}</legend>${CARDS.map((card, index) => cardField(card, index === 0, language)).join('')}</fieldset>
      <button class="button" type="submit">${text.confirm}</button>
      <button class="button plain" type="submit" formaction="${path}/cancel${query}">${text.cancel}</button>
    </form>`,
  );
}

/** The page for an address that leads to no order. */
export function notFoundPage(language: Language): string {
  const [title, words] = TEXTS[language].notFound;
  return layout(language, title, `<p>${words}</p>`);
}

function cardField(card: (typeof CARDS)[number], checked: boolean, language: Language): string {
  const text = TEXTS[language];
  const hint = card.openingFen < 100 ? ` <small>${text.poorCard}</small>` : '';
  return `<label><input type="radio" name="card" value="${card.accountNo}"${checked ? ' checked' : ''}>
    <span>${text.cardName(card.tail)}${hint}</span></label>`;
}

function layout(language: Language, title: string, main: string): string {
  const text = TEXTS[language];
  const otherLanguage = language === 'en' ? 'zh-CN' : 'en';
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${text.bank}</title>
<style>${STYLE}</style>
</head>
<body>
<header><strong>${text.bank}</strong><a href="?lang=${otherLanguage}" lang="${otherLanguage}">${text.other}</a></header>
<main><h1>${title}</h1>${main}</main>
<footer><p>${text.notice}</p></footer>
</body>
</html>
`;
}

const STYLE = `
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:#f2f4f7;color:#1d2733;
  font:16px/1.6 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
header{display:flex;justify-content:space-between;align-items:center;padding:8px 16px;background:#0b4f6c;color:#fff}
header a{color:#fff;padding:8px 0}
main{width:100%;max-width:480px;margin:0 auto;padding:16px;flex:1}
h1{font-size:20px;margin:8px 0;text-align:center}
.amount{font-size:36px;font-weight:600;text-align:center;margin:8px 0 16px;font-variant-numeric:tabular-nums}
dl,fieldset{background:#fff;border:0;border-radius:12px;padding:12px 16px;margin:0 0 16px}
dl{display:grid;grid-template-columns:auto 1fr;gap:8px 16px}
dt{color:#52606d}dd{margin:0;text-align:right;overflow-wrap:anywhere}
legend{float:left;width:100%;font-weight:600;padding:0}
label{clear:both;display:flex;gap:12px;align-items:center;min-height:48px}
input{width:20px;height:20px;accent-color:#0b4f6c}
small{display:block;color:#52606d}
.button{display:block;width:100%;min-height:48px;margin:12px 0;padding:11px;border:1px solid #0b4f6c;border-radius:24px;
  background:#0b4f6c;color:#fff;font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.plain{background:#fff;color:#0b4f6c}
:focus-visible{outline:3px solid #e07a00;outline-offset:2px}
footer{padding:16px;text-align:center;color:#52606d}
`;

function money(order: Order): string {
  return `¥${yuan(order.amountFen)}`;
}

/** `10:15:00`, Beijing time. */
function deadline(atMs: number): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'Asia/Shanghai' }).format(atMs);
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
