import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { type Entry, open as openZipFile, type ZipFile } from 'yauzl';
import { UnreadableFile } from './reading.types.ts';
import { bomb, damagedArchive, heldToLimits, isBomb } from './swelling.ts';
import { decoderOf } from './text.ts';

/** A zip with more than this is not a statement. */
const MAX_ZIP_ENTRIES = 10_000;

/** Folders, and what file managers put beside files. */
const NO_FILE = /\/$|^__MACOSX\/|(^|\/)(\.|Thumbs\.db$|desktop\.ini$)/i;

/** One file of a zip. */
export interface ZippedFile {
  name: string;
  byteLength: number;
  crc32: number;
  /** May be called more than once. Throws `UnreadableFile` for bombs and damage. */
  bytes: () => AsyncIterable<Buffer>;
}

/**
 * The files of a zip, at least one, by their names in the order of code units: without folders, what file managers add, and sums that lie
 * beside their rows. The caller closes it. Throws `UnreadableFile`, also for what all of them together unpack to.
 */
export async function openZippedFiles(path: string): Promise<{ files: ZippedFile[]; close: () => void }> {
  const zip = await openZip(path);
  try {
    const named = (await entriesOf(zip))
      .filter(({ fileName }) => !NO_FILE.test(fileName))
      .map((entry) => ({ entry, name: nameOf(entry) }));
    const files = withoutSums(named).sort((a, b) => (a.name < b.name ? -1 : 1));
    if (files.length === 0) throw new UnreadableFile('archive_empty', 'the zip holds no file');
    const twice = files.find(({ name }, at) => files[at + 1]?.name === name);
    if (twice) throw new UnreadableFile('archive_damaged', `the zip holds two files named ${twice.name}`);
    refuseBomb(zip, files);
    return {
      files: files.map(({ entry, name }) => ({
        name,
        byteLength: entry.uncompressedSize,
        crc32: entry.crc32,
        bytes: () => readZipEntry(zip, entry),
      })),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

/** The sizes are what the zip says of itself, and reading an entry holds it to them. Entries may lie over each other. */
function refuseBomb({ fileSize }: ZipFile, files: readonly { entry: Entry }[]): void {
  const sum = (sizeOf: (entry: Entry) => number) =>
    files.reduce((total, { entry }) => total + sizeOf(entry), 0);
  const packedBytes = Math.min(
    fileSize,
    sum(({ compressedSize }) => compressedSize),
  );
  if (
    isBomb(
      sum(({ uncompressedSize }) => uncompressedSize),
      packedBytes,
    )
  )
    throw bomb();
}

/** Alipay puts the sums of a bill beside its rows, as a file of their own: `…明细.csv` and `…明细(汇总).csv`. */
function withoutSums<T extends { name: string }>(files: readonly T[]): T[] {
  const names = new Set(files.map(({ name }) => name));
  return files.filter(({ name }) => {
    if (!name.includes('汇总')) return true;
    return files.length !== 2 && !names.has(name.replace(/[(（]?汇总[)）]?/, ''));
  });
}

/** A name as its writer meant it: Chinese systems write GBK without saying so. */
function nameOf({ fileNameRaw }: Entry): string {
  const name = decoderOf(isUtf8(fileNameRaw) ? 'utf-8' : 'gb18030').decode(fileNameRaw);
  return [...name.replace(/\p{Cc}/gu, '')].slice(0, 200).join('');
}

/** The bytes of one file of a zip, held to its declared size, its checksum and the limits. */
export async function* readZipEntry(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  if (entry.isEncrypted()) {
    throw new UnreadableFile(
      'archive_locked',
      'the zip has a password: unpack it with the password, and read what was in it',
    );
  }
  if (isBomb(entry.uncompressedSize, entry.compressedSize)) throw bomb();
  let stream: Readable | undefined;
  try {
    stream = await promisify<Entry, Readable>(zip.openReadStream.bind(zip))(entry);
    let checksum = 0;
    for await (const chunk of heldToLimits(stream, () => entry.compressedSize)) {
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
    if (checksum !== entry.crc32) throw new UnreadableFile('archive_damaged', 'the zip’s checksum differs');
  } catch (error) {
    throw damagedArchive(error, 'zip');
  } finally {
    stream?.destroy();
  }
}

/** Opens a zip, whose entries are then listed with `entriesOf`; the caller closes it. */
async function openZip(path: string): Promise<ZipFile> {
  try {
    return await promisify<string, { lazyEntries: true; autoClose: false }, ZipFile>(openZipFile)(path, {
      lazyEntries: true,
      autoClose: false,
    });
  } catch (error) {
    throw damagedArchive(error, 'zip');
  }
}

function entriesOf(zip: ZipFile): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    if (zip.entryCount > MAX_ZIP_ENTRIES) {
      reject(new UnreadableFile('archive_of_several', `the zip holds ${zip.entryCount} files`));
      return;
    }
    zip.on('entry', (entry: Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.once('end', () => resolve(entries));
    zip.once('error', (error) => reject(damagedArchive(error, 'zip')));
    zip.readEntry();
  });
}

/** Works with the entries of a zip, by their names as they are written, as long as that takes. */
export async function withEntries<T>(
  path: string,
  work: (zip: ZipFile, entries: ReadonlyMap<string, Entry>) => Promise<T> | T,
): Promise<T> {
  const zip = await openZip(path);
  try {
    return await work(zip, new Map((await entriesOf(zip)).map((entry) => [entry.fileName, entry])));
  } finally {
    zip.close();
  }
}
