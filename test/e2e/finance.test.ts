import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { dailyFile } from '../../sandbox/bank/statement.ts';
import { createJourney } from '../../src/app/cli/smoke-journey.ts';
import { closeContainer, createContainer, TOKENS as T } from '../../src/app/container.ts';
import { atDemoTime } from '../../src/app/demo-day.ts';
import { addDays, businessDateOf } from '../../src/kernel/business-date.ts';
import { addBusinessDays, CHINA_CALENDAR } from '../../src/kernel/calendar.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import {
  accessibilityViolations,
  DESKTOP_SIZE,
  launchBrowser,
  layoutFaults,
  newVisitor,
  PHONE_SIZE,
  type Visitor,
} from '../support/browser.ts';
import { beginOn, onOneDateMs } from '../support/one-date.ts';
import { describeOnStack } from '../support/stacks.ts';
import { button } from './resident.ts';
import { enterSecrets, signInStaff } from './staff.ts';
import { STAFF_SECRETS, startDemoForTests, type TestDemo } from './support.ts';

const START_TIMEOUT_MS = 300_000;
const JOURNEY_TIMEOUT_MS = 300_000;
const DAY = { timeZone: 'Asia/Shanghai', cutOff: '00:00' };
const POWER = '广州供电（演示）';
const BANK = '沙盒银行';
const AGENCY_USER = 'clerk@power.example';

/** A date is settled when the next business day has come, which nobody waits for: the server’s clock goes there. */
const clock = { aheadMs: 0, nowMs: () => Date.now() + clock.aheadMs };

describeOnStack('mysql', 'the finance console', (stack) => {
  let demo: TestDemo;
  let browser: Browser;
  let date = '';
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    demo = await startDemoForTests(stack(), {}, clock);
    browser = await launchBrowser();
    const paidAtMs = onOneDateMs(Date.now());
    date = businessDateOf(paidAtMs, DAY);
    await atTimeOfAgencies(demo, paidAtMs, async () => {
      for (const _ of [1, 2]) await payOne(demo);
    });
    await planDates(demo, date);
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  }, START_TIMEOUT_MS);

  const visit = async (email: string): Promise<Page> => {
    const visitor = await newVisitor(browser, demo.url, { size: DESKTOP_SIZE });
    visitors.push(visitor);
    visitor.page.setDefaultTimeout(90_000);
    if (email !== AGENCY_USER) await signInStaff(visitor.page, demo.url, email);
    return visitor.page;
  };

  it(
    'takes finance from the day of a bank that has one row too many to an agency that is paid',
    async () => {
      const [maker, checker] = [await visit('finance@demo.example'), await visit('finance-2@demo.example')];
      await closeTheDay(maker, demo, date);
      const resolution = await writeOff(maker, demo, date);
      await checker.goto(resolution);
      await pressTwice(checker, /^复核通过/);
      await checker.getByText('已生效').waitFor();
      await fits(checker, 'resolution');
      await agreeOnTerms(maker, checker, date);

      clock.aheadMs = Date.parse(`${addBusinessDays(CHINA_CALENDAR, date, 1)}T12:00:00+08:00`) - Date.now();
      const names = ['finance', 'finance-2', 'finance-3'];
      const [first, second, third] = await Promise.all(names.map((name) => visit(`${name}@demo.example`)));
      if (!first || !second || !third) throw new Error('three people sign in');
      const amount = await settle(first);
      const payout = await preparePayout(first, amount);
      for (const [approver, count] of [
        [second, '1/2'],
        [third, '2/2'],
      ] as const) {
        await approver.goto(payout);
        await pressTwice(approver, '批准这个哈希值');
        await approver.getByText(`批准 ${count}`).waitFor();
      }
      await sendAndAnswer(first, payout);
      await seeBooks(first);
      await seeAsAgency(demo, await visit(AGENCY_USER), amount);
      expect(visitors.flatMap(({ errors }) => errors)).toEqual([]);
    },
    JOURNEY_TIMEOUT_MS,
  );
});

async function payOne(demo: TestDemo): Promise<void> {
  const { consNo } = await demo.power.agency.addCustomer();
  await demo.power.agency.issueBill({ consNo });
  for (const { title, run } of createJourney(demo.url, consNo)) {
    await run();
    if (title === 'posted by the agency') return;
  }
}

/** What a worker does within a minute; and a clerk of the agency, who is invited otherwise. */
async function planDates({ config }: TestDemo, date: string): Promise<void> {
  const container = createContainer({ ...config, logLevel: 'silent' }, 'test');
  const { sources, flow } = container.resolve(T.reconciliation);
  await sources.sync();
  await beginOn(container.resolve(T.db), date);
  await flow.plan();
  await container.resolve(T.accounts).staff.create({
    ...STAFF_SECRETS,
    email: AGENCY_USER,
    displayName: '供电局 王会计',
    roles: ['agency'],
    agencyId: 'guangzhou-power',
  });
  await closeContainer(container);
}

