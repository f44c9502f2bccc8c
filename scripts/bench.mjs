// Measures the product as it is built, each figure against its limit in the same run.
//
//   npm run bench                        everything; takes tens of minutes
//   npm run bench -- --quick             smaller numbers, minutes, less steady
//   npm run bench -- --only payments     one measurement (repeatable)
//   npm run bench -- --json              rows as JSON on standard output
//
// Ends with 1 where a result is wrong, never because it is slow.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled, ROOT } from './install.mjs';

ensureInstalled();
if (!(await ensureBuilt()).isOk) process.exit(1);
const args = [path.join(ROOT, 'dist/bench/run.js'), ...process.argv.slice(2)];
const runner = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
// The runner stops its servers by itself; a signal to this process alone must reach it too.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => runner.kill(signal));
runner.on('exit', (code) => process.exit(code ?? 1));
