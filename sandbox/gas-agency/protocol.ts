import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as rsaSign,
  verify as rsaVerify,
} from 'node:crypto';
import { chinaTimestamp, readChinaTimestamp } from '../../src/kernel/china-time.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { AgencyAnswer } from '../support/agency-server.ts';
import { SeenNonces } from '../support/seen-nonces.ts';

/** The codes and the words that go with them. */
export const CODES = {
  '10000': '成功',
  '40001': '验签失败',
  '40002': '请求时间超出允许范围',
  '40003': '随机串重复',
  '40004': '参数错误',
  '40101': '户号不存在',
  '40102': '无欠费',
  '40103': '表具类型不支持该业务',
  '40201': '金额与应收不符',
  '40202': '账单已结清',
  '40203': '账单不存在',
  '40204': '商户订单号重复',
  '40205': '商户订单不存在',
  '40206': '超出单笔限额',
  '40207': '燃气公司拒绝受理',
  '40208': '缴费时间超出允许范围',
  '40209': '须先缴清较早账期',
  '40210': '低于最低缴费金额',
  '40211': '购气档位不存在',
  '40301': '原订单不存在或未入账',
  '40302': '原订单已撤销',
  '40303': '已过日切，请走退款',
  '40304': '未过日切，请走冲正',
  '40305': '已发放气量，不可撤销',
  '50301': '非服务时间',
  '50302': '系统维护中',
  '50401': '对账文件未生成',
  '50402': '当日无交易',
} as const;
export type Code = keyof typeof CODES;

const METHODS = {
  'gas.bill.query': 'queryBills',
  'gas.plan.query': 'plans',
  'gas.pay': 'pay',
  'gas.pay.query': 'queryPayment',
  'gas.reverse': 'reverse',
  'gas.refund': 'refund',
  'gas.file': 'fetchStatement',
} as const;
export type Operation = (typeof METHODS)[keyof typeof METHODS];

export interface Reply {
  code: string;
  data?: Readonly<Record<string, unknown>>;
}

/** A request that was let in. */
export interface GasRequest {
  operation: Operation;
  nonce: string;
  /** `biz_content`, read. */
  content: unknown;
}

/** The merchant and the keys: base64 of DER, as such gateways hand them out. */
export interface GasKeys {
  appId: string;
  /** SubjectPublicKeyInfo of the merchant's RSA key. */
  merchantPublicKey: string;
  /** PKCS #8 of the agency's own. */
  agencyPrivateKey: string;
}

const SIGNATURE_WINDOW_MS = 5 * 60_000;

/** Reads, checks and signs forms. */
export class Protocol {
  private readonly appId: string;
  private readonly merchantPublicKey: KeyObject;
  private readonly agencyPrivateKey: KeyObject;
  private readonly clock: Clock;
  private readonly nonces: SeenNonces;

  constructor({ appId, merchantPublicKey, agencyPrivateKey }: GasKeys, clock: Clock) {
    this.appId = appId;
    const der = (base64: string) => Buffer.from(base64, 'base64');
    this.merchantPublicKey = createPublicKey({ key: der(merchantPublicKey), format: 'der', type: 'spki' });
    this.agencyPrivateKey = createPrivateKey({ key: der(agencyPrivateKey), format: 'der', type: 'pkcs8' });
    this.clock = clock;
    this.nonces = new SeenNonces(clock, SIGNATURE_WINDOW_MS);
  }

  /** A request that is signed, fresh and not seen before; or the code to refuse it with. */
  read(body: Uint8Array): GasRequest | { refusal: Code; nonce: string } {
    const fields = readForm(Buffer.from(body).toString('utf8'));
    if (!fields) return { refusal: '40004', nonce: '' };
    const nonce = fields.get('nonce') ?? '';
    const signature = Buffer.from(fields.get('sign') ?? '', 'base64');
    const isSigned =
      fields.get('sign_type') === 'RSA2' &&
      rsaVerify('RSA-SHA256', Buffer.from(signedText(fields)), this.merchantPublicKey, signature);
    if (!isSigned || fields.get('app_id') !== this.appId) return { refusal: '40001', nonce };
    if (!this.nonces.isFresh(readChinaTimestamp(fields.get('timestamp') ?? '') ?? 0))
      return { refusal: '40002', nonce };
    if (!/^[\w-]{8,64}$/.test(nonce)) return { refusal: '40004', nonce };
    if (this.nonces.isReplayed(nonce)) return { refusal: '40003', nonce };
    const operation = METHODS[fields.get('method') as keyof typeof METHODS];
    const content = readJson(fields.get('biz_content') ?? '');
    return operation && content !== undefined ? { operation, nonce, content } : { refusal: '40004', nonce };
  }

  /** A signed answer to the request of a nonce: it fits no other. */
  seal({ code, data }: Reply, nonce: string): AgencyAnswer {
    const fields = new Map([
      ['app_id', this.appId],
      ['code', code],
      ['msg', CODES[code as Code] ?? '未知'],
      ['nonce', nonce],
      ['timestamp', chinaTimestamp(this.clock.nowMs())],
      ['sign_type', 'RSA2'],
      ['data', data ? JSON.stringify(data) : ''],
    ]);
    const signature = rsaSign('RSA-SHA256', Buffer.from(signedText(fields)), this.agencyPrivateKey);
    fields.set('sign', signature.toString('base64'));
    return {
      contentType: 'application/x-www-form-urlencoded; charset=utf-8',
      body: new URLSearchParams([...fields]).toString(),
    };
  }
}

/**
 * What is signed: `name=value` of each field that is not empty, but for `sign`, both percent-encoded as UTF-8 (all but letters,
 * digits and `-_.!~*'()`), in the order of their names, joined by `&`.
 */
export function signedText(fields: ReadonlyMap<string, string>): string {
  return [...fields]
    .filter(([name, value]) => name !== 'sign' && value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

/** Null when a field comes twice: which of the two was meant is anybody's guess. */
function readForm(body: string): Map<string, string> | null {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (fields.has(name)) return null;
    fields.set(name, value);
  }
  return fields;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
