import {
  constants,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import { z } from 'zod';
import { chinaTimestamp, readChinaTimestamp } from '../../src/kernel/china-time.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { AgencyAnswer } from '../support/agency-server.ts';
import { SeenNonces } from '../support/seen-nonces.ts';

/** The transactions of the interface, by the name in a message's header. */
export const TRANSACTIONS = {
  BILLER_LIST: 'listAgencies',
  BILL_QUERY: 'queryBills',
  ACCOUNT_VERIFY: 'validateAccount',
  PACKAGE_LIST: 'plans',
  ORDER_PAY: 'pay',
  ORDER_QUERY: 'queryPayment',
  DAILY_FILE: 'fetchStatement',
} as const;
export type Operation = (typeof TRANSACTIONS)[keyof typeof TRANSACTIONS];

/** The return codes and the words that go with them. */
export const RETURN_CODES = {
  SUCCESS: '成功',
  BILLER_NOT_CARRIED: '未接入该缴费单位',
  ACCOUNT_NOT_FOUND: '用户不存在',
  NO_ARREARS: '无欠费',
  AMOUNT_MISMATCH: '金额与账单不符',
  AMOUNT_NOT_ALLOWED: '金额不在允许范围',
  BILL_SETTLED: '账单已缴',
  BILL_NOT_FOUND: '账单不存在',
  ALL_BILLS_AT_ONCE: '须一次缴清',
  PACKAGE_NOT_OFFERED: '套餐不存在',
  ORDER_REPEATED: '订单号重复',
  ORDER_NOT_FOUND: '订单不存在',
  OVER_LIMIT: '超出单笔限额',
  STALE_PAY_TIME: '缴费时间超出允许范围',
  REFUSED_BY_BILLER: '缴费单位拒绝受理',
  OUTSIDE_HOURS: '非营业时间',
  MAINTENANCE: '系统维护中',
  FILE_NOT_READY: '对账文件未生成',
  NO_TRANSACTIONS: '当日无交易',
  BAD_SIGNATURE: '验签失败',
  STALE_MESSAGE: '报文时间超出允许范围',
  MESSAGE_REPEATED: '报文流水号重复',
  BAD_MESSAGE: '报文格式错误',
} as const;
export type ReturnCode = keyof typeof RETURN_CODES;

export interface Reply {
  code: string;
  data?: object;
}

/** A message that was let in. */
export interface ChannelRequest {
  operation: Operation;
  txn: string;
  seq: string;
  body: unknown;
}

/** The partner and the keys: base64 of DER, as the bank hands them out. */
export interface ChannelKeys {
  partnerId: string;
  /** SubjectPublicKeyInfo of the partner's RSA key. */
  partnerPublicKey: string;
  /** PKCS #8 of the bank's own. */
  bankPrivateKey: string;
}

const WINDOW_MS = 5 * 60_000;
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
const headerSchema = z.object({
  alg: z.literal('PS256'),
  kid: z.string(),
  txn: z.string(),
  seq: z.string().regex(/^[\w-]{8,64}$/),
  ts: z.string(),
});

/**
 * Messages are JSON in JWS Compact Serialization (RFC 7515), signed by PS256 (RFC 7518, 3.5). The header of a request names the
 * partner (`kid`), the transaction (`txn`), a number of its own (`seq`) and the time (`ts`); that of an answer also the `seq`
 * that it answers, as `ref`: it fits no other.
 */
export class Messages {
  private readonly partnerId: string;
  private readonly partnerPublicKey: KeyObject;
  private readonly bankPrivateKey: KeyObject;
  private readonly clock: Clock;
  private readonly seen: SeenNonces;

  constructor(keys: ChannelKeys, clock: Clock) {
    this.partnerId = keys.partnerId;
    this.partnerPublicKey = createPublicKey({ key: der(keys.partnerPublicKey), format: 'der', type: 'spki' });
    this.bankPrivateKey = createPrivateKey({ key: der(keys.bankPrivateKey), format: 'der', type: 'pkcs8' });
    this.clock = clock;
    this.seen = new SeenNonces(clock, WINDOW_MS);
  }

  read(message: Uint8Array): ChannelRequest | { refusal: ReturnCode; txn?: string; seq?: string } {
    const parts = Buffer.from(message).toString('latin1').split('.');
    const [head = '', payload = '', signature = ''] = parts;
    const header = headerSchema.safeParse(jsonOf(head));
    const body = jsonOf(payload);
    if (parts.length !== 3 || !header.success || body === undefined) return { refusal: 'BAD_MESSAGE' };
    const { kid, txn, seq, ts } = header.data;
    const isSigned = verify(
      'sha256',
      Buffer.from(`${head}.${payload}`),
      { key: this.partnerPublicKey, ...PSS },
      Buffer.from(signature, 'base64url'),
    );
    if (!isSigned || kid !== this.partnerId) return { refusal: 'BAD_SIGNATURE', txn, seq };
    if (!this.seen.isFresh(readChinaTimestamp(ts) ?? 0)) return { refusal: 'STALE_MESSAGE', txn, seq };
    if (this.seen.isReplayed(seq)) return { refusal: 'MESSAGE_REPEATED', txn, seq };
    const operation = TRANSACTIONS[txn as keyof typeof TRANSACTIONS];
    if (!operation) return { refusal: 'BAD_MESSAGE', txn, seq };
    return { operation, txn, seq, body };
  }

  seal({ code, data }: Reply, request: { txn?: string; seq?: string }): AgencyAnswer {
    const header = {
      alg: 'PS256',
      kid: 'BANK',
      txn: request.txn ?? '',
      seq: randomUUID(),
      ref: request.seq ?? '',
      ts: chinaTimestamp(this.clock.nowMs()),
    };
    const message = RETURN_CODES[code as ReturnCode] ?? '未知';
    const input = `${encode(header)}.${encode({ code, message, ...(data && { data }) })}`;
    const signature = sign('sha256', Buffer.from(input), { key: this.bankPrivateKey, ...PSS });
    return { contentType: 'application/jose', body: `${input}.${signature.toString('base64url')}` };
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function der(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}
