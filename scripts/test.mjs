// Runs the tests with the servers they need.
//
//   npm test                             everything: checks, build, all suites
//   npm test -- --only src/ledger        the suites whose path matches (repeatable), without the checks
//   npm test -- --only src/x -t 'name'   … and whose name matches
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureInstalled, ROOT } from './install.mjs';

ensureInstalled();
const args = process.argv.slice(2);
if (args.length === 0) args.push('--counted', await checkAndBuild());
const runner = spawn(process.execPath, ['--import', 'tsx', path.join(ROOT, 'test/support/run.ts'), ...args], {
  cwd: ROOT,
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
// The runner stops its servers by itself; a signal to this process alone must reach it too.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => runner.kill(signal));
// A signal to npm may end npm and its shell only.
const parentPid = process.ppid;
if (process.env.npm_lifecycle_event) {
  setInterval(() => process.ppid !== parentPid && runner.kill('SIGTERM'), 500).unref();
}
runner.on('exit', (code) => process.exit(code ?? 1));

/** @returns {Promise<string>} `passed,failed` */
async function checkAndBuild() {
  const { runChecks } = await import('./check.mjs');
  const { ensureBuilt } = await import('./build.mjs');
  const checks = await runChecks();
  const results = [...checks, await ensureBuilt({ areTypesChecked: checks.every(({ isOk }) => isOk) })];
  const passed = results.filter((result) => result.isOk).length;
  return `${passed},${results.length - passed}`;
}
