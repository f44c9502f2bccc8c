import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BillFileOutcome, BillOperations, CallContext, Reason } from '../../src/contract/index.ts';
import type { Settings } from './settings.ts';

/** A file that was written to more recently may still be on its way. */
const QUIET_MS = 10_000;
const UNFINISHED = /^\.|\.(part|tmp|filepart)$/i;

const NO_FOLDER: Reason = { code: 'refused_by_agency', source: 'civicpay', detail: 'no folder is set' };
const DOWN: Reason = { code: 'agency_down', source: 'civicpay' };

type Request<Name extends 'importBills' | 'exportAdvice'> = Parameters<BillOperations<Settings>[Name]>[1];
type Result<Name extends 'importBills' | 'exportAdvice'> = ReturnType<BillOperations<Settings>[Name]>;

/**
 * Takes in what lies in the agency's `in/`, oldest name first. Each file then moves to `done/` or `refused/`, with the report
 * beside it. Whoever stops in between changes nothing twice: the books know a file that they have taken in.
 */
export async function takeIn(
  context: CallContext<Settings>,
  { agencyCode, businessDate }: Request<'importBills'>,
): Result<'importBills'> {
  const folder = folderOf(context, agencyCode);
  if (folder === null || agencyCode === undefined) return { kind: 'unavailable', reason: NO_FOLDER };
  const reports: string[] = [];
  for (const fileName of await finishedFiles(path.join(folder, 'in'), context.clock.nowMs())) {
    const file = path.join(folder, 'in', fileName);
    const outcome = await context.billStore.importFile({ agencyCode, path: file, fileName });
    if (outcome.kind === 'unavailable') return { kind: 'unavailable', reason: DOWN };
    await putAway(folder, fileName, outcome);
    reports.push(outcome.report);
  }
  if (reports.length === 0) return { kind: 'emptyDay' };
  return {
    kind: 'ready',
    fileName: `import-${businessDate}.txt`,
    format: 'civicpay-import-report',
    content: Buffer.from(reports.join('\n')),
  };
}

/** Writes a file to the agency's `out/` under a name of its own until it is whole. */
export async function layOut(
  context: CallContext<Settings>,
  { agencyCode, fileName, content }: Request<'exportAdvice'>,
): Result<'exportAdvice'> {
  const folder = folderOf(context, agencyCode);
  if (folder === null) return { kind: 'rejected', reason: NO_FOLDER };
  const out = path.join(folder, 'out');
  const file = path.join(out, path.basename(fileName));
  try {
    await mkdir(out, { recursive: true });
    await writeFile(`${file}.part`, content, { flush: true });
    await rename(`${file}.part`, file);
  } catch (error) {
    context.log.warn('the advice could not be laid out', { code: (error as NodeJS.ErrnoException).code });
    return { kind: 'notAttempted', reason: DOWN };
  }
  return { kind: 'accepted', agencyReference: path.basename(fileName) };
}

function folderOf({ settings }: CallContext<Settings>, agencyCode: string | undefined): string | null {
  // The code becomes part of a path: nothing but an agency's id may.
  if (settings.folder === null || !/^[a-z][a-z0-9-]*$/.test(agencyCode ?? '')) return null;
  return path.join(settings.folder, agencyCode ?? '');
}

async function finishedFiles(inbox: string, nowMs: number): Promise<string[]> {
  await mkdir(inbox, { recursive: true });
  const entries = await readdir(inbox, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && !UNFINISHED.test(entry.name))
    .map(({ name }) => name);
  const finished: string[] = [];
  for (const name of names.sort()) {
    const { mtimeMs } = await stat(path.join(inbox, name));
    if (mtimeMs <= nowMs - QUIET_MS) finished.push(name);
  }
  return finished;
}

async function putAway(
  folder: string,
  fileName: string,
  { kind, revisionId, report }: Exclude<BillFileOutcome, { kind: 'unavailable' }>,
): Promise<void> {
  const place = path.join(folder, kind === 'refused' ? 'refused' : 'done');
  await mkdir(place, { recursive: true });
  const name = `${revisionId}-${fileName}`;
  await writeFile(path.join(place, `${name}.report.txt`), report, { flush: true });
  try {
    await rename(path.join(folder, 'in', fileName), path.join(place, name));
  } catch (error) {
    // Another process was as quick, and has put it away.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
