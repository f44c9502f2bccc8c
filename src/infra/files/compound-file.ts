import type { FileHandle } from 'node:fs/promises';
import { UnreadableFile } from './reading.types.ts';

/** What compound files begin with ([MS-CFB] 2.2). */
export const COMPOUND_FILE_MAGIC = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';

/** A workbook of the old kind has at most 65,536 rows a sheet: a larger file is none. */
const MAX_FILE_BYTES = 512 * 1024 ** 2;
const HEADER_BYTES = 512;
const ENTRY_BYTES = 128;
const MAX_ENTRIES = 100_000;
/** Marks in the table of sectors, and in the directory, of what leads nowhere. */
const LAST_SECTOR = 0xfffffffa;
const NO_ENTRY = 0xffffffff;
/** How much is read at once, where sectors lie one behind the other. */
const PIECE_BYTES = 256 * 1024;

interface DirectoryEntry {
  name: string;
  kind: 'storage' | 'stream' | 'other';
  left: number;
  right: number;
  child: number;
  start: number;
  size: number;
}

/** A stream of a compound file: where its pieces lie in the file. */
export interface CompoundStream {
  size: number;
  /** Its bytes from a place on, in pieces. */
  bytes(from: number): AsyncGenerator<Buffer>;
}

/**
 * An OLE2 compound file ([MS-CFB]): a file system in a file. Sectors that lead in circles, or out of the file, are refused as
 * `spreadsheet_damaged`. Holds four bytes for each sector.
 */
export class CompoundFile {
  private readonly file: FileHandle;
  private readonly fileBytes: number;
  private readonly sectorBytes: number;
  private readonly miniSectorBytes: number;
  private readonly miniCutoff: number;
  private readonly next: Uint32Array;
  private miniNext: Uint32Array = new Uint32Array();
  private miniStream: readonly number[] = [];
  private entries: DirectoryEntry[] = [];

  private constructor(file: FileHandle, fileBytes: number, header: Buffer, next: Uint32Array) {
    this.file = file;
    this.fileBytes = fileBytes;
    this.sectorBytes = 1 << header.readUInt16LE(30);
    this.miniSectorBytes = 1 << header.readUInt16LE(32);
    this.miniCutoff = header.readUInt32LE(56);
    this.next = next;
  }

  /** Reads where everything lies. The caller closes the file. */
  static async open(file: FileHandle): Promise<CompoundFile> {
    const { size } = await file.stat();
    if (size > MAX_FILE_BYTES) {
      throw new UnreadableFile('spreadsheet_too_large', 'a workbook of the old kind is never so large');
    }
    const { buffer: header, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const shift = header.readUInt16LE(30);
    const isKnown = (shift === 9 || shift === 12) && header.readUInt16LE(32) === 6;
    if (bytesRead < HEADER_BYTES || !isKnown) throw damaged('its header is not that of a compound file');
    const compound = new CompoundFile(file, size, header, await readSectorTable(file, header, size));
    await compound.readDirectory(header);
    return compound;
  }

  /** The stream of the first of these names that the file holds at its top, whatever the case; null without any. */
  find(...names: string[]): CompoundStream | null {
    const top = this.topEntries();
    for (const name of names) {
      const entry = top.find((each) => each.kind === 'stream' && each.name.toUpperCase() === name);
      if (entry) return this.streamOf(entry);
    }
    return null;
  }

  private streamOf({ start, size }: DirectoryEntry): CompoundStream {
    const isMini = size < this.miniCutoff;
    const unit = isMini ? this.miniSectorBytes : this.sectorBytes;
    const chain = chainOf(isMini ? this.miniNext : this.next, start, Math.ceil(size / unit));
    const offsets = isMini
      ? chain.map((sector) => this.miniOffset(sector))
      : chain.map((s) => this.offset(s));
    return { size, bytes: (from) => this.read(offsets, unit, size, from) };
  }

  private async *read(
    offsets: readonly number[],
    unit: number,
    size: number,
    from: number,
  ): AsyncGenerator<Buffer> {
    let at = from;
    while (at < size) {
      const first = Math.floor(at / unit);
      const start = (offsets[first] ?? 0) + (at % unit);
      let length = unit - (at % unit);
      for (let index = first; length < PIECE_BYTES && at + length < size; index++, length += unit) {
        if (offsets[index + 1] !== (offsets[index] ?? 0) + unit) break;
      }
      length = Math.min(length, size - at);
      yield await readBytes(this.file, start, length);
      at += length;
    }
  }

  private offset(sector: number): number {
    const at = (sector + 1) * this.sectorBytes;
    if (at >= this.fileBytes) throw damaged('it points behind its own end');
    return at;
  }

  private miniOffset(sector: number): number {
    const perSector = this.sectorBytes / this.miniSectorBytes;
    const holder = this.miniStream[Math.floor(sector / perSector)];
    if (holder === undefined) throw damaged('a short stream lies nowhere');
    return this.offset(holder) + (sector % perSector) * this.miniSectorBytes;
  }

  private async readDirectory(header: Buffer): Promise<void> {
    const bytes = await this.readChain(header.readUInt32LE(48), MAX_ENTRIES * ENTRY_BYTES);
    for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
      this.entries.push(readEntry(bytes.subarray(at, at + ENTRY_BYTES)));
    }
    const root = this.entries[0];
    if (!root) throw damaged('it has no directory');
    if (root.size === 0) return;
    this.miniStream = chainOf(this.next, root.start, Math.ceil(root.size / this.sectorBytes));
    const miniTable = await this.readChain(header.readUInt32LE(60), this.fileBytes);
    this.miniNext = sectorNumbers(miniTable);
  }

