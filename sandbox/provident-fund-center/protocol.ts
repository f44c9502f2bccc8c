import { chinaTimestamp, readChinaTimestamp } from '../../src/kernel/china-time.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { signSm2, verifySm2 } from '../../src/kernel/sm2.ts';
import type { AgencyAnswer } from '../support/agency-server.ts';
import { SeenNonces } from '../support/seen-nonces.ts';

/** The codes and the words that go with them. */
export const CODES = {
  S0000: '成功',
  E1001: '账号不存在或户名不符',
  E1002: '当前无应还款',
  E1003: '账户已封存',
  E2001: '金额与应还不符',
  E2002: '该期已还',
  E2003: '该期不存在',
  E2004: '订单号重复',
  E2005: '订单不存在',
  E2006: '超过本月缴存限额',
  E2007: '中心拒绝受理',
  E2008: '缴款时间超出允许范围',
  E2009: '须先还清较早各期',
  E2010: '金额不符合缴存规则',
  E3001: '非服务时间',
  E3002: '系统维护中',
  E4001: '对账文件未生成',
  E4002: '当日无交易',
  E9001: '验签失败',
  E9002: '请求时间超出允许范围',
  E9003: '随机串重复',
  E9004: '参数错误',
} as const;
export type Code = keyof typeof CODES;

/** The services, and what each is to those who plan faults. */
const SERVICES = {
  'deposit.query': 'validateAccount',
  'deposit.pay': 'pay',
  'loan.query': 'queryBills',
  'loan.pay': 'pay',
  'order.query': 'queryPayment',
  'file.download': 'fetchStatement',
} as const;
export type Service = keyof typeof SERVICES;
export type Operation = (typeof SERVICES)[Service];

export type Fields = Readonly<Record<string, string>>;

export interface Reply {
  code: string;
  fields?: Fields;
}

/** A request that was let in. */
export interface FundRequest {
  service: Service;
  operation: Operation;
  nonce: string;
  fields: Fields;
}

/** The merchant and the keys, in hexadecimal: a private one of 32 bytes, a public one as an uncompressed point. */
export interface FundKeys {
  merchantNo: string;
  merchantPublicKey: string;
  centerPrivateKey: string;
}

const SIGNATURE_WINDOW_MS = 5 * 60_000;

/** Reads, checks and signs forms. */
export class Protocol {
  private readonly keys: FundKeys;
  private readonly clock: Clock;
  private readonly nonces: SeenNonces;

  constructor(keys: FundKeys, clock: Clock) {
    this.keys = keys;
    this.clock = clock;
    this.nonces = new SeenNonces(clock, SIGNATURE_WINDOW_MS);
  }

  /** A request that is signed, fresh and not seen before; or the code to refuse it with. */
  read(body: Uint8Array): FundRequest | { refusal: Code; nonce: string } {
    const pairs = [...new URLSearchParams(Buffer.from(body).toString('utf8'))];
    const fields = Object.fromEntries(pairs);
    const { nonce = '', service = '', sign = '' } = fields;
    // A field that comes twice: which of the two was meant is anybody's guess.
    if (Object.keys(fields).length < pairs.length) return { refusal: 'E9004', nonce };
    const isSigned =
      fields.sign_type === 'SM2' &&
      fields.merchant_no === this.keys.merchantNo &&
      verifySm2(this.keys.merchantPublicKey, signedText(fields), Buffer.from(sign, 'base64'));
    if (!isSigned) return { refusal: 'E9001', nonce };
    if (!this.nonces.isFresh(readChinaTimestamp(fields.timestamp ?? '') ?? 0))
      return { refusal: 'E9002', nonce };
    if (!/^[\w-]{8,64}$/.test(nonce)) return { refusal: 'E9004', nonce };
    if (this.nonces.isReplayed(nonce)) return { refusal: 'E9003', nonce };
    if (!isService(service)) return { refusal: 'E9004', nonce };
    return { service, operation: SERVICES[service], nonce, fields };
  }

  /** A signed answer to the request of a nonce: it fits no other. */
  seal({ code, fields = {} }: Reply, nonce: string): AgencyAnswer {
    const all: Fields = {
      ...fields,
      merchant_no: this.keys.merchantNo,
      code,
      msg: CODES[code as Code] ?? '未知',
      nonce,
      timestamp: chinaTimestamp(this.clock.nowMs()),
      sign_type: 'SM2',
    };
    const sign = Buffer.from(signSm2(this.keys.centerPrivateKey, signedText(all))).toString('base64');
    return {
      contentType: 'application/x-www-form-urlencoded; charset=utf-8',
      body: new URLSearchParams({ ...all, sign }).toString(),
    };
  }
}

/**
 * What is signed: `name=value` of each field that is not empty, but for `sign`, both percent-encoded as UTF-8 (all but letters,
 * digits and `-_.!~*'()`), in the order of their names, joined by `&`.
 */
export function signedText(fields: Fields): Buffer {
  return Buffer.from(
    Object.entries(fields)
      .filter(([name, value]) => name !== 'sign' && value !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&'),
  );
}

function isService(name: string): name is Service {
  return Object.hasOwn(SERVICES, name);
}
