// npm run check: what can be said about the sources without running the product.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, ROOT } from './install.mjs';

const CRUISED = ['src', 'providers', 'sandbox', 'migrations', 'web', 'test'];

const TIDY = {
  name: 'tidy test',
  script: 'node_modules/jest/bin/jest.js',
  args: ['test/tidy.test.ts'],
  isTest: true,
};

/** Two rows of about the same length, each carried out in turn beside the other: most checks keep one core busy. */
function rowsOfSteps() {
  const folders = CRUISED.filter((folder) => existsSync(path.join(ROOT, folder)));
  return [
    [
      {
        name: 'tsc (server, tests)',
        script: 'node_modules/typescript/bin/tsc',
        args: ['-p', 'tsconfig.json'],
      },
      {
        name: 'biome (format, lint)',
        script: 'node_modules/@biomejs/biome/bin/biome',
        args: ['ci', '--colors=off', '.'],
      },
    ],
    [
      { name: 'API types for the pages', script: 'web/generate.mjs', args: [] },
      { name: 'tsc (web)', script: 'node_modules/typescript/bin/tsc', args: ['-p', 'web/tsconfig.json'] },
      {
        name: 'dependency-cruiser (floors)',
        script: 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
        args: ['--config', '.dependency-cruiser.cjs', ...folders],
      },
      { name: 'knip (nothing dead)', script: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
    ],
  ];
}

/**
 * Runs every check, printing one line for each and the output of those that fail.
 * The tidy test is left out when the caller runs all tests anyway.
 * @returns {Promise<{name: string, isOk: boolean}[]>}
 */
export async function runChecks({ withTidyTest = false } = {}) {
  const [first, second] = rowsOfSteps();
  const rows = [withTidyTest ? [...first, TIDY] : first, second];
  return (await Promise.all(rows.map(runInTurn))).flat();
}

async function runInTurn(steps) {
  const results = [];
  for (const step of steps) {
    const { isOk, output } = await run(step);
    console.log(`${isOk ? '✓' : '✗'} ${step.name}`);
    if (!isOk) console.log(output.replace(/^/gm, '    '));
    results.push({ name: step.name, isOk });
  }
  return results;
}

function run({ script, args, isTest = false }) {
  return new Promise((resolve) => {
    const flags = isTest ? ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'] : [];
    const child = spawn(process.execPath, [...flags, path.join(ROOT, script), ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => resolve({ isOk: code === 0, output: output.trimEnd() }));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureInstalled();
  const results = await runChecks({ withTidyTest: true });
  const failed = results.filter((result) => !result.isOk).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
