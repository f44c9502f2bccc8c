import { timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { AGENCY_FAULTS, type AgencyConduct } from './agency-conduct.ts';
import { type SandboxRequest, sendJson } from './http-server.ts';

/** What `/control` acts on: an agency, whatever protocol it speaks. */
export interface ControlledAgency {
  conduct: AgencyConduct;
  /** Everything as at first start, but for its conduct. */
  reset(): Promise<void>;
  /** What `GET /control/<list>` tells. */
  lists: Readonly<Record<string, (query: URLSearchParams) => readonly unknown[]>>;
  /** What `POST /control/<command>` does; null says that there is no such customer. Throws ZodError or RangeError. */
  commands: Readonly<Record<string, (body: unknown) => Promise<object | null>>>;
}

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

/**
 * Answers a request under `/control` whose header `X-Control-Token` holds the token. `goDownFor` makes the agency disappear for
 * so long.
 */
export async function answerControl(
  agency: ControlledAgency,
  { controlToken, goDownFor }: { controlToken: string; goDownFor(downMs: number): void },
  request: SandboxRequest,
  response: ServerResponse,
): Promise<void> {
  if (!isSameSecret(request.headers['x-control-token'] ?? '', controlToken)) {
    return sendJson(response, 403, { error: 'control token' });
  }
  try {
    const { status, body } = await control(agency, request, goDownFor);
    sendJson(response, status, body);
  } catch (error) {
    const isTheirs =
      error instanceof z.ZodError || error instanceof RangeError || error instanceof SyntaxError;
    if (!isTheirs) throw error;
    sendJson(response, 400, { error: error.message });
  }
}

async function control(
  agency: ControlledAgency,
  request: SandboxRequest,
  goDownFor: (downMs: number) => void,
): Promise<{ status: number; body: unknown }> {
  const { conduct } = agency;
  const command = request.path.slice('/control/'.length);
  if (request.method === 'GET') {
    if (command === 'clock') return { status: 200, body: { nowMs: conduct.clock.nowMs() } };
    const list = agency.lists[command];
    if (!list) return { status: 404, body: { error: 'no such list' } };
    return { status: 200, body: { items: list(request.query) } };
  }
  const body: unknown = request.body.length === 0 ? {} : JSON.parse(request.body.toString('utf8'));
  const own = agency.commands[command];
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
      await agency.reset();
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
