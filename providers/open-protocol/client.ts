import { z } from 'zod';
import {
  type CallContext,
  type HttpResult,
  type InboundRequest,
  type Unanswered,
  unanswered,
} from '../../src/contract/index.ts';
import { readSigningKey, readVerifyingKey, type VerifyingKey } from './keys.ts';
import { faultOfAnswer, faultOfRequest, type SignatureFault, signRequest } from './signatures.ts';

const keyId = z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/);

/** A connection to one endpoint of the open protocol, which may serve many agencies. */
export const settingsSchema = z.object({
  /** What the paths of the protocol are appended to. */
  baseUrl: z.url({ protocol: /^https?$/ }),
  /** Ours. To change keys, add the new one with a time that leaves the agency room to take its public half in. */
  signingKeys: z
    .array(
      z.object({
        keyId,
        /** PKCS #8, base64 */
        privateKey: z.string().refine(isReadable(readSigningKey), 'not a private key'),
        /** The latest that has begun signs. */
        signsFrom: z.iso.datetime({ offset: true }).optional(),
      }),
    )
    .min(1)
    .max(10)
    .refine(
      (keys) => keys.some(({ signsFrom }) => signsFrom === undefined),
      'one key must sign from the start',
    ),
  /** The agency's; all of them are valid at once, each until its time. */
  agencyKeys: z
    .array(
      z.object({
        keyId,
        /** SubjectPublicKeyInfo, base64 */
        publicKey: z.string().refine(isReadable(readVerifyingKey), 'not a public key'),
        notAfter: z.iso.datetime({ offset: true }).optional(),
      }),
    )
    .min(1)
    .max(10),
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});
export type Settings = z.output<typeof settingsSchema>;

/** What came of a call: an answer that is certainly theirs, or why there is none. */
export type Answer = { kind: 'answer'; status: number; contentType: string; body: Uint8Array } | Unanswered;

const MAX_ANSWER_BYTES = 1024 * 1024;
/** About half a million payments. */
const MAX_STATEMENT_BYTES = 64 * 1024 * 1024;
export const CONTENT_TYPE = 'application/json';

export type ProtocolPath =
  | '/accounts/validate'
  | '/bills/query'
  | '/plans/query'
  | '/payments'
  | '/payments/query'
  | '/payments/reverse'
  | '/payments/refund'
  | '/statements/query';

/** Sends one signed request; verifies that the answer is signed for this very request. */
export async function call(
  context: CallContext<Settings>,
  path: ProtocolPath,
  request: object,
): Promise<Answer> {
  const { settings, clock } = context;
  const url = urlOf(settings.baseUrl, path);
  const body = Buffer.from(JSON.stringify(request));
  const headers = signRequest(
    { method: 'POST', url, contentType: CONTENT_TYPE, body },
    { ...signingKeyAt(settings, clock.nowMs()), createdSeconds: Math.floor(clock.nowMs() / 1000) },
  );
  const result = await context.http.send({
    method: 'POST',
    url,
    headers,
    body,
    timeoutMs: settings.timeoutMs,
    maxResponseBytes: path === '/statements/query' ? MAX_STATEMENT_BYTES : MAX_ANSWER_BYTES,
  });
  const answer = read(result, (answered) =>
    faultOfAnswer(answered, headers, keyFinder(settings, clock.nowMs())),
  );
  if (answer.kind !== 'answer') {
    context.log.warn('no usable answer from the agency', { path, ...answer.reason });
  }
  return answer;
}

/** Whether a request that came to us is theirs, and fresh. */
export function faultOfInbound(
  { settings, clock }: CallContext<Settings>,
  request: InboundRequest,
): SignatureFault | null {
  const { method, path, headers, rawBody } = request;
  const nowMs = clock.nowMs();
  return faultOfRequest(
    { method, path, headers, body: rawBody },
    keyFinder(settings, nowMs),
    Math.floor(nowMs / 1000),
  );
}

/** The address of a path of the protocol; what comes before it in `baseUrl` is kept. */
export function urlOf(baseUrl: string, path: string): string {
  return `${baseUrl.replace(/\/+$/, '')}${path}`;
}

function signingKeyAt({ signingKeys }: Settings, nowMs: number) {
  const beganMs = (key: Settings['signingKeys'][number]) => (key.signsFrom ? Date.parse(key.signsFrom) : 0);
  const begun = signingKeys.filter((key) => beganMs(key) <= nowMs);
  const { keyId, privateKey } = begun.reduce((latest, key) =>
    beganMs(key) > beganMs(latest) ? key : latest,
  );
  return { keyId, key: readSigningKey(privateKey) };
}

function keyFinder({ agencyKeys }: Settings, nowMs: number) {
  return (id: string): VerifyingKey | undefined => {
    const key = agencyKeys.find(
      ({ keyId, notAfter }) => keyId === id && (notAfter === undefined || nowMs <= Date.parse(notAfter)),
    );
    return key && readVerifyingKey(key.publicKey);
  };
}

type Answered = HttpResult & { kind: 'response' };

function read(result: HttpResult, faultOf: (answered: Answered) => SignatureFault | null): Answer {
  if (result.kind !== 'response') return unanswered(result);
  const fault = faultOf(result);
  if (fault) {
    const detail = `HTTP status ${result.status}, ${fault}`;
    return { kind: 'unknown', reason: { code: 'answer_not_authentic', source: 'agency', detail } };
  }
  const { status, headers, body } = result;
  return { kind: 'answer', status, contentType: headers['content-type'] ?? '', body };
}

function isReadable(read: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      read(text);
      return true;
    } catch {
      return false;
    }
  };
}
