import { request as sendRequest } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type SandboxRequest, send, startSandboxServer, waitMs } from '../../sandbox/support/http-server.ts';
import type { ContractFault } from '../contract/provider/harness.ts';
import type { OpenAgency } from './open-agency.ts';

interface Answered {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

type SignedHeaders = (
  status: number,
  type: string,
  body: string,
  requestHeaders: Readonly<Record<string, string>>,
  key: { keyId: string; privateKey: string },
) => Record<string, string>;

const JSON_TYPE = 'application/json';

/** A front before an agency, holding its key: it makes one call go wrong in the way that is asked for. */
export async function startOpenAgencyFront(agency: OpenAgency) {
  const signatures = pathToFileURL(path.join(agency.folder, 'signatures.mjs')).href;
  const { signedHeaders } = (await import(signatures)) as { signedHeaders: SignedHeaders };
  const faults = new Map<string, ContractFault>();
  const refused = new Set<string>();
  const pending = new Map<string, SandboxRequest>();

  const server = await startSandboxServer(0, async (request, response) => {
    const say = (value: object | string) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      send(
        response,
        200,
        JSON_TYPE,
        text,
        signedHeaders(200, JSON_TYPE, text, request.headers, agency.theirs),
      );
    };
    const pass = ({ status, headers, body }: Answered) => {
      response.writeHead(status, headers).end(body);
    };
    const reference = referenceOf(request);
    const fault = faults.get(request.path);
    faults.delete(request.path);
    if (fault === undefined && refused.has(reference)) return say(REFUSAL);
    if (fault === undefined && pending.has(reference)) return say({ outcome: 'pending' });
    switch (fault) {
      case undefined:
        return pass(await forward(agency.url, request));
      case 'timeoutBeforePosting':
        return hangUp(request);
      case 'refuse':
        refused.add(reference);
        return say(REFUSAL);
      case 'pendingThenPosted':
        pending.set(reference, request);
        return say({ outcome: 'pending' });
    }
    const answered = await forward(agency.url, request);
    switch (fault) {
      case 'timeoutAfterPosting':
        return hangUp(request);
      case 'badJson':
        return say('{"outcome":');
      case 'unknownCode':
        return say({ outcome: 'perhaps' });
      case 'duplicate':
        return say({ outcome: 'duplicate' });
      case 'wrongSignature':
        return pass({ ...answered, headers: { ...answered.headers, signature: 'civicpay=:AAAA:' } });
    }
  });

  return {
    url: server.url,
    goDown: server.goDown,
    comeUp: server.comeUp,
    stop: server.stop,
    /** The next call of a path meets a fault. */
    fault: (callPath: string, fault: ContractFault) => faults.set(callPath, fault),
    clear: () => faults.clear(),
    /** Posts what is pending. */
    async settle() {
      const waiting = [...pending.values()];
      pending.clear();
      for (const request of waiting) await forward(agency.url, request);
    },
  };
}

/** Says nothing for a while, and then no more: no answer, without a client's long patience in every test. */
async function hangUp(request: SandboxRequest): Promise<void> {
  await waitMs(SILENCE_MS, request.signal);
  request.drop();
}

const SILENCE_MS = 50;
const REFUSAL = { outcome: 'rejected', reason: { code: 'refused_by_agency' } };

function referenceOf({ body }: SandboxRequest): string {
  return String((JSON.parse(body.toString()) as { reference?: string }).reference);
}

/** The request as it came, its `Host` included: that is signed. */
function forward(
  baseUrl: string,
  { method, path: target, headers, body }: SandboxRequest,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const outgoing = sendRequest(new URL(target, baseUrl), { method, headers, agent: false }, (incoming) => {
      incoming.toArray().then((chunks: Buffer[]) => {
        const status = incoming.statusCode ?? 0;
        resolve({
          status,
          headers: { ...incoming.headers } as Record<string, string>,
          body: Buffer.concat(chunks),
        });
      }, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
