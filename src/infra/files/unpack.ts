import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { crc32, createGunzip } from 'node:zlib';
import { type Entry, open as openZipFile, type ZipFile } from 'yauzl';
import { tooOldWorkbook } from './biff-records.ts';
import { COMPOUND_FILE_MAGIC } from './compound-file.ts';
import { LIMITS } from './limits.ts';
import { UnreadableFile } from './reading.types.ts';
import { decoderOf } from './text.ts';

const CHUNK_BYTES = 256 * 1024;
/** A zip with more than this is not a statement. */
const MAX_ZIP_ENTRIES = 10_000;

export type ContainerKind = 'plain' | 'gzip' | 'zip' | 'xlsx' | 'xls';

/** What a file is wrapped in, by its first bytes; throws `UnreadableFile` for kinds that nothing here reads. */
export async function containerOf(path: string): Promise<ContainerKind> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    const magic = buffer.subarray(0, bytesRead).toString('latin1');
    if (magic.startsWith('\x1f\x8b')) return 'gzip';
    if (magic.startsWith('PK\x03\x04')) return (await zipHolds(path, 'xl/workbook.xml')) ? 'xlsx' : 'zip';
    if (magic.startsWith('PK\x05\x06')) throw new UnreadableFile('archive_empty', 'the zip holds no file');
    if (magic === COMPOUND_FILE_MAGIC) return 'xls';
    if (isBareWorkbook(buffer)) throw tooOldWorkbook();
    if (magic.startsWith('%PDF')) {
      throw new UnreadableFile('pdf_not_read', 'a PDF is for people: ask for the statement as a data file');
    }
    return 'plain';
  } finally {
    await file.close();
  }
}

/** The first record of a workbook without the file around it: some programs write so to this day. */
function isBareWorkbook([type, version = 1, length = 0, upper]: Buffer): boolean {
  return type === 9 && [0, 2, 4, 8].includes(version) && length >= 4 && length <= 16 && upper === 0;
}

/** The bytes of the statement itself, out of what it is wrapped in. Throws `UnreadableFile` for bombs and damage. */
export function unpack(path: string, kind: ContainerKind): AsyncIterable<Buffer> {
  if (kind === 'zip') return unzipOnly(path);
  if (kind === 'gzip') return gunzip(path);
  return createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>;
}

async function* gunzip(path: string): AsyncGenerator<Buffer> {
  const packed = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  packed.on('error', (error) => unpacked.destroy(error));
  packed.pipe(unpacked);
  try {
    yield* held(unpacked, () => packed.bytesRead);
  } catch (error) {
    throw damaged(error, 'gzip');
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
}

async function* unzipOnly(path: string): AsyncGenerator<Buffer> {
  const zip = await openZip(path);
  try {
    const files = (await entriesOf(zip)).filter(({ fileName }) => !/\/$|^__MACOSX\/|(^|\/)\./.test(fileName));
    // Alipay puts the sums of a bill beside its rows, as a file of their own.
    const details = files.length === 2 ? files.filter((entry) => !/汇总/.test(nameOf(entry))) : files;
    const [only, ...others] = details;
    if (!only) throw new UnreadableFile('archive_empty', 'the zip holds no file');
    if (others.length > 0) {
      throw new UnreadableFile(
        'archive_of_several',
        `the zip holds ${files.length} files: unpack it and read them one by one`,
      );
    }
    yield* readZipEntry(zip, only);
  } finally {
    zip.close();
  }
}

/** A name as its writer meant it: Chinese systems write GBK without saying so. */
function nameOf({ fileNameRaw }: Entry): string {
  return decoderOf(isUtf8(fileNameRaw) ? 'utf-8' : 'gb18030').decode(fileNameRaw);
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
    for await (const chunk of held(stream, () => entry.compressedSize)) {
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
    if (checksum !== entry.crc32) throw new UnreadableFile('archive_damaged', 'the zip’s checksum differs');
  } catch (error) {
    throw damaged(error, 'zip');
  } finally {
    stream?.destroy();
  }
}

/** Opens a zip, whose entries are then listed with `entriesOf`; the caller closes it. */
export async function openZip(path: string): Promise<ZipFile> {
  try {
    return await promisify<string, { lazyEntries: true; autoClose: false }, ZipFile>(openZipFile)(path, {
      lazyEntries: true,
      autoClose: false,
    });
  } catch (error) {
    throw damaged(error, 'zip');
  }
}

export function entriesOf(zip: ZipFile): Promise<Entry[]> {
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
    zip.once('error', (error) => reject(damaged(error, 'zip')));
    zip.readEntry();
  });
}

async function zipHolds(path: string, name: string): Promise<boolean> {
  const zip = await openZip(path);
  try {
    return (await entriesOf(zip)).some(({ fileName }) => fileName === name);
  } finally {
    zip.close();
  }
}

/** Passes bytes on, until they are more than a statement can be. */
async function* held(source: Readable, packedBytes: () => number): AsyncGenerator<Buffer> {
  let unpackedBytes = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    unpackedBytes += chunk.length;
    if (isBomb(unpackedBytes, packedBytes())) throw bomb();
    yield chunk;
  }
}

function isBomb(unpackedBytes: number, packedBytes: number): boolean {
  if (unpackedBytes > LIMITS.unpackedBytes) return true;
  return unpackedBytes > LIMITS.freeBytes && unpackedBytes > packedBytes * LIMITS.ratio;
}

function bomb(): UnreadableFile {
  return new UnreadableFile(
    'archive_too_large',
    'the archive unpacks to far more than a statement is: not read',
  );
}

function damaged(error: unknown, kind: string): Error {
  if (error instanceof UnreadableFile) return error;
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (syscall) return error as Error;
  return new UnreadableFile('archive_damaged', `the ${kind} is damaged or cut short (${code ?? message})`);
}
