import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../src/kernel/clock.ts';
import { SeenNonces } from '../support/seen-nonces.ts';

/** The return codes (rtnCode) and the words that go with them. */
export const RETURN_CODES = {
  '0000': '成功',
  '1001': '户号不存在',
  '1002': '当前无欠费',
  '2001': '金额与应收不符',
  '2002': '欠费记录已销账',
  '2003': '欠费记录不存在',
  '2004': '商户订单号重复',
  '2005': '商户订单不存在',
  '2006': '超过单笔缴费限额',
  '2007': '供电单位拒绝受理',
  '2008': '缴费时间超出允许范围',
  '3001': '非服务时间',
  '3002': '系统维护中',
  '4001': '对账文件尚未生成',
  '4002': '当日无交易',
  '9001': '签名错误',
  '9002': '时间戳超出允许范围',
  '9003': '请求随机数重复',
  '9004': '请求参数错误',
} as const;
export type ReturnCode = keyof typeof RETURN_CODES;

/** What every answer but a daily file looks like. */
export interface Reply {
  rtnCode: ReturnCode;
  data?: Record<string, unknown>;
}

/** A merchant that may call, and the secret it signs with. */
export interface Merchant {
  appId: string;
  appSecret: string;
}

export const SIGNATURE_WINDOW_MS = 5 * 60_000;

/**
 * HMAC-SHA256, base64, over these lines: REQ or RSP, application, timestamp (ms), nonce, path, SHA-256 of the body in
 * hex. An answer is signed over the nonce of its request, so that it fits no other.
 */
export function sign(
  direction: 'REQ' | 'RSP',
  merchant: Merchant,
  parts: { timestamp: string; nonce: string; path: string; body: string | Uint8Array },
): string {
  const bodyHash = createHash('sha256').update(parts.body).digest('hex');
  const text = [direction, merchant.appId, parts.timestamp, parts.nonce, parts.path, bodyHash].join('\n');
  return createHmac('sha256', merchant.appSecret).update(text).digest('base64');
}

interface SignedRequest {
  path: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/** Lets in requests that are signed, fresh and not seen before. */
export class Gatekeeper {
  private readonly merchant: Merchant;
  private readonly nonces: SeenNonces;

  constructor(merchant: Merchant, clock: Clock) {
    this.merchant = merchant;
    this.nonces = new SeenNonces(clock, SIGNATURE_WINDOW_MS);
  }

  /** The code to refuse with, or null to let it in. */
  refusal(request: SignedRequest): ReturnCode | null {
    const { 'x-app-id': appId, 'x-timestamp': timestamp = '', 'x-nonce': nonce = '' } = request.headers;
    const signature = Buffer.from(request.headers['x-sign'] ?? '');
    const expected = sign('REQ', this.merchant, { timestamp, nonce, path: request.path, body: request.body });
    const isSigned =
      signature.length === expected.length && timingSafeEqual(signature, Buffer.from(expected));
    if (appId !== this.merchant.appId || !isSigned || !/^[\w-]{8,64}$/.test(nonce)) return '9001';
    if (!/^\d{13}$/.test(timestamp) || !this.nonces.isFresh(Number(timestamp))) return '9002';
    return this.nonces.isReplayed(nonce) ? '9003' : null;
  }
}
