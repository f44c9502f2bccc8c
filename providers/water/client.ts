import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomUUID,
  sign as rsaSign,
  verify as rsaVerify,
} from 'node:crypto';
import { z } from 'zod';
import { type CallContext, type HttpResult, type Unanswered, unanswered } from '../../src/contract/index.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { formatXml, parseXml, type XmlElement, type XmlValue, xmlValue } from '../../src/kernel/xml.ts';
import { messageSchema } from './wire.ts';

/** A connection to one water company's gateway. */
export const settingsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }),
  merchantId: z.string().regex(/^[\w-]{1,32}$/),
  /** Our RSA key, base64 of PKCS #8, as the gateway's tool makes it. */
  merchantPrivateKey: z.string().max(8_192).refine(isKey(toPrivateKey), 'not a private key'),
  /** Theirs, base64 of SubjectPublicKeyInfo. */
  agencyPublicKey: z.string().max(8_192).refine(isKey(toPublicKey), 'not a public key'),
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});
export type Settings = z.output<typeof settingsSchema>;

/** What came of a call: an answer that is certainly theirs, or why there is none. */
export type Answer = { kind: 'answer'; rtnCode: string; body: XmlValue } | Unanswered;

/** What a body holds: texts, further elements by name, or a list of these. */
export interface Body {
  readonly [name: string]: string | Body | readonly Body[];
}

const MAX_ANSWER_BYTES = 1024 * 1024;
/** About two hundred thousand payments, in base64. */
const MAX_FILE_BYTES = 48 * 1024 * 1024;
/** Thirty-six bills of some dozen charges are far fewer elements. */
const LIMITS = { maxChars: MAX_FILE_BYTES, maxDepth: 8, maxElements: 10_000 };

/** Sends one signed message; verifies that the answer is signed for this very one. */
export async function call(context: CallContext<Settings>, txnCode: string, body: Body): Promise<Answer> {
  const { settings, clock } = context;
  const messageId = randomUUID();
  const head = {
    Version: '2.0',
    TxnCode: txnCode,
    MerchantId: settings.merchantId,
    MessageId: messageId,
    SendTime: chinaTimestamp(clock.nowMs()),
  };
  const message = element('Message', { Head: head, Body: body });
  const key = toPrivateKey(settings.merchantPrivateKey);
  const signature = rsaSign('RSA-SHA256', Buffer.from(signedText(message)), key).toString('base64');
  const signed = { ...message, children: [...message.children, element('Sign', signature)] };
  const result = await context.http.send({
    method: 'POST',
    url: new URL('/gateway', settings.baseUrl).href,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body: `<?xml version="1.0" encoding="UTF-8"?>${formatXml(signed)}`,
    timeoutMs: settings.timeoutMs,
    maxResponseBytes: txnCode === 'WT4001' ? MAX_FILE_BYTES : MAX_ANSWER_BYTES,
  });
  const answer = read(result, settings, { txnCode, messageId });
  if (answer.kind !== 'answer')
    context.log.warn('no usable answer from the agency', { txnCode, ...answer.reason });
  return answer;
}

function read(result: HttpResult, settings: Settings, sent: { txnCode: string; messageId: string }): Answer {
  if (result.kind !== 'response') return unanswered(result);
  const unusable = (code: 'answer_not_understood' | 'answer_not_authentic'): Answer => ({
    kind: 'unknown',
    reason: { code, source: 'agency', detail: `HTTP status ${result.status}` },
  });
  const message = readMessage(result.body);
  const parsed = message && messageSchema.safeParse(xmlValue(message));
  if (!message || !parsed?.success) return unusable('answer_not_understood');
  const { head, body, sign } = parsed.data;
  const isTheirs = rsaVerify(
    'RSA-SHA256',
    Buffer.from(signedText(message)),
    toPublicKey(settings.agencyPublicKey),
    Buffer.from(sign, 'base64'),
  );
  const isForUs =
    head.requestId === sent.messageId &&
    head.txnCode === sent.txnCode &&
    head.merchantId === settings.merchantId;
  return isTheirs && isForUs
    ? { kind: 'answer', rtnCode: head.rtnCode, body }
    : unusable('answer_not_authentic');
}

/** Null when it is no message as theirs are: a DOCTYPE, an attribute or a line feed in a text is none of theirs. */
function readMessage(bytes: Uint8Array): XmlElement | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const message = parseXml(text, LIMITS);
    return message.name === 'Message' && isPlain(message) ? message : null;
  } catch (error) {
    // What both throw for bytes and texts that are not well formed.
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

/** Names are words and texts are single lines: otherwise two messages could be signed alike. */
function isPlain({ name, text, children }: XmlElement): boolean {
  return /^\w+$/.test(name) && !text.includes('\n') && children.every(isPlain);
}

/**
 * SHA256withRSA is over a line `path=text` for each element of Head and Body that has no children, in the order of the
 * message; see README.md.
 */
export function signedText({ children }: XmlElement): string {
  const linesOf = (parent: XmlElement, path: string): string[] => {
    if (parent.children.length === 0) return [`${path}=${parent.text}\n`];
    const counts: Record<string, number> = Object.create(null);
    return parent.children.flatMap((child) => {
      const number = (counts[child.name] ?? 0) + 1;
      counts[child.name] = number;
      return linesOf(child, `${path}.${child.name}${number === 1 ? '' : `[${number}]`}`);
    });
  };
  return children
    .filter(({ name }) => name === 'Head' || name === 'Body')
    .flatMap((part) => linesOf(part, part.name))
    .join('');
}

function element(name: string, body: string | Body): XmlElement {
  if (typeof body === 'string') return { name, text: body, children: [] };
  const children = Object.entries(body).flatMap(([member, value]) =>
    isList(value) ? value.map((item) => element(member, item)) : [element(member, value)],
  );
  return { name, text: '', children };
}

function isList(value: string | Body | readonly Body[]): value is readonly Body[] {
  return Array.isArray(value);
}

function toPrivateKey(base64: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' });
}

function toPublicKey(base64: string): KeyObject {
  return createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
}

function isKey(read: (base64: string) => KeyObject): (base64: string) => boolean {
  return (base64) => {
    try {
      return read(base64).asymmetricKeyType === 'rsa';
    } catch {
      return false;
    }
  };
}
