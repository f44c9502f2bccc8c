import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Follows docs/add-a-provider.md in a copy of the clone, command by command, from nothing to a provider that passes the suite. */

const ROOT = path.resolve(import.meta.dirname, '../..');
const COPIED = ['docs', 'migrations', 'providers', 'sandbox', 'scripts', 'src', 'test', 'web'];
const COPIED_FILES = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'jest.config.js',
  'biome.json',
  '.gitignore',
  '.dependency-cruiser.cjs',
];
const NODE = JSON.stringify(process.execPath);
const RUN_MS = 240_000;

interface Finished {
  exitCode: number | null;
  output: string;
}

describe('docs/add-a-provider.md', () => {
  let clone: string;
  const commands = [
    ...readFileSync(path.join(ROOT, 'docs/add-a-provider.md'), 'utf8').matchAll(/^```sh\n(.*?)^```/gms),
  ]
    .flatMap(([, block = '']) => block.split('\n'))
    .filter(Boolean);
  const made = 'providers/town-water';

  beforeAll(() => {
    clone = mkdtempSync(path.join(tmpdir(), 'civicpay-clone-'));
    for (const folder of COPIED)
      cpSync(path.join(ROOT, folder), path.join(clone, folder), { recursive: true });
    for (const file of COPIED_FILES) cpSync(path.join(ROOT, file), path.join(clone, file));
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(clone, 'node_modules'));
  });
  afterAll(() => rmSync(clone, { recursive: true, force: true }));

  /** What a person types, run from the sources: what `npx civicpay` and `npm test` start once the clone is built. */
  function run(command: string): Promise<Finished> {
    const line = command
      .replace(/^npx civicpay /, `${NODE} --import tsx src/app/cli/main.ts `)
      .replace(/^npm test -- /, `${NODE} scripts/test.mjs `);
    expect(line).not.toBe(command);
    const child = spawn(line, { cwd: clone, shell: true, env: { ...process.env, NODE_OPTIONS: '' } });
    const finished: Finished = { exitCode: null, output: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        finished.output += chunk.toString();
      });
    }
    return new Promise((resolve) => child.once('close', (exitCode) => resolve({ ...finished, exitCode })));
  }

  it('names its commands', () => {
    expect(commands).toEqual([
      `npx civicpay provider new ${path.basename(made)}`,
      `npm test -- --only ${made}`,
    ]);
  });

  it(
    'leads from nothing to a provider that passes the suite unedited',
    async () => {
      const [make = '', prove = ''] = commands;
      const { exitCode, output } = await run(make);
      expect({ exitCode, output }).toMatchObject({ exitCode: 0, output: expect.stringContaining(prove) });
      const proven = await run(prove);
      expect({ ...proven, exitCode: 0 }).toEqual(proven);
      expect(proven.output).toMatch(/\b(4[5-9]|[5-9]\d) passed, 0 failed/);
    },
    RUN_MS,
  );

  it('makes what is the template with its own name, and says no to what it cannot make', async () => {
    const files = (folder: string) => readdirSync(path.join(clone, folder), { recursive: true }).sort();
    expect(files(made)).toEqual(
      files('providers/_template')
        .map((name) => String(name).replace('my-agency', 'town-water'))
        .sort(),
    );
    for (const file of files(made)
      .map(String)
      .filter((name) => name.includes('.'))) {
      expect(readFileSync(path.join(clone, made, file), 'utf8')).not.toContain('my-agency');
    }
    for (const name of ['town-water', 'Town', '../town', 'a'.repeat(33), 'my-agency', 'x']) {
      expect([name, (await run(`npx civicpay provider new ${name}`)).exitCode]).toEqual([name, 2]);
    }
    expect(existsSync(path.join(clone, '../town'))).toBe(false);
  });

  it(
    'keeps the style of the house under the longest name',
    async () => {
      const name = 'a-name-as-long-as-one-may-be-dear';
      expect(name.slice(0, 32)).toHaveLength(32);
      const longest = name.slice(0, 32).replace(/-$/, 'x');
      expect((await run(`npx civicpay provider new ${longest}`)).exitCode).toBe(0);
      const biome = path.join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
      const checked = await new Promise((resolve) => {
        const child = spawn(
          process.execPath,
          [biome, 'check', '--vcs-enabled=false', `providers/${longest}`],
          {
            cwd: clone,
            stdio: ['ignore', 'ignore', 'inherit'],
          },
        );
        child.once('close', resolve);
      });
      expect(checked).toBe(0);
    },
    RUN_MS,
  );
});
