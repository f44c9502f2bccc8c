import { mkdirSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';

/**
 * Books on disk: one JSON value a line, appended only, replayed at start. Entries that arrive while the disk is
 * busy share the next flush, so durability costs little even when many arrive at once.
 */
export class Journal<Entry> {
  private readonly handle: FileHandle;
  private waiting: string[] = [];
  /** The flush that will carry what is waiting; shared by all who wait for it. */
  private nextFlush: Promise<void> | null = null;
  /** Ends when everything appended so far has been flushed. */
  private lastFlush: Promise<void> = Promise.resolve();

  private constructor(handle: FileHandle) {
    this.handle = handle;
  }

  /** Opens a file, making it and its folder when missing; `entries` is what it held. */
  static async open<Entry>(file: string): Promise<{ journal: Journal<Entry>; entries: Entry[] }> {
    mkdirSync(path.dirname(file), { recursive: true });
    const handle = await open(file, 'a+', 0o600);
    const { entries, wholeBytes } = readEntries<Entry>(file);
    // A process that died while writing leaves half a line, which nobody was told about: cut it off.
    await handle.truncate(wholeBytes);
    return { journal: new Journal<Entry>(handle), entries };
  }

  /** Resolves when the entry is on disk. */
  append(entry: Entry): Promise<void> {
    this.waiting.push(`${JSON.stringify(entry)}\n`);
    this.nextFlush ??= this.lastFlush.then(() => this.flush());
    this.lastFlush = this.nextFlush;
    return this.nextFlush;
  }

  /** Resolves when everything appended before is on disk: an answer that tells of it may then leave. */
  durable(): Promise<void> {
    return this.lastFlush;
  }

  /** Empties the books. */
  async clear(): Promise<void> {
    await this.lastFlush;
    await this.handle.truncate(0);
    await this.handle.datasync();
  }

  async close(): Promise<void> {
    await this.lastFlush;
    await this.handle.close();
  }

  private async flush(): Promise<void> {
    const lines = this.waiting;
    this.waiting = [];
    this.nextFlush = null;
    await this.handle.appendFile(lines.join(''));
    await this.handle.datasync();
  }
}

function readEntries<Entry>(file: string): { entries: Entry[]; wholeBytes: number } {
  const content = readFileSync(file);
  const wholeBytes = content.lastIndexOf(0x0a) + 1;
  const lines = content.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
  return { entries: lines.map((line) => JSON.parse(line) as Entry), wholeBytes };
}
