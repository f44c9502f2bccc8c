import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { tooOldWorkbook } from './biff-records.ts';
import { COMPOUND_FILE_MAGIC } from './compound-file.ts';
import { ODS } from './ods.ts';
import { UnreadableFile } from './reading.types.ts';
import { damagedArchive, heldToLimits } from './swelling.ts';
import { openZippedFiles, withEntries } from './zip.ts';

const CHUNK_BYTES = 256 * 1024;

export type ContainerKind = 'plain' | 'gzip' | 'zip' | 'xlsx' | 'xls' | 'ods';

/** What a file is wrapped in, by its first bytes; throws `UnreadableFile` for kinds that nothing here reads. */
export async function containerOf(path: string): Promise<ContainerKind> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    const magic = buffer.subarray(0, bytesRead).toString('latin1');
    if (magic.startsWith('\x1f\x8b')) return 'gzip';
    if (magic.startsWith('PK\x03\x04')) return withEntries(path, (_, entries) => zippedKind(entries));
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

/** What kinds of documents are zips. */
function zippedKind(names: ReadonlyMap<string, unknown>): ContainerKind {
  if (names.has('xl/workbook.xml')) return 'xlsx';
  if (names.has(ODS.manifest) && (names.has(ODS.content) || names.has(ODS.lockedContent))) return 'ods';
  if (!names.has('[Content_Types].xml')) return 'zip';
  throw new UnreadableFile(
    'xls_not_read',
    'a document of an office program, and no workbook as .xlsx: save it as .xlsx or .csv',
  );
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
    yield* heldToLimits(unpacked, () => packed.bytesRead);
  } catch (error) {
    throw damagedArchive(error, 'gzip');
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
}

async function* unzipOnly(path: string): AsyncGenerator<Buffer> {
  const { files, close } = await openZippedFiles(path);
  try {
    const [only, ...others] = files;
    if (!only || others.length > 0) {
      throw new UnreadableFile(
        'archive_of_several',
        `the zip holds ${files.length} files: unpack it and read them one by one`,
      );
    }
    yield* only.bytes();
  } finally {
    close();
  }
}
