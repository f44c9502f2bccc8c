import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const ROOT = path.resolve(import.meta.dirname, '../..');
const LIMIT_BYTES = 200 * 1024;

/** Vite's list of what each source became and which other chunks that loads before it runs. */
type Chunks = Record<string, { file: string; imports?: string[] }>;

function withImports(chunks: Chunks, name: string, found = new Set<string>()): Set<string> {
  const chunk = chunks[name];
  if (!chunk) throw new Error(`no chunk was made of ${name}`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const imported of chunk.imports ?? []) withImports(chunks, imported, found);
  return found;
}

describe('the first page', () => {
  let chunks: Chunks = {};
  // A build of its own: other suites start what is in dist/.
  const outDir = mkdtempSync(path.join(os.tmpdir(), 'civicpay-bundle-'));
  beforeAll(() => {
    const args = [
      'node_modules/vite/bin/vite.js',
      'build',
      '--config',
      'web/vite.config.ts',
      '--outDir',
      outDir,
    ];
    const built = spawnSync(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production' },
      encoding: 'utf8',
    });
    expect(built).toMatchObject({ status: 0 });
    chunks = JSON.parse(readFileSync(path.join(outDir, '.vite/manifest.json'), 'utf8'));
  }, 180_000);
  afterAll(() => rmSync(outDir, { recursive: true, force: true }));

  it.each([
    ['sign-in', 'src/pages/sign-in/sign-in-page.tsx'],
    ['home', 'src/pages/home/home-page.tsx'],
    ['verification', 'src/pages/receipt/verify-page.tsx'],
  ])('loads at most 200 KB of gzipped script: %s', (name, page) => {
    for (const language of ['src/i18n/zh-CN.ts', 'src/i18n/en.ts']) {
      const files = new Set(
        ['index.html', page, language].flatMap((source) => [...withImports(chunks, source)]),
      );
      const gzippedBytes = [...files].reduce(
        (sum, file) => sum + gzipSync(readFileSync(path.join(outDir, file))).length,
        0,
      );
      process.stdout.write(`${name}: ${Math.ceil(gzippedBytes / 1024)} KB of gzipped script\n`);
      expect(gzippedBytes).toBeGreaterThan(10_000);
      expect(gzippedBytes).toBeLessThanOrEqual(LIMIT_BYTES);
    }
  });
});
