// npm run build: the server into dist/, the pages into dist/web. Does nothing when nothing has changed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, ROOT } from './install.mjs';

const SERVER_SOURCES = ['src', 'migrations', 'providers', 'sandbox', 'bench'];
const SERVER_SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const WEB_SOURCES = ['web', 'docs/openapi.json'];

/**
 * Builds what has changed since the last build. Prints what it does, and the compiler's output when it fails.
 * @param areTypesChecked the caller has compiled these very sources without an error: they are not checked a second time
 * @returns {Promise<{name: string, isOk: boolean}>}
 */
export async function ensureBuilt({ areTypesChecked = false } = {}) {
  const parts = [
    buildPart('server', [...SERVER_SOURCES, ...SERVER_SETTINGS], () => buildServer(areTypesChecked)),
  ];
  if (existsSync(path.join(ROOT, 'web/index.html'))) {
    parts.push(buildPart('web', [...WEB_SOURCES, 'package-lock.json'], () => buildWeb(areTypesChecked)));
  }
  const built = await Promise.all(parts);
  return { name: 'build', isOk: built.every(Boolean) };
}

async function buildPart(part, inputs, build) {
  const stampFile = path.join(ROOT, 'dist', `.${part}-stamp`);
  const stamp = hashOf(inputs);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return true;
  console.log(`Building the ${part} …`);
  rmSync(stampFile, { force: true });
  if (!(await build())) return false;
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
  return true;
}

async function buildServer(areTypesChecked) {
  // A file that is gone from the sources must go from the build: the server loads whole folders (migrations).
  for (const folder of SERVER_SOURCES)
    rmSync(path.join(ROOT, 'dist', folder), { recursive: true, force: true });
  rmSync(path.join(ROOT, 'dist/.tsbuildinfo'), { force: true });
  const args = ['-p', 'tsconfig.build.json', ...(areTypesChecked ? ['--noCheck'] : [])];
  if (!(await run('node_modules/typescript/bin/tsc', args))) return false;
  for (const folder of SERVER_SOURCES) copyData(folder);
  return true;
}

/** What the programs read beside their code (manifests, fonts) lies in the build where it lies in the sources. */
function copyData(folder) {
  if (!existsSync(path.join(ROOT, folder))) return;
  cpSync(path.join(ROOT, folder), path.join(ROOT, 'dist', folder), {
    recursive: true,
    filter: (source) => !/\.(ts|md)$/.test(source) && path.basename(source) !== 'fixtures',
  });
}

function buildWeb(areTypesChecked) {
  return run('web/build.mjs', areTypesChecked ? ['--types-checked'] : []);
}

/** @returns {Promise<boolean>} whether it succeeded */
function run(script, args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(ROOT, script), ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => {
      if (code !== 0) console.error(output);
      resolve(code === 0);
    });
  });
}

/** Contents, not times: a fresh checkout of the same sources needs no new build. */
function hashOf(inputs) {
  const hash = createHash('sha256').update(process.version);
  for (const input of inputs) {
    const full = path.join(ROOT, input);
    if (!existsSync(full)) continue;
    for (const file of filesUnder(full))
      hash
        .update(`${path.relative(ROOT, file)}\0`)
        .update(readFileSync(file))
        .update('\0');
  }
  return hash.digest('hex');
}

function filesUnder(full) {
  let entries;
  try {
    entries = readdirSync(full, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOTDIR') return [full];
    throw error;
  }
  return (
    entries
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => path.join(entry.parentPath, entry.name))
      // Made by the build itself.
      .filter((file) => !file.startsWith(path.join(ROOT, 'web/src/generated')))
      .sort()
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureInstalled();
  const { isOk } = await ensureBuilt();
  process.exit(isOk ? 0 : 1);
}
