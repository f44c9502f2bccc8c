import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request } from 'express';
import { DomainError } from '../kernel/errors.ts';

interface UploadRules {
  maxBytes: number;
  /** The code of what an empty body is refused with. */
  missing: string;
}

/**
 * Puts the body into a file of its own for as long as `work` takes: files are read more than once, and are large. Throws DomainError
 * `body_too_large`, or `missing` for a body of nothing.
 */
export async function withUpload<T>(
  request: Request,
  { maxBytes, missing }: UploadRules,
  work: (file: string) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(path.join(tmpdir(), 'civicpay-upload-'));
  try {
    const file = path.join(dir, 'file');
    const bytes = await receive(request, file, maxBytes);
    if (bytes === 0) throw new DomainError('invalid', missing);
    return await work(file);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function receive(request: Request, file: string, maxBytes: number): Promise<number> {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(new DomainError('invalid', 'body_too_large'));
      else done(null, chunk);
    },
  });
  await pipeline(request, counted, createWriteStream(file, { mode: 0o600 }));
  return bytes;
}
