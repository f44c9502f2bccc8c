import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type CallContext, type TcpResult, type Unanswered, unanswered } from '../../src/contract/index.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { fixedBytes, readFixed, writeFixed } from '../../src/kernel/fixed-width.ts';
import { HEADER, LENGTH_DIGITS, MAC_BYTES, type TransactionCode, VERSION } from './wire.ts';

/** A connection to one bureau's front-end processor. */
export const settingsSchema = z.object({
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535),
  /** Off only where the line itself is private, as a leased one is. */
  tls: z.boolean().default(true),
  channelId: z.string().regex(/^[\w-]{1,8}$/),
  /** Authenticates our messages and their answers. */
  macKey: z.string().min(16),
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});
export type Settings = z.output<typeof settingsSchema>;

/** What came of a call: an answer that is certainly theirs and to this very message, or why there is none. */
export type Answer = { kind: 'answer'; returnCode: string; body: Uint8Array } | Unanswered;

const MAX_ANSWER_BYTES = 64 * 1024;
/** About half a million payments. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const HEADER_BYTES = fixedBytes(HEADER);

/** Sends one message; verifies that the answer is authentic and carries this message's trace. */
export async function call(
  context: CallContext<Settings>,
  code: TransactionCode,
  body: Uint8Array,
): Promise<Answer> {
  const { settings, clock } = context;
  const { host, port, tls, channelId, macKey, timeoutMs } = settings;
  const trace = randomUUID().replaceAll('-', '');
  const header = { version: VERSION, code, channel: channelId, trace, time: chinaTimestamp(clock.nowMs()) };
  const content = Buffer.concat([writeFixed(HEADER, header), body]);
  const result = await context.tcp.exchange({
    host,
    port,
    tls,
    body: frame(Buffer.concat([content, Buffer.from(mac(macKey, content))])),
    answerBytes,
    timeoutMs,
    maxResponseBytes: code === '1301' ? MAX_FILE_BYTES : MAX_ANSWER_BYTES,
  });
  const answer = read(result, macKey, { code, channel: channelId, trace });
  if (answer.kind !== 'answer')
    context.log.warn('no usable answer from the agency', { transaction: code, ...answer.reason });
  return answer;
}

/** What their length field says, itself included; not a number for anything but digits. */
function answerBytes(received: Uint8Array): number | null {
  if (received.length < LENGTH_DIGITS) return null;
  const digits = Buffer.from(received.subarray(0, LENGTH_DIGITS)).toString('latin1');
  return /^\d+$/.test(digits) ? LENGTH_DIGITS + Number(digits) : Number.NaN;
}

function read(
  result: TcpResult,
  macKey: string,
  sent: { code: string; channel: string; trace: string },
): Answer {
  if (result.kind !== 'response') return unanswered(result);
  const content = Buffer.from(result.body.subarray(LENGTH_DIGITS, result.body.length - MAC_BYTES));
  const header = readFixed(HEADER, content.subarray(0, HEADER_BYTES));
  const isOurs =
    header !== null &&
    hasMac(result.body.subarray(result.body.length - MAC_BYTES), mac(macKey, content)) &&
    header.trace === sent.trace &&
    header.code === sent.code &&
    header.channel === sent.channel;
  if (!isOurs) return { kind: 'unknown', reason: { code: 'answer_not_authentic', source: 'agency' } };
  return { kind: 'answer', returnCode: header.returnCode ?? '', body: content.subarray(HEADER_BYTES) };
}

function frame(content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(String(content.length).padStart(LENGTH_DIGITS, '0')), content]);
}

/** HMAC with SM3 (GB/T 32905) over header and body, in capital hexadecimal digits. */
function mac(key: string, content: Uint8Array): string {
  return createHmac('sm3', key).update(content).digest('hex').toUpperCase();
}

function hasMac(given: Uint8Array, expected: string): boolean {
  return given.length === expected.length && timingSafeEqual(given, Buffer.from(expected));
}
