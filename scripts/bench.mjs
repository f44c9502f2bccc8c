// npm run bench [-- <name>…]: runs the measurements in bench/*.bench.ts, each against its own limit.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ensureInstalled, ROOT } from './install.mjs';

ensureInstalled();
const folder = path.join(ROOT, 'bench');
const wanted = process.argv.slice(2);
const benches = (existsSync(folder) ? readdirSync(folder) : [])
  .filter((file) => file.endsWith('.bench.ts'))
  .filter((file) => wanted.length === 0 || wanted.some((name) => file.startsWith(name)))
  .sort();
if (benches.length === 0)
  console.log(`No measurements ${wanted.length > 0 ? 'of that name ' : ''}in bench/.`);
const failed = benches.filter((file) => {
  console.log(`\n${file}`);
  const args = ['--import', 'tsx', path.join(folder, file)];
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status !== 0;
});
console.log(`\n${benches.length - failed.length} within their limits, ${failed.length} not`);
process.exit(failed.length === 0 && (benches.length > 0 || wanted.length === 0) ? 0 : 1);
