import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import {
  accessibilityViolations,
  DESKTOP_SIZE,
  launchBrowser,
  layoutFaults,
  newVisitor,
  PHONE_SIZE,
  type Visitor,
} from '../support/browser.ts';
import { type RunningDemo, startDemo } from '../support/demo.ts';
import { describeOnStack } from '../support/stacks.ts';
import { button } from './resident.ts';
import { signInStaff } from './staff.ts';

const START_TIMEOUT_MS = 300_000;
const JOURNEY_TIMEOUT_MS = 300_000;
const AGENCY = 'guangzhou-property';

describeOnStack('mysql', 'the console', (stack) => {
  let dataDir = '';
  let demo: RunningDemo;
  let browser: Browser;
  let receiver: Server;
  let visitor: Visitor;
  const received: { headers: Record<string, string>; body: string }[] = [];

  beforeAll(async () => {
    dataDir = path.join(mkdtempSync(path.join(os.tmpdir(), 'civicpay-console-')), 'data');
    const { name, databaseUrl, queue } = stack();
    const servers = name === 'embedded' ? {} : { DATABASE_URL: databaseUrl, REDIS_URL: queue.url };
    demo = await startDemo(dataDir, { DATABASE_URL: undefined, REDIS_URL: undefined, ...servers });
    browser = await launchBrowser();
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        received.push({ headers: request.headers as Record<string, string>, body });
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    await visitor?.context.close();
    await browser?.close();
    receiver?.closeAllConnections();
    receiver?.close();
    await demo?.end('SIGTERM');
    rmSync(path.dirname(dataDir), { recursive: true, force: true });
  }, START_TIMEOUT_MS);

  it(
    'lets an operator find an agency, and tells its receiver what happens',
    async () => {
      visitor = await newVisitor(browser, demo.url, { size: DESKTOP_SIZE });
      const { page, errors } = visitor;
      page.setDefaultTimeout(90_000);
      await signInStaff(page, demo.url, 'operator@demo.example');
      await page.getByText('没有待审批的申请').waitFor();
      await page.getByLabel('接入阶段').selectOption('已上线');
      await page.locator(`a[href="/staff/agencies/${AGENCY}"]`).waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(await layoutFaults(page)).toEqual([]);
      await page.locator(`a[href="/staff/agencies/${AGENCY}"]`).click();
      await page.getByText('还没有推送地址').waitFor();
      const { port } = receiver.address() as AddressInfo;
      await page.getByLabel('接收地址（https）').fill(`http://127.0.0.1:${port}/hooks`);
      await button(page, '添加推送地址').click();
      const secret = await page.getByText(/^whsec_/).innerText();
      await button(page, '发送测试').click();
      await page.getByText(/测试事件 · 已送达/).waitFor();
      const [test] = received;
      expect(new Webhook(secret).verify(test?.body ?? '', test?.headers ?? {})).toMatchObject({
        type: 'endpoint.test',
        data: { agencyId: AGENCY },
      });
      await page.setInputFiles('input[type=file]', {
        name: 'october.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('not a file of bills\n'),
      });
      await page.getByText('找不到设置中的列').waitFor();
      expect(await button(page, '导入账单').count()).toBe(0);
      for (const size of [DESKTOP_SIZE, PHONE_SIZE]) {
        await page.setViewportSize(size);
        expect(await accessibilityViolations(page)).toEqual([]);
        expect(await layoutFaults(page)).toEqual([]);
        if (process.env.SHOTS)
          await page.screenshot({ path: `${process.env.SHOTS}-${size.width}.png`, fullPage: true });
      }
      expect(errors).toEqual([]);
    },
    JOURNEY_TIMEOUT_MS,
  );
});
