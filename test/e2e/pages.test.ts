import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { accountNumber } from '../../sandbox/power-agency/account-number.rules.ts';
import {
  accessibilityViolations,
  DESKTOP_SIZE,
  launchBrowser,
  layoutFaults,
  newVisitor,
  PHONE_SIZE,
  tabTo,
  type Visitor,
} from '../support/browser.ts';
import { type RunningDemo, startDemo } from '../support/demo.ts';
import { describeOnStack } from '../support/stacks.ts';
import { addAccount, button, codeSentTo, confirmAtBank, goToBank, signIn, wordsOf } from './resident.ts';

/** Accounts of the demo's power company, one for each test that pays. */
const ACCOUNTS = {
  threeTiers: '0800000000029',
  oneBill: '0800000000011',
  threePeriods: '0800000000037',
  timeOfUse: '0800000000045',
  nothingDue: '0800000000052',
  twoPeriods: '0800000000060',
  unavailable: '0808000000105',
  closed: '0807000000099',
  refused: '0804000000062',
  pendingThenPosted: '0809000000111',
  unknown: accountNumber(99_999, null),
};
const START_TIMEOUT_MS = 300_000;
const JOURNEY_TIMEOUT_MS = 300_000;
/** Some payments wait for the agency, which is asked with growing waits. */
const OUTCOME_TIMEOUT_MS = 120_000;