  /** All bytes of a chain of sectors, to its end. */
  private async readChain(start: number, maxBytes: number): Promise<Buffer> {
    if (start >= LAST_SECTOR) return Buffer.alloc(0);
    const parts: Buffer[] = [];
    for (const sector of chainOf(this.next, start, null)) {
      if (parts.length * this.sectorBytes >= maxBytes) throw damaged('its directory is endless');
      parts.push(await readBytes(this.file, this.offset(sector), this.sectorBytes));
    }
    return Buffer.concat(parts);
  }

  /** What lies directly in the root: a tree, whose order nobody here needs. */
  private topEntries(): DirectoryEntry[] {
    const found: DirectoryEntry[] = [];
    const seen = new Set<number>();
    const open = [this.entries[0]?.child ?? NO_ENTRY];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const entry = this.entries[id];
      if (!entry || seen.has(id)) continue;
      seen.add(id);
      found.push(entry);
      open.push(entry.left, entry.right);
    }
    return found;
  }
}

function readEntry(bytes: Buffer): DirectoryEntry {
  const nameBytes = Math.min(64, bytes.readUInt16LE(64));
  const kinds: Readonly<Record<number, DirectoryEntry['kind']>> = { 1: 'storage', 2: 'stream' };
  return {
    name: bytes.toString('utf16le', 0, Math.max(0, nameBytes - 2)),
    kind: kinds[bytes[66] ?? 0] ?? 'other',
    left: bytes.readUInt32LE(68),
    right: bytes.readUInt32LE(72),
    child: bytes.readUInt32LE(76),
    start: bytes.readUInt32LE(116),
    // The upper half of the size is noise in files of version 3, and none is that large.
    size: bytes.readUInt32LE(120),
  };
}

/** Which sector follows each: the table's own sectors are listed in the header, and in sectors that lead to each other. */
async function readSectorTable(file: FileHandle, header: Buffer, fileBytes: number): Promise<Uint32Array> {
  const sectorBytes = 1 << header.readUInt16LE(30);
  const perSector = sectorBytes / 4;
  const sectorCount = Math.ceil(fileBytes / sectorBytes);
  const count = header.readUInt32LE(44);
  if (count > Math.ceil(sectorCount / perSector) + 1) throw damaged('its table of sectors is larger than it');
  const listed = sectorNumbers(header.subarray(76));
  const tableSectors = [...listed.subarray(0, Math.min(count, listed.length))];
  const seen = new Set<number>();
  let list = header.readUInt32LE(68);
  while (tableSectors.length < count) {
    if (list >= LAST_SECTOR || seen.has(list)) throw damaged('its table of sectors is not whole');
    seen.add(list);
    const more = sectorNumbers(await readBytes(file, (list + 1) * sectorBytes, sectorBytes));
    tableSectors.push(...more.subarray(0, Math.min(perSector - 1, count - tableSectors.length)));
    list = more[perSector - 1] ?? NO_ENTRY;
  }
  const next = new Uint32Array(count * perSector).fill(NO_ENTRY);
  for (const [index, sector] of tableSectors.entries()) {
    const bytes = await readBytes(file, (sector + 1) * sectorBytes, sectorBytes);
    next.set(sectorNumbers(bytes), index * perSector);
  }
  return next;
}

/** The sectors from one on: so many, or up to the end of the chain. */
function chainOf(next: Uint32Array, start: number, count: number | null): number[] {
  const chain: number[] = [];
  const seen = new Set<number>();
  for (let sector = start; count === null || chain.length < count; sector = next[sector] ?? NO_ENTRY) {
    if (sector >= LAST_SECTOR) {
      if (count === null) break;
      throw damaged('a stream ends before its end');
    }
    if (seen.has(sector)) throw damaged('its sectors lead in a circle');
    seen.add(sector);
    chain.push(sector);
  }
  return chain;
}

function sectorNumbers(bytes: Buffer): Uint32Array {
  const numbers = new Uint32Array(Math.floor(bytes.length / 4));
  for (let index = 0; index < numbers.length; index++) numbers[index] = bytes.readUInt32LE(index * 4);
  return numbers;
}

async function readBytes(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
  if (bytesRead < length) throw damaged('it is cut short');
  return buffer;
}

function damaged(why: string): UnreadableFile {
  return new UnreadableFile('spreadsheet_damaged', `the workbook is damaged: ${why}`);
}
