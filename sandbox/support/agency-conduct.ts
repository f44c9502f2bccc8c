import { addDays } from '../../src/kernel/business-date.ts';
import { chinaDate, startOfChinaDate } from '../../src/kernel/china-time.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { FaultPlan, type FaultRule, type Strike } from './fault-plan.ts';
import { SandboxClock } from './sandbox-clock.ts';
import { ALWAYS_OPEN, type Closure, closure, type ServiceHours } from './service-hours.ts';

/** What can befall a call to an agency. */
export const AGENCY_FAULTS = [
  'slow',
  'timeoutBeforePosting',
  'timeoutAfterPosting',
  'refuse',
  'badJson',
  'duplicate',
  'closed',
  'reset',
  'pendingThenPosted',
  'wrongSignature',
  'unknownCode',
] as const;
export type AgencyFault = (typeof AGENCY_FAULTS)[number];

/** What a fault is chosen by. */
export interface ServedCall {
  operation: string;
  /** The account it is about, which may have a fault of its own. */
  accountNo?: string;
  /** The merchant's reference of an instruction; questions have none. */
  reference?: string;
}

const CLOSED_FOR_MS = 2 * 3_600_000;

/** How an agency bears itself towards its callers: by which clock, at which hours, with which faults. */
export class AgencyConduct {
  readonly clock: SandboxClock;
  private readonly faults = new FaultPlan<AgencyFault>();
  private readonly faultOfAccount: (accountNo: string) => AgencyFault | null;
  private hours: ServiceHours = ALWAYS_OPEN;
  /** References whose first telling an account's fault has struck: the second one goes well. */
  private readonly struckReferences = new Set<string>();

  constructor(clock: Clock, faultOfAccount: (accountNo: string) => AgencyFault | null) {
    this.clock = new SandboxClock(clock);
    this.faultOfAccount = faultOfAccount;
  }

  addFault(rule: FaultRule<AgencyFault>): { seed: number } {
    return this.faults.add(rule);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  setServiceHours(hours: ServiceHours): void {
    this.hours = hours;
  }

  /** Without faults, always open, by real time. */
  reset(): void {
    this.faults.clear();
    this.struckReferences.clear();
    this.hours = ALWAYS_OPEN;
    this.clock.reset();
  }

  /** What strikes a call: what somebody asked for first, then the account's own fault. */
  strike(call: ServedCall): Strike<AgencyFault> | null {
    return this.faults.strike(call.operation) ?? this.strikeOfAccount(call);
  }

  /** Why it does not serve now, or null when it does. */
  closure(fault: AgencyFault | null): Closure | null {
    const nowMs = this.clock.nowMs();
    if (fault === 'closed') return { why: 'maintenance', opensAtMs: nowMs + CLOSED_FOR_MS };
    return closure(this.hours, nowMs);
  }

  private strikeOfAccount({ accountNo, reference }: ServedCall): Strike<AgencyFault> | null {
    const fault = accountNo === undefined ? null : this.faultOfAccount(accountNo);
    if (!fault) return null;
    if (fault === 'slow' || fault === 'closed' || fault === 'reset') return { fault };
    if (reference === undefined) return null;
    if (fault === 'refuse' || fault === 'pendingThenPosted') return { fault };
    if (this.struckReferences.has(reference)) return null;
    this.struckReferences.add(reference);
    return { fault };
  }
}

/** When the file of a business date can be had: from so many minutes after the midnight that ends it. */
export function fileAvailableFromMs(date: string, minutesAfterMidnight: number): number {
  return startOfChinaDate(addDays(date, 1)) + minutesAfterMidnight * 60_000;
}

/** The month `YYYYMM` so many months before a moment's own. */
export function monthBefore(atMs: number, months: number): string {
  const [year = 0, month = 0] = chinaDate(atMs).split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 - months, 1)).toISOString().slice(0, 7).replace('-', '');
}
