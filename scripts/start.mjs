// npm start: from a bare clone to a running demo. Options: --reset (forget all data), --data <folder>.
import { ensureInstalled, ROOT } from './install.mjs';

ensureInstalled();
const { ensureBuilt } = await import('./build.mjs');
if (!(await ensureBuilt()).isOk) process.exit(1);
const { runDemo } = await import('../dist/src/app/processes/demo.js');
process.exit(await runDemo(process.argv.slice(2), ROOT));
