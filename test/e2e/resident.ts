import type { Locator, Page } from 'playwright-core';

/** What a resident does on the pages, by what they read on them; `zh-CN` or `en` by the page's own language. */

const WORDS = {
  'zh-CN': {
    sendCode: '获取验证码',
    phone: '手机号',
    code: '6 位验证码',
    signIn: '登录',
    accountNumber: '户号',
    addAccount: '添加并查账单',
    check: '下一步：确认',
    toBank: /^去银行付款/,
    confirmAtBank: '确认支付',
    receipt: '查看凭证',
    paid: '缴费成功',
  },
  en: {
    sendCode: 'Send me a code',
    phone: 'Mobile number',
    code: 'Code of 6 digits',
    signIn: 'Sign in',
    accountNumber: 'Account number',
    addAccount: 'Add and see bills',
    check: 'Next: check',
    toBank: /^Go to the bank/,
    confirmAtBank: 'Confirm payment',
    receipt: 'See the receipt',
    paid: 'Paid',
  },
} as const;

export async function wordsOf(page: Page) {
  const language = await page.locator('html').getAttribute('lang');
  return WORDS[language === 'en' ? 'en' : 'zh-CN'];
}

export const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name });

/** The code in the newest message to a phone, from the demo's inbox; polled until it is there. */
export async function codeSentTo(baseUrl: string, phone: string): Promise<string> {
  for (;;) {
    const response = await fetch(`${baseUrl}/v1/demo/sms-messages`);
    const { items } = (await response.json()) as { items: { phone: string; text: string }[] };
    const text = items.find((message) => message.phone.endsWith(phone))?.text ?? '';
    const code = /\d{6}/.exec(text)?.[0];
    if (code) return code;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Signs in and arrives at the start page. */
export async function signIn(page: Page, baseUrl: string, phone: string): Promise<void> {
  await page.goto('/');
  const words = await wordsOf(page);
  await page.getByLabel(words.phone, { exact: true }).fill(phone);
  await button(page, words.sendCode).click();
  const code = page.getByLabel(words.code);
  await code.waitFor();
  await code.fill(await codeSentTo(baseUrl, phone));
  await button(page, words.signIn).click();
  await page.waitForURL('**/');
}

/** Adds an account of the demo's power company; ends on its bills, or on the form when it is refused. */
export async function addAccount(page: Page, accountNumber: string): Promise<void> {
  await page.goto('/accounts/new?region=440100&agency=guangzhou-power');
  const words = await wordsOf(page);
  await page.getByLabel(words.accountNumber, { exact: true }).fill(accountNumber);
  await button(page, words.addAccount).click();
}

/** From the bill page, with what is chosen on it, to the bank's page. */
export async function goToBank(page: Page): Promise<void> {
  const words = await wordsOf(page);
  await button(page, words.check).click();
  await page.getByRole('dialog').getByRole('button', { name: words.toBank }).click();
  await page.waitForURL('**/cashier/**');
}

/** Confirms on the bank's page; ends on the payment's page. */
export async function confirmAtBank(page: Page): Promise<void> {
  const words = await wordsOf(page);
  await button(page, words.confirmAtBank).click();
  await page.waitForURL('**/payments/**');
}