describeOnStack('embedded', 'the pages', (stack) => {
  let dataDir = '';
  let demo: RunningDemo;
  let browser: Browser;
  let url = '';
  const visitors: Visitor[] = [];

  const visit = async (options: Parameters<typeof newVisitor>[2] = {}) => {
    const visitor = await newVisitor(browser, url, options);
    visitor.page.setDefaultTimeout(90_000);
    visitors.push(visitor);
    return visitor;
  };

  beforeAll(async () => {
    // Enough for PostgreSQL's user to find the way, when we are root.
    dataDir = path.join(mkdtempSync(path.join(os.tmpdir(), 'civicpay-pages-')), 'data');
    const { name, databaseUrl, queue } = stack();
    const servers = name === 'embedded' ? {} : { DATABASE_URL: databaseUrl, REDIS_URL: queue.url };
    demo = await startDemo(dataDir, { DATABASE_URL: undefined, REDIS_URL: undefined, ...servers });
    url = demo.url;
    browser = await launchBrowser();
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    await browser?.close();
    await demo?.end('SIGTERM');
    rmSync(path.dirname(dataDir), { recursive: true, force: true });
  }, START_TIMEOUT_MS);

  afterEach(async () => {
    const errors = visitors.flatMap((visitor) => visitor.errors);
    await Promise.all(visitors.splice(0).map(({ context }) => context.close()));
    expect(errors).toEqual([]);
  });

  it(
    'take a resident from signing in to a receipt that a stranger can verify, on a phone, in Chinese',
    async () => {
      const { page } = await visit({ size: PHONE_SIZE });
      const expectFit = async () => {
        expect(await accessibilityViolations(page)).toEqual([]);
        expect(await layoutFaults(page)).toEqual([]);
      };
      await page.goto('/');
      await page.getByRole('heading', { name: '登录' }).waitFor();
      await expectFit();
      await signIn(page, url, '13800001001');
      await page.getByRole('link', { name: '添加第一个户号' }).click();
      await page.getByRole('link', { name: /广州市/ }).waitFor();
      await expectFit();
      await page.getByRole('link', { name: /广州市/ }).click();
      await page.getByRole('link', { name: /广州供电/ }).waitFor();
      await expectFit();
      await page.getByRole('link', { name: /广州供电/ }).click();
      await page.getByLabel('户号', { exact: true }).fill('0800 0000');
      await button(page, '添加并查账单').click();
      await page.getByText('户号是 08 开头的 13 位数字').waitFor();
      await expectFit();
      await page.getByLabel('户号', { exact: true }).fill(ACCOUNTS.threeTiers);
      await button(page, '爸妈家').click();
      await button(page, '添加并查账单').click();
      await page.getByRole('heading', { name: '爸妈家' }).waitFor();
      await page.getByText('第三档').first().waitFor();
      await expectFit();
      const amount = await page
        .getByRole('region', { name: '缴费合计' })
        .locator('.amount-large')
        .innerText();
      await button(page, '下一步：确认').click();
      await page.getByRole('dialog').getByText('沙盒银行').waitFor();
      await expectFit();
      await button(page, /^去银行付款/).click();
      await page.waitForURL('**/cashier/**');
      await confirmAtBank(page);
      await page.getByText('缴费成功').first().waitFor({ timeout: OUTCOME_TIMEOUT_MS });
      await expectFit();
      await page.getByRole('link', { name: '查看凭证' }).click();
      await page.getByRole('img', { name: '验证这张凭证的二维码' }).waitFor();
      await expectFit();
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: '下载 PDF' }).click();
      expect((await download).suggestedFilename()).toMatch(/^rcp_.*\.pdf$/);
      const verifyUrl = await page.getByRole('link', { name: '打开验证页面' }).getAttribute('href');

      const stranger = (await visit()).page;
      await stranger.goto(verifyUrl ?? '');
      await stranger.getByText('这张凭证是真的').waitFor();
      await stranger.getByText(amount).waitFor();
      expect(await accessibilityViolations(stranger)).toEqual([]);
      await stranger.goto((verifyUrl ?? '').replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')));
      await stranger.getByText('没有通过验证').waitFor();
      expect(await accessibilityViolations(stranger)).toEqual([]);

      await page.getByRole('navigation').getByRole('link', { name: '缴费记录' }).click();
      await page.getByRole('link', { name: new RegExp(`广州供电.*${amount}.*已缴清`, 's') }).waitFor();
      await expectFit();
    },
    JOURNEY_TIMEOUT_MS,
  );

  it(
    'can be used by keyboard alone, on a desktop, in English',
    async () => {
      const { page } = await visit({ size: DESKTOP_SIZE, locale: 'en-US' });
      const press = async (role: 'button' | 'link', name: string | RegExp) => {
        await tabTo(page, page.getByRole(role, { name }).first());
        await page.keyboard.press('Enter');
      };
      const type = async (label: string, text: string) => {
        await tabTo(page, page.getByLabel(label, { exact: true }));
        await page.keyboard.type(text);
      };
      await page.goto('/');
      await type('Mobile number', '13800001002');
      await page.keyboard.press('Enter');
      await type('Code of 6 digits', await codeSentTo(url, '13800001002'));
      await page.keyboard.press('Enter');
      await press('link', 'Add your first account');
      await page.getByRole('heading', { name: 'Choose a city' }).waitFor();
      expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
      await press('link', /Guangzhou/);
      await press('link', /Guangzhou Power/);
      await type('Account number', ACCOUNTS.oneBill);
      await page.keyboard.press('Enter');
      await press('button', 'Next: check');
      await page.getByRole('dialog').getByText('Sandbox').first().waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      // The focus is back where the question was asked.
      await page.keyboard.press('Enter');
      await press('button', /^Go to the bank/);
      await page.waitForURL('**/cashier/**');
      await press('button', (await wordsOf(page)).confirmAtBank);
      await page.waitForURL('**/payments/**');
      await page.getByRole('link', { name: 'See the receipt' }).waitFor({ timeout: OUTCOME_TIMEOUT_MS });
      expect(await accessibilityViolations(page)).toEqual([]);
      await press('link', 'See the receipt');
      await page.getByRole('img', { name: 'QR code that verifies this receipt' }).waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      const verifyUrl = await page
        .getByRole('link', { name: 'Open the verification page' })
        .getAttribute('href');
      for (const path of [
        verifyUrl ?? '',
        '/',
        '/history',
        '/settings',
        '/accounts/new',
        '/inbox',
        '/no-such-page',
      ]) {
        await page.goto(path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        expect(await accessibilityViolations(page)).toEqual([]);
        expect(await layoutFaults(page)).toEqual([]);
      }
    },
    JOURNEY_TIMEOUT_MS,
  );

  it(
    'tell due, nothing due, no such account, closed and no answer apart',
    async () => {
      const { page } = await visit();
      await signIn(page, url, '13800001003');
      await addAccount(page, ACCOUNTS.unknown);
      await page.getByRole('alert').getByText('户号').first().waitFor();
      for (const account of [
        ACCOUNTS.nothingDue,
        ACCOUNTS.closed,
        ACCOUNTS.unavailable,
        ACCOUNTS.threePeriods,
      ]) {
        await addAccount(page, account);
        await page.waitForURL('**/bills/**');
      }
      await page.goto('/');
      for (const words of ['没有欠费', '缴费单位现在不受理', '暂时查不到账单', '3 期账单']) {
        await page.getByRole('article').getByText(words).first().waitFor();
      }
      await page.getByText('待缴合计（部分还没查到）').waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.getByRole('article').filter({ hasText: '暂时查不到账单' }).getByRole('button').click();
      await button(page, '大字').click();
      await button(page, 'English').click();
      await page.getByRole('article').getByText('Nothing due', { exact: true }).waitFor();
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      await page.reload();
      await page.getByRole('article').getByText('Bills cannot be seen right now').waitFor();
      expect(await page.locator('html').getAttribute('data-text')).toBe('large');
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(await layoutFaults(page)).toEqual([]);
    },
    JOURNEY_TIMEOUT_MS,
  );

  it(
    'show the new amount when a bill has changed, and ask again',
    async () => {
      const [first, second] = [(await visit()).page, (await visit()).page];
      await signIn(first, url, '13800001004');
      await addAccount(first, ACCOUNTS.twoPeriods);
      await button(first, '下一步：确认').click();
      const both = await first.getByRole('dialog').locator('.amount-large').innerText();

      await signIn(second, url, '13800001005');
      await addAccount(second, ACCOUNTS.twoPeriods);
      await second.getByRole('checkbox').last().uncheck();
      await goToBank(second);
      await confirmAtBank(second);
      await second.getByText('缴费成功').first().waitFor({ timeout: OUTCOME_TIMEOUT_MS });

      await button(first, /^去银行付款/).click();
      await first.getByRole('alert').getByText('账单金额变了').waitFor();
      expect(await first.getByRole('alert').locator('s').innerText()).toContain(both);
      const now = await first.getByRole('alert').locator('strong').innerText();
      expect(now).not.toContain(both);
      expect(await accessibilityViolations(first)).toEqual([]);
      await button(first, /^去银行付款/).click();
      await first.waitForURL('**/cashier/**');
      expect(now).toContain((await first.getByText(/^¥/).first().innerText()).trim());
    },
    JOURNEY_TIMEOUT_MS,
  );

  it(
    'send an order whose answer was lost again as the same order',
    async () => {
      const { page } = await visit();
      await signIn(page, url, '13800001006');
      await addAccount(page, ACCOUNTS.timeOfUse);
      const keys: (string | undefined)[] = [];
      await page.route('**/v1/payments', async (route) => {
        if (route.request().method() !== 'POST') return route.continue();
        keys.push(route.request().headers()['idempotency-key']);
        if (keys.length > 1) return route.continue();
        // The server carries it out; the answer never arrives.
        await route.fetch();
        await route.abort('connectionreset');
      });
      await goToBank(page);
      expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
      expect(keys).toEqual([keys[0], keys[0]]);
      await page.goto('/history');
      const payments = page.getByRole('link', { name: /广州供电/ });
      await payments.first().waitFor();
      expect(await payments.count()).toBe(1);
      // The same bill cannot be paid a second time meanwhile, and says where it is being paid.
      await page.goto('/');
      await page.getByRole('article').getByText('这些账单正在缴费中').waitFor();
      await page.getByRole('article').getByRole('link', { name: '查看进度' }).click();
      await page.getByRole('link', { name: '继续去银行确认' }).click();
      await button(page, '取消支付').click();
      await page.getByText('没有扣款').first().waitFor({ timeout: OUTCOME_TIMEOUT_MS });
      await page.getByText('原因：您在银行页面上取消了付款').waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
    },
    JOURNEY_TIMEOUT_MS,
  );

  it(
    'let a resident leave while the agency works, and find the outcome later',
    async () => {
      const { page } = await visit();
      await signIn(page, url, '13800001007');
      await addAccount(page, ACCOUNTS.pendingThenPosted);
      await goToBank(page);
      await confirmAtBank(page);
      await page.getByText('您可以放心离开这个页面').waitFor();
      await page.getByText(/最迟 .* 会有结果/).waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.goto('/');
      await page.getByRole('link', { name: '查看进度' }).first().click();
      await page.getByText('缴费成功').first().waitFor({ timeout: OUTCOME_TIMEOUT_MS });
    },
    JOURNEY_TIMEOUT_MS,
  );

  it(
    'say why, and that the money is back, when the agency refuses after the debit',
    async () => {
      const { page } = await visit();
      await signIn(page, url, '13800001008');
      await addAccount(page, ACCOUNTS.refused);
      await goToBank(page);
      await confirmAtBank(page);
      await page.getByText('已全额退款').first().waitFor({ timeout: OUTCOME_TIMEOUT_MS });
      await page.getByText(/^原因：/).waitFor();
      await page.getByText('缴费单位销账').waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(await layoutFaults(page)).toEqual([]);
    },
    JOURNEY_TIMEOUT_MS,
  );

  it(
    'let staff in by password and code, and from then on by passkey',
    async () => {
      const { page, context } = await visit({ size: DESKTOP_SIZE });
      const devTools = await context.newCDPSession(page);
      await devTools.send('WebAuthn.enable');
      await devTools.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          protocol: 'ctap2',
          transport: 'internal',
          isUserVerified: true,
          hasUserVerification: true,
        },
      });
      const { staff } = (await (await fetch(`${url}/v1/demo/sign-ins`)).json()) as {
        staff: { email: string; password: string; totpCode: string; role: string }[];
      };
      const operator = staff.find(({ role }) => role === 'operator');
      const enterPassword = async () => {
        await page.getByLabel('邮箱').fill(operator?.email ?? '');
        await page.getByLabel('密码').fill(operator?.password ?? '');
        await button(page, '下一步').click();
      };
      await page.goto('/staff');
      await page.getByRole('heading', { name: '工作人员登录' }).waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      await enterPassword();
      await page.getByLabel('动态验证码').fill(operator?.totpCode ?? '');
      await button(page, '登录').click();
      await page.getByText('借贷相等').waitFor();
      await page.getByText('没有搁置的任务').waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.getByLabel('新通行密钥的名字').fill('办公室电脑');
      await button(page, '添加通行密钥').click();
      await page.getByText('通行密钥已添加').waitFor();
      await button(page, '退出登录').click();
      await enterPassword();
      await button(page, '用通行密钥登录').click();
      await page.getByText('借贷相等').waitFor();
    },
    JOURNEY_TIMEOUT_MS,
  );
});
