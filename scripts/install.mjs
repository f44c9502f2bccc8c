// What every command needs first, with nothing but Node: the right version of it, and the packages of package-lock.json.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '..');
const OLDEST_NODE = [20, 19, 0];

/** Ends the process with one clear line when this Node is too old. */
export function requireNode() {
  const [major, minor, patch] = process.versions.node.split('.').map(Number);
  const isOldEnough =
    major !== OLDEST_NODE[0]
      ? major > OLDEST_NODE[0]
      : minor !== OLDEST_NODE[1]
        ? minor > OLDEST_NODE[1]
        : patch >= OLDEST_NODE[2];
  if (isOldEnough) return;
  console.error(
    `civicpay needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}. See https://nodejs.org`,
  );
  process.exit(1);
}

/** Runs `npm ci` unless exactly the packages of package-lock.json are installed. */
export function ensureInstalled() {
  requireNode();
  if (isInstalled()) return;
  console.log('Installing packages (npm ci) …');
  // The builder and the checkers are development packages, wanted even where NODE_ENV says production.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
    : spawnSync('npm', args, {
        cwd: ROOT,
        stdio: ['ignore', 'inherit', 'inherit'],
        shell: process.platform === 'win32',
      });
  if (result.status !== 0) {
    console.error(
      'npm ci failed (see above). civicpay needs npm and a package registry for its first start.',
    );
    process.exit(1);
  }
}

/** npm keeps its own list of what is in node_modules, written only when an installation has ended well. */
function isInstalled() {
  const listFile = path.join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(listFile)) return false;
  const installed = packagesOf(listFile);
  const wanted = packagesOf(path.join(ROOT, 'package-lock.json'));
  return Object.entries(wanted).every(([name, wantedPackage]) => {
    if (name === '') return true;
    // Packages for other kinds of machines are optional and absent.
    if (!installed[name]) return wantedPackage.optional === true;
    return (
      installed[name].version === wantedPackage.version &&
      installed[name].integrity === wantedPackage.integrity
    );
  });
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
