#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/src/app/cli/main.js', import.meta.url);
if (!existsSync(main)) {
  // In a fresh clone there is nothing to run yet.
  const { ensureInstalled } = await import('../scripts/install.mjs');
  ensureInstalled();
  const { ensureBuilt } = await import('../scripts/build.mjs');
  if (!(await ensureBuilt()).isOk) process.exit(1);
}
await import(main.href);
