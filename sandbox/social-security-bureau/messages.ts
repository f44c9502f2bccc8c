import { createHmac, timingSafeEqual } from 'node:crypto';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import {
  type FixedLayout,
  fixedBytes,
  fixedLayout,
  readFixed,
  writeFixed,
} from '../../src/kernel/fixed-width.ts';

/** The return codes and the words that go with them. */
export const RETURN_CODES = {
  '0000': '成功',
  '1001': '参保人不存在或姓名不符',
  '1002': '当前无应缴费款',
  '2001': '金额与应缴不符',
  '2002': '该月已缴费',
  '2003': '应征凭证不存在',
  '2004': '渠道流水号重复',
  '2005': '原交易不存在',
  '2006': '超过单笔缴费限额',
  '2007': '经办机构拒绝受理',
  '2008': '缴费时间超出允许范围',
  '2009': '须先缴清以前月份',
  '2010': '已过日切，不能冲正',
  '2011': '原交易已冲正',
  '2012': '冲正金额与原交易不符',
  '3001': '非服务时间',
  '3002': '系统维护中',
  '4001': '对账文件尚未生成',
  '4002': '当日无交易',
  '9001': '报文校验码错误',
  '9002': '交易时间超出允许范围',
  '9003': '报文流水号重复',
  '9004': '报文格式错误',
  '9005': '交易码不存在',
} as const;
export type ReturnCode = keyof typeof RETURN_CODES;

/** The transactions. */
export const OPERATIONS = {
  '1101': 'queryBills',
  '1201': 'pay',
  '1202': 'queryPayment',
  '1203': 'reverse',
  '1301': 'dailyFile',
} as const;
export type TransactionCode = keyof typeof OPERATIONS;
export type BureauOperation = (typeof OPERATIONS)[TransactionCode];

/** A channel that may call, and the key of its message authentication code. */
export interface BureauChannel {
  channelId: string;
  macKey: string;
}

/** Digits of the length that heads every message: the bytes that follow them. */
export const LENGTH_DIGITS = 8;
const MAC_BYTES = 64;
const HEADER = fixedLayout('version X2', 'code X4', 'channel X8', 'trace X32', 'time X14', 'returnCode X4');
const HEADER_BYTES = fixedBytes(HEADER);
const VERSION = '01';

export const LAYOUTS = {
  query: fixedLayout('identityNumber X18', 'name X80', 'grade 9(3)'),
  holder: fixedLayout('personNo X12', 'maskedName X80'),
  due: fixedLayout('personNo X12', 'maskedName X80', 'queryNo X20', 'count 9(2)'),
  dueItem: fixedLayout(
    'voucherNo X20',
    'month X6',
    'base 9(12)',
    'pension 9(12)',
    'medical 9(12)',
    'total 9(12)',
  ),
  pay: fixedLayout(
    'reference X32',
    'queryNo X20',
    'identityNumber X18',
    'grade 9(3)',
    'payTime X14',
    'total 9(12)',
    'count 9(2)',
  ),
  payItem: fixedLayout('voucherNo X20', 'amount 9(12)'),
  payment: fixedLayout(
    'reference X32',
    'receiptNo X20',
    'amount 9(12)',
    'state X1',
    'postedTime X14',
    'expectedTime X14',
    'failCode X4',
  ),
  queryPayment: fixedLayout('reference X32'),
  reverse: fixedLayout('reference X32', 'originalReference X32', 'amount 9(12)'),
  reversal: fixedLayout(
    'reference X32',
    'originalReference X32',
    'reversalNo X20',
    'amount 9(12)',
    'time X14',
  ),
  moment: fixedLayout('time X14'),
  dailyFile: fixedLayout('date X8'),
  file: fixedLayout('fileName X40', 'size 9(10)'),
} as const satisfies Record<string, FixedLayout>;

export interface BureauRequest {
  code: string;
  channel: string;
  trace: string;
  time: string;
  body: Buffer;
}

export interface BureauReply {
  returnCode: string;
  body?: Uint8Array;
}

/** A record followed by as many items as its `count` says; null when it is no such thing. */
export function readCounted(
  layout: FixedLayout,
  itemLayout: FixedLayout,
  body: Uint8Array,
): { record: Record<string, string>; items: Record<string, string>[] } | null {
  const recordBytes = fixedBytes(layout);
  const itemBytes = fixedBytes(itemLayout);
  const record = readFixed(layout, body.subarray(0, recordBytes));
  if (!record || body.length !== recordBytes + itemBytes * Number(record.count)) return null;
  const items: Record<string, string>[] = [];
  for (let offset = recordBytes; offset < body.length; offset += itemBytes) {
    const item = readFixed(itemLayout, body.subarray(offset, offset + itemBytes));
    if (!item) return null;
    items.push(item);
  }
  return { record, items };
}

/** The length of the whole message that these bytes begin, or null while there are too few of them. */
export function messageBytes(received: Uint8Array): number | null {
  if (received.length < LENGTH_DIGITS) return null;
  return LENGTH_DIGITS + Number(Buffer.from(received.subarray(0, LENGTH_DIGITS)).toString('latin1'));
}

/** The request in a whole message, or the code to refuse it with; null when not even a header can be read. */
export function readRequest(
  { channelId, macKey }: BureauChannel,
  message: Uint8Array,
): { request: BureauRequest; refusal: ReturnCode | null } | null {
  const content = Buffer.from(message.subarray(LENGTH_DIGITS, message.length - MAC_BYTES));
  const header = readFixed(HEADER, content.subarray(0, HEADER_BYTES));
  if (!header) return null;
  const { version = '', code = '', channel = '', trace = '', time = '' } = header;
  const request = { code, channel, trace, time, body: content.subarray(HEADER_BYTES) };
  const given = Buffer.from(message.subarray(message.length - MAC_BYTES));
  const isAuthentic = timingSafeEqual(given, Buffer.from(mac(macKey, content))) && channel === channelId;
  if (!isAuthentic) return { request, refusal: '9001' };
  return { request, refusal: version === VERSION ? null : '9004' };
}

/** The answer to a request, which carries the request's own trace: it fits no other. `isForged` spoils its code. */
export function writeReply(
  { macKey }: BureauChannel,
  { code, channel, trace }: BureauRequest,
  { returnCode, body = new Uint8Array() }: BureauReply,
  nowMs: number,
  isForged = false,
): Buffer {
  const header = { version: VERSION, code, channel, trace, time: chinaTimestamp(nowMs), returnCode };
  const content = Buffer.concat([writeFixed(HEADER, header), body]);
  const right = mac(macKey, content);
  return frame(Buffer.concat([content, Buffer.from(isForged ? [...right].reverse().join('') : right)]));
}

/** Heads a content with its length. */
export function frame(content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(String(content.length).padStart(LENGTH_DIGITS, '0')), content]);
}

/** HMAC with SM3 (GB/T 32905) over header and body, in capital hexadecimal digits. */
function mac(key: string, content: Uint8Array): string {
  return createHmac('sm3', key).update(content).digest('hex').toUpperCase();
}
