import { createHash, randomBytes } from 'node:crypto';
import type { SigningKey, VerifyingKey } from './keys.ts';

/**
 * The one narrow profile of HTTP Message Signatures (RFC 9421) and Digest Fields (RFC 9530) that the protocol uses: one
 * signature, labelled `civicpay`, over a fixed list of components. What is received must name exactly that list, so there is
 * nothing to negotiate, and nothing that a message could leave uncovered.
 */
const LABEL = 'civicpay';
const TAG = 'civicpay-v1';
const REQUEST_COMPONENTS = '("@method" "@authority" "@path" "content-type" "content-digest")';
/** The request's signature is part of what an answer signs: an answer belongs to one request alone. */
const ANSWER_COMPONENTS = `("@status" "content-type" "content-digest" "signature";req;key="${LABEL}")`;

/** How far a signature's time may be from the receiver's clock. */
export const REPLAY_WINDOW_SECONDS = 300;

interface RequestToSign {
  method: string;
  /** Absolute. */
  url: string;
  contentType: string;
  body: Uint8Array;
}

interface SigningTerms {
  keyId: string;
  key: SigningKey;
  /** Seconds since 1970. */
  createdSeconds: number;
}

/** Why a message is not believed. */
export type SignatureFault =
  | 'signatureMissing'
  | 'componentsWrong'
  | 'digestWrong'
  | 'keyUnknown'
  | 'outOfTime'
  | 'signatureWrong';

export type Headers = Readonly<Record<string, string>>;

/** Lower-case header fields to send a request with. */
export function signRequest(request: RequestToSign, terms: SigningTerms): Record<string, string> {
  const { host, pathname } = new URL(request.url);
  const headers = { 'content-type': request.contentType, 'content-digest': contentDigest(request.body) };
  const nonce = randomBytes(16).toString('base64url');
  const times = `created=${terms.createdSeconds};expires=${terms.createdSeconds + REPLAY_WINDOW_SECONDS}`;
  const params = `${REQUEST_COMPONENTS};${times};nonce="${nonce}";keyid="${terms.keyId}";tag="${TAG}"`;
  const lines = requestLines({ method: request.method, authority: host, path: pathname, headers });
  const value = Buffer.from(terms.key.sign(signatureBase(lines, params))).toString('base64');
  return { ...headers, 'signature-input': `${LABEL}=${params}`, signature: `${LABEL}=:${value}:` };
}

/** Checks a request as it came; `keyOf` finds the key of an id, when there is one that may be used. */
export function faultOfRequest(
  request: { method: string; path: string; headers: Headers; body: Uint8Array },
  keyOf: (keyId: string) => VerifyingKey | undefined,
  nowSeconds: number,
): SignatureFault | null {
  const { method, headers, body } = request;
  const lines = requestLines({
    method,
    authority: (headers.host ?? '').toLowerCase(),
    path: request.path.split('?', 1)[0] ?? '',
    headers,
  });
  const fault = faultOf({ headers, body, lines, components: REQUEST_COMPONENTS }, keyOf);
  if (fault) return fault;
  const { created, expires, nonce } = readParams(headers);
  const isInTime = Math.abs(nowSeconds - created) <= REPLAY_WINDOW_SECONDS && nowSeconds <= expires;
  return isInTime && nonce !== '' ? null : 'outOfTime';
}

/**
 * Checks an answer against the headers that its request was sent with. It needs no look at a clock: the request's signature,
 * which it covers, holds a nonce of ours.
 */
export function faultOfAnswer(
  answer: { status: number; headers: Headers; body: Uint8Array },
  requestHeaders: Headers,
  keyOf: (keyId: string) => VerifyingKey | undefined,
): SignatureFault | null {
  const { status, headers, body } = answer;
  const lines = answerLines(status, headers, requestHeaders);
  return faultOf({ headers, body, lines, components: ANSWER_COMPONENTS }, keyOf);
}

/** When a message says that it was signed, in seconds since 1970; NaN when it does not. */
export function signedAtSeconds(headers: Headers): number {
  return readParams(headers).created;
}

function faultOf(
  message: { headers: Headers; body: Uint8Array; lines: readonly string[]; components: string },
  keyOf: (keyId: string) => VerifyingKey | undefined,
): SignatureFault | null {
  const { headers, body, lines, components } = message;
  const value = /^civicpay=:([A-Za-z0-9+/]{1,200}={0,2}):$/.exec(headers.signature ?? '')?.[1];
  const params = paramsText(headers);
  if (value === undefined || params === '') return 'signatureMissing';
  const { keyId, tag, created } = readParams(headers);
  if (!params.startsWith(`${components};`) || tag !== TAG || Number.isNaN(created)) return 'componentsWrong';
  if (headers['content-digest'] !== contentDigest(body)) return 'digestWrong';
  const key = keyOf(keyId);
  if (!key) return 'keyUnknown';
  const isRight = key.verify(signatureBase(lines, params), Buffer.from(value, 'base64'));
  return isRight ? null : 'signatureWrong';
}

function requestLines(request: {
  method: string;
  authority: string;
  path: string;
  headers: Headers;
}): string[] {
  return [
    `"@method": ${request.method}`,
    `"@authority": ${request.authority}`,
    `"@path": ${request.path}`,
    ...contentLines(request.headers),
  ];
}

function answerLines(status: number, headers: Headers, requestHeaders: Headers): string[] {
  const requestSignature = (requestHeaders.signature ?? '').replace(`${LABEL}=`, '');
  return [
    `"@status": ${status}`,
    ...contentLines(headers),
    `"signature";req;key="${LABEL}": ${requestSignature}`,
  ];
}

function contentLines(headers: Headers): string[] {
  return ['content-type', 'content-digest'].map((name) => `"${name}": ${(headers[name] ?? '').trim()}`);
}

function signatureBase(lines: readonly string[], params: string): Uint8Array {
  return Buffer.from([...lines, `"@signature-params": ${params}`].join('\n'));
}

function paramsText(headers: Headers): string {
  const input = headers['signature-input'] ?? '';
  // A second member would be another signature, which nobody here has checked.
  return /^civicpay=(\([^()]*\)(?:;[a-z]+=(?:\d{1,15}|"[^"\\]*"))+)$/.exec(input)?.[1] ?? '';
}

function readParams(headers: Headers) {
  const params = paramsText(headers).replace(/^\([^()]*\)/, '');
  const find = (pattern: RegExp) => pattern.exec(params)?.[1] ?? '';
  const seconds = (text: string) => (text === '' ? Number.NaN : Number(text));
  return {
    created: seconds(find(/;created=(\d+)/)),
    expires: seconds(find(/;expires=(\d+)/)),
    nonce: find(/;nonce="([^"]*)"/),
    keyId: find(/;keyid="([^"]*)"/),
    tag: find(/;tag="([^"]*)"/),
  };
}

/** `Content-Digest` of a body. */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}
