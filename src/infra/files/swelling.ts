import type { Readable } from 'node:stream';
import { LIMITS } from './limits.ts';
import { UnreadableFile } from './reading.types.ts';

/** Passes bytes on, until they are more than a statement can be. */
export async function* heldToLimits(source: Readable, packedBytes: () => number): AsyncGenerator<Buffer> {
  let unpackedBytes = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    unpackedBytes += chunk.length;
    if (isBomb(unpackedBytes, packedBytes())) throw bomb();
    yield chunk;
  }
}

/** Whether an archive swells beyond what statements and bills do. */
export function isBomb(unpackedBytes: number, packedBytes: number): boolean {
  if (unpackedBytes > LIMITS.unpackedBytes) return true;
  return unpackedBytes > LIMITS.freeBytes && unpackedBytes > packedBytes * LIMITS.ratio;
}

export function bomb(): UnreadableFile {
  return new UnreadableFile(
    'archive_too_large',
    'the archive unpacks to far more than a statement is: not read',
  );
}

/** What reading an archive threw, in the words of a file that can't be read; what the machine did stays as it is. */
export function damagedArchive(error: unknown, kind: string): Error {
  if (error instanceof UnreadableFile) return error;
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (syscall) return error as Error;
  return new UnreadableFile('archive_damaged', `the ${kind} is damaged or cut short (${code ?? message})`);
}
