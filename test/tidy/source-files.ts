import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');

/** What a build, an installation or a run leaves behind: git ignores it too. */
const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.data', 'coverage', 'generated']);

export interface SourceFile {
  /** From the root, with forward slashes. */
  path: string;
  text: string;
}

/** Every file under a folder, read as text; `pattern` is matched against the path from the root. */
export function readFiles(folder: string, pattern: RegExp): SourceFile[] {
  return listFiles(folder)
    .filter((file) => pattern.test(file))
    .map((file) => ({ path: file, text: readFileSync(path.join(ROOT, file), 'utf8') }));
}

/** Names of the folders directly in one that hold anything; none when it is not there. */
export function foldersIn(folder: string): string[] {
  return entriesOf(folder)
    .filter((entry) => entry.isDirectory() && !NOT_OURS.has(entry.name))
    .filter((entry) => listFiles(path.posix.join(folder, entry.name)).length > 0)
    .map((entry) => entry.name)
    .sort();
}

function listFiles(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (NOT_OURS.has(entry.name)) return [];
    return entry.isDirectory() ? listFiles(file) : [file];
  });
}

function entriesOf(folder: string) {
  try {
    return readdirSync(path.join(ROOT, folder), { withFileTypes: true });
  } catch {
    return [];
  }
}
