import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';

/** Debian's Chromium, told to load nothing of its own. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const AXE_SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const PHONE_SIZE = { width: 360, height: 740 };
export const DESKTOP_SIZE = { width: 1280, height: 800 };

/** scripts/test.mjs says where Chromium is. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CIVICPAY_TEST_CHROMIUM;
  if (!executablePath) throw new Error('This suite needs Chromium: run it with `npm test -- --only <path>`.');
  return chromium.launch({ executablePath, args: FLAGS });
}

export interface Visitor {
  page: Page;
  context: BrowserContext;
  /** Errors that the pages threw or wrote to the console; answers that are no success are not among them. */
  errors: string[];
}

/** Somebody with a browser of their own: no cookies, no memory. */
export async function newVisitor(
  browser: Browser,
  baseURL: string,
  options: { size?: { width: number; height: number }; locale?: 'zh-CN' | 'en-US' } = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL,
    viewport: options.size ?? PHONE_SIZE,
    locale: options.locale ?? 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      errors.push(message.text());
    }
  });
  return { page, context, errors };
}

/** What axe finds wrong with the page as it is now, as readable lines. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // Through the debugger: the content security policy forbids the page itself to run it.
  await page.evaluate(`${AXE_SOURCE};0`);
  // A colour half-way between two is nobody's choice: what fades has to be there first. Spinners never end.
  await page.evaluate(`Promise.allSettled(
    document.getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity)
      .map((animation) => animation.finished),
  ).then(() => 0)`);
  const { violations } = await page.evaluate<AxeResults>(
    'window.axe.run(document, { resultTypes: ["violations"] })',
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${page.url()} ${id}: ${target.join(' ')}`),
  );
}

/** What does not fit the width, and what is too small for a thumb. */
export async function layoutFaults(page: Page): Promise<string[]> {
  const overflowPx = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
  const tooLow = await page.locator('a, button, input, select, textarea, summary').evaluateAll((elements) =>
    elements
      // A link within running text is as tall as its line.
      .filter((element) => !element.matches('.skip-link, .note p a, .note span a'))
      .map((element) => ({ element, box: (element.closest('label') ?? element).getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && box.height < 43.5)
      .map(({ element, box }) => `${box.height}px is too low: ${element.outerHTML.slice(0, 80)}`),
  );
  return overflowPx > 0 ? [`the page is ${overflowPx}px too wide`, ...tooLow] : tooLow;
}

/** Presses Tab until the element has the focus; throws when it cannot be reached. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < 80; presses++) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`not reachable with Tab: ${target}`);
}
