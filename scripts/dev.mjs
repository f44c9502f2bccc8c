// npm run dev: the demo from the sources; the server restarts and the pages reload when a source changes.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureInstalled, ROOT } from './install.mjs';

ensureInstalled();
const { generateApiTypes } = await import('../web/generate.mjs');
await generateApiTypes();
const demo = spawn(
  process.execPath,
  ['--import', 'tsx', path.join(ROOT, 'src/app/processes/demo.ts'), '--watch', ...process.argv.slice(2)],
  { cwd: ROOT, stdio: 'inherit' },
);
// A Ctrl-C at the terminal reaches the demo by itself; a signal to this process alone must too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => demo.kill(signal));
demo.on('exit', (code) => process.exit(code ?? 1));
