// Builds the pages into dist/web: types of the API, type check, bundle.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { generateApiTypes } from './generate.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// The checks before a whole test run have done both already.
if (!process.argv.includes('--types-checked')) {
  await generateApiTypes();
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const checked = spawnSync(process.execPath, [tsc, '-p', here('tsconfig.json')], { stdio: 'inherit' });
  if (checked.status !== 0) process.exit(checked.status ?? 1);
}
// Whatever the caller runs as (tests say `test`): visitors get React's small, fast build.
process.env.NODE_ENV = 'production';
await build({ configFile: here('vite.config.ts'), logLevel: 'warn' });
