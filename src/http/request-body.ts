import express, { type Request, type RequestHandler, type Response } from 'express';
import { DomainError } from '../kernel/errors.ts';

const MAX_JSON_BYTES = 64 * 1024;
const MAX_WEBHOOK_BYTES = 256 * 1024;
/** Deeper than any form of ours; parsers and serialisers that recurse must not be led further. */
const MAX_JSON_DEPTH = 32;

const anyType = () => true;
const readJsonBytes = express.raw({ type: anyType, limit: MAX_JSON_BYTES, inflate: false });
const readWebhookBytes = express.raw({ type: anyType, limit: MAX_WEBHOOK_BYTES, inflate: false });
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The bytes another system sent, exactly as they came: signatures are over bytes. */
export async function readRawBody(request: Request, response: Response): Promise<Uint8Array> {
  await run(readWebhookBytes, request, response);
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** The JSON value of a body; undefined when there is none. Throws DomainError on anything else. */
export async function readJsonBody(request: Request, response: Response): Promise<unknown> {
  const type = request.headers['content-type'];
  if (type !== undefined && !/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) {
    throw new DomainError('invalid', 'content_type_not_supported');
  }
  await run(readJsonBytes, request, response);
  if (!Buffer.isBuffer(request.body) || request.body.length === 0) return undefined;
  if (type === undefined) throw new DomainError('invalid', 'content_type_not_supported');
  return parseJson(request.body);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    const text = utf8.decode(bytes);
    // PostgreSQL has no NUL in text, and no text of a person has one.
    if (text.includes('\\u0000') || depthOf(text) > MAX_JSON_DEPTH) throw new SyntaxError();
    return JSON.parse(text);
  } catch {
    throw new DomainError('invalid', 'malformed_json');
  }
}

/** How deep arrays and objects are nested; brackets in strings do not count. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth);
    else if (char === '}' || char === ']') depth--;
  }
  return deepest;
}

function run(middleware: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void middleware(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
}
