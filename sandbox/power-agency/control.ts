import { z } from 'zod';
import { FAULTS } from './account-number.rules.ts';
import type { PowerAgency } from './agency.ts';
import { DEMO_CUSTOMERS } from './demo-customers.ts';

/** What the control endpoint needs besides the agency: the switch of its server. */
export interface ControlTarget {
  agency: PowerAgency;
  /** Makes the server disappear once the answer has gone, and come back after so long. */
  goDownFor(downMs: number): void;
  log(message: string): void;
}

const hhmm = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/);
const date = z.iso.date();
const wholeKwh = z.int().nonnegative();
const commands = {
  faults: z.object({
    operation: z.enum(['queryArrears', 'pay', 'queryPayment', 'dailyFile', '*']),
    fault: z.enum(FAULTS),
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
  'postings/lose': z.object({ reference: z.string() }),
  down: z.object({ downMs: z.int().positive().max(600_000) }),
  customers: z.object({ fault: z.enum(FAULTS).optional(), name: z.string().min(1).max(40).optional() }),
  bills: z.object({
    consNo: z.string(),
    month: z
      .string()
      .regex(/^\d{4}(0[1-9]|1[0-2])$/)
      .optional(),
    usage: z
      .union([
        z.object({ tariff: z.literal('tiered'), kwh: wholeKwh }),
        z.object({
          tariff: z.literal('timeOfUse'),
          peakKwh: wholeKwh,
          flatKwh: wholeKwh,
          valleyKwh: wholeKwh,
        }),
      ])
      .optional(),
    dueDate: date.optional(),
  }),
};

type ControlResult = { status: number; body: unknown };

/** Carries out `POST /control/<command>` or `GET /control/<list>`. */
export async function control(
  target: ControlTarget,
  method: string,
  command: string,
  query: URLSearchParams,
  body: unknown,
): Promise<ControlResult> {
  if (method === 'GET') return list(target.agency, command, query);
  try {
    return await carryOut(target, command, body ?? {});
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof RangeError)
      return { status: 400, body: { error: error.message } };
    throw error;
  }
}

function list(agency: PowerAgency, command: string, query: URLSearchParams): ControlResult {
  switch (command) {
    case 'postings':
      return { status: 200, body: { items: agency.postings(query.get('date') ?? undefined) } };
    case 'customers':
      return {
        status: 200,
        body: { items: DEMO_CUSTOMERS.map(({ consNo, about, fault }) => ({ consNo, about, fault })) },
      };
    case 'clock':
      return { status: 200, body: { nowMs: agency.clock.nowMs() } };
    default:
      return { status: 404, body: { error: 'no such list' } };
  }
}

async function carryOut(
  { agency, goDownFor, log }: ControlTarget,
  command: string,
  body: unknown,
): Promise<ControlResult> {
  switch (command) {
    case 'faults': {
      const rule = commands.faults.parse(body);
      const { seed } = agency.addFault(rule);
      if (rule.share !== undefined)
        log(`fault ${rule.fault} on ${rule.operation}: share ${rule.share}, seed ${seed}`);
      return { status: 200, body: { seed } };
    }
    case 'faults/clear':
      agency.clearFaults();
      return { status: 200, body: {} };
    case 'reset':
      await agency.reset();
      return { status: 200, body: {} };
    case 'clock': {
      const change = commands.clock.parse(body);
      if ('nowMs' in change) agency.clock.set(change.nowMs);
      else agency.clock.advance(change.advanceMs);
      return { status: 200, body: { nowMs: agency.clock.nowMs() } };
    }
    case 'service-hours':
      agency.setServiceHours(commands.serviceHours.parse(body));
      return { status: 200, body: {} };
    case 'postings/lose':
      await agency.losePayment(commands['postings/lose'].parse(body).reference);
      return { status: 200, body: {} };
    case 'down':
      goDownFor(commands.down.parse(body).downMs);
      return { status: 200, body: {} };
    case 'customers':
      return { status: 201, body: await agency.addCustomer(commands.customers.parse(body)) };
    case 'bills': {
      const bill = await agency.issueBill(commands.bills.parse(body));
      return bill ? { status: 201, body: bill } : { status: 404, body: { error: 'no such customer' } };
    }
    default:
      return { status: 404, body: { error: 'no such command' } };
  }
}
