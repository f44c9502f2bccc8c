import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { demoFiles } from '../processes/demo-files.ts';
import { isSource } from '../processes/guarded.ts';

/** The folder of the clone: above `src/` in the sources, above `dist/src/` in the build. */
export const ROOT = path.resolve(import.meta.dirname, isSource ? '../../..' : '../../../..');

/** Where the variables came from. */
export interface Environment {
  variables: NodeJS.ProcessEnv;
  /** The demo's file, when they came from there. */
  demoFile: string | null;
}

/**
 * The variables to read settings from. Without DATABASE_URL, in a clone where `npm start` has run, those of that demo, so that
 * `npx civicpay doctor` speaks of it; what is set in the shell goes before.
 */
export function readEnvironment(): Environment {
  const { environmentFile } = demoFiles(path.join(ROOT, '.data'));
  if (process.env.DATABASE_URL || !existsSync(environmentFile)) {
    return { variables: process.env, demoFile: null };
  }
  const demo = JSON.parse(readFileSync(environmentFile, 'utf8')) as Record<string, string>;
  return { variables: { ...demo, ...process.env }, demoFile: environmentFile };
}
