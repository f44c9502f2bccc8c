import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import supertest from 'supertest';
import { frameWith } from '../../test/support/http-app.ts';

describe('the pages', () => {
  const parent = mkdtempSync(path.join(os.tmpdir(), 'civicpay-pages-'));
  const folder = path.join(parent, 'web');
  mkdirSync(path.join(folder, 'assets'), { recursive: true });
  writeFileSync(path.join(parent, 'secret.txt'), 'secret');
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>home</title>');
  writeFileSync(path.join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(path.join(folder, 'assets/index-3f9a.js'), 'export default 1;\n'.repeat(200));
  afterAll(() => rmSync(parent, { recursive: true }));
  const agent = supertest(frameWith([], [], { staticDir: folder }).app.express);

  it.each(['/', '/payments/pay_1', '/staff/sign-in', '/verify/rcp_1?code=ABC'])(
    '%s shows the app, asked for anew each time',
    async (url) => {
      const answer = await agent.get(url).set('accept', 'text/html').expect(200);
      expect(answer.text).toContain('<title>home</title>');
      expect(answer.headers['cache-control']).toBe('no-cache');
      expect(answer.headers['content-security-policy']).toContain("script-src 'self'");
    },
  );

  it('keeps files with a hash in their name for good, and sends them small', async () => {
    const answer = await agent.get('/assets/index-3f9a.js').set('accept-encoding', 'gzip').expect(200);
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'gzip',
    });
    await agent.get('/favicon.svg').expect(200);
  });

  it.each([
    ['/v1/nothing', 'text/html'],
    ['/assets/index-old.js', 'text/html'],
    ['/robots.txt', 'text/html'],
    ['/history', 'application/json'],
  ])('%s as %s is a problem, not the app', async (url, accept) => {
    const answer = await agent.get(url).set('accept', accept).expect(404);
    expect(answer.body.code).toBe('not_found');
  });

  it.each([
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/..%5csecret.txt',
    '/%2fetc/hostname',
  ])('%s does not lead out of the folder', async (url) => {
    const { text } = await agent.get(url).set('accept', 'text/html');
    expect(text === '<!doctype html><title>home</title>' || JSON.parse(text).status < 500).toBe(true);
  });

  it('answers no command', async () => {
    await agent.post('/history').set('accept', 'text/html').expect(404);
  });
});

describe('the docs', () => {
  const frame = frameWith([], []);
  const agent = supertest(frame.app.express);

  it('come from our own files, without a script inside the page', async () => {
    const page = await agent.get('/docs').expect(200);
    expect(page.headers['content-security-policy']).toContain("script-src 'self';");
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(links).toHaveLength(4);
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//);
      await agent.get(link).expect(200);
    }
    expect(page.text).not.toMatch(/<script>|<style|onload=/);
  });

  it('show the document that is served', async () => {
    const answer = await agent.get('/openapi.json').expect(200);
    expect(answer.body).toEqual(JSON.parse(JSON.stringify(frame.openApi)));
  });
});
