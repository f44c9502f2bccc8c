// npm run faults: kills server and worker with SIGKILL at every step of a payment, and proves that all books agree.
//
//   npm run faults -- --kills 500 --seed 7          500 kills, half on each stack
//   npm run faults -- --stack mysql --json          on MariaDB and Redis only, the report as JSON
//
// Without --seed one is drawn and printed. Ends with 0 when nothing was wrong.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureInstalled, ROOT } from './install.mjs';

ensureInstalled();
const runner = spawn(
  process.execPath,
  ['--import', 'tsx', path.join(ROOT, 'test/faults/run.ts'), ...process.argv.slice(2)],
  { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] },
);
// The runner stops its servers by itself; a signal to this process alone must reach it too.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => runner.kill(signal));
runner.on('exit', (code) => process.exit(code ?? 1));
