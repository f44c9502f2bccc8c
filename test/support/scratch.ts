import { chmodSync, mkdirSync, mkdtempSync, readFileSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const MEMORY_FOLDER = '/dev/shm';
/** A whole run leaves less than half of it there at any time. */
const FREE_MEMORY_NEEDED_BYTES = 8 * 1024 ** 3;
const FREE_SPACE_NEEDED_BYTES = 4 * 1024 ** 3;

/**
 * Makes the folder of a run, for its servers' data and all that suites keep in temporary folders. In memory where there is
 * plenty: hundreds of databases are made, filled and dropped, and nothing of them has to outlive the run.
 */
export function makeScratch(): string {
  const parent = !process.env.TMPDIR && isMemoryPlenty() ? MEMORY_FOLDER : os.tmpdir();
  const dir = mkdtempSync(path.join(parent, 'civicpay-test-'));
  // PostgreSQL runs as a user of its own when we are root, and must pass through.
  chmodSync(dir, 0o711);
  return dir;
}

/** Has the suites, and what they start, make their temporary folders in it. */
export function keepTemporaryFoldersIn(scratch: string): void {
  const folder = path.join(scratch, 'tmp');
  mkdirSync(folder, { mode: 0o755 });
  process.env.TMPDIR = folder;
}

function isMemoryPlenty(): boolean {
  try {
    // Containers often mount it small, and let no program run from there.
    const mount = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .findLast(([, place]) => place === MEMORY_FOLDER);
    const [, , type = '', options = ''] = mount ?? [];
    if (type !== 'tmpfs' || options.split(',').includes('noexec')) return false;
    const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
    return bavail * bsize >= FREE_SPACE_NEEDED_BYTES && availableMemoryBytes() >= FREE_MEMORY_NEEDED_BYTES;
  } catch {
    return false;
  }
}

/** What can be had without swapping, within the limit that this process is held to. */
function availableMemoryBytes(): number {
  const [, kilobytes] = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  const limit = process.constrainedMemory();
  const available = Number(kilobytes ?? 0) * 1024;
  return limit > 0 ? Math.min(available, limit) : available;
}