/** No words cut off, nothing too wide or too small, and readable by everybody: on a phone and on a desk. */
async function fits(page: Page, name: string): Promise<void> {
  for (const size of [PHONE_SIZE, DESKTOP_SIZE]) {
    await page.setViewportSize(size);
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await layoutFaults(page)).toEqual([]);
    if (process.env.SHOTS) {
      await page.screenshot({ path: `${process.env.SHOTS}-${name}-${size.width}.png`, fullPage: true });
    }
  }
}

async function pressTwice(page: Page, name: string | RegExp): Promise<void> {
  await button(page, name).click();
  await button(page, /再点一次确定/).click();
}

const noonAfter = (date: string) => Date.parse(`${addDays(date, 1)}T12:00:00+08:00`);

/** Does something while the clocks of bank and power company stand at `atMs`. */
async function atTimeOfAgencies(demo: TestDemo, atMs: number, work: () => Promise<void>): Promise<void> {
  const container = createContainer({ ...demo.config, logLevel: 'silent' }, 'test');
  const http = container.resolve(T.httpClient);
  if (!demo.config.demo) throw new Error('this is no demo');
  await atDemoTime({ http, clock: systemClock }, demo.config.demo, atMs, work);
  await closeContainer(container);
}

async function closeTheDay(page: Page, demo: TestDemo, date: string): Promise<void> {
  await page.getByRole('link', { name: '对账与结算' }).click();
  const day = page.locator(`a[href="/staff/finance/days/${date}"]`);
  await day.waitFor();
  await fits(page, 'days');
  await day.click();
  const source = (name: string) => page.getByRole('listitem').filter({ hasText: name });
  await source(BANK).getByText('等待').waitFor();
  await atTimeOfAgencies(demo, noonAfter(date), async () => {
    await button(page, '全部重新对账').click();
    for (const name of [BANK, POWER]) await source(name).getByText('完成').waitFor();
  });
  await page.getByRole('rowgroup').filter({ hasText: '我方账与支付渠道' }).getByText('差额').waitFor();
  await fits(page, 'day');
  await page.getByRole('link', { name: BANK }).click();
  await page.getByRole('heading', { name: BANK }).waitFor();
}

/** The bank corrects its file: a row that nobody knows. Ends with the address of what is asked for. */
async function writeOff(page: Page, demo: TestDemo, date: string): Promise<string> {
  const { movements } = demo.bank.control.books();
  const real = movements.find(({ kind }) => kind === 'debit');
  if (!real) throw new Error('the bank has taken nothing');
  const unknown = { ...real, bankNo: `bo_${randomUUID()}`, merchantNo: 'pay_nobody', amountFen: 6_000 };
  const file = dailyFile([...movements, unknown], 'civicpay', date, noonAfter(date));
  if (file.kind !== 'ready') throw new Error(file.kind);
  const buffer = Buffer.from(file.content);
  await page.setInputFiles('input[type=file]', { name: 'corrected.csv', mimeType: 'text/csv', buffer });
  await button(page, /^上传$/).click();
  await page.getByText('已接收。').waitFor();
  const found = page.getByRole('link', { name: '银行有，账上无' });
  await found.waitFor();
  await page.getByLabel('哪份账').selectOption('对方文件');
  await button(page, '为什么').first().click();
  await page.getByText('流水号完全一致').waitFor();
  await fits(page, 'batch');
  await found.click();
  await page.getByRole('link', { name: /^银行有，账上无 · ¥60.00/ }).click();
  await page.getByText('另一边没有对应的行').waitFor();
  await page.getByLabel('处理方式').selectOption('核销');
  await button(page, '查看将要记账的内容').click();
  await page.getByRole('row', { name: `核销 · ${BANK}` }).waitFor();
  await page.getByLabel('原因', { exact: true }).fill('查无此单，银行不收回');
  await fits(page, 'break');
  await button(page, '提交').click();
  await page.getByRole('link', { name: /^核销 · .*待复核/ }).click();
  await page.getByText('您提交的处理要由别人复核。').waitFor();
  const { pathname } = new URL(page.url());
  await page.goto('/staff/finance/breaks');
  await page.getByRole('link', { name: /^核销 · 1 笔/ }).waitFor();
  await fits(page, 'breaks');
  return pathname;
}

