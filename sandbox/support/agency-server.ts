import type { ServerResponse } from 'node:http';
import type { AgencyFault, ServedCall } from './agency-conduct.ts';
import { answerControl, type ControlledAgency } from './agency-control.ts';
import {
  type SandboxRequest,
  type SandboxServer,
  send,
  sendJson,
  startSandboxServer,
  untilGone,
  waitMs,
} from './http-server.ts';

/** What an agency answers, before and after it is signed. */
export interface AgencyAnswer {
  contentType: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

/** One agency's system: its protocol and what it does. `Request` is a request read, `Reply` what is answered before it is signed. */
export interface AgencySystem<Request, Reply> extends ControlledAgency {
  name: string;
  path: string;
  /** A request as it came, or what to refuse it with. */
  read(request: SandboxRequest): { request: Request; call: ServedCall } | { refusal: AgencyAnswer };
  /** Carries out a request; resolves when what it tells of is on disk. `fault` bends how it is done. */
  perform(request: Request, fault: AgencyFault | null): Promise<Reply>;
  /** The same reply under a code that nobody knows. */
  withUnknownCode(reply: Reply): Reply;
  seal(request: Request, reply: Reply): AgencyAnswer;
  /** The same answer with a signature that is wrong. */
  forge(answer: AgencyAnswer): AgencyAnswer;
  close(): Promise<void>;
}

export interface AgencyServer {
  url: string;
  /** Refuses connections until `comeUp`. */
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  stop(): Promise<void>;
}

const SLOW_MS = 3_000;

/** Serves an agency's system on 127.0.0.1 (port 0 is any free one), and its control under `/control`. */
export async function startAgencyServer<Request, Reply>(
  system: AgencySystem<Request, Reply>,
  { port, controlToken }: { port: number; controlToken: string },
): Promise<AgencyServer> {
  let comeBack: NodeJS.Timeout | undefined;
  const server: SandboxServer = await startSandboxServer(port, async (request, response) => {
    if (request.path.startsWith('/control/')) {
      const goDownFor = (downMs: number) => {
        response.once('finish', () => void server.goDown());
        comeBack = setTimeout(() => void server.comeUp(), downMs);
      };
      return answerControl(system, { controlToken, goDownFor }, request, response);
    }
    if (request.method !== 'POST' || request.path !== system.path) {
      return sendJson(response, 404, { error: 'no such service' });
    }
    await answerCall(system, request, response);
  });

  return {
    url: server.url,
    goDown: server.goDown,
    comeUp: server.comeUp,
    async stop() {
      clearTimeout(comeBack);
      await server.stop();
      await system.close();
    },
  };
}

async function answerCall<Request, Reply>(
  system: AgencySystem<Request, Reply>,
  incoming: SandboxRequest,
  response: ServerResponse,
): Promise<void> {
  const answer = ({ contentType, body, headers }: AgencyAnswer) =>
    send(response, 200, contentType, body, headers);
  const read = system.read(incoming);
  if ('refusal' in read) return answer(read.refusal);
  const strike = system.conduct.strike(read.call);
  const fault = strike?.fault ?? null;
  if (fault === 'reset') return incoming.drop();
  if (fault === 'timeoutBeforePosting') return untilGone(incoming.signal);
  if (fault === 'slow') await waitMs(strike?.delayMs ?? SLOW_MS, incoming.signal);
  const reply = await system.perform(read.request, fault);
  if (fault === 'timeoutAfterPosting') return untilGone(incoming.signal);
  // What a broken proxy in front of the agency would say.
  if (fault === 'badJson') return send(response, 502, 'text/html', '<html><h1>502 Bad Gateway</h1></html>');
  if (fault === 'unknownCode') return answer(system.seal(read.request, system.withUnknownCode(reply)));
  const sealed = system.seal(read.request, reply);
  answer(fault === 'wrongSignature' ? system.forge(sealed) : sealed);
}
