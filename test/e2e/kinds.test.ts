import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import {
  accessibilityViolations,
  launchBrowser,
  layoutFaults,
  newVisitor,
  PHONE_SIZE,
  type Visitor,
} from '../support/browser.ts';
import { type RunningDemo, startDemo } from '../support/demo.ts';
import { describeOnStack } from '../support/stacks.ts';
import { button, confirmAtBank, goToBank, signIn } from './resident.ts';

const START_TIMEOUT_MS = 300_000;
const JOURNEY_TIMEOUT_MS = 300_000;
const OUTCOME_TIMEOUT_MS = 120_000;

describeOnStack('mysql', 'the pages, for bills of other kinds,', (stack) => {
  let dataDir = '';
  let demo: RunningDemo;
  let browser: Browser;
  const visitors: Visitor[] = [];

  const visit = async (phone: string) => {
    const visitor = await newVisitor(browser, demo.url, { size: PHONE_SIZE });
    visitor.page.setDefaultTimeout(90_000);
    visitors.push(visitor);
    await signIn(visitor.page, demo.url, phone);
    return visitor.page;
  };
  const expectFit = async (page: Page) => {
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await layoutFaults(page)).toEqual([]);
  };

  beforeAll(async () => {
    // Enough for PostgreSQL's user to find the way, when we are root.
    dataDir = path.join(mkdtempSync(path.join(os.tmpdir(), 'civicpay-kinds-')), 'data');
    const { name, databaseUrl, queue } = stack();
    const servers = name === 'embedded' ? {} : { DATABASE_URL: databaseUrl, REDIS_URL: queue.url };
    demo = await startDemo(dataDir, { DATABASE_URL: undefined, REDIS_URL: undefined, ...servers });
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
    'top up a meter and show the token to type into it, and take an objection to the payment',
    async () => {
      const page = await visit('13800002001');
      await page.goto('/accounts/new?region=440100');
      await page.getByRole('link', { name: /广州供电/ }).waitFor();
      await page.getByLabel('按名称查找').fill('卡表');
      await page.getByRole('link', { name: /广州供电/ }).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: /卡表与物联网表/ }).click();
      await page.getByText('演示用的户号').click();
      await button(page, /充值码/).click();
      await button(page, '添加并查账单').click();
      await page.getByRole('radio').first().check();
      await expectFit(page);
      await goToBank(page);
      await confirmAtBank(page);
      await page.getByText('缴费成功').first().waitFor({ timeout: OUTCOME_TIMEOUT_MS });
      const token = await page.getByRole('region', { name: '充值码' }).locator('.token').innerText();
      expect(token).toMatch(/^(\d{4} ){4}\d{4}$/);
      await expectFit(page);
      await page.getByRole('link', { name: '查看凭证' }).click();
      await page.getByText(token).waitFor();
      await page.getByRole('img', { name: '验证这张凭证的二维码' }).waitFor();
      await expectFit(page);

      await page.getByRole('link', { name: '这笔缴费有问题？' }).click();
      await button(page, '提交给缴费单位').click();
      await page.getByRole('alert').getByText('请选择是什么问题').waitFor();
      await expectFit(page);
      await page.getByRole('radio', { name: '金额不对' }).check();
      await page.getByLabel('补充说明（可不填）').fill('应该是 50 元');
      await button(page, '提交给缴费单位').click();
      await page.getByText('您提出的问题正等缴费单位答复').waitFor();
      await page.getByText(/金额不对.*应该是 50 元/).waitFor();
      await page.getByText(/最迟 .* 答复/).waitFor();
      expect(await page.getByRole('link', { name: '这笔缴费有问题？' }).count()).toBe(0);
      await expectFit(page);
    },
    JOURNEY_TIMEOUT_MS,
  );

  it(
    'pay a paper fine at once, with nothing saved',
    async () => {
      const page = await visit('13800002002');
      await page.getByRole('link', { name: '不保存户号，直接缴一次' }).click();
      await page.getByRole('link', { name: /广州市/ }).click();
      await button(page, '交通罚款').click();
      await page.getByRole('link', { name: /交通/ }).click();
      await page.getByLabel('号牌号码', { exact: true }).fill('粤A1234');
      await page.getByLabel('决定书编号', { exact: true }).fill('440100000000001');
      await button(page, '下一步').click();
      expect(await page.locator('[aria-invalid="true"]').count()).toBe(1);
      await expectFit(page);
      // As it is painted, and as a phone's keyboard gives it.
      await page.getByLabel('号牌号码', { exact: true }).fill('粤a·12345');
      await button(page, '下一步').click();
      await page.getByText(/可缴 ¥20.00 到 ¥2,000.00/).waitFor();
      await expectFit(page);
      await page.getByLabel('缴费金额', { exact: true }).fill('10');
      await button(page, '下一步：确认').click();
      await page.getByText('至少要缴 ¥20.00').waitFor();
      await button(page, '¥150.00').click();
      await goToBank(page);
      await confirmAtBank(page);
      await page.getByRole('link', { name: '查看凭证' }).click({ timeout: OUTCOME_TIMEOUT_MS });
      await page.getByText('¥150.00').first().waitFor();
      await page.goto('/');
      await page.getByText('先添加一个户号').waitFor();
    },
    JOURNEY_TIMEOUT_MS,
  );
});