/** A week that ends on the date, so that it can be settled on any day of the week. */
async function agreeOnTerms(maker: Page, checker: Page, date: string): Promise<void> {
  const weekday = new Intl.DateTimeFormat('zh-CN', { weekday: 'short', timeZone: 'UTC' });
  await maker.getByRole('navigation', { name: '财务页面' }).getByRole('link', { name: '结算' }).click();
  await maker.getByLabel('机构').selectOption(POWER);
  await maker.getByText('现行条款').waitFor();
  await maker.getByLabel('生效业务日期').fill(date);
  await maker.getByLabel('周期').selectOption(`每周，截止${weekday.format(new Date(`${date}T00:00:00Z`))}`);
  await maker.getByLabel('最低付款额（元）').fill('1.005');
  await maker.getByText('最多两位小数').waitFor();
  await maker.getByLabel('最低付款额（元）').fill('1.50');
  await fits(maker, 'terms');
  await button(maker, '提交条款').click();
  await maker.getByText('您提交的要由别人批准。').waitFor();
  await checker.goto('/staff/finance/settlements');
  await checker.getByText('最低付款 ¥1.50').waitFor();
  await pressTwice(checker, '批准');
  await checker.getByText('没有待批准的条款。').waitFor();
}

/** Ends with what is to be paid, as it is shown. */
async function settle(page: Page): Promise<string> {
  await page.goto('/staff/finance/settlements');
  await button(page, '结算到期的窗口').click();
  await page.getByText(`${POWER} · 新结算 1`).waitFor();
  await page.getByRole('link', { name: POWER }).click();
  await page.getByRole('heading', { name: POWER }).waitFor();
  const amount = await page.locator('dt:text-is("本期付款") + dd').innerText();
  await fits(page, 'settlement');
  await page.getByRole('link', { name: '这笔缴费怎么对账的' }).first().click();
  await page.getByText('渠道或机构的流水号一致').or(page.getByText('流水号完全一致')).first().waitFor();
  await fits(page, 'payment');
  return amount;
}

/** Ends with the file’s address. */
async function preparePayout(page: Page, amount: string): Promise<string> {
  await page.goto('/staff/finance/payouts');
  await button(page, '生成付款文件').click();
  await page.getByRole('link', { name: '批准' }).click();
  await page.getByText('您制了这份文件或已经批准过，要由别人批准。').waitFor();
  await page.getByText(amount).first().waitFor();
  await fits(page, 'payout');
  return new URL(page.url()).pathname;
}

async function sendAndAnswer(page: Page, payout: string): Promise<void> {
  await page.goto(payout);
  const download = page.waitForEvent('download');
  await pressTwice(page, '发送（下载文件）');
  const file = await readFile(await (await download).path(), 'utf8');
  const [messageId, sum, instructionId] = ['MsgId', 'CtrlSum', 'InstrId'].map(
    (name) => new RegExp(`<${name}>([^<]+)<`).exec(file)?.[1],
  );
  await page.getByText('已发送').first().waitFor();
  const answer = [
    `H,civicpay-payout-answer-1,B1,${messageId},1,${sum}`,
    `D,${instructionId},${sum},CNY,ACCEPTED,,`,
    'T,1\n',
  ];
  await page.goto('/staff/finance/payouts');
  const buffer = Buffer.from(answer.join('\n'));
  await page.setInputFiles('input[type=file]', { name: 'answer.csv', mimeType: 'text/csv', buffer });
  await page.getByText('回执已入账').waitFor();
  await fits(page, 'payouts');
}

async function seeBooks(page: Page): Promise<void> {
  await page.goto('/staff/finance/months');
  await page.getByRole('row', { name: `银行存款 · ${BANK}` }).waitFor();
  await fits(page, 'months');
  // Both sides of each pair of columns come to the same.
  const totals = await page.locator('tfoot td').allInnerTexts();
  for (const pair of [0, 2, 4]) expect(totals[pair]).toBe(totals[pair + 1]);
}

async function seeAsAgency(demo: TestDemo, page: Page, amount: string): Promise<void> {
  const response = await fetch(`${demo.url}/v1/demo/sign-ins`);
  const { staff } = (await response.json()) as { staff: { totpCode: string }[] };
  // All staff of these tests have one secret.
  await enterSecrets(page, { ...STAFF_SECRETS, email: AGENCY_USER, totpCode: staff[0]?.totpCode ?? '' });
  const settlements = page.getByRole('region', { name: '结算', exact: true });
  await settlements.getByText('已付款').waitFor();
  await settlements.locator('strong', { hasText: amount }).waitFor();
  const download = page.waitForEvent('download');
  await settlements.getByRole('link', { name: 'CSV' }).click();
  expect(await readFile(await (await download).path(), 'utf8')).toContain(amount.replace(/[¥,]/g, ''));
  await fits(page, 'agency');
}
