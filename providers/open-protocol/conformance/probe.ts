import { randomBytes } from 'node:crypto';
import { CONTENT_TYPE, type ProtocolPath, urlOf } from '../client.ts';
import { readSigningKey, readVerifyingKey, type SigningKey } from '../keys.ts';
import { faultOfAnswer, type Headers, signedAtSeconds, signRequest } from '../signatures.ts';
import { type ConformanceTarget, Mismatch } from './conformance.types.ts';

/** How a request differs from a right one. */
export interface Deviation {
  /** Added to the time of the signature. */
  offSeconds?: number;
  keyId?: string;
  key?: SigningKey;
  /** Changes the headers after signing. */
  headers?(headers: Record<string, string>): Record<string, string>;
  /** Sent in place of the body that was signed. */
  body?: string;
  /** The answer is thrown away, as when the line breaks after the agency has worked. */
  isAnswerLost?: boolean;
}

export interface Reply {
  status: number;
  contentType: string;
  text: string;
  /** Undefined when it is no JSON. */
  json: unknown;
  /** Why the answer is not certainly the agency's; null when it is. */
  signatureFault: string | null;
  signedAtSeconds: number;
}

/** A request as it left, to be sent again byte for byte. */
export interface SentRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Speaks the protocol to an endpoint, well or badly. */
export class Probe {
  private readonly target: ConformanceTarget;

  constructor(target: ConformanceTarget) {
    this.target = target;
  }

  nowMs(): number {
    return this.target.clock.nowMs();
  }

  /** Signs a request, rightly or with a deviation. */
  prepare(path: ProtocolPath, request: object, deviation: Deviation = {}): SentRequest {
    const { settings } = this.target;
    const url = urlOf(settings.baseUrl, path);
    const body = JSON.stringify(request);
    const [first] = settings.signingKeys;
    if (!first) throw new RangeError('no key to sign with');
    const headers = signRequest(
      { method: 'POST', url, contentType: CONTENT_TYPE, body: Buffer.from(body) },
      {
        keyId: deviation.keyId ?? first.keyId,
        key: deviation.key ?? readSigningKey(first.privateKey),
        createdSeconds: Math.floor(this.nowMs() / 1000) + (deviation.offSeconds ?? 0),
      },
    );
    return { url, headers: deviation.headers?.(headers) ?? headers, body: deviation.body ?? body };
  }

  /** Null when no answer came, or it was to be lost. */
  async send(request: SentRequest, { isAnswerLost = false }: Deviation = {}): Promise<Reply | null> {
    const { http, settings } = this.target;
    const result = await http.send({
      method: 'POST',
      ...request,
      timeoutMs: settings.timeoutMs,
      maxResponseBytes: isAnswerLost ? 1 : MAX_ANSWER_BYTES,
    });
    if (result.kind !== 'response') return null;
    const text = Buffer.from(result.body).toString('utf8');
    return {
      status: result.status,
      contentType: result.headers['content-type'] ?? '',
      text,
      json: jsonOf(text),
      signatureFault: this.signatureFault(result, request.headers),
      signedAtSeconds: signedAtSeconds(result.headers),
    };
  }

  try(path: ProtocolPath, request: object, deviation: Deviation = {}): Promise<Reply | null> {
    return this.send(this.prepare(path, request, deviation), deviation);
  }

  /** An answer of status 200 that is certainly the agency's; throws Mismatch otherwise. */
  async ask(path: ProtocolPath, request: object): Promise<Reply> {
    const reply = await this.try(path, request);
    if (!reply) throw new Mismatch(`${path}: no answer`);
    if (reply.signatureFault) {
      throw new Mismatch(
        `${path}: status ${reply.status}, answer not signed rightly: ${reply.signatureFault}`,
      );
    }
    if (reply.status !== 200) throw new Mismatch(`${path}: status ${reply.status}`);
    return reply;
  }

  private signatureFault(
    answer: { status: number; headers: Headers; body: Uint8Array },
    requestHeaders: Headers,
  ): string | null {
    return faultOfAnswer(answer, requestHeaders, (id) => {
      const known = this.target.settings.agencyKeys.find(({ keyId }) => keyId === id);
      return known && readVerifyingKey(known.publicKey);
    });
  }
}

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** A reference that nobody has used, and that is plainly the kit's. */
export function newReference(): string {
  return `cfk_${randomBytes(12).toString('hex')}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
