import { openZippedFiles, UnreadableFile, type ZippedFile } from '../../infra/files/index.ts';
import type { StatementCollector } from './collector.ts';
import { nameOf, type Reading, type ReadingNames } from './detect.ts';
import { findReading, readText } from './read-text.ts';

interface TextRead {
  format: string | null;
  /** Character set, or several with commas between. */
  encoding: string | null;
}

/** A file of a zip, and how to read it. */
interface Entry {
  file: ZippedFile;
  reading: Reading;
}

/**
 * Reads the statements of a zip, in bounded memory: of several files one after the other in the order of their names, each as if it lay
 * there by itself. Throws `UnreadableFile` at the first that can't be read to its end.
 */
export async function readZip(
  path: string,
  named: ReadingNames,
  out: StatementCollector,
  flush: () => Promise<void>,
): Promise<TextRead> {
  const { files, close } = await openZippedFiles(path);
  try {
    const [only, ...others] = files;
    if (only && others.length === 0) {
      const reading = await findReading(only.bytes(), named);
      return { format: nameOf(reading), encoding: await readText(only.bytes(), reading, out, flush) };
    }
    return await readSeveral(await findReadings(files, named, out), out, flush);
  } finally {
    close();
  }
}

/** Before any of them is read: what is no statement, or of another kind, is found out at once. */
async function findReadings(
  files: readonly ZippedFile[],
  named: ReadingNames,
  out: StatementCollector,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const file of files) {
    out.beginEntry(file.name);
    if (file.byteLength === 0) throw new UnreadableFile('file_empty', 'the file is empty');
    entries.push({ file, reading: await findReading(file.bytes(), named).catch(withAdvice) });
    out.endEntry();
  }
  const kinds = entries.map(({ file, reading }) => {
    const variant = reading.kind === 'table' ? reading.kinds[0]?.variant : undefined;
    return { name: file.name, kind: variant ?? nameOf(reading) };
  });
  refuseMixed(kinds);
  return entries;
}

function withAdvice(error: unknown): never {
  if (!(error instanceof UnreadableFile) || error.code !== 'format_unknown') throw error;
  throw new UnreadableFile(error.code, `${error.message}; if it is no statement, take it out of the zip`);
}

async function readSeveral(
  entries: readonly Entry[],
  out: StatementCollector,
  flush: () => Promise<void>,
): Promise<TextRead> {
  const encodings = new Set<string>();
  const namesByContent = new Map<string, string>();
  let first: NamedKind | null = null;
  for (const { file, reading } of entries) {
    out.beginEntry(file.name);
    const content = `${file.crc32} ${file.byteLength}`;
    const same = namesByContent.get(content);
    if (same !== undefined)
      throw new UnreadableFile('archive_repeats', `it holds the same as ${same}: take one of them out`);
    const rowsBefore = out.rowCount;
    const lines = new LineCounter();
    const encoding = await readText(file.bytes(), reading, out, (text) => {
      lines.add(text);
      return flush();
    });
    // What is ASCII is in any of the others too.
    if (encoding && encoding !== 'ascii') encodings.add(encoding);
    // What says that nothing happened may say it again.
    if (out.rowCount > rowsBefore) namesByContent.set(content, file.name);
    // Versions of camt say the same; camt.052 and camt.053, or 账务明细 and 业务明细, say of the same money twice.
    const finer = reading.kind === 'camt' ? out.format : (out.variant ?? out.format);
    out.endEntry(lines.count);
    const kind = { name: file.name, kind: finer ?? nameOf(reading) };
    first ??= kind;
    refuseMixed([first, kind]);
  }
  const format = entries[0] ? nameOf(entries[0].reading) : null;
  return { format, encoding: [...encodings].join(', ') || 'ascii' };
}

interface NamedKind {
  name: string;
  kind: string;
}

function refuseMixed(files: readonly NamedKind[]): void {
  const [first] = files;
  const other = files.find(({ kind }) => kind !== first?.kind);
  if (!first || !other) return;
  const both = [first, other].map(({ name, kind }) => `${name}: ${kind}`).join(', ');
  throw new UnreadableFile(
    'archive_of_several',
    `the zip holds files of several formats (${both}): take out what is no statement, and read each format by itself`,
  );
}

/** Lines of a text that comes in pieces; the last may lack its end. */
class LineCounter {
  private ends = 0;
  private isInLine = false;

  add(text: string): void {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.ends += 1;
    if (text !== '') this.isInLine = !text.endsWith('\n');
  }

  get count(): number {
    return this.ends + (this.isInLine ? 1 : 0);
  }
}
