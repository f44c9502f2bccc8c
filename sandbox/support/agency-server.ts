import { timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { AGENCY_FAULTS, type AgencyConduct, type AgencyFault, type ServedCall } from './agency-conduct.ts';
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
}

/** One agency's system: its protocol and what it does. `Request` is a request read, `Reply` what is answered before it is signed. */
export interface AgencySystem<Request, Reply> {
  name: string;
  conduct: AgencyConduct;
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
  /** Everything as at first start, but for its conduct. */
  reset(): Promise<void>;
  /** What `GET /control/<list>` tells. */
  lists: Readonly<Record<string, (query: URLSearchParams) => readonly unknown[]>>;
  /** What `POST /control/<command>` does; null says that there is no such customer. Throws ZodError or RangeError. */
  commands: Readonly<Record<string, (body: unknown) => Promise<object | null>>>;
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
const hhmm = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/);
const schemas = {
  faults: z.object({
    operation: z.string().min(1),
    fault: z.enum(AGENCY_FAULTS),
    times: z.int().positive().optional(),
    share: z.number().gt(0).max(1).optional(),
    seed: z.int().nonnegative().optional(),
    delayMs: z.int().nonnegative().max(600_000).optional(),
  }),
  clock: z.union([z.object({ nowMs: z.int() }), z.object({ advanceMs: z.int() })]),
  serviceHours: z.object({
    from: hhmm,
    to: hhmm,
    maintenance: z.array(z.object({ fromMs: z.int(), toMs: z.int() })).default([]),
  }),
  down: z.object({ downMs: z.int().positive().max(600_000) }),
};

/** Serves an agency's system on 127.0.0.1 (port 0 is any free one), and its control under `/control`. */
export async function startAgencyServer<Request, Reply>(
  system: AgencySystem<Request, Reply>,
  { port, controlToken }: { port: number; controlToken: string },
): Promise<AgencyServer> {
  let comeBack: NodeJS.Timeout | undefined;
  const server: SandboxServer = await startSandboxServer(port, async (request, response) => {
    if (request.path.startsWith('/control/')) return answerControl(request, response);
    if (request.method !== 'POST' || request.path !== system.path) {
      return sendJson(response, 404, { error: 'no such service' });
    }
    await answerCall(system, request, response);
  });

  async function answerControl(request: SandboxRequest, response: ServerResponse): Promise<void> {
    if (!isSameSecret(request.headers['x-control-token'] ?? '', controlToken)) {
      return sendJson(response, 403, { error: 'control token' });
    }
    const goDownFor = (downMs: number) => {
      response.once('finish', () => void server.goDown());
      comeBack = setTimeout(() => void server.comeUp(), downMs);
    };
    try {
      const { status, body } = await control(system, request, goDownFor);
      sendJson(response, status, body);
    } catch (error) {
      const isTheirs =
        error instanceof z.ZodError || error instanceof RangeError || error instanceof SyntaxError;
      if (!isTheirs) throw error;
      sendJson(response, 400, { error: error.message });
    }
  }

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
  const answer = ({ contentType, body }: AgencyAnswer) => send(response, 200, contentType, body);
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

async function control<Request, Reply>(
  system: AgencySystem<Request, Reply>,
  request: SandboxRequest,
  goDownFor: (downMs: number) => void,
): Promise<{ status: number; body: unknown }> {
  const { conduct } = system;
  const command = request.path.slice('/control/'.length);
  if (request.method === 'GET') {
    if (command === 'clock') return { status: 200, body: { nowMs: conduct.clock.nowMs() } };
    const list = system.lists[command];
    if (!list) return { status: 404, body: { error: 'no such list' } };
    return { status: 200, body: { items: list(request.query) } };
  }
  const body: unknown = request.body.length === 0 ? {} : JSON.parse(request.body.toString('utf8'));
  const own = system.commands[command];
  if (own) {
    const done = await own(body);
    return done ? { status: 201, body: done } : { status: 404, body: { error: 'no such customer' } };
  }
  switch (command) {
    case 'faults':
      return { status: 200, body: conduct.addFault(schemas.faults.parse(body)) };
    case 'faults/clear':
      conduct.clearFaults();
      return { status: 200, body: {} };
    case 'reset':
      conduct.reset();
      await system.reset();
      return { status: 200, body: {} };
    case 'clock': {
      const change = schemas.clock.parse(body);
      if ('nowMs' in change) conduct.clock.set(change.nowMs);
      else conduct.clock.advance(change.advanceMs);
      return { status: 200, body: { nowMs: conduct.clock.nowMs() } };
    }
    case 'service-hours':
      conduct.setServiceHours(schemas.serviceHours.parse(body));
      return { status: 200, body: {} };
    case 'down':
      goDownFor(schemas.down.parse(body).downMs);
      return { status: 200, body: {} };
    default:
      return { status: 404, body: { error: 'no such command' } };
  }
}

function isSameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
