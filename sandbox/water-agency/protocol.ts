import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomUUID,
  sign as rsaSign,
  verify as rsaVerify,
} from 'node:crypto';
import { z } from 'zod';
import { chinaTimestamp, readChinaTimestamp } from '../../src/kernel/china-time.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { formatXml, parseXml, type XmlElement, type XmlValue, xmlValue } from '../../src/kernel/xml.ts';
import type { AgencyAnswer } from '../support/agency-server.ts';
import { SeenNonces } from '../support/seen-nonces.ts';

/** The return codes (RtnCode) and the words that go with them. */
export const RETURN_CODES = {
  '000000': '交易成功',
  '100001': '用户编号不存在',
  '100002': '无欠费记录',
  '200001': '金额不符',
  '200002': '账单已销账',
  '200003': '账单不存在',
  '200004': '订单号重复',
  '200005': '订单不存在',
  '200006': '超出单笔限额',
  '200007': '水务单位拒绝受理',
  '200008': '缴费时间超出允许范围',
  '200009': '须一次缴清全部欠费',
  '300001': '原订单不存在或未销账',
  '300002': '原订单已撤销',
  '300003': '已过日切，请走退款',
  '300004': '未过日切，请走冲正',
  '400001': '非营业时间',
  '400002': '系统维护中',
  '500001': '对账文件未生成',
  '500002': '当日无交易',
  '900001': '验签失败',
  '900002': '报文时间超出允许范围',
  '900003': '报文编号重复',
  '900004': '报文格式错误',
} as const;
export type ReturnCode = keyof typeof RETURN_CODES;

/** The transactions by TxnCode. */
export const TRANSACTIONS = {
  WT1001: 'queryBills',
  WT2001: 'pay',
  WT2002: 'queryPayment',
  WT3001: 'reverse',
  WT3002: 'refund',
  WT4001: 'fetchStatement',
} as const;
export type Operation = (typeof TRANSACTIONS)[keyof typeof TRANSACTIONS];

/** What a body holds: texts, further elements by name, or a list of either. */
export interface Body {
  readonly [name: string]: string | Body | readonly Body[];
}

export interface Reply {
  rtnCode: string;
  body?: Body;
}

/** A request that was let in. */
export interface WaterRequest {
  operation: Operation;
  txnCode: string;
  messageId: string;
  body: XmlValue;
}

/** The merchant and the keys: base64 of DER, as such gateways hand them out. */
export interface WaterKeys {
  merchantId: string;
  /** SubjectPublicKeyInfo of the merchant's RSA key. */
  merchantPublicKey: string;
  /** PKCS #8 of the agency's own. */
  agencyPrivateKey: string;
}

const LIMITS = { maxChars: 256 * 1024, maxDepth: 8, maxElements: 1_000 };
const SIGNATURE_WINDOW_MS = 5 * 60_000;
const one = z.tuple([z.string()]).transform(([text]) => text);
const messageSchema = z.object({
  Head: z.tuple([
    z.object({
      Version: one,
      TxnCode: one,
      MerchantId: one,
      MessageId: one.pipe(z.string().regex(/^[\w-]{8,64}$/)),
      SendTime: one,
    }),
  ]),
  Body: z.tuple([z.unknown()]),
  Sign: one,
});

/** Reads, checks and signs messages. */
export class Protocol {
  private readonly merchantId: string;
  private readonly merchantPublicKey: KeyObject;
  private readonly agencyPrivateKey: KeyObject;
  private readonly clock: Clock;
  private readonly nonces: SeenNonces;

  constructor(keys: WaterKeys, clock: Clock) {
    this.merchantId = keys.merchantId;
    this.merchantPublicKey = createPublicKey({
      key: der(keys.merchantPublicKey),
      format: 'der',
      type: 'spki',
    });
    this.agencyPrivateKey = createPrivateKey({
      key: der(keys.agencyPrivateKey),
      format: 'der',
      type: 'pkcs8',
    });
    this.clock = clock;
    this.nonces = new SeenNonces(clock, SIGNATURE_WINDOW_MS);
  }

