// RFC 9421 signatures and RFC 9530 digests as the civicpay open protocol uses them. Leave it as it is.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

const REQUEST = '("@method" "@authority" "@path" "content-type" "content-digest");';
const ANSWER = '("@status" "content-type" "content-digest" "signature";req;key="civicpay");';
const WINDOW_SECONDS = 300;
const key = (base64, type) => ({ key: Buffer.from(base64, 'base64'), format: 'der', type });

/** The `Content-Digest` of a body. */
export const digestOf = (body) => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;

/** Why a request is not civicpay's, or not fresh; null if it is both. `keys`: SPKI in base64, by id. */
export function faultOf({ method, url, headers }, body, keys) {
  const params = /^civicpay=(.+)$/.exec(headers['signature-input'])?.[1] ?? '';
  const signature = Buffer.from(/^civicpay=:(.+):$/.exec(headers.signature)?.[1] ?? '', 'base64');
  const keyId = /;keyid="([^"]+)"/.exec(params)?.[1] ?? '';
  const [created, expires] = ['created', 'expires'].map(
    (name) => new RegExp(`;${name}=(\\d+)`).exec(params)?.[1],
  );
  const { host, 'content-type': type, 'content-digest': digest } = headers;
  if (!params.startsWith(REQUEST)) return 'componentsWrong';
  if (digest !== digestOf(body)) return 'digestWrong';
  if (!Object.hasOwn(keys, keyId)) return 'keyUnknown';
  const lines = [
    `"@method": ${method}`,
    `"@authority": ${host}`,
    `"@path": ${url}`,
    ...contentLines(type, digest),
  ];
  const base = baseOf(lines, params);
  if (!verify(null, base, createPublicKey(key(keys[keyId], 'spki')), signature)) return 'signatureWrong';
  const nowSeconds = Date.now() / 1000;
  return Math.abs(nowSeconds - created) <= WINDOW_SECONDS && nowSeconds <= expires ? null : 'outOfTime';
}

/** The headers of an answer, signed for the request that it answers. `privateKey`: PKCS #8, base64. */
export function signedHeaders(status, type, body, requestHeaders, { keyId, privateKey }) {
  const created = Math.floor(Date.now() / 1000);
  const params = `${ANSWER}created=${created};keyid="${keyId}";tag="civicpay-v1"`;
  const requestSignature = requestHeaders.signature?.replace('civicpay=', '');
  const digest = digestOf(body);
  const lines = [`"@status": ${status}`, ...contentLines(type, digest)];
  lines.push(`"signature";req;key="civicpay": ${requestSignature}`);
  const signature = sign(null, baseOf(lines, params), createPrivateKey(key(privateKey, 'pkcs8'))).toString(
    'base64',
  );
  return {
    'content-type': type,
    'content-digest': digest,
    'signature-input': `civicpay=${params}`,
    signature: `civicpay=:${signature}:`,
  };
}

const contentLines = (type, digest) => [`"content-type": ${type}`, `"content-digest": ${digest}`];
const baseOf = (lines, params) => Buffer.from([...lines, `"@signature-params": ${params}`].join('\n'));