  /** A request that is signed, fresh and not seen before; or the code to refuse it with. */
  read(body: Uint8Array): WaterRequest | { refusal: ReturnCode; txnCode?: string; messageId?: string } {
    const message = readMessage(body);
    const parsed = message ? messageSchema.safeParse(xmlValue(message)) : null;
    if (!message || !parsed?.success) return { refusal: '900004' };
    const { Head, Body, Sign } = parsed.data;
    const [{ TxnCode: txnCode, MerchantId, MessageId: messageId, SendTime }] = Head;
    const isSigned = rsaVerify(
      'RSA-SHA256',
      Buffer.from(signedText(message)),
      this.merchantPublicKey,
      Buffer.from(Sign, 'base64'),
    );
    if (!isSigned || MerchantId !== this.merchantId) return { refusal: '900001', txnCode, messageId };
    if (!this.nonces.isFresh(readChinaTimestamp(SendTime) ?? 0))
      return { refusal: '900002', txnCode, messageId };
    if (this.nonces.isReplayed(messageId)) return { refusal: '900003', txnCode, messageId };
    const operation = TRANSACTIONS[txnCode as keyof typeof TRANSACTIONS];
    if (!operation) return { refusal: '900004', txnCode, messageId };
    return { operation, txnCode, messageId, body: Body[0] as XmlValue };
  }

  /** A signed answer to the request of a MessageId: it fits no other. */
  seal({ rtnCode, body = {} }: Reply, request: { txnCode?: string; messageId?: string }): AgencyAnswer {
    const head = {
      Version: '2.0',
      TxnCode: request.txnCode ?? '',
      MerchantId: this.merchantId,
      MessageId: randomUUID(),
      RequestId: request.messageId ?? '',
      SendTime: chinaTimestamp(this.clock.nowMs()),
      RtnCode: rtnCode,
      RtnMsg: RETURN_CODES[rtnCode as ReturnCode] ?? '未知',
    };
    const unsigned = element('Message', { Head: head, Body: body });
    const signature = rsaSign('RSA-SHA256', Buffer.from(signedText(unsigned)), this.agencyPrivateKey);
    const sign = { name: 'Sign', text: signature.toString('base64'), children: [] };
    const signed = { ...unsigned, children: [...unsigned.children, sign] };
    return {
      contentType: 'text/xml; charset=utf-8',
      body: `<?xml version="1.0" encoding="UTF-8"?>\n${formatXml(signed)}`,
    };
  }
}

/**
 * What is signed: a line `path=text` for each element of Head and Body that has no children, in the order of the message, each
 * ended by LF. A path is the names from Head or Body on, joined by dots; an element that has sisters of its name before it adds
 * its number: `Body.Bill[2].BillNo=B00000000007`.
 */
export function signedText(message: XmlElement): string {
  const lines: string[] = [];
  const walk = (parent: XmlElement, path: string) => {
    if (parent.children.length === 0) lines.push(`${path}=${parent.text}\n`);
    const seen = new Map<string, number>();
    for (const child of parent.children) {
      const number = (seen.get(child.name) ?? 0) + 1;
      seen.set(child.name, number);
      walk(child, `${path}.${child.name}${number > 1 ? `[${number}]` : ''}`);
    }
  };
  for (const part of message.children)
    if (part.name === 'Head' || part.name === 'Body') walk(part, part.name);
  return lines.join('');
}

/** An element of texts and further elements. */
export function element(name: string, body: string | Body): XmlElement {
  if (typeof body === 'string') return { name, text: body, children: [] };
  const children = Object.entries(body).flatMap(([member, value]) =>
    Array.isArray(value)
      ? value.map((item: Body) => element(member, item))
      : [element(member, value as string | Body)],
  );
  return { name, text: '', children };
}

function readMessage(body: Uint8Array): XmlElement | null {
  try {
    const message = parseXml(new TextDecoder('utf-8', { fatal: true }).decode(body), LIMITS);
    return message.name === 'Message' && isPlain(message) ? message : null;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

/** Names are words and texts are single lines: otherwise two messages could be signed alike. */
function isPlain({ name, text, children }: XmlElement): boolean {
  return /^\w+$/.test(name) && !text.includes('\n') && children.every(isPlain);
}

function der(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}
